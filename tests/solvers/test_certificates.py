"""Every point of every path is certified, and the certificate is the truth."""

from __future__ import annotations

import numpy as np
import pytest

from equipoise.penalties import L1, L2, ElasticNet, Penalty
from equipoise.solvers import Problem, solve_path
from equipoise.solvers.certificate import objective, relative_gap, stationarity

from .problems import LOSSES, grid, make

PENALTIES = (L1(), L2(), ElasticNet(l1_ratio=0.5), ElasticNet(l1_ratio=0.05))
SHAPES = {"tall": (60, 8), "wide": (20, 40), "square": (25, 25)}
SETTINGS = {
    "plain": {},
    "no-intercept": {"fit_intercept": False},
    "standardize": {"standardize": True},
    "weighted": {"weighted": True, "some_zero": False},
    "sparse": {"as_sparse": True},
    "sparse-standardize-weighted": {"as_sparse": True, "standardize": True, "weighted": True, "some_zero": False},
}


def check(problem: Problem, ratio: float = 1e-2) -> None:
    alphas = grid(problem, ratio=ratio)
    path = solve_path(problem, alphas, 1e-6)
    assert np.all(path.gaps <= 1e-6)
    assert np.all(path.gaps >= 0.0)
    for k, alpha in enumerate(alphas):
        reference = relative_gap(problem, path.coefs[k], path.intercepts[k], alpha)
        assert reference <= 1e-6 + 1e-10
        assert path.gaps[k] == pytest.approx(reference, rel=1e-3, abs=1e-9)


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("penalty", PENALTIES, ids=lambda p: f"{p.name}-{p.kernel().l1_ratio:g}")
@pytest.mark.parametrize("loss", LOSSES)
def test_every_point_has_its_gap(loss: str, penalty: Penalty, shape: str, setting: str) -> None:
    n, p = SHAPES[shape]
    check(make(loss, n, p, penalty=penalty, **SETTINGS[setting]))


@pytest.mark.parametrize("setting", [{}, {"as_sparse": True, "standardize": True}], ids=["plain", "sparse-standardize"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("penalty", PENALTIES, ids=lambda p: f"{p.name}-{p.kernel().l1_ratio:g}")
@pytest.mark.parametrize("loss", LOSSES)
def test_rows_of_weight_0_leave_every_point_certified(loss: str, penalty: Penalty, shape: str, setting: dict) -> None:
    """The reported gap may bound more carefully than the reference, never less."""
    n, p = SHAPES[shape]
    problem = make(loss, n, p, penalty=penalty, weighted=True, **setting)
    assert np.any(problem.weight == 0)
    alphas = grid(problem, 6)
    path = solve_path(problem, alphas, 1e-6)
    assert np.all(path.gaps <= 1e-6)
    for k, alpha in enumerate(alphas):
        assert relative_gap(problem, path.coefs[k], path.intercepts[k], alpha) <= path.gaps[k] * (1 + 1e-3) + 1e-9


@pytest.mark.parametrize("penalty", [L1, L2, ElasticNet])
@pytest.mark.parametrize("loss", LOSSES)
def test_every_point_has_its_gap_under_unequal_factors(loss: str, penalty: type[Penalty]) -> None:
    check(make(loss, penalty=penalty(factor=np.linspace(0.2, 3.0, 8))))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("loss", ["squared", "logistic"])
@pytest.mark.parametrize("penalty", [L1(), L2()])
def test_every_point_has_its_gap_with_an_offset(loss: str, penalty: Penalty, shape: str) -> None:
    n, p = SHAPES[shape]
    check(make(loss, n, p, penalty=penalty, offset=np.random.default_rng(5).normal(size=n)))


@pytest.mark.parametrize("penalty", PENALTIES[:3], ids=lambda p: p.name)
@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_the_gap_bounds_what_is_left_to_gain(loss: str, penalty: Penalty) -> None:
    """A loose fit, and any point at all, against a fit to the precision of the arithmetic."""
    problem = make(loss, penalty=penalty)
    rng = np.random.default_rng(0)
    for alpha in grid(problem, 3):
        best = solve_path(problem, np.array([alpha]), 1e-13)
        least = objective(problem, best.coefs[0], best.intercepts[0], alpha)
        loose = solve_path(problem, np.array([alpha]), 1e-2)
        noisy = best.coefs[0] + 0.1 * rng.normal(size=best.coefs[0].shape)
        for coef, intercept in ((loose.coefs[0], loose.intercepts[0]), (noisy, best.intercepts[0])):
            left = (objective(problem, coef, intercept, alpha) - least) / problem.null.objective
            assert -1e-12 <= left <= relative_gap(problem, coef, intercept, alpha) + 1e-12


@pytest.mark.parametrize("loss", LOSSES)
def test_the_gap_of_the_null_model_is_at_most_one(loss: str) -> None:
    problem = make(loss)
    zero = np.zeros((3, 8) if loss == "multinomial" else 8)
    b = problem.null.intercept if loss == "multinomial" else problem.null.intercept[0]
    top = grid(problem)[0]
    assert objective(problem, zero, b, top) == pytest.approx(problem.null.objective, rel=1e-12)
    assert relative_gap(problem, zero, b, top * (1 + 1e-9)) <= 1e-12  # optimal
    assert 1e-3 < relative_gap(problem, zero, b, 0.1 * top) <= 1.0


@pytest.mark.parametrize("penalty", PENALTIES[:3], ids=lambda p: p.name)
@pytest.mark.parametrize("loss", LOSSES)
def test_stationarity_vanishes_at_the_solution_and_not_beside_it(loss: str, penalty: Penalty) -> None:
    problem = make(loss, penalty=penalty)
    alpha = grid(problem, 3)[1]
    path = solve_path(problem, np.array([alpha]), 1e-14)
    coef, intercept = path.coefs[0], path.intercepts[0]
    assert stationarity(problem, coef, intercept, alpha) <= 1e-5
    beside = coef + 0.1 * np.random.default_rng(0).normal(size=coef.shape)
    assert stationarity(problem, beside, intercept, alpha) > 1e-2


@pytest.mark.parametrize("loss", LOSSES)
def test_a_tighter_tolerance_is_reached(loss: str) -> None:
    problem = make(loss)
    assert np.all(solve_path(problem, grid(problem), 1e-9).gaps <= 1e-9)


def test_multinomial_intercepts_sum_to_zero() -> None:
    for penalty in PENALTIES:
        problem = make("multinomial", penalty=penalty)
        np.testing.assert_allclose(solve_path(problem, grid(problem)).intercepts.sum(axis=1), 0.0, atol=1e-12)
