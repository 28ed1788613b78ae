"""The formula as an object, and the textbook descent on it."""

from __future__ import annotations

import numpy as np
import pytest

from equipoise.errors import InputError
from equipoise.losses import Logistic, Squared
from equipoise.penalties import L1, L2, ElasticNet, Penalty
from equipoise.solvers import Objective, gradient_descent, solve_path

from .problems import make

PARTS = pytest.mark.parametrize("loss", [Squared(), Logistic()], ids=lambda f: f.name)
PENALTIES = pytest.mark.parametrize("penalty", [L1(), L2(), ElasticNet(l1_ratio=0.3)], ids=lambda p: p.name)


@PARTS
@PENALTIES
@pytest.mark.parametrize("weighted", [True, False])
def test_value_is_the_formula_and_gradient_its_slope(loss: Squared, penalty: Penalty, weighted: bool) -> None:
    problem = make(loss.name, weighted=weighted)
    s = 7.0 * problem.weight if weighted else None
    objective = Objective(loss, penalty, 0.3, problem.X, problem.y, s)
    w = np.random.default_rng(0).uniform(0.2, 1.0, size=8) * np.array([1, -1] * 4)
    by_hand = sum(problem.weight[i] * loss.value(problem.y[[i]], problem.X[[i]] @ w)[0] for i in range(60))
    assert objective.value(w) == pytest.approx(by_hand + 0.3 * penalty.value(w), rel=1e-12)
    h = 1e-3
    for j, e in enumerate(h * np.eye(8)):
        f = [objective.value(w + k * e) for k in (-2, -1, 1, 2)]
        slope = (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h)
        assert objective.gradient(w)[j] == pytest.approx(slope, rel=1e-7, abs=1e-9)


@PARTS
def test_descent_arrives_where_the_fast_solver_does(loss: Squared) -> None:
    problem = make(loss.name, penalty=L2(factor=[1.0] * 8 + [0.0]))
    ones = np.column_stack([problem.X - problem.X.mean(axis=0), np.ones(60)])
    objective = Objective(loss, L2(factor=[1.0] * 8 + [0.0]), 0.1, ones, problem.y)
    top = np.linalg.eigvalsh(ones.T @ ones / 60)[-1] + 0.1
    w, values = gradient_descent(objective, np.zeros(9), rate=1.0 / top, steps=8000)
    assert len(values) == 8001
    assert np.all(np.diff(values) <= 1e-12)
    path = solve_path(make(loss.name, penalty=L2()), np.array([0.1]), 1e-14)
    np.testing.assert_allclose(w[:-1], path.coefs[0], atol=1e-6)
    intercept = w[-1] - problem.X.mean(axis=0) @ w[:-1]
    assert intercept == pytest.approx(path.intercepts[0], abs=1e-5)


def test_descent_is_the_textbook_step() -> None:
    problem = make()
    objective = Objective(Squared(), L2(), 0.5, problem.X, problem.y)
    start = np.arange(8.0)
    w, values = gradient_descent(objective, start, rate=0.01, steps=1)
    np.testing.assert_array_equal(w, start - 0.01 * objective.gradient(start))
    assert list(values) == [objective.value(start), objective.value(w)]
    np.testing.assert_array_equal(start, np.arange(8.0))


@pytest.mark.parametrize("alpha", [-1.0, np.nan, np.inf])
def test_a_bad_alpha_is_refused(alpha: float) -> None:
    with pytest.raises(InputError, match="alpha"):
        Objective(Squared(), L2(), alpha, np.ones((2, 1)), np.ones(2))


@pytest.mark.parametrize(("X", "y"), [(np.ones(3), np.ones(3)), (np.ones((3, 2)), np.ones(4))])
def test_shapes_that_do_not_fit_are_refused(X: np.ndarray, y: np.ndarray) -> None:
    with pytest.raises(InputError, match="shape"):
        Objective(Squared(), L2(), 1.0, X, y)
