"""Fit the arms on a sample: nothing here sees a row that is not in it.

One encoder and one path a penalty serve all linear arms; the penalty of "linear" is the one whose alpha has the lowest
cross-validated loss inside the sample.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, TimeSeriesSplit
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from equipoise import penalties
from equipoise.data import DesignEncoder, Table, TreeEncoder
from equipoise.judge.arms import SYNTHESIZERS
from equipoise.judge.budget import Budget
from equipoise.judge.models import BoostingModel, ConstantModel, LinearModel, Model
from equipoise.judge.sample import Sample
from equipoise.judge.seeds import derive
from equipoise.linear import LogisticRegression, Ridge
from equipoise.selection import CrossValidation

__all__ = ["PENALTIES", "TITLES", "Fitted", "Fitter", "boosting", "constant", "estimator"]

Floats = NDArray[np.float64]

PENALTIES: dict[str, Callable[[], Any]] = {
    "l2": penalties.L2,
    "l1": penalties.L1,
    "elastic-net": lambda: penalties.ElasticNet(l1_ratio=0.5),
}
TITLES = {"l2": "L2", "l1": "L1", "elastic-net": "Elastic net"}


@dataclass(frozen=True)
class Fitted:
    """A model and the numbers that the table of arms shows."""

    model: Model
    alpha: float | None = None
    penalty: str | None = None
    gap: float | None = None


@dataclass
class Fitter:
    """Fits arms with the settings of a study and remembers how long each part took.

    Attributes
    ----------
    budget : Budget
    seed : int
    synthesizers : tuple of str
        Names of their classes.
    seconds : dict
        Seconds by part.
    """

    budget: Budget
    seed: int
    synthesizers: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)

    def real(self, sample: Sample) -> tuple[dict[str, Fitted], dict[str, Any]]:
        """Fit every arm that uses real rows only; return them and the linear estimators by penalty."""
        with self._timed("constrain"):
            linear, chosen = self.linear(sample)
        fitted = {"constant": Fitted(constant(sample)), **linear}
        if self.budget.nets:
            with self._timed("nets"):
                fitted |= self.nets(sample, linear["none"].model.encoder)  # type: ignore[attr-defined]
        with self._timed("boosting"):
            fitted["boosting"] = Fitted(self.boosting(sample))
        return fitted, chosen

    def nets(self, sample: Sample, encoder: DesignEncoder) -> dict[str, Fitted]:
        """Fit the nets of the budget on the features of the linear arms."""
        from equipoise.judge.nets import fit_net

        settings = (self._strategy(sample), self.budget, derive(self.seed, "net"))
        return {name: Fitted(*fit_net(sample, encoder, name, *settings)) for name in self.budget.nets}

    def linear(
        self, sample: Sample, keys: Collection[str] = tuple(PENALTIES)
    ) -> tuple[dict[str, Fitted], dict[str, Any]]:
        """Fit the unpenalised and penalised linear arms; return them and the fitted estimators by penalty."""
        encoder = DesignEncoder().fit(sample.features)
        X, y = encoder.transform(sample.features), sample.y
        free = estimator(sample.task, None, 0.0).fit(X, y)
        fitted = {"none": _fitted(free, encoder, sample, 0.0, None)}
        chosen: dict[str, Any] = {}
        for key in keys:
            model = estimator(sample.task, PENALTIES[key](), self._strategy(sample)).fit(X, y)
            grid = model.selection_
            chosen[key] = model
            fitted[f"{key}-best"] = _fitted(model, encoder, sample, float(grid.alphas[grid.best]), key)
            fitted[f"{key}-1se"] = _fitted(model, encoder, sample, float(grid.alphas[grid.one_se]), key)
        lowest = min(chosen, key=lambda key: float(chosen[key].selection_.mean[chosen[key].selection_.best]))
        fitted["linear"] = fitted[f"{lowest}-best"]
        return fitted, chosen

    def boosting(self, sample: Sample) -> BoostingModel:
        """Fit histogram boosting at scikit-learn's defaults, with categories as such."""
        encoder = TreeEncoder().fit(sample.features)
        model = boosting(sample.task, encoder.categorical_, self.seed)
        with threadpool_limits(1, user_api="openmp"):
            model.fit(encoder.transform(sample.features), sample.y)
        return BoostingModel(encoder, model, len(sample.classes))

    def generated(self, sample: Sample, real: dict[str, Fitted], name: str, rows: Table) -> dict[str, Fitted]:
        """Fit both learners on the sample with the rows of a synthesizer added."""
        short = SYNTHESIZERS[name]
        with self._timed(name):
            larger = sample.extended(rows)
            linear = self.refit(larger, real["linear"])
            return {f"linear+{short}": linear, f"boosting+{short}": Fitted(self.boosting(larger))}

    def rows(self, sample: Sample, name: str, fold: int) -> Table:
        """Fit a synthesizer on the sample and draw as many rows from it."""
        with self._timed(name):
            return self._rows(sample, name, fold)

    def _rows(self, sample: Sample, name: str, fold: int) -> Table:
        from equipoise import tables

        seed = derive(self.seed, name, fold)
        most = self.budget.generator_rows
        table = sample.table
        if len(table) > most:
            table = table.take(np.sort(np.random.default_rng(derive(seed, "rows")).permutation(len(table))[:most]))
        kind = getattr(tables, name)
        settings = {} if name == "TableMarginals" else {"steps": _steps(self.budget.steps, len(table))}
        synthesizer = kind(seed=seed, **settings).fit(table)
        drawn: Table = synthesizer.sample(len(table), seed=derive(seed, "sample"))
        return drawn

    def refit(self, larger: Sample, real: Fitted) -> Fitted:
        """Fit the chosen linear model on more rows, with the penalty and alpha that the real rows chose."""
        model = real.model
        assert isinstance(model, LinearModel)
        assert real.penalty is not None
        again = estimator(larger.task, PENALTIES[real.penalty](), real.alpha)
        again.fit(model.encoder.transform(larger.features), larger.y)
        return _fitted(again, model.encoder, larger, real.alpha, real.penalty)

    def _strategy(self, sample: Sample) -> CrossValidation:
        folds = self.budget.inner_folds
        cv: Any = folds
        if sample.ordered:
            cv = TimeSeriesSplit(max(2, min(folds, len(sample) // 3)))
        elif sample.groups is not None:
            kind = GroupKFold if sample.task == "regression" else StratifiedGroupKFold
            splitter = kind(max(2, min(folds, len(np.unique(sample.groups)))))
            cv = list(splitter.split(sample.y, sample.y, sample.groups))
        return CrossValidation(cv=cv, alphas=self.budget.alphas)

    @contextmanager
    def _timed(self, part: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[part] = self.seconds.get(part, 0.0) + time.perf_counter() - start


def constant(sample: Sample) -> ConstantModel:
    """Shares of the classes, or the mean."""
    if sample.task == "regression":
        return ConstantModel(np.array(float(np.asarray(sample.y, dtype=np.float64).mean())))
    counts = np.bincount(sample.y.astype(np.intp), minlength=len(sample.classes))
    return ConstantModel(counts / counts.sum())


def estimator(task: str, penalty: Any, alpha: Any) -> Any:
    """The linear estimator of a task; the penalty sees columns of unit variance."""
    kind = Ridge if task == "regression" else LogisticRegression
    return kind(alpha, penalty=penalty, standardize=True, n_jobs=1)


def boosting(task: str, categorical: Any, seed: int) -> Any:
    """Histogram boosting at scikit-learn's defaults, with categories as such."""
    kind = HistGradientBoostingRegressor if task == "regression" else HistGradientBoostingClassifier
    return kind(categorical_features=categorical, random_state=derive(seed, "boosting"))


def _steps(most: int, rows: int) -> int:
    """About 100 passes over the rows, at least 100 steps and at most the budget's."""
    return int(np.clip(100 * rows // 128, 100, most))


def _fitted(model: Any, encoder: DesignEncoder, sample: Sample, alpha: float | None, penalty: str | None) -> Fitted:
    """Read one point of a path as a model of all classes of the study."""
    place = int(np.flatnonzero(model.path_.alphas == alpha)[0])
    coef, intercept = np.asarray(model.path_.coefs[place]), np.asarray(model.path_.intercepts[place])
    if sample.task == "multiclass" and len(model.classes_) < len(sample.classes):
        coef, intercept = _all_classes(coef, intercept, np.asarray(model.classes_), len(sample.classes))
    return Fitted(LinearModel(encoder, coef, intercept, sample.task), alpha, penalty, float(model.path_.gaps[place]))


def _all_classes(coef: Floats, intercept: Floats, present: NDArray[np.intp], count: int) -> tuple[Floats, Floats]:
    """Give classes that were absent in fitting the probability 0."""
    if coef.ndim == 1:  # two classes of several: the first has the predictor 0
        coef, intercept = np.stack([np.zeros_like(coef), coef]), np.array([0.0, float(intercept)])
    every, start = np.zeros((count, coef.shape[1])), np.full(count, -np.inf)
    every[present], start[present] = coef, intercept
    return every, start
