"""The trial: whether it helps a learner on some data to weigh, copy, bend or add training rows.

    for each repeat and fold:  real rows -> arm -> learner -> loss on the fold's test rows, real and as they come
    for each learner and arm:  paired differences from the baseline arm -> verdict

Everything that learns (encoder, scaler, alpha, threshold, synthesizer) learns on the training part of the fold. The
verdict is that of `equipoise.judge.verdict`. Where only a part of the training rows is used (`rows`, "oracle"), the
correction of the error still takes test rows over all rows of the training part, from which that part is drawn.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from equipoise.data import read_table, target_vector
from equipoise.errors import CertificateWarning, InputError
from equipoise.judge.fitting import constant
from equipoise.judge.metrics import metric_set
from equipoise.judge.sample import Sample, as_category
from equipoise.judge.seeds import derive
from equipoise.judge.split import Fold, make_folds, ratio
from equipoise.judge.trial_arms import DEFAULT_ARMS, Apply, Given, Training, arms_of
from equipoise.judge.trial_learners import Learner, Make, learners_of
from equipoise.judge.trial_metrics import decide, prior_corrected, scores
from equipoise.judge.trial_result import ArmScores, Trial
from equipoise.judge.trial_store import Store
from equipoise.judge.verdict import Comparison, Verdict, judge

__all__ = ["trial"]

Progress = Callable[[str, int, int], None]
_INNER = 5


def trial(
    data: Any,
    target: str,
    *,
    learners: Any = ("logistic", "forest", "boosting"),
    arms: Any = DEFAULT_ARMS,
    baseline: str = "real",
    folds: int = 5,
    repeats: int = 3,
    rows: int | None = None,
    draws: int = 1,
    seed: int = 0,
    header: bool = True,
    keep: str | PathLike[str] | None = None,
    progress: Progress | None = None,
) -> Trial:
    """Find out whether changing the training rows helps.

    Parameters
    ----------
    data : path, data frame or Table
    target : str
        Column to predict.
    learners : str, estimator, mapping of name to estimator, or sequence of these
        "logistic" (ridge regression for a number; L2, alpha chosen on the real rows), "forest", "boosting", "knn",
        "mlp". An estimator of the user's own is given the encoded columns of `DesignEncoder` and codes of the classes.
    arms : str, mapping of name to synthesizer or `Augmenter`, or sequence of these
        "real", "class_weight", "threshold", "oversample", "smote" (needs imbalanced-learn), "jitter", "mixup",
        "duplicates", "marginals", "synthetic" (TableTrees), "synthetic_only", "oracle". Arms that balance classes are
        left out of a regression.
    baseline : str, default "real"
        The arm that the others are compared with.
    folds, repeats : int, default 5 and 3
    rows : int, optional
        Real rows that every arm learns from; the others of the training part are held back, for "oracle". All if not
        given, half with "oracle".
    draws : int, default 1
        Times that the random arms are drawn on each fold; their scores are averaged.
    seed : int, default 0
        Decides folds, draws and learners.
    header : bool, default True
        Whether the first line of a delimited file names the columns.
    keep : path, optional
        Folder for what is done: a run that was cut off goes on from there.
    progress : callable, optional
        Called with the part, arms done and all arms.

    Returns
    -------
    Trial
        `.verdict`, `.effect`, `.interval`, `.reason`, `.table()`, `.to_dict()`, `.plot()`.

    Raises
    ------
    InputError
        If the data, a learner, an arm or a number cannot be used.

    Notes
    -----
    The interval is that of Nadeau and Bengio (2003), corrected for the number of rows after Holm (1979).

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> from equipoise.judge import trial
    >>> found = trial(embedded("iris"), "target", learners="logistic", arms=["real", "duplicates"], repeats=1)
    >>> found.verdict, found.effect
    ('no evidence', 0.0)
    """
    whole = _sample(data, target, header)
    makes, chosen = learners_of(learners, whole.task), arms_of(arms, baseline, whole.task)
    _check(whole, folds, repeats, draws, rows)
    rule: Any = "random" if whole.task == "regression" else "stratified"
    parts = make_folds(whole.y, rule, folds, repeats, derive(seed, "trial"))
    size = rows
    if size is None and "oracle" in chosen:
        size = min(len(fold.train) for fold in parts) // 2
    if size is not None and size > (most := min(len(fold.train) for fold in parts) - ("oracle" in chosen)):
        raise InputError(f"rows={size} is more than a training part has, which is {most}; give fewer or use more folds")
    settings = {"learners": learners, "arms": arms, "baseline": baseline, "folds": folds, "repeats": repeats}
    identity = _identity(whole, settings | {"rows": size, "draws": draws, "seed": seed})
    store = Store(None if keep is None else Path(keep), identity)
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", CertificateWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        _run(whole, parts, makes, chosen, size, draws, seed, store, progress)
    return _result(whole, parts, makes, chosen, baseline, (folds, repeats, draws, seed), size, store)


def _sample(data: Any, target: str, header: bool) -> Sample:
    table = read_table(data, header=header)
    y, task, classes = target_vector(table, target)
    if classes:
        table = table.replace(as_category(table[target], y, classes))
    texts = [column.name for column in table.columns if column.kind == "text"]  # no learner can use them
    table = table.drop(texts)
    if len(table.columns) < 2:
        raise InputError(f"{table.origin.name} has no column besides the target {target!r} to predict from; add one")
    return Sample(table, target, task, classes)


def _check(whole: Sample, folds: int, repeats: int, draws: int, rows: int | None) -> None:
    for name, value, least in (("folds", folds, 2), ("repeats", repeats, 1), ("draws", draws, 1), ("rows", rows, 4)):
        if name == "rows" and value is None:
            continue
        if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
            raise InputError(f"{name}={value!r} is not a whole number from {least} on")
    if folds * 2 > len(whole):
        raise InputError(f"{folds} folds of {len(whole)} rows leave fewer than two to test on; use fewer folds")
    if whole.classes:
        sizes = np.bincount(whole.y.astype(np.intp))
        if sizes.min() < folds:
            raise InputError(
                f"class {whole.classes[sizes.argmin()]!r} has {sizes.min()} rows, and {folds} folds need one each; "
                "use fewer folds, merge the class with another or drop it"
            )


def _identity(whole: Sample, settings: dict[str, Any]) -> str:
    """Digest of rows and settings."""
    from equipoise import __version__

    digest = hashlib.sha256(json.dumps([__version__, whole.target, settings], default=repr).encode())
    for column in whole.table.columns:
        digest.update(repr((column.name, column.kind, column.levels)).encode())
        digest.update(np.ascontiguousarray(column.values).tobytes())
    return digest.hexdigest()


def _run(
    whole: Sample,
    parts: list[Fold],
    makes: dict[str, Make],
    arms: dict[str, Apply],
    size: int | None,
    draws: int,
    seed: int,
    store: Store,
    progress: Progress | None,
) -> None:
    """Fill the store with what is missing."""
    total = len(parts) * len(arms)
    for place, fold in enumerate(parts):
        missing = [name for name in arms if _key(name, fold) not in store]
        if not missing:
            continue
        at = derive(seed, "fold", fold.repeat, fold.number)
        real, held = _divided(whole.take(fold.train), size, at)
        test = whole.take(fold.test)
        learners = {name: make(real, at) for name, make in makes.items()}
        for name in missing:
            if progress is not None:
                done = place * len(arms) + list(arms).index(name)
                progress(f"{name}, fold {fold.number + 1} of repeat {fold.repeat + 1}", done, total)
            trainings = [arms[name](Given(real, held, derive(at, name, draw))) for draw in range(draws)]
            store.add(
                _key(name, fold),
                {key: _scored(learner, trainings, real, test, at) for key, learner in learners.items()},
            )


def _key(arm: str, fold: Fold) -> str:
    return f"{arm}/{fold.repeat}/{fold.number}"


def _divided(train: Sample, size: int | None, seed: int) -> tuple[Sample, Sample]:
    """Real rows that the arms learn from, and those held back; classes in their shares, each at least once."""
    if size is None:
        return train, train.take(np.empty(0, dtype=np.intp))
    order = np.random.default_rng(derive(seed, "held back")).permutation(len(train))
    if train.classes:
        codes = train.y.astype(np.intp)[order]
        rank = np.empty(len(order))
        for code in np.unique(codes):
            rows = np.flatnonzero(codes == code)
            # the k-th row of a class comes at the share (k + 1/2) / n_c; its first row before all shares
            rank[rows] = (np.arange(len(rows)) + 0.5) / len(rows)
            rank[rows[0]] -= 1.0
        order = order[np.argsort(rank, kind="stable")]
    return train.take(np.sort(order[:size])), train.take(np.sort(order[size:]))


def _scored(learner: Learner, trainings: list[Training], real: Sample, test: Sample, seed: int) -> Any:
    """Scores of a learner in an arm, averaged over draws; None where it cannot weigh rows and the arm does."""
    if trainings[0].weight is not None and not learner.takes_weights():
        return None
    found = [_once(learner, training, real, test, seed) for training in trainings]
    return {name: _plain(float(np.mean([each[name] for each in found]))) for name in found[0]}


def _once(learner: Learner, training: Training, real: Sample, test: Sample, seed: int) -> dict[str, float]:
    prediction = learner.fit(training.sample, training.weight).predict(test.features)
    decided = None
    if training.tune_threshold:
        decided = (prediction[:, 1] >= _threshold(learner, real, seed)).astype(np.intp)
    found = scores(test.y, prediction, decided)
    if real.classes:
        met = _shares(training.sample, training.weight)
        corrected = prior_corrected(prediction, met, _shares(real, None))
        found["log_loss_corrected"] = scores(test.y, corrected)["log_loss"]
    return found


def _threshold(learner: Learner, real: Sample, seed: int) -> float:
    """The threshold that is best on inner folds of the real training rows."""
    codes = real.y.astype(np.intp)
    least = int(np.bincount(codes).min())
    if least < 2:
        return 0.5
    splitter = StratifiedKFold(min(_INNER, least), shuffle=True, random_state=derive(seed, "threshold"))
    chance = np.empty(len(real))
    for train, rest in splitter.split(codes, codes):
        chance[rest] = learner.fit(real.take(train), None).predict(real.take(rest).features)[:, 1]
    return decide(codes, chance)


def _shares(sample: Sample, weight: NDArray[np.float64] | None) -> NDArray[np.float64]:
    counts = np.bincount(sample.y.astype(np.intp), weight, len(sample.classes))
    return np.asarray(counts / counts.sum(), dtype=np.float64)


def _plain(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _result(
    whole: Sample,
    parts: list[Fold],
    makes: dict[str, Make],
    arms: dict[str, Apply],
    baseline: str,
    numbers: tuple[int, int, int, int],
    size: int | None,
    store: Store,
) -> Trial:
    primary = metric_set(whole.task).primary
    pairs = [(learner, arm) for learner in makes for arm in arms]
    absent = {pair for pair in pairs if store[_key(pair[1], parts[0])][pair[0]] is None}
    found = {pair: [store[_key(pair[1], fold)][pair[0]] for fold in parts] for pair in pairs if pair not in absent}
    losses = {pair: [each[primary] for each in folds] for pair, folds in found.items()}
    seed = numbers[-1]
    floor = [_constant_loss(whole, fold, size, derive(seed, "fold", fold.repeat, fold.number)) for fold in parts]
    comparisons = [
        Comparison(arm, baseline, learner, losses[learner, arm], losses[learner, baseline], ratio(parts), floor)
        for learner, arm in found
        if arm != baseline and (learner, baseline) in found
    ]
    answer = judge("augment", comparisons)
    chief = next(
        r for r in answer.rows if (r.effect, r.low, r.candidate) == (answer.effect, answer.low, answer.candidate)
    )
    return Trial(
        answer.verdict,
        answer.effect,
        (answer.low, answer.high),
        _reason(answer, chief.learner, metric_set(whole.task).label),
        whole.target,
        whole.task,
        baseline,
        len(whole),
        len(parts[0].train) if size is None else size,
        len(parts[0].test),
        *numbers,
        answer.rows,
        tuple(
            ArmScores(learner, arm, _means(found[learner, arm]), tuple(losses[learner, arm])) for learner, arm in found
        ),
        tuple(
            f"{learner} cannot weigh rows, and is left out of {arm}"
            for learner, arm in pairs
            if (learner, arm) in absent
        ),
    )


def _constant_loss(whole: Sample, fold: Fold, size: int | None, seed: int) -> float:
    real, _ = _divided(whole.take(fold.train), size, seed)
    test = whole.take(fold.test)
    prediction = constant(real).predict(test.features)
    return scores(test.y, prediction)[metric_set(whole.task).primary]


def _means(folds: list[dict[str, float | None]]) -> dict[str, float | None]:
    """Mean of each score over the folds where it is defined."""
    means: dict[str, float | None] = {}
    for name in folds[0]:
        known = [each[name] for each in folds if each[name] is not None]
        means[name] = float(np.mean(np.array(known, dtype=np.float64))) if known else None
    return means


def _reason(answer: Verdict, learner: str, label: str) -> str:
    best = f"{answer.candidate} with {learner}"
    span = f"{answer.effect:.3g} ({answer.low:.3g} to {answer.high:.3g})"
    count = len(answer.rows)
    if answer.verdict == "helps":
        wins = sum(row.verdict == "helps" for row in answer.rows)
        text = f"{best} lowers the {label} of {answer.baseline} by {span}; {wins} of {count} comparisons help"
        placebo = {row.learner for row in answer.rows if row.candidate == "duplicates" and row.verdict == "helps"}
        if learner in placebo:
            text += ", but so do copies of the real rows: it is the number of rows that helps, not what is in them"
        return text + "."
    if answer.verdict == "hurts":
        return f"every comparison raises the {label} of {answer.baseline}; the least is that of {best}, {span}."
    if answer.effect <= 0:
        return f"no arm lowers the mean {label} of {answer.baseline}; nearest comes {best}, {span}."
    return (
        f"no arm beats {answer.baseline} beyond the luck of the folds; the largest fall of the {label} is that of "
        f"{best}, {span}."
    )
