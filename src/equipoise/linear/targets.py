"""Ridge on many targets: one decomposition of X, an alpha for each target."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from equipoise.errors import CertificateWarning, InputError
from equipoise.selection import Context, CrossValidation
from equipoise.selection.targets import select_targets
from equipoise.solvers import Problem
from equipoise.solvers.rotation import is_l2
from equipoise.solvers.targets import TargetPath, target_design

__all__ = ["learn_targets"]


def learn_targets(model: Any, problem: Problem, context: Context) -> None:
    """Fit every column of y, shape (n, T), and set what `Ridge` promises.

    Raises
    ------
    InputError
        If the penalty or the strategy is for one target only, or there is not one alpha for each.
    """
    if not is_l2(problem):
        raise InputError(
            f"y has {problem.outputs} columns; many targets take the L2 penalty, not {type(problem.penalty).__name__}"
        )
    design, alpha = target_design(problem), model.alpha
    if isinstance(alpha, str) and alpha == "auto":
        alpha = CrossValidation()
    if isinstance(alpha, (int, float, np.number, list, tuple, np.ndarray)) and not isinstance(alpha, bool):
        model.selection_, model.path_, model.alpha_ = None, *_given(alpha, design)
    else:
        model.selection_, model.path_ = select_targets(design, alpha, context)
        model.alpha_ = model.selection_.alpha
    coefs, intercepts, gaps = model.path_.solve(model.alpha_)
    model.gap_, model.n_iter_ = float(np.max(gaps)), 1
    model._set(coefs, intercepts)
    if not model.gap_ <= model.tol:
        worst = int(np.argmax(gaps))
        warnings.warn(
            f"target {worst} ended with a relative duality gap of {model.gap_:.1e}; scale the columns or raise alpha",
            CertificateWarning,
            stacklevel=5,
        )


def _given(alpha: Any, design: Any) -> tuple[TargetPath, Any]:
    """Numbers: one for all targets, or one for each."""
    values, outputs = np.asarray(alpha, dtype=np.float64), design.problem.outputs
    if values.ndim > 1 or (values.ndim == 1 and len(values) != outputs):
        raise InputError(f"alpha has shape {values.shape}, but there are {outputs} targets")
    if not np.all((values >= 0) & (values < np.inf)):
        raise InputError(f"alpha={alpha} is not a number >= 0 for each target")
    return design.path(np.unique(values)[::-1]), values if values.ndim else float(values)
