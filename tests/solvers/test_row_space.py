"""Truncated Newton in the row space against Newton's method with the exact Hessian, step for step along the path."""

from __future__ import annotations

import numpy as np
import pytest

from equipoise.losses import Gamma, Huber, Logistic, Multinomial, Poisson
from equipoise.penalties import L2
from equipoise.solvers import Problem, fold_paths, relative_gap, solve_path
from equipoise.solvers.newton import newton_path
from equipoise.solvers.row_space import LEAST, _coordinates, row_space_paths, uses_row_space

ALPHAS = np.geomspace(30.0, 0.03, 6)
LOSSES = [Logistic(), Multinomial(), Poisson(), Gamma(), Huber(1.0)]


def wide(loss, n=30, p=80, seed=0, **rest):
    rng = np.random.default_rng(seed)
    X = np.asfortranarray(rng.normal(size=(n, p)) + 1.0)
    eta = 0.3 * (X[:, :4] - 1.0).sum(axis=1)
    y = {
        "logistic": lambda: (eta + rng.logistic(size=n) > 0).astype(float),
        "multinomial": lambda: np.eye(3)[np.argmax(X[:, :3] + rng.normal(size=(n, 3)), axis=1)],
        "poisson": lambda: rng.poisson(np.exp(eta)).astype(float),
        "gamma": lambda: rng.gamma(3.0, np.exp(eta) / 3.0),
        "huber": lambda: eta + rng.standard_t(3, size=n),
    }[loss.name]()
    weight = rest.pop("weight", np.ones(n))
    return Problem(X, y, loss, rest.pop("penalty", L2()), weight / weight.sum(), **rest)


def agree(got, expected):
    size = np.abs(expected.coefs).max()
    np.testing.assert_allclose(got.coefs, expected.coefs, atol=1e-6 * size)
    np.testing.assert_allclose(got.intercepts, expected.intercepts, atol=2e-6)
    np.testing.assert_allclose(got.dfs, expected.dfs, rtol=1e-4)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_equals_newton_with_the_exact_hessian(loss, fit_intercept):
    problem = wide(loss, fit_intercept=fit_intercept)
    assert uses_row_space(problem, ALPHAS)
    (got,) = row_space_paths(problem, ALPHAS, [], 1e-13, 1, True)
    expected = newton_path(problem, ALPHAS, 1e-14)
    if loss.name == "multinomial":  # a shift of all intercepts is not seen
        shifts = [path.intercepts.mean(axis=1, keepdims=True) for path in (got, expected)]
        got.intercepts[:] -= shifts[0]
        expected.intercepts[:] -= shifts[1]
    agree(got, expected)


@pytest.mark.parametrize(
    "rest",
    [
        {"standardize": True},
        {"offset": np.linspace(-1, 1, 30)},
        {"penalty": L2(factor=np.linspace(0.5, 2.0, 80))},
        {"weight": np.arange(30) % 3.0},
    ],
    ids=lambda rest: next(iter(rest)),
)
def test_equals_newton_with_every_setting(rest):
    problem = wide(Logistic(), **rest)
    (got,) = row_space_paths(problem, ALPHAS, [], 1e-13, 1, True)
    agree(got, newton_path(problem, ALPHAS, 1e-14))


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
def test_folds_are_those_of_their_rows_and_certified(loss):
    problem = wide(loss)
    rows = [np.delete(np.arange(30), np.arange(k, 30, 4)) for k in range(4)]
    paths = fold_paths(problem, ALPHAS, rows, 1e-11, 2)
    for part, path in zip([*(problem.on_rows(train) for train in rows), problem], paths, strict=True):
        alone = solve_path(part, ALPHAS, 1e-11)
        np.testing.assert_allclose(path.coefs, alone.coefs, atol=2e-4 * np.abs(alone.coefs).max())
        for coef, intercept, alpha in zip(path.coefs, path.intercepts, ALPHAS, strict=True):
            assert relative_gap(part, coef, intercept, alpha) <= 1e-11


def test_a_small_alpha_goes_by_qr():
    """Rows that nearly repeat: squares of their difference are below the rounding of the Gram matrix."""
    problem = wide(Logistic())
    rows = np.arange(30) // 2
    X = np.asfortranarray(problem.X[rows] + 1e-9 * np.random.default_rng(1).normal(size=(30, 80)))
    problem = Problem(X, problem.y[rows], Logistic(), L2(), problem.weight)
    squares = np.linalg.eigvalsh(np.cov(X.T, bias=True))[-1]
    many, _, _ = _coordinates(problem, 1e-2 * LEAST * squares)
    few, _, _ = _coordinates(problem, 1e2 * LEAST * squares)
    assert many.shape[1] == 30
    assert few.shape[1] < 20
    alphas = np.array([1e-3, 1e-9]) * squares
    path = solve_path(problem, alphas, 1e-6)
    assert relative_gap(problem, path.coefs[-1], path.intercepts[-1], alphas[-1]) <= 1e-6


def test_separated_classes_are_certified_down_the_grid():
    rng = np.random.default_rng(2)
    X = np.asfortranarray(rng.normal(size=(40, 300)))
    y = (X[:, :5].sum(axis=1) > 0).astype(float)
    problem = Problem(X, y, Logistic(), L2(), np.full(40, 1 / 40))
    alphas = np.geomspace(10.0, 1e-5, 12)
    path = solve_path(problem, alphas, 1e-6)
    for coef, intercept, alpha in zip(path.coefs, path.intercepts, alphas, strict=True):
        assert relative_gap(problem, coef, intercept, alpha) <= 1e-6
