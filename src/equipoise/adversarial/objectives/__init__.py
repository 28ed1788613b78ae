"""Payoffs of the two players as functions of discriminator outputs: one a file, one line each in the catalogue."""

from __future__ import annotations

from typing import Final

from equipoise.adversarial.objectives.protocol import AdversarialObjective
from equipoise.adversarial.objectives.relativistic_pairing import RelativisticPairing

__all__ = ["OBJECTIVES", "AdversarialObjective", "RelativisticPairing"]

OBJECTIVES: Final[dict[str, AdversarialObjective]] = {
    "relativistic_pairing": RelativisticPairing(),
}
