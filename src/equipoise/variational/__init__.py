"""Variational autoencoders, whatever the data: the evidence lower bound and the step that raises it."""

from __future__ import annotations

from equipoise.variational.bound import elbo, gaussian_kl
from equipoise.variational.climb import Climb, ClimbSettings, ClimbState

__all__ = ["Climb", "ClimbSettings", "ClimbState", "elbo", "gaussian_kl"]
