"""Payoffs of the two players as functions of discriminator outputs: one a file, one line each in the catalogue."""

from __future__ import annotations

from typing import Final

from equipoise.adversarial.objectives.hinge import Hinge
from equipoise.adversarial.objectives.least_squares import LeastSquares
from equipoise.adversarial.objectives.minimax import Minimax
from equipoise.adversarial.objectives.non_saturating import NonSaturating
from equipoise.adversarial.objectives.protocol import AdversarialObjective
from equipoise.adversarial.objectives.relativistic_pairing import RelativisticPairing
from equipoise.adversarial.objectives.wasserstein import Wasserstein

__all__ = [
    "OBJECTIVES",
    "AdversarialObjective",
    "Hinge",
    "LeastSquares",
    "Minimax",
    "NonSaturating",
    "RelativisticPairing",
    "Wasserstein",
]

OBJECTIVES: Final[dict[str, AdversarialObjective]] = {
    "hinge": Hinge(),
    "least_squares": LeastSquares(),
    "minimax": Minimax(),
    "non_saturating": NonSaturating(),
    "relativistic_pairing": RelativisticPairing(),
    "wasserstein": Wasserstein(),
}
