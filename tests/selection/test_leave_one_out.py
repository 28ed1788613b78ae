"""Approximate leave-one-out against refits of every row, and against the exact one where that is known."""

from __future__ import annotations

import re

import numpy as np
import pytest

import equipoise as eq
from equipoise.errors import InputError
from equipoise.losses import Gamma, Huber, Logistic, Poisson, Squared, Tweedie
from equipoise.penalties import L1, L2
from equipoise.selection import Context, LeaveOneOut
from equipoise.selection.approximate import approximate_leave_one_out, exact_without
from equipoise.solvers import Problem, leave_one_out, solve_path

ALPHAS = np.array([1.0, 0.1, 0.01])
LOSSES = [Logistic(), Poisson(), Gamma(), Tweedie(1.5), Huber(1.0)]


def problem(loss, n=60, p=6, weight=None, **rest):
    rng = np.random.default_rng(3)
    X = np.asfortranarray(rng.normal(size=(n, p)) + 0.5)
    eta = 0.6 * X[:, 0] - 0.4 * X[:, 1]
    y = {
        "logistic": lambda: (eta + rng.logistic(size=n) > 0).astype(float),
        "poisson": lambda: rng.poisson(np.exp(eta)).astype(float),
        "gamma": lambda: rng.gamma(3.0, np.exp(eta) / 3.0),
        "tweedie": lambda: rng.poisson(np.exp(eta)) * rng.gamma(2.0, 0.5, size=n),
    }.get(loss.name, lambda: eta + rng.standard_t(3, size=n))()
    weight = np.full(n, 1.0) if weight is None else weight
    return Problem(X, y, loss, rest.pop("penalty", L2()), weight / weight.sum(), **rest)


def by_refits(q, alpha):
    return np.array([exact_without(q, i, alpha, 1e-12) for i in range(q.n)])


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
def test_score_is_that_of_refits_within_one_per_cent(loss):
    q, alphas = problem(loss, n=45), ALPHAS[1:]
    found = LeaveOneOut(alphas).select(q, Context())
    for k, alpha in enumerate(alphas):
        exact = q.loss.score(q.y, by_refits(q, alpha))
        assert found.mean[k] == pytest.approx(exact, rel=0.01)
        plain = q.loss.score(q.y, q.predictor(found.path.coefs[k], found.path.intercepts[k]))
        assert abs(found.mean[k] - exact) < 0.1 * abs(plain - exact)  # most of the optimism of the fit is gone


@pytest.mark.parametrize(
    "rest",
    [
        {"fit_intercept": False},
        {"standardize": True},
        {"offset": np.linspace(-1, 1, 60)},
        {"penalty": L2(factor=[0, 1, 2, 1, 1, 0.5])},
        {"weight": 1.0 + np.arange(60) % 2},
    ],
    ids=lambda rest: next(iter(rest)),
)
def test_settings_of_the_problem_are_kept(rest):
    q = problem(Logistic(), **dict(rest))
    found = LeaveOneOut(ALPHAS[1:2]).select(q, Context(tol=1e-10))
    exact = by_refits(q, ALPHAS[1])
    moved = np.abs(exact - q.predictor(found.path.coefs[0], found.path.intercepts[0])).max()
    np.testing.assert_allclose(found.predictions, exact, atol=0.1 * moved)
    assert found.mean[0] == pytest.approx(q.loss.score(q.y, exact, q.weight), rel=0.01)


def test_more_features_than_rows():
    q = problem(Logistic(), n=25, p=60)
    found = LeaveOneOut([3.0]).select(q, Context(tol=1e-10))
    assert found.mean[0] == pytest.approx(q.loss.score(q.y, by_refits(q, 3.0)), rel=0.01)


@pytest.mark.parametrize("rest", [{}, {"fit_intercept": False}, {"standardize": True}], ids=str)
def test_for_squared_loss_one_newton_step_is_exact(rest):
    q = problem(Squared(), **dict(rest))
    np.testing.assert_allclose(
        approximate_leave_one_out(q, solve_path(q, ALPHAS, 1e-14)), leave_one_out(q, ALPHAS), rtol=1e-8, atol=1e-8
    )


def test_rows_without_weight_take_no_part():
    q = problem(Logistic(), weight=np.where(np.arange(60) < 50, 1.0, 0.0))
    part = Problem(np.asfortranarray(q.X[:50]), q.y[:50], q.loss, q.penalty, np.full(50, 0.02))
    one, two = (LeaveOneOut(ALPHAS).select(each, Context(tol=1e-10)) for each in (q, part))
    np.testing.assert_allclose(one.mean, two.mean, rtol=1e-6)
    np.testing.assert_allclose(
        one.predictions[50:], q.X[50:] @ one.path.coefs[one.index] + one.path.intercepts[one.index]
    )


def test_the_check_reports_the_true_deviation():
    q = problem(Poisson())
    found = LeaveOneOut([0.01], check=60).select(q, Context(tol=1e-10))
    told = float(re.search(r"differ by at most (\S+)$", found.why)[1])
    assert told == pytest.approx(np.abs(found.predictions - by_refits(q, 0.01)).max(), rel=0.1)
    few = LeaveOneOut([0.01], check=2).select(q, Context(tol=1e-10))
    assert "2 rows refitted" in few.why
    assert float(re.search(r"differ by at most (\S+)$", few.why)[1]) > 0.3 * told  # those that move most are the worst
    assert "refitted" not in LeaveOneOut([0.01], check=0).select(q, Context()).why


def test_the_path_is_not_fitted_twice():
    q = problem(Logistic())
    model = eq.LogisticRegression(eq.LeaveOneOut(15)).fit(q.X, q.y)
    assert model.path_ is model.selection_.path
    assert model.gap_ <= 1e-6


@pytest.mark.parametrize("check", [-1, 2.5, True, "all"])
def test_bad_checks_are_named(check):
    with pytest.raises(InputError, match="check="):
        LeaveOneOut(check=check).select(problem(Logistic()), Context())


def test_losses_with_kinks_and_other_penalties_are_refused():
    for q in (problem(Logistic(), penalty=L1()), problem(eq.losses.Quantile(0.5))):
        with pytest.raises(InputError, match="use CrossValidation"):
            LeaveOneOut().select(q, Context())


def test_squared_loss_with_a_feature_without_penalty_equals_refits():
    q = problem(Huber(1.0), n=30)
    q = Problem(q.X, q.y, Squared(), L2(factor=[0, 1, 2, 1, 1, 0.5]), q.weight)
    found = LeaveOneOut(ALPHAS, check=30).select(q, Context())
    expected = by_refits(q, found.alpha)
    np.testing.assert_allclose(found.predictions, expected, rtol=1e-6, atol=1e-6)
