"""Classifier two-sample test: whether a classifier can tell synthetic rows from real ones that it has not seen.

    C2ST = 1 - (2 max(AUC, 1/2) - 1)

1 where the rows cannot be told apart, 0 where they always can. The classifier learns on real training rows and one half
of the synthetic ones, and is scored on real test rows and the other half: a synthesizer that copies gains nothing. Of
histogram boosting, extremely randomised trees and a perceptron the sharpest counts. Lopez-Paz and Oquab, *Revisiting
classifier two-sample tests* (2017), section 3.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.data import DesignEncoder, Table, TreeEncoder
from equipoise.errors import interruptible
from equipoise.evaluate.intervals import Z95_OF_THREE, Estimate, auc

__all__ = ["TwoSamples", "c2st", "c2st_scores", "two_samples"]

_ROWS = 5_000  # that columns are shuffled in for their importance

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TwoSamples:
    """What the classifiers found.

    Attributes
    ----------
    aucs : mapping of str to tuple of float
        AUC by ``"boosting"``, ``"trees"`` and ``"perceptron"``, with DeLong's interval given what was learned,
        corrected for three classifiers.
    importance : mapping of str to float
        How much the AUC of boosting falls when the column is shuffled among the rows scored: which columns give the
        synthetic rows away, alone or with others.
    """

    aucs: Mapping[str, Estimate]
    importance: Mapping[str, float]

    @property
    def scores(self) -> dict[str, float]:
        """C2ST by classifier."""
        return {name: _score(found[0]) for name, found in self.aucs.items()}

    @property
    def sharpest(self) -> str:
        """The classifier with the lowest C2ST."""
        return min(self.scores, key=lambda name: self.scores[name])

    @property
    def lowest(self) -> Estimate:
        """C2ST of the sharpest classifier, and its interval."""
        value, low, high = self.aucs[self.sharpest]
        return _score(value), _score(high), _score(low)

    @property
    def error(self) -> float:
        """Standard error of the lowest C2ST, given what was learned."""
        _, low, high = self.aucs[self.sharpest]
        return (high - low) / Z95_OF_THREE  # twice that of the AUC


def two_samples(
    train: Table, test: Table, synthetic: Table, seed: int = 0, *, importance: bool = True, enough: float = 0.0
) -> TwoSamples:
    """Let three classifiers tell real rows from synthetic ones.

    Parameters
    ----------
    train, test : Table
        Real rows that the synthesizer was fitted on, and others.
    synthetic : Table
        At least two rows; split in the proportion of `train` to `test`.
    seed : int
        Of the classifiers.
    importance : bool
        Whether to find the columns that give the synthetic rows away.
    enough : float
        A C2ST below which no further classifier is asked: the lowest counts, and more of them can but lower it.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> iris = embedded("iris")
    >>> odd, even = iris.take(range(0, 150, 2)), iris.take(range(1, 150, 2))
    >>> found = two_samples(odd, even, iris)
    >>> 0 <= found.lowest[0] <= 1
    True
    """
    from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
    from sklearn.exceptions import ConvergenceWarning
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
    aucs = {}
    for name, (model, (X, Z)) in tests.items():
        with interruptible(), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # 30 epochs are the definition
            probability = model.fit(X, real[0]).predict_proba(Z)[:, 1]
        aucs[name] = auc(real[1], probability, Z95_OF_THREE)
        if _score(aucs[name][0]) < enough:
            break
    shuffled = _importance(tests["boosting"][0], trees[1], real[1], seed) if importance else []
    return TwoSamples(aucs, dict(zip(tree.feature_names_out_, shuffled, strict=False)))


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
    return two_samples(train, test, synthetic, seed, importance=False).scores


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


def _score(area: float) -> float:
    return 2.0 - 2.0 * max(area, 0.5)


def _importance(model: Any, Z: Floats, real: Floats, seed: int) -> list[float]:
    random = np.random.default_rng((seed, 3))
    if len(Z) > _ROWS:
        rows = random.choice(len(Z), _ROWS, replace=False)
        Z, real = Z[rows], real[rows]
    if real.min() == real.max():
        return [0.0] * Z.shape[1]

    def area(X: Floats) -> float:
        return auc(real, model.predict_proba(X)[:, 1])[0]

    whole, losses = area(Z), []
    for place in range(Z.shape[1]):
        other = Z.copy()
        other[:, place] = random.permutation(other[:, place])
        losses.append(whole - area(other))
    return losses


def _dense(X: Any) -> Floats:
    return np.asarray(X.toarray() if hasattr(X, "toarray") else X, float)
