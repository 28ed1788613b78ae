"""What the page draws: histograms of both tables in the bins of the real one, and the dependence of their columns."""

from __future__ import annotations

from typing import Any

from equipoise.data import Column, Table
from equipoise.evaluate.dependence import dependence
from equipoise.evaluate.marginals import marginal
from equipoise.evaluate.shape import column_distance
from equipoise.evaluate.space import some

__all__ = ["column_drawing", "drawings"]

_COLUMNS = 40
_ROWS = 20_000


def drawings(real: Table, synthetic: Table) -> dict[str, Any]:
    """Describe the 40 columns that differ most, of at most 20,000 rows each."""
    real, synthetic = (some(table, _ROWS, 0) for table in (real, synthetic))
    distances = {c.name: column_distance(c, synthetic[c.name]) for c in real.columns if c.kind != "text"}
    farthest = sorted(distances, key=lambda name: -distances[name])[:_COLUMNS]
    names = [name for name in real.names if name in farthest]
    columns = [column_drawing(real[name], synthetic[name], distances[name]) for name in names]
    pair = real.select(names), synthetic.select(names)
    matrices = {"real": dependence(pair[0]).tolist(), "synthetic": dependence(pair[1], pair[0]).tolist()}
    return {"columns": columns, "dependence": {"names": names, **matrices}}


def column_drawing(real: Column, synthetic: Column, distance: float) -> dict[str, Any]:
    """Describe both histograms of a column, and their distance."""
    sides = marginal(real, synthetic)
    return {
        "name": sides.name,
        "kind": sides.kind,
        "bins": list(sides.bins),
        "real": sides.real.tolist(),
        "synthetic": sides.synthetic.tolist(),
        "distance": distance,
    }
