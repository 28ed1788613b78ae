"""Degrees of freedom of the elastic net against the trace of a dense hat matrix, and in the criteria that use them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

import equipoise as eq
from equipoise.losses import Huber, Logistic, Multinomial, Poisson, Squared, SquaredHinge
from equipoise.penalties import L1, L2, ElasticNet
from equipoise.solvers import Path, Problem, effective_degrees, solve_path

ALPHAS = np.array([0.2, 0.05, 0.005])
FACTOR = np.r_[0.0, 2.0, 0.5, np.ones(100)]


def hat_trace(task: Problem, coef: np.ndarray, bend: np.ndarray, alpha: float, share: float) -> float:
    """Trace of the smoother of one weighted least squares step with the features in use, less the intercept."""
    used = np.flatnonzero(coef)
    X = task.X.toarray() if task.is_sparse else task.X
    A = X[:, used] * task.scale[used]
    ridge = alpha * share * task.penalty.factors(task.p)[used]
    if task.fit_intercept:
        A, ridge = np.column_stack([A, np.ones(task.n)]), np.append(ridge, 0.0)
    A = np.sqrt(task.weight * bend)[:, None] * A
    return float(np.trace(A @ np.linalg.pinv(A.T @ A + np.diag(ridge)) @ A.T)) - task.fit_intercept


def made(loss, shape: tuple[int, int], ratio: float = 0.3, thin: bool = False, **settings) -> Problem:
    rng = np.random.default_rng(0)
    n, p = shape
    X = rng.normal(size=shape) * rng.uniform(0.5, 2.0, p) + 1.0
    if thin:
        X = np.where(np.abs(X) < 1.0, 0.0, X)
    eta = 0.4 * (X[:, :6] - 1.0) @ rng.normal(size=6)
    y = {
        "squared": eta + rng.normal(size=n),
        "huber": eta + rng.standard_t(2, size=n),
        "logistic": (eta + rng.logistic(size=n) > 0).astype(float),
        "poisson": rng.poisson(np.exp(np.clip(eta, -3, 2))).astype(float),
        "multinomial": np.eye(3)[rng.integers(0, 3, n)],
    }[loss.name]
    weight = np.r_[np.zeros(3), rng.uniform(0.5, 2.0, n - 3)]
    stored = sparse.csc_array(X) if thin else np.asfortranarray(X)
    penalty = ElasticNet(l1_ratio=ratio, factor=FACTOR[:p])
    return Problem(stored, y, loss, penalty, weight / weight.sum(), **settings)


@pytest.mark.parametrize("thin", [False, True], ids=["dense", "sparse"])
@pytest.mark.parametrize("loss", [Squared(), Huber(1.0), Logistic(), Poisson()], ids=lambda loss: loss.name)
@pytest.mark.parametrize("shape", [(80, 12), (30, 90)], ids=["tall", "wide"])
def test_it_is_the_trace_of_the_hat_matrix(shape, loss, thin) -> None:
    for settings in ({}, {"fit_intercept": False}, {"standardize": True}):
        task = made(loss, shape, 0.05 if shape[0] < shape[1] else 0.3, thin, **settings)
        path = solve_path(task, ALPHAS)
        points = zip(path.coefs, path.intercepts, path.alphas, strict=True)
        share = 1.0 - task.penalty.l1_ratio
        expected = [hat_trace(task, w, loss.curvature(task.y, task.predictor(w, b)), a, share) for w, b, a in points]
        np.testing.assert_allclose(effective_degrees(task, path), expected, rtol=1e-6)
        counts = np.count_nonzero(path.coefs, axis=1)
        assert np.all(expected < counts - 0.01)
        if shape[0] < shape[1]:
            assert counts[-1] > len(task.rows)  # so that both ways of computing it are taken


def test_classes_count_one_by_one() -> None:
    task = made(Multinomial(), (90, 10))
    path = solve_path(task, ALPHAS)
    expected = []
    for w, b, alpha in zip(path.coefs, path.intercepts, path.alphas, strict=True):
        bend = task.loss.curvature(task.y, task.predictor(w, b))
        expected.append(sum(hat_trace(task, w[k], bend[:, k, k], alpha, 0.7) for k in range(3)))
    np.testing.assert_allclose(effective_degrees(task, path), expected, rtol=1e-6)


def test_one_against_the_rest_adds_up() -> None:
    task = replace(made(Logistic(), (80, 12)), loss=SquaredHinge())
    other = 1.0 - np.roll(task.y, 20)
    both = replace(task, y=np.column_stack([task.y, other]))
    parts = [replace(task, y=y) for y in (task.y, other)]
    expected = sum(effective_degrees(part, solve_path(part, ALPHAS)) for part in parts)
    np.testing.assert_allclose(effective_degrees(both, solve_path(both, ALPHAS)), expected, rtol=1e-5)


@pytest.mark.parametrize("penalty", [L1(), L2(), ElasticNet(l1_ratio=1.0)], ids=repr)
def test_the_ends_keep_their_own(penalty) -> None:
    task = replace(made(Squared(), (80, 12)), penalty=penalty)
    path = solve_path(task, ALPHAS)
    np.testing.assert_array_equal(effective_degrees(task, path), path.dfs)


def test_nothing_in_use_has_no_degrees() -> None:
    for loss in (Squared(), Logistic()):
        task = replace(made(loss, (80, 12)), penalty=ElasticNet(l1_ratio=0.5))
        empty = Path(np.array([9.0]), np.zeros((1, 12)), np.zeros(1), np.zeros(1), np.zeros(1))
        np.testing.assert_array_equal(effective_degrees(task, empty), [0.0])


def test_a_ratio_near_zero_is_ridge() -> None:
    task = made(Squared(), (80, 12), 1e-9)
    ridge = solve_path(replace(task, penalty=L2(factor=FACTOR[:12])), ALPHAS)
    np.testing.assert_allclose(effective_degrees(task, solve_path(task, ALPHAS)), ridge.dfs, rtol=1e-5)


@pytest.mark.parametrize("criterion", ["aic", "ebic"])
def test_the_criteria_use_them_with_rows_and_with_blocks(criterion) -> None:
    from scipy.special import comb

    rng = np.random.default_rng(1)
    X = rng.normal(size=(100, 8)) + 2.0
    y = X[:, 0] - X[:, 1] + rng.normal(size=100)
    strategy = eq.InformationCriterion(criterion, ALPHAS)
    model = eq.ElasticNet(strategy, l1_ratio=0.5).fit(X, y)
    path = model.path_
    task = Problem(np.asfortranarray(X), y, Squared(), ElasticNet(l1_ratio=0.5), np.full(100, 0.01))
    traces = np.array([hat_trace(task, w, np.ones(100), a, 0.5) for w, a in zip(path.coefs, ALPHAS, strict=True)])
    np.testing.assert_allclose(path.dfs, traces, rtol=1e-9)
    errors = np.array([np.mean((y - X @ w - b) ** 2) for w, b in zip(path.coefs, path.intercepts, strict=True)])
    used = np.count_nonzero(path.coefs, axis=1)
    price = 2 * (traces + 1) if criterion == "aic" else np.log(100) * (traces + 1) + 2 * np.log(comb(8, used))
    np.testing.assert_allclose(model.selection_.mean, 100 * np.log(errors) + price, rtol=1e-9)
    blocks = eq.ElasticNet(strategy, l1_ratio=0.5).fit_blocks([(X[:60], y[:60]), (X[60:], y[60:])])
    np.testing.assert_allclose(blocks.selection_.mean, model.selection_.mean, rtol=1e-5)
