"""Real rows against generated ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.report.numbers import as_float, count, fixed
from equipoise.report.plots._style import clean
from equipoise.report.plots.dependence import dependence_matrix
from equipoise.report.plots.marginals import marginal
from equipoise.report.svg import inline_svg
from equipoise.report.views._read import Figure, Record, items, matrix, part, values, word

__all__ = ["Quality", "Synthesizer", "synthesizers"]

_PANELS = 8  # columns drawn, those that differ most first
_CELLS = 14  # columns in a matrix


@dataclass(frozen=True)
class Quality:
    """One score between what scrambled columns and what real rows reach."""

    name: str
    value: str
    floor: str
    ceiling: str


@dataclass(frozen=True)
class Synthesizer:
    """One generator and how close it came."""

    name: str
    qualities: tuple[Quality, ...]
    columns: str
    panels: tuple[Figure, ...]
    matrices: tuple[Figure, ...]


def synthesizers(record: Record) -> list[Synthesizer]:
    """Return one entry a generator, in the order of the record."""
    return [_synthesizer(entry, f"synthetic{index}") for index, entry in enumerate(items(record, "synthetic"))]


def _synthesizer(entry: Record, key: str) -> Synthesizer:
    usable = [column for column in items(entry, "columns") if _complete(column)]
    worst = sorted(usable, key=lambda column: -(as_float(column.get("distance")) or 0.0))[:_PANELS]
    shown = f"{len(worst)} of {count(len(usable))} columns, those that differ most" if len(worst) < len(usable) else ""
    panels = tuple(_panel(column, f"{key}m{i}") for i, column in enumerate(worst))
    return Synthesizer(word(entry, "name", "synthesizer"), _qualities(entry), shown, panels, _matrices(entry, key))


def _qualities(entry: Record) -> tuple[Quality, ...]:
    floor, ceiling = part(entry, "floor"), part(entry, "ceiling")
    return tuple(
        Quality(name, *(fixed(as_float(source.get(name)), 2) for source in (entry, floor, ceiling)))
        for name in ("shape", "trend")
        if as_float(entry.get(name)) is not None
    )


def _complete(column: Record) -> bool:
    bins = column.get("bins")
    real, synthetic = values(column, "real"), values(column, "synthetic")
    if not isinstance(bins, list | tuple) or not len(real) or len(real) != len(synthetic):
        return False
    edges = len(bins) == len(real) + 1 and all(as_float(edge) is not None for edge in bins[1:-1])
    return edges or len(bins) == len(real)


def _panel(column: Record, key: str) -> Figure:
    name, distance = word(column, "name", "unnamed"), as_float(column.get("distance"))
    real, synthetic = values(column, "real"), values(column, "synthetic")
    svg = inline_svg(
        lambda: marginal(list(column["bins"]), real, synthetic),
        key,
        f"Distribution of {name}, real against synthetic" + (f": distance {fixed(distance, 3)}" if distance else ""),
    )
    return Figure(svg, name, fixed(distance, 2))


def _matrices(entry: Record, key: str) -> tuple[Figure, ...]:
    dependence = part(entry, "dependence")
    real, synthetic = matrix(dependence, "real"), matrix(dependence, "synthetic")
    given = dependence.get("names")
    names = [clean(name) for name in given] if isinstance(given, list | tuple) else []
    n = len(names)
    if not n or real.shape != (n, n) or synthetic.shape != (n, n):
        return ()
    kept = _most_different(real, synthetic)
    names = [names[i] for i in kept]
    real, synthetic = real[np.ix_(kept, kept)], synthetic[np.ix_(kept, kept)]
    return tuple(_matrix(names, m, t, f"{key}d{i}") for i, (m, t) in enumerate(_three(real, synthetic)))


def _three(real: NDArray[np.float64], synthetic: NDArray[np.float64]) -> list[tuple[NDArray[np.float64], str]]:
    return [(real, "real"), (synthetic, "synthetic"), (synthetic - real, "difference")]


def _matrix(names: Sequence[str], values: NDArray[np.float64], title: str, key: str) -> Figure:
    difference = title == "difference"
    worst = float(np.nanmax(np.abs(values))) if np.isfinite(values).any() else None
    told = f"; largest {fixed(worst, 2)}" if difference and worst is not None else ""
    svg = inline_svg(
        lambda: dependence_matrix(names, values, difference=difference),
        key,
        f"Pairwise dependence of {len(names)} columns, {title}{told}",
    )
    return Figure(svg, title, "")


def _most_different(real: NDArray[np.float64], synthetic: NDArray[np.float64]) -> list[int]:
    difference = np.nan_to_num(np.abs(real - synthetic)).sum(axis=1)
    return sorted(int(i) for i in np.argsort(-difference, kind="stable")[:_CELLS])
