"""Problems whose solution is known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logit

from equipoise.losses import Huber, Logistic, Multinomial, Squared
from equipoise.penalties import L1, L2, ElasticNet
from equipoise.solvers import Problem, solve_path
from equipoise.solvers.problem import null_intercept

from .problems import grid, make


def orthonormal(n: int = 64, p: int = 6) -> np.ndarray:
    """Columns of mean 0 with X'X / n = I."""
    rng = np.random.default_rng(0)
    Q = np.linalg.qr(np.column_stack([np.ones(n), rng.normal(size=(n, p))]))[0]
    return np.asfortranarray(Q[:, 1:] * np.sqrt(n))


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.0])
@pytest.mark.parametrize("wide", [False, True])
def test_orthonormal_columns_are_soft_thresholded_and_shrunk(l1_ratio: float, wide: bool) -> None:
    X = orthonormal()
    if wide:  # columns that are not there: more features than rows, and the same solution
        X = np.asfortranarray(np.hstack([X, np.zeros((64, 70))]))
    y = X[:, :6] @ np.array([3.0, -2.0, 1.0, 0.4, -0.1, 0.0]) + np.random.default_rng(1).normal(size=64)
    problem = Problem(X, y, Squared(), ElasticNet(l1_ratio=l1_ratio), np.full(64, 1 / 64))
    alphas = np.array([2.0, 1.0, 0.3, 0.01])
    path = solve_path(problem, alphas, 1e-14)
    c = X.T @ y / 64
    for k, a in enumerate(alphas):
        expected = np.sign(c) * np.maximum(np.abs(c) - a * l1_ratio, 0.0) / (1.0 + a * (1.0 - l1_ratio))
        np.testing.assert_allclose(path.coefs[k], expected, atol=1e-7)
        assert path.intercepts[k] == pytest.approx(y.mean(), abs=1e-9)


@pytest.mark.parametrize("shape", [(40, 6), (10, 30), (12, 12)])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("as_sparse", [True, False])
def test_ridge_solves_its_normal_equations(shape: tuple[int, int], fit_intercept: bool, as_sparse: bool) -> None:
    n, p = shape
    factor = np.linspace(0.5, 2.0, p)
    penalty = L2(factor=factor)
    problem = make(n=n, p=p, penalty=penalty, weighted=True, fit_intercept=fit_intercept, as_sparse=as_sparse)
    X = problem.X.toarray() if as_sparse else problem.X
    s, y = problem.weight, problem.y
    Z, z = (X - s @ X, y - s @ y) if fit_intercept else (X, y)
    alphas = np.array([10.0, 0.1, 1e-3])
    path = solve_path(problem, alphas)
    for k, a in enumerate(alphas):
        w = np.linalg.solve(Z.T @ (s[:, None] * Z) + a * np.diag(factor), Z.T @ (s * z))
        np.testing.assert_allclose(path.coefs[k], w, rtol=1e-8, atol=1e-10)
        assert path.intercepts[k] == pytest.approx(s @ (y - X @ w) if fit_intercept else 0.0, abs=1e-9)


@pytest.mark.parametrize("shape", [(40, 6), (10, 30)])
def test_degrees_of_freedom_of_ridge_are_the_trace_of_the_hat_matrix(shape: tuple[int, int]) -> None:
    n, p = shape
    problem = make(n=n, p=p, penalty=L2())
    Z = (problem.X - problem.X.mean(axis=0)) / np.sqrt(n)
    for alpha in (0.01, 1.0):
        hat = Z @ np.linalg.solve(Z.T @ Z + alpha * np.eye(p), Z.T)
        assert solve_path(problem, np.array([alpha])).dfs[0] == pytest.approx(np.trace(hat), rel=1e-9)


def test_degrees_of_freedom_of_the_lasso_count_features() -> None:
    problem = make()
    path = solve_path(problem, 1.001 * grid(problem))
    np.testing.assert_array_equal(path.dfs, np.count_nonzero(path.coefs, axis=1))
    assert path.dfs[0] == 0
    assert path.dfs[-1] > 3


@pytest.mark.parametrize("weighted", [True, False])
def test_least_squares_without_penalty(weighted: bool) -> None:
    for penalty in (L1(), L2()):
        problem = make(weighted=weighted, penalty=penalty)
        path = solve_path(problem, np.zeros(1))
        root = np.sqrt(problem.weight)
        A = np.column_stack([problem.X, np.ones(60)]) * root[:, None]
        expected = np.linalg.lstsq(A, problem.y * root, rcond=None)[0]
        np.testing.assert_allclose(path.coefs[0], expected[:-1], rtol=1e-7)
        assert path.intercepts[0] == pytest.approx(expected[-1], rel=1e-7)


def test_least_squares_with_more_columns_than_rows_has_the_least_norm() -> None:
    problem = make(n=10, p=25, penalty=L2())
    Z, z = problem.X - problem.X.mean(axis=0), problem.y - problem.y.mean()
    w = solve_path(problem, np.zeros(1)).coefs[0]
    np.testing.assert_allclose(w, np.linalg.pinv(Z) @ z, atol=1e-8)


@pytest.mark.parametrize("loss", ["squared", "logistic", "multinomial"])
@pytest.mark.parametrize("penalty", [L1(), ElasticNet(l1_ratio=0.3)], ids=lambda p: p.name)
@pytest.mark.parametrize("shape", [(60, 8), (20, 40)])
def test_alpha_max_from_both_sides(loss: str, penalty: L1, shape: tuple[int, int]) -> None:
    problem = make(loss, *shape, penalty=penalty)
    top = max(penalty.alpha_max(g) for g in np.atleast_2d(problem.null.gradient))
    above = solve_path(problem, np.array([top * (1 + 1e-9)]), 1e-14)
    assert np.all(above.coefs == 0.0)
    below = solve_path(problem, np.array([top * (1 - 1e-3)]), 1e-14)
    assert 1 <= np.count_nonzero(below.coefs) <= (1 if problem.y.ndim == 1 else 3)


def test_the_null_model_is_the_intercept_alone() -> None:
    squared, logistic, multinomial = (make(loss, weighted=True) for loss in ("squared", "logistic", "multinomial"))
    assert squared.null.intercept[0] == pytest.approx(squared.weight @ squared.y, rel=1e-12)
    spread = squared.weight @ (squared.y - squared.weight @ squared.y) ** 2
    assert squared.null.objective == pytest.approx(0.5 * spread, rel=1e-12)
    share = logistic.weight @ logistic.y
    assert logistic.null.intercept[0] == pytest.approx(logit(share), rel=1e-9)
    assert logistic.null.objective == pytest.approx(-share * np.log(share) - (1 - share) * np.log(1 - share))
    shares = multinomial.weight @ multinomial.y
    b = multinomial.null.intercept
    np.testing.assert_allclose(np.exp(b) / np.exp(b).sum(), shares, rtol=1e-9)
    assert multinomial.null.objective == pytest.approx(-shares @ np.log(shares), rel=1e-9)


@pytest.mark.parametrize("penalty", [L1(), L2(), ElasticNet()], ids=lambda p: p.name)
@pytest.mark.parametrize("loss", [Squared(), Logistic(), Multinomial()], ids=lambda f: f.name)
def test_columns_that_say_nothing_leave_the_intercept_alone(loss: object, penalty: L1) -> None:
    problem = make(loss.name, penalty=penalty)
    constant = np.asfortranarray(np.column_stack([np.zeros(60), np.full(60, 7.0)]))
    empty = Problem(constant, problem.y, loss, penalty, problem.weight)
    path = solve_path(empty, np.array([0.1, 1e-3]), 1e-12)
    np.testing.assert_allclose(path.coefs, 0.0, atol=1e-9)
    expected = problem.null.intercept - (problem.null.intercept.mean() if problem.y.ndim == 2 else 0.0)
    np.testing.assert_allclose(path.intercepts.reshape(2, -1), np.tile(expected, (2, 1)), atol=1e-6)


def test_an_unpenalised_feature_is_fitted_as_least_squares_would() -> None:
    """At an alpha that removes all others, the free features alone are left."""
    for penalty in (L1, L2, ElasticNet):
        free = np.where(np.arange(8) < 2, 0.0, 1.0)
        problem = make(penalty=penalty(factor=free))
        path = solve_path(problem, np.array([1e7]), 1e-12)
        A = np.column_stack([problem.X[:, :2], np.ones(60)])
        expected = np.linalg.lstsq(A, problem.y, rcond=None)[0]
        np.testing.assert_allclose(path.coefs[0][:2], expected[:2], rtol=1e-4)
        np.testing.assert_allclose(path.coefs[0][2:], 0.0, atol=1e-6)


@pytest.mark.parametrize("tilt", [0.0, 1e-17, 1e-16, 1e-12])
def test_an_intercept_between_two_straight_pieces_stays_finite(tilt):
    """Half of the rows at 1, half at 2, delta just short of the middle: no curvature there, and hardly a slope."""
    weight = np.full(20, 0.05) + tilt * (np.arange(20) == 0)
    found = null_intercept(Huber(0.498), np.repeat([1.0, 2.0], 10), np.full(20, 0.3), weight / weight.sum())
    assert 1.498 - 1e-6 <= found[0] + 0.3 <= 1.502 + 1e-6


def test_an_intercept_comes_back_from_where_all_pieces_are_straight():
    """Three residuals at -5, four at 15: the slope vanishes at 15 - 3/4 delta; the start at 75/7 sees no curvature."""
    base = np.array([5.0, 5.0, 5.0, -5.0, -5.0, -5.0, -5.0])
    found = null_intercept(Huber(0.5), np.array([0.0, 0.0, 0.0, 10.0, 10.0, 10.0, 10.0]), base, np.full(7, 1 / 7))
    assert found[0] == pytest.approx(15.0 - 0.375, abs=1e-9)
