"""Features without penalty: partial regression, the start of the path, and a certificate that means it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from equipoise.penalties import L1, L2, MCP, Box, ElasticNet, GroupLasso, Penalty
from equipoise.solvers import Problem, alpha_max, relative_gap, solve_path
from equipoise.solvers.certificate import objective
from equipoise.solvers.proximal import proximal_path
from equipoise.solvers.unpenalised import starting_gradient

from .problems import make

FACTOR = np.array([1.0, 0.0, 1.0, 2.0, 0.0, 1.0, 0.5, 1.0])
CONVEX = (L1(factor=FACTOR), ElasticNet(factor=FACTOR), L2(factor=FACTOR), GroupLasso(factor=FACTOR))


@pytest.mark.parametrize("penalty", [*CONVEX, MCP(factor=FACTOR)], ids=lambda p: p.name)
def test_squared_loss_is_a_regression_on_what_the_free_features_leave(penalty: Penalty) -> None:
    """Frisch, Waugh and Lovell: take the free columns out of X and y, fit the rest, and put them back."""
    problem = make("squared", 60, 8, penalty=penalty)
    free = FACTOR == 0
    Z = np.column_stack([np.ones(60), problem.X[:, free]])
    leave = np.eye(60) - Z @ np.linalg.pinv(Z)
    rest = np.asfortranarray(leave @ problem.X[:, ~free])
    partial = Problem(rest, leave @ problem.y, problem.loss, replace(penalty, factor=FACTOR[~free]), problem.weight,
                      fit_intercept=False)  # fmt: skip
    alphas = 0.3 * np.abs(partial.null.gradient).max() * np.array([1.0, 0.1])
    whole, part = solve_path(problem, alphas, 1e-12), solve_path(partial, alphas, 1e-12)
    np.testing.assert_allclose(whole.coefs[:, ~free], part.coefs, atol=1e-5)
    for k in range(2):
        left = problem.y - problem.X[:, ~free] @ whole.coefs[k, ~free]
        np.testing.assert_allclose(np.append(whole.intercepts[k], whole.coefs[k, free]),
                                   np.linalg.lstsq(Z, left, rcond=None)[0], atol=1e-5)  # fmt: skip


@pytest.mark.parametrize("loss", ["squared", "logistic", "multinomial"])
@pytest.mark.parametrize("penalty", CONVEX, ids=lambda p: p.name)
def test_the_certificate_holds_and_is_not_given_away(penalty: Penalty, loss: str) -> None:
    problem = make(loss, 80, 8, penalty=penalty)
    alpha = 0.05
    for solve in (solve_path, proximal_path):
        path = solve(problem, np.array([alpha]), 1e-8)
        assert relative_gap(problem, path.coefs[0], path.intercepts[0], alpha) <= 1e-7
        beside = path.coefs[0].copy()
        beside[..., 1] *= 0.9  # a free feature that is too small
        assert relative_gap(problem, beside, path.intercepts[0], alpha) > 1e-4


@pytest.mark.parametrize("loss", ["squared", "logistic", "multinomial"])
def test_the_path_starts_at_the_free_features_model(loss: str) -> None:
    problem = make(loss, 80, 8, penalty=L1(factor=FACTOR))
    gradient = starting_gradient(problem)
    np.testing.assert_allclose(gradient[:, FACTOR == 0], 0.0, atol=1e-8)
    top = alpha_max(problem)
    path = solve_path(problem, top * np.array([1.0 + 1e-6, 0.97]), 1e-12)
    first, second = np.atleast_2d(path.coefs[0]), np.atleast_2d(path.coefs[1])
    np.testing.assert_array_equal(first[:, FACTOR > 0], 0.0)
    assert np.all(first[:, FACTOR == 0] != 0)
    assert np.any(second[:, FACTOR > 0] != 0)


@pytest.mark.parametrize("penalty", [L1, L2, ElasticNet, GroupLasso, MCP])
@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_all_features_free_is_no_penalty(loss: str, penalty: type[Penalty]) -> None:
    problem = make(loss, 80, 4, penalty=penalty(factor=np.zeros(4)))
    none = solve_path(replace(problem, penalty=L2()), np.zeros(1), 1e-10)
    np.testing.assert_allclose(solve_path(problem, np.array([0.3]), 1e-10).coefs, none.coefs, atol=1e-7)


@pytest.mark.parametrize("alpha", [0.0, 0.02])
@pytest.mark.parametrize("shape", [(60, 8), (20, 40)], ids=["tall", "wide"])
@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_bounds_hold_and_are_certified(loss: str, shape: tuple[int, int], alpha: float) -> None:
    p = shape[1]
    low, high = np.where(np.arange(p) % 2, 0.0, -0.2), np.where(np.arange(p) % 3, 0.3, 0.1)
    problem = make(loss, *shape, penalty=Box(low, high))
    path = solve_path(problem, np.array([alpha]), 1e-8)
    w = path.coefs[0]
    assert np.all((w >= low) & (w <= high))
    assert np.any((w == low) | (w == high))
    assert relative_gap(problem, w, path.intercepts[0], alpha if alpha else 1e-300) <= 1e-6
    other = proximal_path(problem, np.array([alpha]), 1e-8)
    at = [objective(problem, found.coefs[0], found.intercepts[0], alpha) for found in (path, other)]
    assert at[0] == pytest.approx(at[1], abs=1e-6 * problem.null.objective)
