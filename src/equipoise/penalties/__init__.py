"""Penalties on weights. One penalty a file; add yours to `CATALOGUE` and it gets all contract tests."""

from equipoise.penalties.base import Kernel, Penalty
from equipoise.penalties.elastic_net import L1, L2, ElasticNet

__all__ = ["CATALOGUE", "L1", "L2", "ElasticNet", "Kernel", "Penalty"]

CATALOGUE: tuple[type[Penalty], ...] = (L2, L1, ElasticNet)
