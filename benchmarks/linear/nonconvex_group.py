"""MCP, SCAD and group-lasso paths on dense 10,000 x 1,000 (row 9): skein_glm, skglm and adelie on the same grid.

100 alphas from the largest down to a hundredth of it. Quality is the objective at equal alpha, by the same NumPy code
for all, over that of ours minus 1, at ten points: above 0 the contestant ended higher.

    python benchmarks/linear/nonconvex_group.py [mcp] [scad] [group] [--quick]
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from _common import gaussian, race, table

import equipoise as eq
from equipoise.losses import Squared
from equipoise.solvers import Problem, alpha_max, solve_path
from equipoise.solvers.certificate import objective

POINTS = 100
SIZE = 10  # of a group


def objectives(problem: Problem, alphas: np.ndarray, coefs: np.ndarray) -> np.ndarray:
    """At ten points; the intercept is the best one for the coefficients."""
    y_mean, means = problem.weight @ problem.y, problem.means
    chosen = np.linspace(0, len(alphas) - 1, 10).astype(int)
    return np.array([objective(problem, coefs[k], float(y_mean - means @ coefs[k]), alphas[k]) for k in chosen])


def concave(name: str, X: np.ndarray, y: np.ndarray, alphas: np.ndarray) -> dict[str, Callable[[], Any]]:
    """Paths of MCP or SCAD by skein and, alpha by alpha with warm starts, by skglm."""
    import skein_glm
    from skglm.datafits import Quadratic
    from skglm.penalties import SCAD, MCPenalty
    from skglm.solvers import AndersonCD
    from skglm.utils.jit_compilation import compiled_clone

    gamma = 3.0 if name == "mcp" else 3.7
    cls = skein_glm.MCPPathRegressor if name == "mcp" else skein_glm.SCADPathRegressor

    def skein() -> np.ndarray:
        return np.asarray(cls(gamma, lambdas=alphas).fit(X, y).coefs_)

    centred = np.asfortranarray(X - X.mean(axis=0))

    def skglm() -> np.ndarray:
        penalty = compiled_clone((MCPenalty if name == "mcp" else SCAD)(1.0, gamma))
        solver, loss = AndersonCD(tol=1e-6, fit_intercept=False), compiled_clone(Quadratic())
        return np.asarray(solver.path(centred, y - y.mean(), loss, penalty, alphas=alphas)[1]).T

    return {"skein_glm": skein, "skglm": skglm}


def grouped(X: np.ndarray, y: np.ndarray, alphas: np.ndarray) -> dict[str, Callable[[], Any]]:
    """The group-lasso path by adelie, at its tolerance and at one that comes near ours."""
    import adelie

    starts = np.arange(0, X.shape[1], SIZE)

    def run(tol: float) -> np.ndarray:
        settings = {"groups": starts, "lmda_path": alphas, "early_exit": False, "progress_bar": False, "tol": tol}
        return np.asarray(adelie.grpnet(X, adelie.glm.gaussian(y), **settings).betas.toarray())

    return {"adelie": lambda: run(1e-7), "adelie, tol 1e-12": lambda: run(1e-12)}


def main() -> None:
    quick = "--quick" in sys.argv
    names = [a for a in sys.argv[1:] if not a.startswith("--")] or ["mcp", "scad", "group"]
    n, p = (2000, 200) if quick else (10_000, 1000)
    X, y = gaussian(n, p)
    penalties = {
        "mcp": eq.penalties.MCP(3.0), "scad": eq.penalties.SCAD(3.7),
        "group": eq.penalties.GroupLasso(np.arange(p) // SIZE),
    }  # fmt: skip
    for name in names:
        problem = Problem(X, y, Squared(), penalties[name], np.full(n, 1.0 / n))
        alphas = alpha_max(problem) * np.geomspace(1.0, 1e-2, POINTS)

        def ours(problem: Problem = problem, alphas: np.ndarray = alphas) -> np.ndarray:
            fresh = Problem(X, y, Squared(), problem.penalty, problem.weight)  # nothing cached
            return solve_path(fresh, alphas, 1e-6).coefs

        peers = grouped(X, y, alphas) if name == "group" else concave(name, X, y, alphas)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results = race({"equipoise": ours, **peers}, 1 if quick else 5)
        base = objectives(problem, alphas, results["equipoise"][1])

        def quality(coefs: np.ndarray, problem: Problem = problem, alphas=alphas, base=base) -> str:
            ratio = objectives(problem, alphas, coefs) / base - 1.0
            return f"objective / ours - 1: mean {ratio.mean():+.1e}, worst {ratio.max():+.1e}, best {ratio.min():+.1e}"

        gap = solve_path(problem, alphas, 1e-6).gaps.max()
        table(f"{name}, {n} x {p}, {POINTS} alphas (ours certified to {gap:.0e})", results, quality, "equipoise")


if __name__ == "__main__":
    main()
