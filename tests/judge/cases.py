"""Small tables with a known truth."""

import numpy as np

from equipoise.data import Column, Table

LABELS = ("no", "yes", "maybe")


def table(task, n=90, seed=0, mark=False, belong=False):
    """Four columns of mixed kinds with missing values and a target `y`.

    `mark` adds the row's number as a feature, `belong` columns of groups and of time.
    """
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    color = rng.integers(3, size=n).astype(np.int32)
    score = x[:, 0] + 0.5 * x[:, 1] + (color == 1) + 0.5 * rng.normal(size=n)
    holes = x.copy()
    holes[rng.random((n, 3)) < 0.05] = np.nan
    columns = [Column(f"x{j}", "number", holes[:, j]) for j in range(3)]
    columns.append(Column("color", "category", color, ("blue", "green", "red")))
    if belong:
        columns.append(Column("when", "datetime", (np.arange(n) // 2) * 8.64e10 + 1.6e15))
        columns.append(
            Column("who", "category", (np.arange(n) // 3).astype(np.int32), tuple(f"p{i:03}" for i in range(n)))
        )
    if mark:
        columns.append(Column("mark", "number", np.arange(n) + 0.5))
    if task == "regression":
        columns.append(Column("y", "number", score))
    else:
        cuts = [0.3] if task == "binary" else [-0.3, 0.8]
        codes = np.digitize(score, cuts).astype(np.int32)
        order = np.argsort(LABELS[: len(cuts) + 1])
        levels = tuple(LABELS[i] for i in order)
        columns.append(Column("y", "category", np.argsort(order)[codes].astype(np.int32), levels))
    return Table(tuple(columns))
