"""MCP and SCAD: stationary everywhere, the lasso in the limit, least squares where the signal is strong."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.optimize import minimize

from equipoise.penalties import L1, MCP, SCAD, Penalty
from equipoise.solvers import alpha_max, solve_path
from equipoise.solvers.certificate import objective, stationarity

from .problems import make

each = pytest.mark.parametrize("penalty", [MCP(), SCAD(), MCP(gamma=1.5), SCAD(gamma=2.5)], ids=repr)


def top(problem) -> np.ndarray:
    return alpha_max(problem) * np.geomspace(1.0, 1e-2, 25)


# No wide logistic problem: where a hyperplane separates the classes, a penalty that ends holds nothing back.
CASES = {"squared-tall": ("squared", 80, 8), "squared-wide": ("squared", 20, 40), "logistic-tall": ("logistic", 80, 8)}


@pytest.mark.parametrize("as_sparse", [False, True])
@pytest.mark.parametrize("case", CASES)
@each
def test_every_point_is_stationary(penalty: Penalty, case: str, as_sparse: bool) -> None:
    loss, n, p = CASES[case]
    problem = make(loss, n, p, penalty=penalty, as_sparse=as_sparse, standardize=True)
    alphas = top(problem)[: 25 if n > p else 12]
    path = solve_path(problem, alphas, 1e-6)
    assert np.all(path.gaps <= 1e-6)
    for k, alpha in enumerate(alphas):
        assert stationarity(problem, path.coefs[k], path.intercepts[k], alpha) <= 1.01e-6 + 1e-9


@pytest.mark.parametrize("loss", ["squared", "logistic"])
@pytest.mark.parametrize("cls", [MCP, SCAD])
def test_a_huge_gamma_is_the_lasso(cls: type[Penalty], loss: str) -> None:
    problem, lasso = make(loss, penalty=cls(gamma=1e9)), make(loss, penalty=L1())
    alphas = top(lasso)
    a, b = solve_path(problem, alphas, 1e-9), solve_path(lasso, alphas, 1e-14)
    np.testing.assert_allclose(a.coefs, b.coefs, atol=1e-5)


@pytest.mark.parametrize("cls", [MCP, SCAD])
def test_strong_signals_are_not_shrunk(cls: type[Penalty]) -> None:
    rng = np.random.default_rng(0)
    problem = make("squared", 400, 6, penalty=cls())
    X = np.asfortranarray(rng.normal(size=(400, 6)))
    y = X @ np.array([3.0, -4.0, 5.0, 0.0, 0.0, 0.0]) + 0.3 * rng.normal(size=400)
    problem = type(problem)(X, y, problem.loss, problem.penalty, np.full(400, 1 / 400))
    path = solve_path(problem, np.array([0.2]), 1e-10)
    A = np.column_stack([X[:, :3], np.ones(400)])
    np.testing.assert_allclose(path.coefs[0, :3], np.linalg.lstsq(A, y, rcond=None)[0][:3], atol=1e-8)
    np.testing.assert_array_equal(path.coefs[0, 3:], 0.0)


@pytest.mark.parametrize("penalty", [MCP(), SCAD()], ids=lambda p: p.name)
def test_the_convex_case_is_the_global_minimum_by_brute_force(penalty: Penalty) -> None:
    """Columns of curvature above 1 / gamma: the objective is convex, and no start of a simplex search does better."""
    problem = make("squared", 200, 3, penalty=penalty, standardize=True, seed=4)
    alpha = 0.4 * alpha_max(problem)
    path = solve_path(problem, np.array([alpha]), 1e-10)
    least = objective(problem, path.coefs[0], path.intercepts[0], alpha)
    for start in itertools.product((-1.0, 0.0, 1.0), repeat=3):
        found = minimize(
            lambda x: objective(problem, x[:3], x[3], alpha), [*start, problem.y.mean()], method="Nelder-Mead"
        )
        assert found.fun >= least - 1e-9


@pytest.mark.parametrize("penalty", [MCP(), SCAD()], ids=lambda p: p.name)
def test_a_single_alpha_ends_where_the_path_does(penalty: Penalty) -> None:
    problem = make("squared", 60, 8, penalty=penalty, standardize=True)
    alphas = top(problem)
    path = solve_path(problem, alphas, 1e-10)
    alone = solve_path(problem, alphas[10:11], 1e-10)
    assert alone.alphas.tolist() == alphas[10:11].tolist()
    np.testing.assert_allclose(alone.coefs[0], path.coefs[10], atol=1e-6)
