"""Two players: objectives of discriminator outputs, penalties on the discriminator as a function, and the step.

``objective = payoff + alpha * penalty``. What the players see, numbers or images or words, is not known here.
"""

from __future__ import annotations

from equipoise.adversarial.balance import Balance
from equipoise.adversarial.game import Game, GameSettings, GameState
from equipoise.adversarial.objectives import (
    OBJECTIVES,
    AdversarialObjective,
    Hinge,
    LeastSquares,
    Minimax,
    NonSaturating,
    RelativisticPairing,
    Wasserstein,
)
from equipoise.adversarial.packing import pack
from equipoise.adversarial.penalties import (
    PENALTIES,
    Consistency,
    FunctionPenalty,
    NoiseR1R2,
    Scene,
    dragan,
    lecam,
    r1,
    r1_r2,
    r2,
    wgan_gp,
)
from equipoise.adversarial.units import in_units_of

__all__ = [
    "OBJECTIVES",
    "PENALTIES",
    "AdversarialObjective",
    "Balance",
    "Consistency",
    "FunctionPenalty",
    "Game",
    "GameSettings",
    "GameState",
    "Hinge",
    "LeastSquares",
    "Minimax",
    "NoiseR1R2",
    "NonSaturating",
    "RelativisticPairing",
    "Scene",
    "Wasserstein",
    "dragan",
    "in_units_of",
    "lecam",
    "pack",
    "r1",
    "r1_r2",
    "r2",
    "wgan_gp",
]
