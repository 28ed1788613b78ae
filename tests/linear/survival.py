"""A small data set for survival, counts and amounts, by formulas, so that other programs can make it too."""

from __future__ import annotations

import numpy as np

ROWS = np.arange(30.0)
X = np.column_stack([np.sin(1.3 * ROWS), np.cos(0.7 * ROWS) + 0.3 * np.sin(1.3 * ROWS), (ROWS % 5) / 4.0])
TIME = np.maximum(np.floor(7.0 - 3.0 * X[:, 0] + 2.0 * X[:, 1] + 2.0 * np.sin(2.1 * ROWS) + ROWS % 3) + 1.0, 1.0)
EVENT = ROWS % 4 != 1
SURVIVAL = np.column_stack([TIME, EVENT])
COUNTS = np.floor(3.0 + 2.0 * np.sin(1.3 * ROWS) + ROWS % 3)
AMOUNTS = np.exp(0.5 * np.sin(1.3 * ROWS) + 0.1 * (ROWS % 7))
WEIGHT = 1.0 + ROWS % 3
EXPOSURE = 1.0 + ROWS % 2
