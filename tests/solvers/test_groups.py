"""Group and sparse-group lasso: certificates, special cases, peers, and agreement of all ways to the solution."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_diabetes

from equipoise.losses import Squared
from equipoise.penalties import L1, GroupLasso, Penalty, SparseGroupLasso
from equipoise.solvers import Problem, alpha_max, fold_paths, relative_gap, solve_path
from equipoise.solvers.group_path import group_path
from equipoise.solvers.proximal import proximal_path

from .problems import make

SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "no-intercept": {"fit_intercept": False},
    "standardize-weighted": {"standardize": True, "weighted": True},
    "sparse": {"as_sparse": True},
}


def down(problem: Problem, count: int = 6, ratio: float = 1e-2) -> np.ndarray:
    return (1.0 + 1e-9) * alpha_max(problem) * np.geomspace(1.0, ratio, count)


def labels(p: int) -> np.ndarray:
    """Uneven groups, not side by side."""
    return np.random.default_rng(0).permutation(np.minimum(np.arange(p) // 3, 5))


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("shape", [(60, 8), (20, 40)], ids=["tall", "wide"])
@pytest.mark.parametrize("l1_ratio", [0.0, 0.5])
@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_every_point_is_certified(loss: str, l1_ratio: float, shape: tuple[int, int], setting: str) -> None:
    penalty: Penalty = SparseGroupLasso(labels(shape[1]), l1_ratio)
    problem = make(loss, *shape, penalty=penalty, **SETTINGS[setting])
    alphas = down(problem)
    path = solve_path(problem, alphas, 1e-8)
    assert np.all(path.gaps <= 1e-8)
    assert path.dfs[0] == 0
    assert path.dfs[-1] > 0
    for k, alpha in enumerate(alphas):
        assert relative_gap(problem, path.coefs[k], path.intercepts[k], alpha) <= 1e-8 + 1e-12


def test_groups_enter_as_one() -> None:
    groups = labels(40)
    problem = make("squared", 60, 40, penalty=GroupLasso(groups))
    for w in solve_path(problem, down(problem), 1e-8).coefs:
        for g in np.unique(groups):
            assert np.all(w[groups == g] != 0) or not np.any(w[groups == g])


@pytest.mark.parametrize("shape", [(60, 8), (20, 40)], ids=["tall", "wide"])
@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_groups_of_one_are_the_lasso(loss: str, shape: tuple[int, int]) -> None:
    lasso = make(loss, *shape, penalty=L1())
    alphas = down(lasso, ratio=0.1)
    groups = make(loss, *shape, penalty=GroupLasso())
    a, b = solve_path(groups, alphas, 1e-12), solve_path(lasso, alphas, 1e-12)
    np.testing.assert_allclose(a.coefs, b.coefs, atol=1e-5)
    np.testing.assert_allclose(a.intercepts, b.intercepts, atol=1e-5)


@pytest.mark.parametrize("penalty", [GroupLasso(labels(8)), SparseGroupLasso(labels(8), 0.3)], ids=lambda p: p.name)
def test_moments_columns_and_proximal_gradient_agree(penalty: Penalty) -> None:
    problem = make("squared", 60, 8, penalty=penalty)
    alphas = down(problem)
    paths = [solve(problem, alphas, 1e-12) for solve in (solve_path, group_path, proximal_path)]
    for path in paths[1:]:
        np.testing.assert_allclose(path.coefs, paths[0].coefs, atol=2e-6)


def test_group_lasso_has_the_numbers_of_the_peers() -> None:
    """Computed with adelie 1.1.52 (tol 1e-16) and skglm 0.5 (GroupBCD, tol 1e-14), which agree to 2e-9."""
    X, y = load_diabetes(return_X_y=True)
    X, y = np.asfortranarray(X / X.std(axis=0)), y / y.std()
    problem = Problem(X, y, Squared(), GroupLasso(np.arange(10) // 2), np.full(len(y), 1.0 / len(y)))
    path = solve_path(problem, np.array([0.1]), 1e-14)
    expected = [0, 0, 0.2680090045, 0.151980001, 0, 0, -0.0394369465, 0.027070476, 0.1903736674, 0.063609852]
    np.testing.assert_allclose(path.coefs[0], expected, atol=5e-9)
    assert path.intercepts[0] == pytest.approx(1.975612111086, abs=1e-11)


def test_folds_from_shared_moments_are_fits_on_their_rows() -> None:
    problem = make("squared", 60, 8, penalty=GroupLasso(labels(8)))
    alphas = down(problem)
    folds = [np.flatnonzero(np.arange(60) % 3 != k) for k in range(3)]
    for rows, path in zip([*folds, np.arange(60)], fold_paths(problem, alphas, folds, 1e-10, 1), strict=True):
        alone = group_path(problem.on_rows(rows), alphas, 1e-10)
        np.testing.assert_allclose(path.coefs, alone.coefs, atol=1e-5)


def test_rows_of_weight_zero_do_not_matter() -> None:
    problem = make("logistic", 60, 8, penalty=GroupLasso(labels(8)))
    alphas, rows = down(problem), np.arange(40)
    part = Problem(problem.X[rows], problem.y[rows], problem.loss, problem.penalty, np.full(40, 1 / 40))
    a, b = solve_path(problem.on_rows(rows), alphas, 1e-10), solve_path(part, alphas, 1e-10)
    np.testing.assert_allclose(a.coefs, b.coefs, atol=1e-8)


@pytest.mark.parametrize("penalty", [GroupLasso, SparseGroupLasso])
def test_all_zero_and_repeated_columns(penalty: type[Penalty]) -> None:
    problem = make("squared", 40, 6)
    X = np.asfortranarray(np.column_stack([problem.X, problem.X[:, :2], np.zeros(40)]))
    wider = Problem(X, problem.y, problem.loss, penalty(np.array([0, 0, 1, 1, 2, 2, 0, 0, 3])), problem.weight)
    path = solve_path(wider, down(wider), 1e-8)
    assert np.all(path.gaps <= 1e-8)
    np.testing.assert_array_equal(path.coefs[:, 8], 0.0)
