"""Penalties on weights. One penalty a file; add yours to `CATALOGUE` and it gets all contract tests."""

from equipoise.penalties.adaptive import adaptive
from equipoise.penalties.base import Kernel, Penalty
from equipoise.penalties.box import Box
from equipoise.penalties.elastic_net import L1, L2, ElasticNet
from equipoise.penalties.group_lasso import GroupLasso
from equipoise.penalties.mcp import MCP
from equipoise.penalties.scad import SCAD
from equipoise.penalties.sparse_group_lasso import SparseGroupLasso

__all__ = [
    "CATALOGUE",
    "L1",
    "L2",
    "MCP",
    "SCAD",
    "Box",
    "ElasticNet",
    "GroupLasso",
    "Kernel",
    "Penalty",
    "SparseGroupLasso",
    "adaptive",
]

CATALOGUE: tuple[type[Penalty], ...] = (L2, L1, ElasticNet, Box, GroupLasso, SparseGroupLasso, MCP, SCAD)
