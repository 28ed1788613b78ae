"""Penalties on the discriminator as a function: one a file, one line each in the catalogue.

They differ from penalties on weights, which have a proximal operator and no need of data; what both share is the
composition ``objective + alpha * penalty``.
"""

from __future__ import annotations

from typing import Final

from equipoise.adversarial.penalties.consistency import Consistency
from equipoise.adversarial.penalties.dragan import dragan
from equipoise.adversarial.penalties.lecam import lecam
from equipoise.adversarial.penalties.noise import NoiseR1R2
from equipoise.adversarial.penalties.protocol import FunctionPenalty, Scene, SharingPenalty, together
from equipoise.adversarial.penalties.r1 import r1
from equipoise.adversarial.penalties.r1_r2 import r1_r2
from equipoise.adversarial.penalties.r2 import r2
from equipoise.adversarial.penalties.wgan_gp import wgan_gp

__all__ = [
    "PENALTIES",
    "Consistency",
    "FunctionPenalty",
    "NoiseR1R2",
    "Scene",
    "SharingPenalty",
    "dragan",
    "lecam",
    "r1",
    "r1_r2",
    "r2",
    "together",
    "wgan_gp",
]

PENALTIES: Final[dict[str, FunctionPenalty]] = {
    "consistency": Consistency(),
    "dragan": dragan,
    "lecam": lecam,
    "noise_r1_r2": NoiseR1R2(),
    "r1": r1,
    "r1_r2": r1_r2,
    "r2": r2,
    "wgan_gp": wgan_gp,
}
