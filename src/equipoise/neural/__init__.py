"""Regularised nets: scikit-learn estimators whose whole grid of alphas, folds and starts trains as one program.

Names load when first touched: `import equipoise` costs no JAX.
"""

from __future__ import annotations

from equipoise import _lazy

_HOMES = {
    "FeaturePath": "equipoise.neural.features",
    "MLPClassifier": "equipoise.neural.classifier",
    "MLPRegressor": "equipoise.neural.regressor",
    "NetSelection": "equipoise.neural.selecting",
    "Network": "equipoise.neural.network",
    "feature_path": "equipoise.neural.features",
}

__all__ = sorted(_HOMES)

__getattr__, __dir__ = _lazy.attach(__name__, _HOMES)
