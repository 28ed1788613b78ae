"""The compiled coordinate descent against the plain reference: pass by pass, and at the solution."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from scipy import sparse

from equipoise.penalties import ElasticNet
from equipoise.solvers import Problem, solve_path
from equipoise.solvers.coordinate import column_path, gram_path
from equipoise.solvers.moments import Normal

from .problems import grid, make
from .reference import centred, on_gram, on_residuals, settle

FACTOR = np.array([1.0, 0.3, 2.0, 1.0, 1.5, 0.7, 1.0, 1.0])
RATIOS = pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.1])


def normal_equations(problem: Problem) -> tuple[np.ndarray, np.ndarray, Normal]:
    """Gram matrix and cross products of the centred data, and the form in which the solver takes them."""
    X, y = centred(np.asarray(problem.X), problem.y, problem.weight)
    S = problem.weight[:, None]
    G, c, yy = X.T @ (S * X), X.T @ (S * y[:, None]), np.array([problem.weight @ y**2])
    mean, y_mean = problem.weight @ np.asarray(problem.X), np.array([problem.weight @ problem.y])
    return G, c[:, 0], Normal(G.copy(), c, yy, mean, y_mean, np.ones(problem.p))


@RATIOS
def test_both_references_take_the_same_steps(l1_ratio: float) -> None:
    problem = make(weighted=True)
    X, y = centred(np.asarray(problem.X), problem.y, problem.weight)
    G, c, _ = normal_equations(problem)
    one = on_gram(G, c, 0.1, l1_ratio, FACTOR)
    other = on_residuals(X, y, problem.weight, 0.1, l1_ratio, FACTOR)
    for a, b in islice(zip(one, other, strict=True), 30):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


@RATIOS
@pytest.mark.parametrize("passes", [1, 2, 3, 7])
def test_gram_descent_takes_the_reference_steps(l1_ratio: float, passes: int) -> None:
    """At an alpha so small that every feature is admitted at once, in its own order."""
    problem = make(weighted=True, penalty=ElasticNet(factor=FACTOR, l1_ratio=l1_ratio))
    G, c, normal = normal_equations(problem)
    alpha = 0.5 * float(np.min(np.abs(c) / FACTOR))
    path = gram_path(normal, problem.penalty, np.array([alpha]), True, 1e-15, max_passes=passes)
    expected = next(islice(on_gram(G, c, alpha, l1_ratio, FACTOR), passes - 1, None))
    np.testing.assert_allclose(path.coefs[0], expected, rtol=1e-10, atol=1e-13)


@RATIOS
def test_gram_path_ends_where_the_reference_ends(l1_ratio: float) -> None:
    problem = make(weighted=True, penalty=ElasticNet(factor=FACTOR, l1_ratio=l1_ratio))
    G, c, normal = normal_equations(problem)
    alphas = grid(problem, 6)
    path = gram_path(normal, problem.penalty, alphas, True, 1e-15)
    for k, alpha in enumerate(alphas):
        expected = settle(on_gram(G, c, alpha, l1_ratio, FACTOR))
        np.testing.assert_allclose(path.coefs[k], expected, atol=1e-8)
        mean = problem.weight @ (problem.y - np.asarray(problem.X) @ expected)
        assert path.intercepts[k] == pytest.approx(mean, abs=1e-7)


@RATIOS
@pytest.mark.parametrize("kind", ["float64", "float32", "sparse"])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_column_path_ends_where_the_reference_ends(l1_ratio: float, kind: str, fit_intercept: bool) -> None:
    problem = make(weighted=True, penalty=ElasticNet(factor=FACTOR, l1_ratio=l1_ratio), fit_intercept=fit_intercept)
    if kind == "float32":
        problem = replace(problem, X=np.asfortranarray(problem.X, dtype=np.float32))
    X, y, s = np.asarray(problem.X, dtype=np.float64), problem.y, problem.weight
    if kind == "sparse":
        problem = replace(problem, X=sparse.csc_array(problem.X))
    X, y = centred(X, y, s) if fit_intercept else (X, y)
    alphas = grid(problem, 5)
    path = column_path(problem, alphas, 1e-14)
    for k, alpha in enumerate(alphas):
        expected = settle(on_residuals(X, y, s, alpha, l1_ratio, FACTOR))
        np.testing.assert_allclose(path.coefs[k], expected, atol=1e-6)


@pytest.mark.parametrize("loss", ["squared", "logistic", "multinomial"])
@pytest.mark.parametrize("penalty", [ElasticNet(l1_ratio=1.0), ElasticNet(l1_ratio=0.3)], ids=lambda p: f"{p.l1_ratio}")
def test_dispatch_and_column_path_agree(loss: str, penalty: ElasticNet) -> None:
    problem = make(loss, penalty=penalty)
    alphas = grid(problem, 5)
    one, other = solve_path(problem, alphas, 1e-13), column_path(problem, alphas, 1e-13)
    np.testing.assert_allclose(one.coefs, other.coefs, atol=2e-5)


def test_a_path_needs_no_warm_start() -> None:
    for loss in ("squared", "logistic", "multinomial"):
        problem = make(loss)
        alphas = grid(problem, 6)
        whole = solve_path(problem, alphas, 1e-13)
        for k, alpha in enumerate(alphas):
            alone = solve_path(problem, np.array([alpha]), 1e-13)
            np.testing.assert_allclose(whole.coefs[k], alone.coefs[0], atol=2e-5)
