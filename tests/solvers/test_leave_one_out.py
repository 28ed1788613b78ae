"""Exact leave-one-out of ridge against the refits that it stands for."""

from __future__ import annotations

import numpy as np
import pytest

from equipoise.penalties import L2, ElasticNet
from equipoise.solvers import leave_one_out, relative_gap, solve_path
from equipoise.solvers.ridge import left_out_path

from .problems import make

ALPHAS = np.array([3.0, 0.1, 1e-3])


@pytest.mark.parametrize("shape", [(25, 5), (12, 30), (15, 15)], ids=["tall", "wide", "square"])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("as_sparse", [True, False])
def test_equals_refits(shape: tuple[int, int], fit_intercept: bool, weighted: bool, as_sparse: bool) -> None:
    n, p = shape
    penalty = L2(factor=np.linspace(0.5, 2.0, p))
    problem = make(
        n=n, p=p, penalty=penalty, fit_intercept=fit_intercept, weighted=weighted, as_sparse=as_sparse, seed=4
    )
    got = leave_one_out(problem, ALPHAS)
    assert got.shape == (3, n)
    for i in range(n):
        refit = solve_path(problem.on_rows(np.delete(np.arange(n), i)), ALPHAS)
        expected = refit.predict(problem.X)[:, i]
        np.testing.assert_allclose(got[:, i], expected, rtol=1e-8, atol=1e-8)


def test_equals_refits_on_rows_that_are_really_gone() -> None:
    """No weight of 0 here: the normal equations of the remaining rows."""
    problem = make(n=20, p=4, penalty=L2(), seed=6)
    got = leave_one_out(problem, ALPHAS)
    for i in range(20):
        X, y = np.delete(problem.X, i, axis=0), np.delete(problem.y, i)
        Z, z = X - X.mean(axis=0), y - y.mean()
        for k, alpha in enumerate(ALPHAS):
            w = np.linalg.solve(Z.T @ Z / 19 + alpha * np.eye(4), Z.T @ z / 19)
            assert got[k, i] == pytest.approx(y.mean() + (problem.X[i] - X.mean(axis=0)) @ w, rel=1e-8)


def test_an_offset_is_kept() -> None:
    offset = np.random.default_rng(0).normal(size=25)
    problem = make(n=25, p=5, penalty=L2(), offset=offset)
    got = leave_one_out(problem, ALPHAS)
    for i in range(25):
        refit = solve_path(problem.on_rows(np.delete(np.arange(25), i)), ALPHAS)
        np.testing.assert_allclose(got[:, i], refit.predict(problem.X)[:, i] + offset[i], rtol=1e-8)


def test_the_elastic_net_without_l1_part_is_ridge() -> None:
    one, other = make(penalty=L2()), make(penalty=ElasticNet(l1_ratio=0.0))
    np.testing.assert_array_equal(leave_one_out(one, ALPHAS), leave_one_out(other, ALPHAS))


@pytest.mark.parametrize("shape", [(40, 5), (12, 30)], ids=["tall", "wide"])
@pytest.mark.parametrize("alphas", [ALPHAS, np.array([1.0, 1e-12]), np.array([1.0, 0.0])], ids=["far", "near", "zero"])
@pytest.mark.parametrize("standardize", [True, False])
def test_the_path_beside_it_is_that_of_all_rows(shape: tuple[int, int], alphas: np.ndarray, standardize: bool) -> None:
    n, p = shape
    problem = make(n=n, p=p, penalty=L2(factor=np.linspace(0.5, 2.0, p)), standardize=standardize, seed=5)
    path, _ = left_out_path(problem, alphas)
    expected = solve_path(problem, alphas)
    np.testing.assert_allclose(path.coefs, expected.coefs, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(path.dfs, expected.dfs, rtol=1e-8)
    for coef, intercept, alpha in zip(path.coefs, path.intercepts, alphas, strict=True):
        assert relative_gap(problem, coef, intercept, alpha) <= 1e-9


def test_many_rows_pass_in_blocks() -> None:
    """More rows than one block holds, against the closed form of a single one."""
    problem = make(n=9000, p=3, penalty=L2(), seed=1)
    got = leave_one_out(problem, ALPHAS)
    for i in (0, 8191, 8192, 8999):
        refit = solve_path(problem.on_rows(np.delete(np.arange(9000), i)), ALPHAS)
        np.testing.assert_allclose(got[:, i], refit.predict(problem.X[i : i + 1])[:, 0], rtol=1e-8)
