"""Losses of straight lines: against libsvm and linear programs, and by their certificates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog
from sklearn.svm import SVC, SVR

import equipoise as eq
from equipoise.errors import CertificateWarning
from equipoise.solvers import Problem, solve_path
from equipoise.solvers.certificate import objective

GRID = np.logspace(0.5, -4.0, 12)


def sample(n: int, p: int, seed: int = 0, classes: bool = False) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * np.logspace(0.0, 1.0, p) + 3.0
    y = X[:, : min(3, p)].sum(axis=1) + 3.0 * rng.standard_t(3, size=n)
    return X, (y > np.median(y)).astype(float) if classes else y


def problem(X, y, loss, penalty, weight=None, **settings) -> Problem:
    weight = np.ones(len(y)) if weight is None else weight
    X = sparse.csc_array(X) if sparse.issparse(X) else np.asfortranarray(X)
    return Problem(X, y, loss, penalty, weight / weight.sum(), **settings)


LOSSES = {
    "hinge": eq.losses.Hinge(),
    "epsilon": eq.losses.EpsilonInsensitive(0.5),
    "absolute": eq.losses.EpsilonInsensitive(0.0),
    "quantile": eq.losses.Quantile(0.8),
}


@pytest.mark.parametrize(
    "penalty", [eq.penalties.L2(), eq.penalties.L1(), eq.penalties.ElasticNet(l1_ratio=0.5)], ids=repr
)
@pytest.mark.parametrize("shape", [(60, 4), (30, 50)], ids=["tall", "wide"])
@pytest.mark.parametrize("name", LOSSES)
def test_every_point_is_certified(name, shape, penalty) -> None:
    X, y = sample(*shape, classes=name == "hinge")
    for intercept in (True, False):
        task = problem(X, y, LOSSES[name], penalty, fit_intercept=intercept, standardize=intercept)
        path = solve_path(task, GRID[::2])
        assert np.all(path.gaps <= 1e-6), path.gaps
        # the claim of a gap is that nothing is lower by more: a search from the fit finds nothing
        for k in (1, 4):
            now = objective(task, path.coefs[k], path.intercepts[k], path.alphas[k])
            rng = np.random.default_rng(k)
            for size in (1e-1, 1e-2, 1e-3, 1e-4):
                move = size * rng.normal(size=(20, task.p)) * task.scale
                shift = size * rng.normal(size=20) if intercept else np.zeros(20)
                found = min(
                    objective(task, path.coefs[k] + m, path.intercepts[k] + b, path.alphas[k])
                    for m, b in zip(move, shift, strict=True)
                )
                assert found >= now - 1.1e-6 * task.null.objective


@pytest.mark.parametrize("alpha", [1e-1, 1e-3])
def test_the_hinge_is_libsvms(alpha: float) -> None:
    X, y = sample(150, 5, classes=True)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    task = problem(X, y, eq.losses.Hinge(), eq.penalties.L2())
    path = solve_path(task, np.array([alpha]), 1e-9)
    peer = SVC(kernel="linear", C=1.0 / (alpha * len(y)), tol=1e-9).fit(X, y)
    ours = objective(task, path.coefs[0], path.intercepts[0], alpha)
    theirs = objective(task, peer.coef_[0], float(peer.intercept_[0]), alpha)
    assert ours <= theirs + 1e-9
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    np.testing.assert_allclose(path.coefs[0], peer.coef_[0], rtol=1e-3, atol=1e-4)


def test_support_vector_regression_is_libsvms() -> None:
    X, y = sample(120, 4)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    task = problem(X, y, eq.losses.EpsilonInsensitive(0.5), eq.penalties.L2())
    path = solve_path(task, np.array([0.01]), 1e-9)
    peer = SVR(kernel="linear", C=1.0 / (0.01 * len(y)), epsilon=0.5, tol=1e-9).fit(X, y)
    theirs = objective(task, peer.coef_[0], float(peer.intercept_[0]), 0.01)
    np.testing.assert_allclose(objective(task, path.coefs[0], path.intercepts[0], 0.01), theirs, rtol=1e-6)


@pytest.mark.parametrize("q", [0.1, 0.5, 0.9])
def test_quantile_regression_with_l1_is_the_linear_program(q: float) -> None:
    X, y = sample(80, 5)
    n, p, alpha = 80, 5, 0.05
    # positive and negative parts of w, of b and of the residual
    cost = np.r_[np.full(2 * p, alpha), 0.0, 0.0, np.full(n, q / n), np.full(n, (1 - q) / n)]
    equal = np.hstack([X, -X, np.ones((n, 1)), -np.ones((n, 1)), np.eye(n), -np.eye(n)])
    program = linprog(cost, A_eq=equal, b_eq=y, method="highs")
    task = problem(X, y, eq.losses.Quantile(q), eq.penalties.L1())
    path = solve_path(task, np.array([alpha]), 1e-9)
    np.testing.assert_allclose(objective(task, path.coefs[0], path.intercepts[0], alpha), program.fun, rtol=1e-7)
    w = program.x[:p] - program.x[p : 2 * p]
    np.testing.assert_allclose(path.coefs[0], w, atol=1e-4)
    assert np.array_equal(path.coefs[0] != 0, np.abs(w) > 1e-9)


def test_the_null_model_is_the_quantile() -> None:
    y = np.arange(10.0)
    task = problem(np.ones((10, 1)), y, eq.losses.Quantile(0.75), eq.penalties.L2())
    assert float(task.null.intercept[0]) == 7.0


@pytest.mark.parametrize("name", LOSSES)
def test_a_weight_of_two_is_a_row_twice_and_zero_is_none(name: str) -> None:
    X, y = sample(50, 3, classes=name == "hinge")
    weight = np.r_[np.full(10, 2.0), np.zeros(10), np.ones(30)]
    rows = np.r_[0:10, 0:10, 20:50]
    for penalty in (eq.penalties.L2(), eq.penalties.L1()):
        one = solve_path(problem(X, y, LOSSES[name], penalty, weight), GRID[::2], 1e-9)
        other = solve_path(problem(X[rows], y[rows], LOSSES[name], penalty), GRID[::2], 1e-9)
        task = problem(X, y, LOSSES[name], penalty, weight)
        for k, alpha in enumerate(GRID[::2]):
            values = [objective(task, path.coefs[k], path.intercepts[k], alpha) for path in (one, other)]
            np.testing.assert_allclose(*values, rtol=1e-7)


def test_sparse_is_dense() -> None:
    X, y = sample(60, 5, classes=True)
    X = np.where(np.abs(X - 3.0) < 1.0, 0.0, X)
    for standardize in (False, True):
        dense = solve_path(problem(X, y, eq.losses.Hinge(), eq.penalties.L2(), standardize=standardize), GRID, 1e-9)
        thin = problem(sparse.csc_array(X), y, eq.losses.Hinge(), eq.penalties.L2(), standardize=standardize)
        np.testing.assert_allclose(solve_path(thin, GRID, 1e-9).coefs, dense.coefs, rtol=1e-3, atol=1e-5)


def test_a_large_sparse_matrix_stays_sparse(monkeypatch: pytest.MonkeyPatch) -> None:
    from equipoise.solvers import kinked

    rng = np.random.default_rng(0)
    X = sparse.random_array((80, 120), density=0.08, rng=rng, format="csc")
    y = (np.asarray(X @ rng.normal(size=120)).ravel() > 0).astype(float)
    task = problem(X, y, eq.losses.Hinge(), eq.penalties.L2())
    small = solve_path(task, GRID[4:9])
    monkeypatch.setattr(kinked, "SPARSE", 0)
    for descends, factored in ((True, 2_000), (False, 2_000), (False, 20)):  # row by row, factored, conjugate gradients
        monkeypatch.setattr(kinked, "FACTORED", factored)
        if not descends:
            monkeypatch.setattr(kinked._System, "descend", lambda self, state, *_: (state, np.inf))
        large = solve_path(task, GRID[4:9])
        assert np.all(large.gaps <= 1e-6)
        for k, alpha in enumerate(GRID[4:9]):
            values = [objective(task, path.coefs[k], path.intercepts[k], alpha) for path in (small, large)]
            assert abs(values[0] - values[1]) <= 2e-6 * task.null.objective


@pytest.mark.parametrize("name", LOSSES)
def test_rows_one_by_one_find_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from equipoise.solvers import kinked

    X, y = sample(60, 4, classes=name == "hinge")
    X = np.where(np.abs(X - 3.0) < 0.5, 0.0, X - 3.0)
    task = problem(sparse.csc_array(X), y, LOSSES[name], eq.penalties.L2(), standardize=True)
    dense = solve_path(task, GRID[:6])
    monkeypatch.setattr(kinked, "SPARSE", 0)
    rows = solve_path(task, GRID[:6])
    assert np.all(rows.gaps <= 1e-6)
    for k, alpha in enumerate(GRID[:6]):
        values = [objective(task, path.coefs[k], path.intercepts[k], alpha) for path in (dense, rows)]
        assert abs(values[0] - values[1]) <= 2e-6 * task.null.objective


def test_bounds_hold() -> None:
    X, y = sample(80, 5)
    task = problem(X, -y, eq.losses.Quantile(0.5), eq.penalties.Box(low=0.0))
    path = solve_path(task, np.array([0.01]))
    assert np.all(path.coefs >= 0.0)
    assert path.gaps[0] <= 1e-6


def test_offset_shifts_the_target() -> None:
    X, y = sample(60, 3)
    shift = np.linspace(-5.0, 5.0, 60)
    for penalty in (eq.penalties.L2(), eq.penalties.L1()):
        one = solve_path(problem(X, y, eq.losses.Quantile(0.3), penalty, offset=shift), GRID, 1e-9)
        other = solve_path(problem(X, y - shift, eq.losses.Quantile(0.3), penalty), GRID, 1e-9)
        np.testing.assert_allclose(one.coefs, other.coefs, rtol=1e-3, atol=1e-5)


def test_classes_are_told_apart_one_against_the_rest() -> None:
    from sklearn.datasets import load_iris

    X, y = load_iris(return_X_y=True)
    for loss in ("hinge", "squared_hinge"):
        model = eq.LinearSVC(alpha=0.01, loss=loss).fit(X, y)
        second = eq.LinearSVC(alpha=0.01, loss=loss).fit(X, y == 1)
        np.testing.assert_allclose(model.coef_[1], second.coef_[0], rtol=1e-3, atol=1e-4)
        assert model.score(X, y) > 0.9
        auto = eq.LinearSVC(eq.CrossValidation(3, alphas=5), loss=loss).fit(X, y)
        assert auto.gap_ <= 1e-6
        assert auto.score(X, y) > 0.9


@dataclass(frozen=True, eq=False)
class Own(eq.penalties.Penalty):
    """L1 as a user may write it: no kernel, no conjugate."""

    name = "own"

    def value(self, w: np.ndarray) -> float:
        return float(self.factors(w.size) @ np.abs(w))

    def prox(self, w: np.ndarray, step: float) -> np.ndarray:
        return np.sign(w) * np.maximum(np.abs(w) - step * self.factors(w.size), 0.0)


def standard(n: int, p: int, classes: bool, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + 0.5 * rng.normal(size=(n, 1)) + 1.0
    y = X[:, :3] @ [1.0, -1.0, 0.5] + rng.standard_t(3, size=n)
    return X, (y > np.median(y)).astype(float) if classes else y


def lower_nearby(task: Problem, path, k: int) -> float:
    """By how much, over the null objective, a random search around a fit gets below it."""
    alpha, rng = float(path.alphas[k]), np.random.default_rng(k)
    now, found = objective(task, path.coefs[k], path.intercepts[k], alpha), []
    for size in (1e-1, 1e-2, 1e-3, 1e-4):
        for _ in range(15):
            move, shift = size * rng.normal(size=(2, task.p))
            used = path.coefs[k] != 0
            for m in (move * task.scale, np.where(used, move, 0.0) * task.scale):
                b = path.intercepts[k] + (shift[0] if task.fit_intercept else 0.0)
                found.append(objective(task, path.coefs[k] + m, b, alpha))
    return (now - min(found)) / task.null.objective


@pytest.mark.parametrize("penalty", ["group", "sparse-group", "own", "mcp", "scad"])
@pytest.mark.parametrize("name", ["hinge", "epsilon", "quantile"])
def test_any_penalty_runs(name: str, penalty: str) -> None:
    factor = np.array([1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.0, 2.0, 2.0])
    made = {
        "group": eq.penalties.GroupLasso(groups=np.arange(9) // 3, factor=np.where(factor == 2.0, 1.0, factor)),
        "sparse-group": eq.penalties.SparseGroupLasso(groups=np.arange(9) // 3, factor=np.where(factor > 1, 1, factor)),
        "own": Own(factor=factor),
        "mcp": eq.penalties.MCP(factor=factor),
        "scad": eq.penalties.SCAD(factor=factor),
    }[penalty]
    X, y = standard(45, 9, name == "hinge")
    weight = np.r_[np.zeros(5), np.linspace(0.5, 2.0, 40)]
    for settings in ({}, {"standardize": True, "fit_intercept": False}):
        task = problem(X, y, LOSSES[name], made, weight, **settings)
        path = solve_path(task, np.array([0.1, 0.01]))
        assert np.all(path.gaps <= 1e-6), path.gaps
        for k in range(2):
            assert lower_nearby(task, path, k) <= 1.1e-6


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("shape", [(100, 15), (30, 60)], ids=["tall", "wide"])
def test_an_own_l1_is_l1(name: str, shape: tuple[int, int]) -> None:
    X, y = standard(*shape, name == "hinge")
    alphas = np.array([0.1, 0.03])
    own = solve_path(problem(X, y, LOSSES[name], Own()), alphas)
    task = problem(X, y, LOSSES[name], eq.penalties.L1())
    known = solve_path(task, alphas)
    assert np.all(own.gaps <= 1e-6)
    for k, alpha in enumerate(alphas):
        values = [objective(task, path.coefs[k], path.intercepts[k], alpha) for path in (own, known)]
        assert abs(values[0] - values[1]) <= 2e-6 * task.null.objective


def test_what_does_not_converge_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from equipoise.solvers import splitting

    monkeypatch.setattr(splitting, "STEPS", 20)
    X, y = standard(100, 6, False)
    with pytest.warns(CertificateWarning):
        eq.QuantileRegressor(alpha=0.05, penalty=Own()).fit(X, y)
