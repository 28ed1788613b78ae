"""Variational autoencoders, whatever the data: the evidence lower bound and the step that raises it."""

from __future__ import annotations

from equipoise.variational.bound import elbo, free_bits, gaussian_kl, importance_bound, log_weight
from equipoise.variational.climb import Climb, ClimbSettings, ClimbState

__all__ = ["Climb", "ClimbSettings", "ClimbState", "elbo", "free_bits", "gaussian_kl", "importance_bound", "log_weight"]
