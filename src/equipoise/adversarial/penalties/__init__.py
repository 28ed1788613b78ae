"""Penalties on the discriminator as a function: one a file, one line each in the catalogue.

They differ from penalties on weights, which have a proximal operator and no need of data; what both share is the
composition ``objective + alpha * penalty``.
"""

from __future__ import annotations

from typing import Final

from equipoise.adversarial.penalties.protocol import FunctionPenalty
from equipoise.adversarial.penalties.r1 import r1
from equipoise.adversarial.penalties.r1_r2 import r1_r2
from equipoise.adversarial.penalties.r2 import r2

__all__ = ["PENALTIES", "FunctionPenalty", "r1", "r1_r2", "r2"]

PENALTIES: Final[dict[str, FunctionPenalty]] = {"r1": r1, "r1_r2": r1_r2, "r2": r2}
