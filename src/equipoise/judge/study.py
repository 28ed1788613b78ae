"""The main job: all strategies against overfitting on one data set, and a verdict on each.

1. put a test part aside that no fit, no selection and no generator sees
2. divide the others into folds; fit every arm on the training part of each fold, with encoder, choice of alpha and
   generator inside, and score it on the rest
3. judge paired differences of the folds (see `verdict`)
4. fit every arm on all rows that were not put aside, and score it on the test part, once
"""

from __future__ import annotations

import time as clock
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sklearn.exceptions import UndefinedMetricWarning
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from equipoise.data import Finding, Kind
from equipoise.errors import CertificateWarning, InputError
from equipoise.judge import record as parts
from equipoise.judge.arms import SYNTHESIZERS, arms_with
from equipoise.judge.budget import Budget, budget_for
from equipoise.judge.crossvalidation import Progress, cross_validate, n_tasks
from equipoise.judge.describe import describe
from equipoise.judge.fitting import TITLES, Fitted, Fitter
from equipoise.judge.metrics import metric_set
from equipoise.judge.prepare import Prepared, prepare
from equipoise.judge.questions import best_arm, questions
from equipoise.judge.saved import SavedModel
from equipoise.judge.split import make_folds
from equipoise.judge.study_result import Study
from equipoise.judge.synthetic import synthetic_part

__all__ = ["study"]


def study(
    data: Any,
    target: str,
    *,
    test: Any = None,
    groups: str | None = None,
    time: str | None = None,
    budget: str = "standard",
    seed: int = 0,
    n_jobs: int | None = None,
    kinds: Mapping[str, Kind] | None = None,
    header: bool = True,
    progress: Progress | None = None,
    synthesizers: Sequence[str] = tuple(SYNTHESIZERS),
    command: str | None = None,
) -> Study:
    """Find out which strategy against overfitting works on this data.

    Parameters
    ----------
    data : path, pandas or polars DataFrame, pyarrow.Table, or Table
        At least 20 rows.
    target : str
        Column to predict.
    test : path, data frame or Table, optional
        The test part; a fifth of the rows of `data` if not given.
    groups : str, optional
        Column of which rows belong together; it is no feature.
    time : str, optional
        Column of when a row came; the latest rows are the test part, and it is no feature.
    budget : {"quick", "standard", "thorough"}
        Folds, repeats, grids and training steps; see `equipoise.judge.budget`.
    seed : int
        The same seed gives the same record, times aside, for any `n_jobs`.
    n_jobs : int, optional
        Folds at a time; as many as there are cores if not given.
    kinds : mapping of column name to kind, optional
        Kinds that are not to be inferred.
    header : bool
        Whether the first line of a delimited file names the columns; without, they are named "0", "1", ...
    progress : callable, optional
        Called with a part's name, the steps done and all steps.
    synthesizers : sequence of str
        Generators to try: any of "TableMarginals", "TableVAE", "TableGAN", or none.
    command : str, optional
        What the record says to do it again.

    Returns
    -------
    Study

    Raises
    ------
    InputError
        If the data or a setting cannot be used.

    References
    ----------
    Nadeau and Bengio (2003), "Inference for the generalization error"; Holm (1979), "A simple sequentially rejective
    multiple test procedure".

    Examples
    --------
    >>> import equipoise as eq
    >>> found = eq.study(eq.data.embedded("iris"), "target", budget="quick")  # doctest: +SKIP
    >>> found.record["verdicts"][0]["verdict"]  # doctest: +SKIP
    'no evidence'
    """
    start = clock.perf_counter()
    plan = budget_for(budget)
    check_seed(seed)
    arms_with(synthesizers)
    settings: dict[str, Any] = {"test": test, "groups": groups, "time": time, "kinds": kinds, "header": header}
    data_of = prepare(data, target, seed=seed, folds=plan.folds, **settings)
    seconds = {"read and inspect": clock.perf_counter() - start}
    work = _Work(
        data_of, plan, budget, seed, tuple(synthesizers), n_jobs, progress, command or _call(target, budget, seed)
    )
    with warnings.catch_warnings(), threadpool_limits(1):
        # both are told in the record: as a finding, and as null
        warnings.simplefilter("ignore", CertificateWarning)
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        warnings.filterwarnings("ignore", message="The least populated class", category=UserWarning)
        return work.run(seconds, start)


def check_seed(seed: int) -> None:
    """Raise if the seed is no whole number from 0 on."""
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InputError(f"seed={seed!r} is not a whole number from 0 on")


def _call(target: str, budget: str, seed: int) -> str:
    return f"equipoise.study(data, {target!r}, budget={budget!r}, seed={seed})"


@dataclass
class _Work:
    """One study on its way."""

    data: Prepared
    plan: Budget
    budget: str
    seed: int
    synthesizers: tuple[str, ...]
    n_jobs: int | None
    progress: Progress | None
    command: str

    def run(self, seconds: dict[str, float], start: float) -> Study:
        """Do the steps at the head of this file and put the record together."""
        train, metrics = self.data.train, metric_set(self.data.train.task)
        repeats = self.plan.repeats_for(len(train))
        folds = make_folds(train.y, self.data.fold_rule, self.plan.folds, repeats, self.seed, train.groups)
        self.done, self.steps = 0, n_tasks(folds, len(self.synthesizers)) + 2 + len(self.synthesizers)
        fitter = Fitter(self.plan, self.seed, self.synthesizers, seconds)
        scores = cross_validate(train, folds, fitter, self.n_jobs, self._tell)
        fitted, drawn, paths = self._final(fitter)
        last = clock.perf_counter()
        competing = arms_with(self.synthesizers, self.plan.nets)
        verdicts = questions(scores, metrics.primary, competing)
        best = best_arm(scores, verdicts, metrics.primary, competing)
        arms = parts.arms_part(fitted, scores, train, self.data.test, metrics, self.seed)
        labels = {arm["name"]: arm["label"] for arm in arms}
        synthetic = synthetic_part(train.table, self.data.test.table, drawn, fitter.rows(train, "TableMarginals", 0))
        seconds["test part and verdicts"] = clock.perf_counter() - last
        record = {
            "format": parts.FORMAT,
            "version": parts.versions()["versions"]["equipoise"],
            "data": self._data(),
            "findings": [_finding(finding) for finding in (*self.data.findings, *_uncertified(fitted))],
            "settings": self._settings(folds),
            "metric": {"primary": metrics.primary, "label": metrics.label, "secondary": list(metrics.secondary)},
            "arms": arms,
            "verdicts": parts.verdicts_part(verdicts, labels, metrics.label, scores),
            "best": best,
            **paths,
            "synthetic": synthetic,
            "times": {"total": clock.perf_counter() - start, "parts": _parts(seconds)},
            "reproduce": {"command": self.command, **parts.versions()},
        }
        self._tell("done")
        kinds = dict(train.features.kinds)
        model = SavedModel(fitted[best].model, best, train.target, train.task, train.classes, kinds)
        return Study(parts.plain(record), model)

    def _final(self, fitter: Fitter) -> tuple[dict[str, Fitted], dict[str, Any], dict[str, Any]]:
        """Fit every arm on the whole training part; return also generated rows, path and selection."""
        train = self.data.train
        fitted, estimators = fitter.real(train)
        self._tell("final fits")
        drawn = {}
        for name in self.synthesizers:
            drawn[name] = fitter.rows(train, name, 0)
            fitted |= fitter.generated(train, fitted, name, drawn[name])
            self._tell("final fits")
        title, label = TITLES["l1"], metric_set(train.task).label
        encoder = fitted["l1-best"].model.encoder  # type: ignore[attr-defined]
        return (
            fitted,
            drawn,
            {
                "path": parts.path_part(estimators["l1"], encoder, train, title),
                "selection": parts.selection_part(estimators["l1"], title, label),
            },
        )

    def _data(self) -> dict[str, Any]:
        data, train = self.data, self.data.train
        whole = [*train.y, *data.test.y] if data.rule != "file" else list(train.y)
        counts = [int(sum(value == k for value in whole)) for k in range(len(train.classes))]
        split = {"rule": data.rule, "train": len(train), "test": len(data.test)}
        return {**describe(data.table, train.target, train.task, train.classes, counts), "split": split}

    def _settings(self, folds: list[Any]) -> dict[str, Any]:
        plan = self.plan
        return {
            "seed": self.seed,
            "budget": self.budget,
            "folds": 1 + max(fold.number for fold in folds),
            "repeats": 1 + max(fold.repeat for fold in folds),
            "inner_folds": plan.inner_folds,
            "alphas": plan.alphas,
            "net_layers": list(plan.net_layers) if plan.nets else None,
            "net_epochs": plan.net_epochs if plan.nets else None,
            "generator_steps": plan.steps,
            "generator_rows": min(plan.generator_rows, len(self.data.train)),
            "command": self.command,
        }

    def _tell(self, part: str) -> None:
        self.done = min(self.done + 1, self.steps)
        if self.progress is not None:
            self.progress(part, self.done, self.steps)


def _finding(finding: Finding) -> dict[str, Any]:
    return {"code": finding.code, "column": finding.column, "message": finding.message}


def _uncertified(fitted: Mapping[str, Fitted]) -> list[Finding]:
    gap = fitted["none"].gap
    if gap is None or gap < float("inf"):
        return []
    message = (
        "without a penalty the linear model has no unique finite minimiser (classes can be separated, or there are "
        "more features than rows); that arm's figures are those of the point where the search stopped"
    )
    return [Finding("no-minimiser", None, message)]


def _parts(seconds: Mapping[str, float]) -> list[dict[str, Any]]:
    return [{"part": part, "seconds": round(value, 3)} for part, value in seconds.items()]
