"""The four tables that synthesizers are compared on, as (training part, test part, name of the target).

Adult has its official split, the others the one of Zhang et al., *Mixed-type tabular data synthesis with score-based
diffusion in latent space* (2024). Codes of categories are categories, as there. The files lie in EQUIPOISE_DATA/tables.
"""

from __future__ import annotations

import os
from pathlib import Path

from equipoise.data import Table, align, read_table

NAMES = [
    "age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation", "relationship", "race",
    "sex", "capital-gain", "capital-loss", "hours-per-week", "native-country", "income",
]  # fmt: skip
TARGETS = {"adult": "income", "default": "default payment next month", "shoppers": "Revenue", "magic": "class"}
CATEGORIES = {
    "adult": [],
    "default": ["SEX", "EDUCATION", "MARRIAGE", *(f"PAY_{month}" for month in (0, 2, 3, 4, 5, 6))],
    "shoppers": ["OperatingSystems", "Browser", "Region", "TrafficType"],
    "magic": [],
}


def parts(name: str) -> tuple[Table, Table, str]:
    train, test = (_read(name, part) for part in ("train", "test"))
    return train, align(test, train), TARGETS[name]


def _read(name: str, part: str) -> Table:
    import pandas as pd

    path = Path(os.environ["EQUIPOISE_DATA"]) / "tables" / f"{name}.{part}.csv"
    if name == "adult":
        frame = pd.read_csv(path, header=None, names=NAMES, comment="|", skipinitialspace=True, na_values="?")
        frame["income"] = frame["income"].str.rstrip(".")
    else:
        frame = pd.read_csv(path)
    for column in (*CATEGORIES[name], TARGETS[name]):
        frame[column] = frame[column].astype(str)
    return read_table(frame)
