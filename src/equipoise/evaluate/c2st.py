"""Classifier two-sample test: whether a classifier can tell synthetic rows from real ones that it has not seen.

    C2ST = 1 - (2 max(AUC, 1/2) - 1)

1 where the rows cannot be told apart, 0 where they always can. The classifier learns on real training rows and one half
of the synthetic ones, and is scored on real test rows and the other half: a synthesizer that copies gains nothing. Of
histogram boosting, extremely randomised trees and a perceptron the sharpest counts. Lopez-Paz and Oquab, *Revisiting
classifier two-sample tests* (2017), section 3.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.data import DesignEncoder, Table, TreeEncoder

__all__ = ["c2st", "c2st_scores"]

Floats = NDArray[np.float64]


def c2st_scores(train: Table, test: Table, synthetic: Table, seed: int = 0) -> dict[str, float]:
    """Return C2ST by each classifier.

    Parameters
    ----------
    train, test : Table
        Real rows that the synthesizer was fitted on, and others.
    synthetic : Table
        At least two rows; split in the proportion of `train` to `test`.
    seed : int
        Of the classifiers.

    Returns
    -------
    dict of str to float
        By ``"boosting"``, ``"trees"`` and ``"perceptron"``.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> iris = embedded("iris")
    >>> odd, even = iris.take(range(0, 150, 2)), iris.take(range(1, 150, 2))
    >>> sorted(c2st_scores(odd, even, iris))
    ['boosting', 'perceptron', 'trees']
    """
    from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.metrics import roc_auc_score
    from sklearn.neural_network import MLPClassifier

    names = [column.name for column in train.columns if column.kind != "text"]
    train, test, synthetic = (table.select(names) for table in (train, test, synthetic))
    first = min(max(round(len(synthetic) * len(train) / (len(train) + len(test))), 1), len(synthetic) - 1)
    parts = (train, synthetic.take(np.arange(first)), test, synthetic.take(np.arange(first, len(synthetic))))
    real = [np.r_[np.ones(len(a)), np.zeros(len(b))] for a, b in (parts[:2], parts[2:])]
    tree, design = TreeEncoder().fit(train), DesignEncoder().fit(train)
    trees = [np.concatenate([tree.transform(part) for part in pair]) for pair in (parts[:2], parts[2:])]
    dense = [np.concatenate([_dense(design.transform(part)) for part in pair]) for pair in (parts[:2], parts[2:])]
    middle, spread = dense[0].mean(axis=0), dense[0].std(axis=0)
    scaled = [np.clip((X - middle) / np.where(spread > 0, spread, 1.0), -10, 10) for X in dense]
    filled = [np.where(np.isnan(X), -1e9, X) for X in trees]
    tests: dict[str, tuple[Any, list[Floats]]] = {
        "boosting": (HistGradientBoostingClassifier(max_iter=100, early_stopping=False, random_state=seed), trees),
        "trees": (ExtraTreesClassifier(100, min_samples_leaf=5, n_jobs=1, random_state=seed), filled),
        "perceptron": (MLPClassifier((64,), early_stopping=True, max_iter=30, random_state=seed), scaled),
    }
    scores = {}
    for name, (model, (X, Z)) in tests.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # 30 epochs are the definition
            probability = model.fit(X, real[0]).predict_proba(Z)[:, 1]
        scores[name] = 2.0 - 2.0 * max(float(roc_auc_score(real[1], probability)), 0.5)
    return scores


def c2st(train: Table, test: Table, synthetic: Table, seed: int = 0) -> float:
    """Return the lowest of `c2st_scores`: 1 where no classifier can tell synthetic rows from real ones.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> iris = embedded("iris")
    >>> odd, even = iris.take(range(0, 150, 2)), iris.take(range(1, 150, 2))
    >>> 0 <= c2st(odd, even, iris) <= 1
    True
    """
    return min(c2st_scores(train, test, synthetic, seed).values())


def _dense(X: Any) -> Floats:
    return np.asarray(X.toarray() if hasattr(X, "toarray") else X, float)
