"""A path answers for every alpha between its ends."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from equipoise.errors import InputError
from equipoise.solvers import Path, solve_path

from .problems import grid, make

PATH = Path(
    np.array([4.0, 2.0, 0.0]), np.array([[0.0, 0.0], [1.0, -1.0], [5.0, 3.0]]), np.array([1.0, 2.0, 4.0]),
    np.zeros(3), np.array([0.0, 2.0, 2.0]),
)  # fmt: skip


@pytest.mark.parametrize(
    ("alpha", "coef", "intercept"),
    [(4.0, [0, 0], 1), (2.0, [1, -1], 2), (0.0, [5, 3], 4), (3.0, [0.5, -0.5], 1.5), (0.5, [4, 2], 3.5)],
)
def test_linear_between_the_points(alpha: float, coef: list[float], intercept: float) -> None:
    got = PATH.at(alpha)
    np.testing.assert_allclose(got[0], coef, rtol=1e-15)
    assert got[1] == pytest.approx(intercept)
    np.testing.assert_array_equal(PATH.coef(alpha), got[0])


@pytest.mark.parametrize("alpha", [4.1, -0.1, np.nan, np.inf])
def test_outside_the_path_there_is_no_answer(alpha: float) -> None:
    with pytest.raises(InputError, match="outside the path"):
        PATH.at(alpha)


def test_a_path_of_one_point() -> None:
    path = Path(*(a[1:2] for a in (PATH.alphas, PATH.coefs, PATH.intercepts, PATH.gaps, PATH.dfs)))
    np.testing.assert_array_equal(path.coef(2.0), [1.0, -1.0])
    with pytest.raises(InputError):
        path.at(1.0)


def test_every_point_is_found_again() -> None:
    problem = make()
    path = solve_path(problem, grid(problem, 30))
    for k, alpha in enumerate(path.alphas):
        np.testing.assert_array_equal(path.coef(alpha), path.coefs[k])


def test_the_lasso_path_is_piecewise_linear() -> None:
    """Between two neighbours with the same features, interpolation is exact."""
    problem = make()
    alphas = grid(problem, 1)[0] * np.array([0.02, 0.015, 0.01])
    path = solve_path(problem, alphas, 1e-14)
    assert np.all((path.coefs != 0) == (path.coefs[0] != 0))
    ends = Path(*(a[[0, 2]] for a in (path.alphas, path.coefs, path.intercepts, path.gaps, path.dfs)))
    np.testing.assert_allclose(ends.coef(alphas[1]), path.coefs[1], atol=1e-7)


@pytest.mark.parametrize("loss", ["squared", "multinomial"])
def test_predict_at_one_alpha_or_at_all(loss: str) -> None:
    problem = make(loss)
    path = solve_path(problem, grid(problem, 5))
    everywhere = path.predict(problem.X)
    assert everywhere.shape == ((5, 60) if loss == "squared" else (5, 60, 3))
    for k, alpha in enumerate(path.alphas):
        expected = problem.predictor(path.coefs[k], path.intercepts[k])
        np.testing.assert_allclose(everywhere[k], expected, rtol=1e-12)
        np.testing.assert_allclose(path.predict(problem.X, alpha), expected, rtol=1e-12)
        np.testing.assert_allclose(path.predict(sparse.csr_array(problem.X), alpha), expected, rtol=1e-12)


def test_plots() -> None:
    for loss in ("squared", "multinomial"):
        problem = make(loss)
        path = solve_path(problem, grid(problem, 5))
        assert path.plot([f"x{j}" for j in range(8)], marks={"best": float(path.alphas[2])}).lines
