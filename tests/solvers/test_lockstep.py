"""Folds in lockstep against one Newton path for each fold."""

import numpy as np
import pytest

from equipoise.losses import Logistic
from equipoise.penalties import L2
from equipoise.solvers import Problem, relative_gap
from equipoise.solvers.dispatch import uses_lockstep
from equipoise.solvers.lockstep import lockstep_paths
from equipoise.solvers.newton import newton_path

ALPHAS = np.array([1.0, 0.1, 1e-2, 1e-3])


def _problem(seed=0, standardize=False, factor=None, offset=False, intercept=True):
    rng = np.random.default_rng(seed)
    X = np.asfortranarray(rng.normal(size=(400, 70)) * rng.uniform(0.5, 2.0, 70) + 1.0)
    eta = X[:, :5].sum(axis=1) - 5.0 + rng.logistic(size=400)
    y = (eta > np.median(eta)).astype(float)
    weight = rng.uniform(0.5, 1.5, 400)
    shift = rng.normal(size=400) if offset else None
    return Problem(X, y, Logistic(), L2(factor=factor), weight / weight.sum(), intercept, standardize, shift)


def _folds(n, kind):
    rng = np.random.default_rng(1)
    if kind == "partition":
        part = rng.integers(0, 3, n)
        return [np.flatnonzero(part != k) for k in range(3)]
    return [np.sort(rng.choice(n, 300, replace=False)) for _ in range(3)]


@pytest.mark.parametrize("kind", ["partition", "overlapping"])
@pytest.mark.parametrize("standardize", [False, True])
def test_equals_newton_on_every_fold(kind, standardize):
    problem = _problem(standardize=standardize)
    folds = _folds(problem.n, kind)
    paths = lockstep_paths(problem, ALPHAS, folds, 1e-12, workers=2)
    parts = [*(problem.on_rows(rows) for rows in folds), problem]
    for path, part in zip(paths, parts, strict=True):
        expected = newton_path(part, ALPHAS, 1e-12)
        np.testing.assert_allclose(path.coefs, expected.coefs, atol=2e-5)
        np.testing.assert_allclose(path.intercepts, expected.intercepts, atol=1e-4)
        assert path.gaps.max() <= 1e-12


@pytest.mark.parametrize(("offset", "intercept"), [(True, True), (False, False)])
def test_claims_the_gap_of_the_reference(offset, intercept):
    problem = _problem(offset=offset, intercept=intercept)
    path = lockstep_paths(problem, ALPHAS, _folds(problem.n, "partition"), 1e-6, workers=1)[-1]
    for alpha, coef, b, gap in zip(ALPHAS, path.coefs, path.intercepts, path.gaps, strict=True):
        assert gap <= 1e-6
        assert relative_gap(problem, coef, b, alpha) == pytest.approx(gap, abs=1e-10)


def test_degrees_of_freedom_are_those_of_newton():
    problem = _problem()
    path = lockstep_paths(problem, ALPHAS, _folds(problem.n, "partition"), 1e-10, workers=1)[-1]
    expected = newton_path(problem, ALPHAS, 1e-10).dfs
    np.testing.assert_allclose(path.dfs, expected, rtol=0.2)  # the curvature may be that of a neighbouring alpha


def test_unpenalised_features_are_free():
    factor = np.ones(70)
    factor[:2] = 0.0
    problem = _problem(factor=factor)
    path = lockstep_paths(problem, ALPHAS[:2], _folds(problem.n, "partition"), 1e-10, workers=1)[-1]
    expected = newton_path(problem, ALPHAS[:2], 1e-12)
    np.testing.assert_allclose(path.coefs, expected.coefs, atol=1e-4)


def test_is_chosen_for_tall_smooth_problems():
    assert uses_lockstep(_problem())
