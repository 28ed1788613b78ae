"""Two players: objectives of discriminator outputs, penalties on the discriminator as a function, and the step.

``objective = payoff + alpha * penalty``. What the players see, numbers or images or words, is not known here.
"""

from __future__ import annotations

from equipoise.adversarial.game import Game, GameSettings, GameState
from equipoise.adversarial.objectives import OBJECTIVES, AdversarialObjective, RelativisticPairing
from equipoise.adversarial.penalties import PENALTIES, FunctionPenalty, r1, r1_r2, r2

__all__ = [
    "OBJECTIVES",
    "PENALTIES",
    "AdversarialObjective",
    "FunctionPenalty",
    "Game",
    "GameSettings",
    "GameState",
    "RelativisticPairing",
    "r1",
    "r1_r2",
    "r2",
]
