"""The trial: whether it helps a learner on some data to weigh, copy, bend or add training rows.

    for each repeat and fold:  real rows -> arm -> learner -> loss on the fold's test rows, real and as they come
    for each learner and arm:  paired differences from the baseline arm -> verdict

Everything that learns (encoder, scaler, alpha, threshold, synthesizer) learns on the training part of the fold. The
verdict is that of `equipoise.judge.verdict`. Where only a part of the training rows is used (`rows`, "oracle"), the
correction of the error still takes test rows over all rows of the training part, from which that part is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from equipoise.data import read_table, target_vector
from equipoise.errors import InputError
from equipoise.judge.fitting import constant
from equipoise.judge.identity import identity
from equipoise.judge.metrics import metric_set, score
from equipoise.judge.prepare import check_roles, moments_of, sample_of
from equipoise.judge.sample import Sample
from equipoise.judge.seeds import derive
from equipoise.judge.split import Fold, Rule, make_folds, ratio
from equipoise.judge.trial_arms import DEFAULT_ARMS, Apply, arms_of
from equipoise.judge.trial_cells import Plan, Progress, cell_key, divided, run_cells
from equipoise.judge.trial_learners import Make, learners_of
from equipoise.judge.trial_result import ArmScores, Trial
from equipoise.judge.trial_store import Store
from equipoise.judge.verdict import Comparison, Verdict, judge
from equipoise.linear.checks import check_n_jobs

__all__ = ["trial"]


def trial(
    data: Any,
    target: str,
    *,
    learners: Any = ("logistic", "forest", "boosting"),
    arms: Any = DEFAULT_ARMS,
    baseline: str = "real",
    folds: int = 5,
    repeats: int = 5,
    rows: int | None = None,
    draws: int = 1,
    inner: int = 3,
    thresholds: bool = True,
    groups: str | None = None,
    time: str | None = None,
    seed: int = 0,
    n_jobs: int | None = None,
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
        "logistic" (ridge regression for a number; L2, alpha chosen in each arm), "forest", "boosting", "knn",
        "mlp". An estimator of the user's own is given the encoded columns of `DesignEncoder` and codes of the classes.
    arms : str, mapping of name to synthesizer or `Augmenter`, or sequence of these
        "real", "class_weight", "threshold", "oversample", "smote" (needs imbalanced-learn), "jitter", "mixup",
        "duplicates", "marginals", "synthetic" (TableTrees), "synthetic_only", "oracle". Our synthesizers by name are
        "trees", "mixture", "copula", "gan", "vae", "auto": as many rows of all classes; "gan:2" is twice as many,
        "gan:minority" until classes are equal, "gan:only" without the real rows. Arms that balance classes are left out
        of a regression.
    baseline : str, default "real"
        The arm that the others are compared with.
    folds, repeats : int, default 5
    rows : int, optional
        Real rows that every arm learns from; the others of the training part are held back, for "oracle". All if not
        given, half with "oracle".
    draws : int, default 1
        Times that the random arms are drawn on each fold; their scores are averaged.
    inner : int, default 3
        Inner folds on which each arm chooses alpha and the thresholds of two classes; 0 to keep alpha at 0.1 and to
        decide at one half, which takes a quarter of the time.
    thresholds : bool, default True
        Whether thresholds are chosen. They decide balanced accuracy and F1 and no other score: where only losses are
        asked for, False leaves out the inner fits of every learner that has no alpha to choose.
    groups : str, optional
        Column that says which rows belong together: they stay on one side of every fold. It is no feature.
    time : str, optional
        Column that says when a row came: a fold is tested on later rows than it is fitted on, and there is one repeat.
        It is no feature.
    seed : int, default 0
        Decides folds, draws and learners.
    n_jobs : int, optional
        Folds at a time, each in a process of its own; one at a time if not given, -1 for as many as there are cores.
        The result does not depend on it.
    header : bool, default True
        Whether the first line of a delimited file names the columns.
    keep : path, optional
        Folder for what is done: a run that was cut off goes on from there. An estimator or synthesizer of the user's
        own is recognised by its class and by what it holds.
    progress : callable, optional
        Called with the part, arms done and all arms.

    Returns
    -------
    Trial
        `.verdict`, `.effect`, `.interval`, `.reason`, `.table()`, `.compare(score)`, `.to_dict()`, `.plot()`.

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
    whole = _sample(data, target, groups, time, header)
    if not isinstance(thresholds, bool | np.bool_):
        raise InputError(f"thresholds={thresholds!r} is neither True nor False")
    makes, chosen = learners_of(learners, whole.task), arms_of(arms, baseline, whole.task)
    check_n_jobs(n_jobs)
    if "threshold" in chosen and not (thresholds and inner):
        raise InputError("the arm 'threshold' chooses thresholds on inner folds; allow both, or leave it out")
    _check(whole, folds=folds, repeats=repeats, draws=draws, rows=rows, inner=inner)
    rule: Rule = "random" if whole.task == "regression" else "stratified"
    if groups is not None or time is not None:
        rule = "time" if groups is None else "groups"
    parts = make_folds(whole.y, rule, folds, repeats, derive(seed, "trial"), whole.groups)
    size = rows
    if size is None and "oracle" in chosen:
        size = min(len(fold.train) for fold in parts) // 2
    if size is not None and size > (most := min(len(fold.train) for fold in parts) - ("oracle" in chosen)):
        raise InputError(f"rows={size} is more than a training part has, which is {most}; give fewer or use more folds")
    _check_comparable(whole.take(parts[0].train), makes, chosen, baseline)
    settings = {"learners": learners, "arms": arms, "baseline": baseline, "folds": folds, "repeats": repeats}
    settings |= {"rows": size, "draws": draws, "inner": inner, "thresholds": bool(thresholds)}
    settings |= {"groups": groups, "time": time, "seed": seed}
    store = Store() if keep is None else Store(Path(keep), identity(whole, settings))
    plan = Plan(whole, makes, chosen, size, draws, inner, bool(thresholds), seed)
    run_cells(plan, parts, store, 1 if n_jobs is None else int(n_jobs), progress)
    repeats = 1 + max(fold.repeat for fold in parts)
    return _result(whole, parts, makes, chosen, baseline, (folds, repeats, draws, seed), size, store)


def _sample(data: Any, target: str, groups: str | None, time: str | None, header: bool) -> Sample:
    table = read_table(data, header=header)
    y, task, classes = target_vector(table, target)
    check_roles(table, target, groups, time)
    helpers = [name for name in (groups, time) if name is not None]
    # no learner can use a text
    dropped = [*helpers, *(column.name for column in table.columns if column.kind == "text" and column.name != target)]
    kept = table.drop(dropped)
    if len(kept.columns) < 2:
        raise InputError(f"{table.origin.name} has no column besides the target {target!r} to predict from; add one")
    whole = sample_of(kept, target, task, classes, y, None if groups is None else table[groups])
    if time is None:
        return whole
    moments = moments_of(table[time])
    if missing := int(np.isnan(moments).sum()):
        raise InputError(f"the time column {time!r} is missing in {missing} rows; fill it in or drop them")
    return replace(whole.take(np.argsort(moments, kind="stable")), ordered=True)


_LEAST = {"folds": 2, "repeats": 1, "draws": 1, "rows": 4, "inner": 0}


def _check(whole: Sample, **numbers: Any) -> None:
    for name, value in numbers.items():
        least = _LEAST[name]
        if name == "rows" and value is None:
            continue
        if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
            raise InputError(f"{name}={value!r} is not a whole number from {least} on")
    folds = numbers["folds"]
    if folds * 2 > len(whole):
        raise InputError(f"{folds} folds of {len(whole)} rows leave fewer than two to test on; use fewer folds")
    if whole.groups is not None and (count := len(np.unique(whole.groups))) < folds:
        raise InputError(f"there are {count} groups, and {folds} folds need one each; use fewer folds")
    if whole.classes:
        sizes = np.bincount(whole.y.astype(np.intp))
        if sizes.min() < folds:
            raise InputError(
                f"class {whole.classes[sizes.argmin()]!r} has {sizes.min()} rows, and {folds} folds need one each; "
                "use fewer folds, merge the class with another or drop it"
            )


def _check_comparable(train: Sample, makes: dict[str, Make], arms: dict[str, Apply], baseline: str) -> None:
    """Refuse arms of which none says anything of any learner, before the work starts."""
    others = set(arms) - {baseline, "threshold"}
    if others - {"class_weight"} or (others and any(make(train, 0).takes_weights() for make in makes.values())):
        return
    why = "'threshold' changes no probability" if not others else f"{', '.join(makes)} cannot weigh rows"
    raise InputError(f"there is nothing to compare with {baseline!r}, for {why}; give another arm")


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
    absent = {pair for pair in pairs if store[cell_key(pair[1], parts[0])][pair[0]] is None}
    found = {pair: [store[cell_key(pair[1], fold)][pair[0]] for fold in parts] for pair in pairs if pair not in absent}
    losses = {pair: [each[primary] for each in folds] for pair, folds in found.items()}
    seed = numbers[-1]
    floor = [_constant_loss(whole, fold, size, derive(seed, "fold", fold.repeat, fold.number)) for fold in parts]
    comparisons = [
        Comparison(arm, baseline, learner, losses[learner, arm], losses[learner, baseline], ratio(parts), floor)
        for learner, arm in found
        # the probabilities of "threshold" are those of the real rows: there is nothing to find out
        if arm not in (baseline, "threshold") and (learner, baseline) in found
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
        ratio(parts),
        answer.rows,
        tuple(_arm_scores(learner, arm, folds, losses[learner, arm]) for (learner, arm), folds in found.items()),
        tuple(
            f"{learner} cannot weigh rows, and is left out of {arm}"
            for learner, arm in pairs
            if (learner, arm) in absent
        ),
    )


def _constant_loss(whole: Sample, fold: Fold, size: int | None, seed: int) -> float:
    real, _ = divided(whole.take(fold.train), size, seed)
    test = whole.take(fold.test)
    prediction = constant(real).predict(test.features)
    return float(score(test.y, prediction)[metric_set(whole.task).primary][0])


def _arm_scores(learner: str, arm: str, folds: list[dict[str, float | None]], losses: Sequence[Any]) -> ArmScores:
    by_fold = {name: tuple(each[name] for each in folds) for name in folds[0]}
    return ArmScores(learner, arm, _means(folds), tuple(losses), by_fold)


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
