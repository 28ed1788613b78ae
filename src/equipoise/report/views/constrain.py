"""How alpha was chosen: the path of coefficients and the cross-validation curve."""

from __future__ import annotations

from equipoise.report.numbers import as_float, significant
from equipoise.report.plots._style import clean
from equipoise.report.plots.coefficient_path import coefficient_path
from equipoise.report.plots.validation_curve import validation_curve
from equipoise.report.svg import inline_svg
from equipoise.report.views._read import Figure, Record, matrix, part, values, word

__all__ = ["path_figure", "selection_figure"]


def path_figure(record: Record) -> Figure | None:
    """Return the path of coefficients, or None if the record has none."""
    path = part(record, "path")
    alphas, coefs = values(path, "alphas"), matrix(path, "coefs")
    if not len(alphas) or not len(coefs) or coefs.shape[1] != len(alphas):
        return None
    given = path.get("names")
    names = [clean(name) for name in given] if isinstance(given, list | tuple) else []
    names = names if len(names) == len(coefs) else [str(i) for i in range(len(coefs))]
    marks = {"best": as_float(path.get("alpha_best")), "1se": as_float(path.get("alpha_1se"))}
    penalty = word(path, "penalty", "penalty")
    svg = inline_svg(
        lambda: coefficient_path(alphas, coefs, names, marks=marks),
        "path",
        f"Coefficients of {len(names)} features over alpha, {penalty} penalty: {', '.join(names[:12])}",
    )
    how = "Each line is one feature. From left to right the penalty weakens, and features that matter come in first."
    return Figure(svg, f"Path of coefficients, {penalty}", how)


def selection_figure(record: Record) -> Figure | None:
    """Return the cross-validation curve, or None if the record has none."""
    chosen = part(record, "selection")
    alphas, mean, se, nonzero = (values(chosen, key) for key in ("alphas", "mean", "se", "nonzero"))
    if not len(alphas) or len(mean) != len(alphas):
        return None
    best, one_se = as_float(chosen.get("alpha_best")), as_float(chosen.get("alpha_1se"))
    metric = word(chosen, "metric", "loss")
    svg = inline_svg(
        lambda: validation_curve(
            alphas,
            mean,
            se if len(se) == len(alphas) else 0 * mean,
            best=best,
            one_se=one_se,
            nonzero=nonzero if len(nonzero) == len(alphas) else None,
            label=metric,
        ),
        "selection",
        f"Cross-validated {metric} over {len(alphas)} values of alpha; best at {significant(best)}, "
        f"one-standard-error choice at {significant(one_se)}",
    )
    how = (
        "The lowest point is the best alpha; 1-SE is the strongest penalty whose loss stays below the dotted line, one "
        "standard error above it. The band is ± one standard error."
    )
    return Figure(svg, f"Choice of alpha, {word(chosen, 'penalty', 'penalty')}", how)
