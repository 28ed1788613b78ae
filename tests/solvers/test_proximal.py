"""Proximal gradient against the solvers that know more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from equipoise.penalties import L1, L2, ElasticNet, GroupLasso, Penalty
from equipoise.solvers import alpha_max, solve_path, stationarity
from equipoise.solvers.proximal import proximal_path

from .problems import make

SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "no-intercept": {"fit_intercept": False},
    "standardize-weighted": {"standardize": True, "weighted": True},
    "sparse": {"as_sparse": True},
    "offset": {"offset": np.linspace(-1.0, 1.0, 60)},
}


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("penalty", [L1(), L2(), ElasticNet()], ids=lambda p: p.name)
@pytest.mark.parametrize("loss", ["squared", "logistic", "multinomial"])
def test_the_solution_is_that_of_the_fast_solvers(loss: str, penalty: Penalty, setting: str) -> None:
    if loss == "multinomial" and setting == "offset":
        pytest.skip("one offset for all classes changes nothing")
    problem = make(loss, penalty=penalty, **SETTINGS[setting])
    alphas = np.array([0.3, 0.03]) * min(alpha_max(problem), 1.0)
    ours, fast = proximal_path(problem, alphas, 1e-9), solve_path(problem, alphas, 1e-10)
    assert np.all(ours.gaps <= 1e-9)
    np.testing.assert_allclose(ours.coefs, fast.coefs, atol=3e-4)
    np.testing.assert_allclose(
        problem.loss.mean(problem.predictor(ours.coefs[1], ours.intercepts[1])),
        problem.loss.mean(problem.predictor(fast.coefs[1], fast.intercepts[1])), atol=3e-4,
    )  # fmt: skip


def test_a_multinomial_group_lasso_is_certified_by_dispatch() -> None:
    problem = make("multinomial", penalty=GroupLasso(np.arange(8) // 2))
    path = solve_path(problem, np.array([0.05]), 1e-8)
    assert path.gaps[0] <= 1e-8
    assert stationarity(problem, path.coefs[0], path.intercepts[0], 0.05) <= 1e-3
    assert np.all((path.coefs[0].reshape(3, 4, 2) != 0).sum(axis=2) % 2 == 0)
