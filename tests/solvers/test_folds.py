"""Folds share work, and give what separate fits on the rows would give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from equipoise.penalties import L1, L2, ElasticNet, Penalty
from equipoise.solvers import Problem, fold_paths, solve_path

from .problems import LOSSES, grid, make


def partition(n: int, folds: int) -> list[np.ndarray]:
    """The training rows of shuffled folds."""
    order = np.random.default_rng(0).permutation(n)
    return [np.sort(np.setdiff1d(order, order[k::folds])) for k in range(folds)]


def alone(problem: Problem, rows: np.ndarray) -> Problem:
    """The same fit on a copy of the rows."""
    X = problem.X[rows] if problem.is_sparse else np.asfortranarray(problem.X[rows])
    weight = problem.weight[rows] / problem.weight[rows].sum()
    settings = {"fit_intercept": problem.fit_intercept, "standardize": problem.standardize}
    return Problem(X, problem.y[rows], problem.loss, problem.penalty, weight, **settings)


SETTINGS = {
    "plain": {},
    "no-intercept": {"fit_intercept": False},
    "standardize-weighted": {"standardize": True, "weighted": True, "some_zero": False},
    "sparse-standardize": {"as_sparse": True, "standardize": True},
}


@pytest.mark.parametrize("penalty", [L1(), L2(), ElasticNet(l1_ratio=0.4)], ids=lambda p: p.name)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("shape", [(60, 8), (24, 40)], ids=["tall", "wide"])
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_every_fold_equals_a_fit_on_its_rows(
    loss: str, penalty: Penalty, shape: tuple[int, int], settings: dict[str, Any]
) -> None:
    problem = make(loss, *shape, penalty=penalty, **settings)
    folds, alphas = partition(problem.n, 3), grid(problem, 4, ratio=0.05)
    everything = [*folds, np.arange(problem.n)]  # the fit on all rows comes last
    for rows, path in zip(everything, fold_paths(problem, alphas, folds, 1e-13, 1), strict=True):
        expected = solve_path(alone(problem, rows), alphas, 1e-13)
        np.testing.assert_allclose(path.coefs, expected.coefs, atol=1e-5)
        np.testing.assert_allclose(path.intercepts, expected.intercepts, rtol=1e-4, atol=1e-4)
        assert np.all(path.gaps <= 1e-7)


@pytest.mark.parametrize("penalty", [L1(), L2()], ids=lambda p: p.name)
def test_folds_that_overlap_or_leave_rows_out(penalty: Penalty) -> None:
    problem = make(penalty=penalty, weighted=True)
    rng, alphas = np.random.default_rng(1), grid(problem, 4)
    folds = [np.sort(rng.choice(60, size=size, replace=False)) for size in (30, 45, 20)]
    everything = [*folds, np.arange(60)]
    for rows, path in zip(everything, fold_paths(problem, alphas, folds, 1e-13, 1), strict=True):
        expected = solve_path(alone(problem, rows), alphas, 1e-13)
        np.testing.assert_allclose(path.coefs, expected.coefs, atol=1e-6)


@pytest.mark.parametrize("penalty", [L1(), L2()], ids=lambda p: p.name)
@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_rows_of_weight_zero_are_not_there(loss: str, penalty: Penalty) -> None:
    problem = make(loss, penalty=penalty, weighted=True, standardize=True)
    folds, alphas = partition(60, 3), grid(problem, 4, ratio=0.05)
    kept = [rows[problem.weight[rows] > 0] for rows in folds]
    for rows, path in zip(kept, fold_paths(problem, alphas, folds, 1e-13, 1), strict=False):
        assert len(rows) < 40
        expected = solve_path(alone(problem, rows), alphas, 1e-13)
        np.testing.assert_allclose(path.coefs, expected.coefs, atol=1e-5)


def test_a_large_mean_does_not_spoil_the_subtraction() -> None:
    """Folds by subtraction of second moments lose digits to the mean of the columns, if these are not shifted."""
    problem = make(n=200, p=6)
    far = Problem(np.asfortranarray(problem.X + 1e5), problem.y, problem.loss, problem.penalty, problem.weight)
    folds, alphas = partition(200, 5), grid(problem, 4)
    for near, shifted in zip(*(fold_paths(q, alphas, folds, 1e-12, 1) for q in (problem, far)), strict=True):
        np.testing.assert_allclose(shifted.coefs, near.coefs, atol=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
def test_held_out_rows_are_not_seen(loss: str) -> None:
    """Neither their target nor their columns, up to the rounding of the shared moments."""
    problem = make(loss)
    rows, alphas = np.arange(0, 60, 2), grid(problem, 4)
    X, y = problem.X.copy(order="F"), problem.y.copy()
    X[1::2] = 5.0 - X[1::2]
    y[1::2] = np.roll(y[1::2], 7, axis=0)
    other = Problem(X, y, problem.loss, problem.penalty, problem.weight)
    one, two = (fold_paths(q, alphas, [rows, rows], 1e-13, 1)[0] for q in (problem, other))
    np.testing.assert_allclose(one.coefs, two.coefs, atol=1e-8)


@pytest.mark.parametrize("penalty", [L1(), L2()], ids=lambda p: p.name)
@pytest.mark.parametrize("loss", LOSSES)
def test_threads_do_not_change_a_bit(loss: str, penalty: Penalty) -> None:
    problem = make(loss, penalty=penalty)
    folds, alphas = partition(60, 4), grid(problem)
    for one, two in zip(*(fold_paths(problem, alphas, folds, 1e-6, jobs) for jobs in (1, 2)), strict=True):
        assert one.coefs.tobytes() == two.coefs.tobytes()
        assert one.intercepts.tobytes() == two.intercepts.tobytes()
        assert one.gaps.tobytes() == two.gaps.tobytes()


@pytest.mark.parametrize("loss", LOSSES)
def test_the_data_is_left_alone(loss: str) -> None:
    for penalty in (L1(), L2()):
        problem = make(loss, penalty=penalty)
        X, y, s = problem.X.copy(), problem.y.copy(), problem.weight.copy()
        fold_paths(problem, grid(problem), partition(60, 3), 1e-6, 1)
        solve_path(problem, grid(problem))
        for before, now in ((X, problem.X), (y, problem.y), (s, problem.weight)):
            np.testing.assert_array_equal(before, now)
