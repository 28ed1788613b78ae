"""The grid of alphas."""

from __future__ import annotations

import numpy as np
import pytest

from equipoise.errors import InputError
from equipoise.losses import Logistic, Squared
from equipoise.penalties import L1, L2, ElasticNet, Penalty
from equipoise.selection import alpha_grid
from equipoise.solvers import Problem, solve_path


def problem(n: int = 40, p: int = 5, penalty: Penalty | None = None, loss: object = None) -> Problem:
    rng = np.random.default_rng(0)
    X = np.asfortranarray(rng.normal(size=(n, p)) + 2.0)
    y = X[:, 0] - X[:, 1] + rng.normal(size=n)
    loss = loss or Squared()
    return Problem(X, (y > 0).astype(float) if loss.task == "binary" else y, loss, penalty or L1(), np.full(n, 1 / n))


@pytest.mark.parametrize("penalty", [L1(), ElasticNet(l1_ratio=0.2), L1(factor=[1, 2, 0.5, 1, 1])], ids=str)
@pytest.mark.parametrize("loss", [Squared(), Logistic()], ids=lambda f: f.name)
def test_starts_where_the_first_feature_enters(penalty: Penalty, loss: object) -> None:
    q = problem(penalty=penalty, loss=loss)
    grid = alpha_grid(q, 20)
    assert len(grid) == 20
    assert np.all(np.diff(grid) < 0)
    assert grid[-1] == pytest.approx(1e-3 * grid[0])
    np.testing.assert_allclose(np.diff(np.log(grid)), np.log(1e-3) / 19)
    assert not np.any(solve_path(q, grid[:1] * (1 + 1e-9), 1e-13).coefs)
    assert np.any(solve_path(q, grid[:1] * (1 - 1e-3), 1e-13).coefs)


def test_is_shorter_where_features_outnumber_rows() -> None:
    grid = alpha_grid(problem(20, 30), 10)
    assert grid[-1] == pytest.approx(1e-2 * grid[0])


def test_of_l2_spans_from_almost_nothing_to_almost_no_penalty() -> None:
    q = problem(penalty=L2())
    grid = alpha_grid(q, 50)
    assert np.all(np.diff(grid) < 0)
    path = solve_path(q, grid)
    assert path.dfs[0] < 0.5
    assert path.dfs[-1] > 4.999
    assert np.linalg.norm(path.coefs[0]) < 0.2 * np.linalg.norm(path.coefs[-1])


def test_of_l2_does_not_depend_on_the_place_of_the_columns() -> None:
    q = problem(penalty=L2())
    far = Problem(np.asfortranarray(q.X + 100.0), q.y, q.loss, q.penalty, q.weight)
    np.testing.assert_allclose(alpha_grid(far, 5), alpha_grid(q, 5), rtol=1e-8)


@pytest.mark.parametrize("penalty", [L1(), L2()], ids=lambda p: p.name)
def test_of_an_empty_problem_is_still_a_grid(penalty: Penalty) -> None:
    q = Problem(np.zeros((10, 2), order="F"), np.arange(10.0), Squared(), penalty, np.full(10, 0.1))
    grid = alpha_grid(q, 5)
    assert np.all(np.isfinite(grid))
    assert np.all(grid > 0)


def test_given_alphas_are_sorted_and_made_unique() -> None:
    np.testing.assert_array_equal(alpha_grid(problem(), [0.1, 1.0, 0.1, 0.0]), [1.0, 0.1, 0.0])
    assert list(alpha_grid(problem(), 1)) == [alpha_grid(problem(), 7)[0]]


@pytest.mark.parametrize("alphas", [0, -3, [], [-1.0, 1.0], [np.nan], [1.0, np.inf]])
def test_bad_alphas_are_refused(alphas: object) -> None:
    with pytest.raises(InputError):
        alpha_grid(problem(), alphas)
