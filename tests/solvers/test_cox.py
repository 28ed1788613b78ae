"""Paths of Cox regression: certificates recomputed in NumPy, a reference by proximal gradient, every kind of matrix."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from equipoise.losses import Cox
from equipoise.penalties import L1, L2, SCAD, Box, ElasticNet, Penalty
from equipoise.solvers import Problem, alpha_max, fold_paths, objective, relative_gap, solve_path, stationarity


def make(n: int, p: int, penalty: Penalty, ties: Any = "efron", seed: int = 0, **settings: Any) -> Problem:
    """Correlated columns, tied times, a third of the rows censored, uneven weights some of which are 0."""
    rng = np.random.default_rng(seed)
    X = np.asfortranarray(rng.normal(size=(n, p)) + 0.7 * rng.normal(size=(n, 1)) + rng.normal(size=p))
    time = np.ceil(10.0 * rng.exponential(np.exp(0.7 * (X[:, 1] - X[:, 0]))))
    y = np.unique(time, return_inverse=True)[1] + 1.0
    weight = rng.integers(0, 4, n).astype(float)
    y = np.where(rng.random(n) < 0.3, -y, y)
    return Problem(X, y, Cox(ties), penalty, weight / weight.sum(), False, **settings)


def grid(problem: Problem, count: int = 15) -> np.ndarray:
    top = alpha_max(problem)
    return (top if np.isfinite(top) else 1.0) * np.geomspace(1.0, 1e-3, count)


def proximal_gradient(problem: Problem, alpha: float, steps: int = 10_000) -> np.ndarray:
    """The reference: proximal gradient, its step from the curvatures, which bound the Hessian of centred columns."""
    w, X = np.zeros(problem.p), problem.X - problem.weight @ problem.X
    step = 0.0
    for k in range(steps):
        if k % 100 == 0:
            bend = problem.loss.bend(problem.y, X @ w, problem.weight)
            step = 0.7 / np.linalg.eigvalsh((X * bend[:, None]).T @ X)[-1]
        slope = problem.loss.slope(problem.y, X @ w, problem.weight)
        following = problem.penalty.prox(w - step * (X.T @ slope), step * alpha)
        if np.max(np.abs(following - w)) <= 1e-10:
            return following
        w = following
    raise AssertionError("the reference did not settle")


@pytest.mark.parametrize("ties", ["breslow", "efron"])
@pytest.mark.parametrize(
    "penalty", [L1(), ElasticNet(l1_ratio=0.3), L2(), Box(low=0.0, l1_ratio=1.0)], ids=lambda p: p.name
)
@pytest.mark.parametrize(("n", "p"), [(120, 8), (40, 90)])
def test_every_point_is_certified(n: int, p: int, penalty: Penalty, ties: str) -> None:
    problem = make(n, p, penalty, ties)
    path = solve_path(problem, grid(problem))
    assert path.gaps.max() <= 1e-6
    for k in (0, 7, 14):
        assert relative_gap(problem, path.coefs[k], 0.0, path.alphas[k]) <= 1.001e-6
    assert np.any(path.coefs[-1] != 0)
    assert not np.any(path.coefs[0]) or penalty.name in ("l2", "box")
    np.testing.assert_array_equal(path.intercepts, 0.0)


@pytest.mark.parametrize("penalty", [L1(), ElasticNet(), L2()], ids=lambda p: p.name)
def test_solutions_are_those_of_the_reference(penalty: Penalty) -> None:
    problem = make(60, 5, penalty)
    for alpha in (0.1, 0.02):
        path = solve_path(problem, np.array([alpha]), 1e-14)
        np.testing.assert_allclose(path.coefs[0], proximal_gradient(problem, alpha), atol=1e-6)


@pytest.mark.parametrize("penalty", [L1(), L2()], ids=lambda p: p.name)
def test_kinds_of_matrices_agree(penalty: Penalty) -> None:
    problem = make(80, 12, penalty, standardize=True)
    thin = np.where(np.random.default_rng(5).random(problem.X.shape) < 0.5, problem.X, 0.0)
    problem = replace(problem, X=np.asfortranarray(thin), offset=np.sin(np.arange(80.0)))
    alphas = grid(problem, 8)
    expected = solve_path(problem, alphas, 1e-12).coefs
    for X, atol in ((sparse.csc_array(thin), 1e-6), (np.asfortranarray(thin, dtype=np.float32), 1e-4)):
        np.testing.assert_allclose(solve_path(replace(problem, X=X), alphas, 1e-12).coefs, expected, atol=atol)


def test_newton_and_coordinate_descent_meet_where_the_penalties_do() -> None:
    for n, p in ((120, 8), (40, 90)):
        problem = make(n, p, L2())
        alphas = np.array([1.0, 0.1, 0.01])
        newton = solve_path(problem, alphas, 1e-13).coefs
        descent = solve_path(replace(problem, penalty=ElasticNet(l1_ratio=1e-9)), alphas, 1e-13).coefs
        np.testing.assert_allclose(descent, newton, atol=1e-5)


def test_scad_is_stationary() -> None:
    problem = make(120, 8, SCAD())
    path = solve_path(problem, grid(problem))
    for k in (3, 8, 14):
        assert stationarity(problem, path.coefs[k], 0.0, path.alphas[k]) <= 1e-5


def test_a_feature_without_penalty_is_certified_and_at_its_optimum() -> None:
    problem = make(120, 8, L1(factor=np.array([0.0, *np.ones(7)])))
    path = solve_path(problem, np.array([10.0, 0.05]))
    assert path.gaps.max() <= 1e-6
    alone = solve_path(replace(problem, X=problem.X[:, :1], penalty=L2()), np.zeros(1), 1e-12)
    assert path.coefs[0, 0] == pytest.approx(alone.coefs[0, 0], rel=1e-3)
    for w in (path.coefs[1] * 1.01, path.coefs[1] + 0.01 * np.eye(8)[0]):
        assert objective(problem, path.coefs[1], 0.0, 0.05) < objective(problem, w, 0.0, 0.05)


def test_folds_are_fits_on_their_rows() -> None:
    problem = make(90, 6, L1())
    alphas, rows = grid(problem, 5), [np.arange(60), np.arange(30, 90)]
    *folds, whole = fold_paths(problem, alphas, rows, 1e-12, 2)
    np.testing.assert_allclose(whole.coefs, solve_path(problem, alphas, 1e-12).coefs, atol=1e-9)
    for part, path in zip(rows, folds, strict=True):
        alone = replace(problem, X=np.asfortranarray(problem.X[part]), y=problem.y[part])
        alone = replace(alone, weight=problem.weight[part] / problem.weight[part].sum())
        np.testing.assert_allclose(path.coefs, solve_path(alone, alphas, 1e-12).coefs, atol=1e-6)


def test_collinear_constant_and_zero_columns_are_no_obstacle() -> None:
    problem = make(60, 4, L1())
    X = np.column_stack([problem.X, problem.X[:, 0], np.full(60, 3.0), np.zeros(60), 1e9 + problem.X[:, 1]])
    wide = replace(problem, X=np.asfortranarray(X))
    for penalty in (L1(), ElasticNet(), L2()):
        path = solve_path(replace(wide, penalty=penalty), grid(problem, 6))
        assert np.all(np.isfinite(path.coefs))
        assert path.gaps[:4].max() <= 1e-6


def test_no_event_among_the_rows_in_use_gives_zeros() -> None:
    problem = make(40, 3, L1())
    silent = replace(problem, y=-np.abs(problem.y))
    for penalty in (L1(), L2()):
        path = solve_path(replace(silent, penalty=penalty), np.array([0.1, 0.01]))
        np.testing.assert_array_equal(path.coefs, 0.0)
        np.testing.assert_array_equal(path.gaps, 0.0)
