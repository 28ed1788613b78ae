"""Convex minimisers: one algorithm a file, every solution with a certificate."""

from equipoise.solvers.certificate import objective, relative_gap, stationarity
from equipoise.solvers.degrees import effective_degrees
from equipoise.solvers.dispatch import fold_paths, solve_path
from equipoise.solvers.formula import Objective, gradient_descent
from equipoise.solvers.path import Path
from equipoise.solvers.problem import Problem
from equipoise.solvers.ridge import leave_one_out
from equipoise.solvers.unpenalised import alpha_max

__all__ = [
    "Objective",
    "Path",
    "Problem",
    "alpha_max",
    "effective_degrees",
    "fold_paths",
    "gradient_descent",
    "leave_one_out",
    "objective",
    "relative_gap",
    "solve_path",
    "stationarity",
]
