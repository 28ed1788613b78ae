"""How alpha of a net is chosen: folds by one sweep, scores on the rows held out, the rules of the linear half.

The grid is alphas x rates x shares of dropout, on the same folds and from the same starts. The combination of rate and
dropout with the lowest score is taken, and within it the rule chooses alpha. With several starts a fold's prediction is
the mean of theirs, as that of the final model is.

Halving (Karnin, Koren and Somekh 2013; Jamieson and Talwalkar 2016, "Non-stochastic best arm identification"): after a
part of the epochs only the better share of the combinations goes on, in all folds; those left behind have no score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import get_scorer

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray
from equipoise.neural.network import Network
from equipoise.neural.sweep import Deck, Member, Sweep
from equipoise.neural.views import Rows
from equipoise.selection import Context, CrossValidation, HoldOut, Selection
from equipoise.selection.base import check_rule
from equipoise.selection.folds import folds, rounds

__all__ = ["Grid", "Judge", "NetSelection", "checked", "decks_of", "grid_of", "scorer_named", "scores_of", "select"]

Judge = Callable[[list[Network], NDArray[np.intp]], float]
"""Networks of one fold and the rows held out -> a score, lower is better."""


@final
@dataclass(frozen=True)
class NetSelection(Selection):
    """Scores over the grid and the choice, as `equipoise.selection.Selection`, with what else was tried.

    Attributes
    ----------
    learning_rate, dropout : float
        Chosen, or given.
    """

    learning_rate: float = field(default=1e-3, kw_only=True)
    dropout: float = field(default=0.0, kw_only=True)


@final
@dataclass(frozen=True)
class Grid:
    """What is tried: alphas (decreasing), learning rates, shares of dropout."""

    alphas: FloatArray
    rates: tuple[float, ...]
    dropouts: tuple[float, ...]


def grid_of(strategy: Any, top: float, low: float) -> FloatArray:
    """Decreasing alphas of a strategy: those given, or so many on a logarithmic scale.

    Raises
    ------
    InputError
        If they are no numbers >= 0, or none.
    """
    if np.ndim(strategy.alphas) > 0:
        grid = np.unique(np.asarray(strategy.alphas, dtype=np.float64))[::-1]
        if grid.size == 0 or not np.all(np.isfinite(grid)) or grid[-1] < 0:
            raise InputError(f"alphas {np.asarray(strategy.alphas)} are not numbers >= 0")
        return grid
    count = int(np.asarray(strategy.alphas))
    if count < 1:
        raise InputError(f"alphas={count}: a grid needs at least one point")
    return np.geomspace(top, low, count) if count > 1 else np.array([np.sqrt(top * low)])


def checked(strategy: Any) -> CrossValidation | HoldOut:
    """The strategy, if a net can follow it.

    Raises
    ------
    InputError
        If it needs what only linear models have.
    """
    if not isinstance(strategy, (CrossValidation, HoldOut)):
        raise InputError(
            f"alpha={strategy!r} is neither a number, 'auto', equipoise.CrossValidation nor equipoise.HoldOut; "
            "no other strategy works for nets"
        )
    if isinstance(strategy, CrossValidation):
        check_rule(strategy.rule)
        for name, unset in (("l1_ratios", None), ("relax", None), ("refine", 0)):
            if getattr(strategy, name) is not unset:
                raise InputError(f"CrossValidation({name}=...) is for linear models; leave it out for nets")
    return strategy


def decks_of(
    rows: Rows, trains: Iterable[NDArray[np.intp]], seeds: list[int], labels: Any, fraction: float
) -> list[Deck]:
    """A deck for each set of training rows and each seed; rows of weight 0 are left out.

    Raises
    ------
    InputError
        If a set is too small to put a part aside.
    """
    decks = []
    for train, seed in product(trains, seeds):
        used = train[rows.weight[train] > 0]
        held = used[:0]
        if fraction:
            held = _aside(used, labels, fraction, seed)
            used = np.setdiff1d(used, held)
        decks.append(Deck(used, held, seed))
    return decks


def select(
    strategy: CrossValidation | HoldOut, grid: Grid, rows: Rows, context: Context, seeds: list[int], fraction: float,
    sweep: Callable[[list[Deck], list[Member]], Sweep], judge: Judge,
    outputs: Callable[[list[Network], Any], FloatArray], name: str, halving: int | None,
) -> NetSelection:  # fmt: skip
    """Train the grid on all folds in one sweep, and choose.

    Parameters
    ----------
    strategy : CrossValidation or HoldOut
    grid : Grid
    rows : Rows
    context : Context
        Labels and groups.
    seeds : list of int
        Starts of each combination and fold.
    fraction : float
        Share of a fold's own rows for the validation loss.
    sweep : callable
        Makes a sweep of decks and members that have deck, alpha, rate and dropout.
    judge : callable
    outputs : callable
        Networks and rows to the linear predictor of their mean prediction.
    name : str
        Of the score.
    halving : int, optional
        One over the share of combinations that goes on, and the factor of the epochs of each rung.
    """
    cv = strategy.splitter(context) if isinstance(strategy, HoldOut) else strategy.cv
    rule = "best" if isinstance(strategy, HoldOut) else strategy.rule
    splits = folds(cv, rows, context)  # type: ignore[arg-type]
    tests = [test[rows.weight[test] > 0] for _, test in splits]
    weights = np.array([rows.weight[test].sum() for test in tests])
    decks = decks_of(rows, [train for train, _ in splits], seeds, context.labels, fraction)
    points = list(product(grid.rates, grid.dropouts, grid.alphas))
    keys = list(product(range(len(points)), range(len(decks))))
    members = [Member(deck, points[p][2], points[p][0], points[p][1]) for p, deck in keys]
    trained = sweep(decks, members)
    alive = list(range(len(points)))
    for epochs, share in _rungs(trained.epochs, len(points), halving):
        trained.run(epochs)
        mean = scores_of(trained.networks(), keys, alive, len(seeds), tests, judge).T @ weights
        alive = [alive[k] for k in np.argsort(mean, kind="stable")[:share]]
        trained.keep([k for k, (p, _) in enumerate(keys) if p in alive])
    trained.run()
    nets = trained.networks()
    scores = np.full((len(splits), len(points)), np.nan)
    scores[:, alive] = scores_of(nets, keys, alive, len(seeds), tests, judge)
    used = weights > 0
    shape = (len(splits), len(grid.rates), len(grid.dropouts), len(grid.alphas))
    by_setting = np.moveaxis(scores.reshape(shape), 0, 2)[:, :, used]
    tried = []
    for (i, rate), (j, dropout) in product(enumerate(grid.rates), enumerate(grid.dropouts)):
        part = by_setting[i, j]
        if np.all(np.isnan(part.sum(axis=0))):
            continue  # left behind, or no numbers, at every alpha
        extra = {"learning_rate": rate, "dropout": dropout}
        times = rounds(tests, rows.n)
        found = NetSelection.of(grid.alphas, part, weights[used], name, rule, times, **extra)
        assert isinstance(found, NetSelection)
        tried.append(found)
    if not tried:
        raise InputError(f"the {name} is not a number in some fold at every setting; lower learning_rate_init")
    best = _lowest(tried)
    place = points.index((best.learning_rate, best.dropout, best.alpha))
    chosen = {deck: nets[k] for k, (p, deck) in enumerate(keys) if p == place}
    total, seen = None, np.zeros(rows.n)
    for f, test in enumerate(tests):
        part = outputs([chosen[f * len(seeds) + s] for s in range(len(seeds))], test)
        total = np.zeros((rows.n, *part.shape[1:])) if total is None else total
        total[test] += part
        seen[test] += 1.0
    assert total is not None
    times_seen = np.where(seen > 0, seen, np.nan)
    return replace(best, predictions=total / (times_seen if total.ndim == 1 else times_seen[:, None]))


def scores_of(
    nets: Mapping[int, Network], keys: Sequence[tuple[int, int]], alive: Sequence[int], starts: int,
    tests: Sequence[NDArray[np.intp]], judge: Judge,
) -> FloatArray:  # fmt: skip
    """Score of each fold at each point that is still there, shape (folds, points); nan without numbers or rows.

    Parameters
    ----------
    nets : mapping of int to Network
        By number of the member.
    keys : sequence of (int, int)
        Point and deck of each member; the decks of a fold, one a start, follow each other.
    alive : sequence of int
        Points.
    starts : int
    tests : sequence of arrays of int
        Rows of each fold.
    judge : callable
    """
    by_key = {key: nets[k] for k, key in enumerate(keys) if k in nets}
    scores = np.full((len(tests), len(alive)), np.nan)
    for (f, test), (column, p) in product(enumerate(tests), enumerate(alive)):
        group = [by_key[p, f * starts + s] for s in range(starts)]
        if len(test) and all(net.finite for net in group):
            scores[f, column] = judge(group, test)
    return scores


def _rungs(epochs: int, points: int, halving: int | None) -> list[tuple[int, int]]:
    """Epochs after which so many points go on."""
    if halving is None:
        return []
    rungs, share, count = [], halving, points
    while count > halving and epochs // share >= 1:
        count = -(-count // halving)
        share *= halving
    power, left = share // halving, points
    while power > 1 and left > 1:
        left = -(-left // halving)
        rungs.append((max(1, epochs // power), left))
        power //= halving
    return rungs


def _lowest(tried: list[NetSelection]) -> NetSelection:
    if len(tried) == 1:
        return tried[0]
    best = tried[int(np.argmin([one.mean[one.best] for one in tried]))]
    why = (
        f"learning rate {best.learning_rate:g} and dropout {best.dropout:g} have the lowest score of {len(tried)} on "
        f"the same folds; there {best.why}"
    )
    return replace(best, why=why, tried=tuple(tried))


def _aside(rows: NDArray[np.intp], labels: Any, fraction: float, seed: int) -> NDArray[np.intp]:
    """Rows to put aside: the same share of each class."""
    random = np.random.default_rng([seed, len(rows)])
    parts = [rows] if labels is None else [rows[labels[rows] == label] for label in np.unique(labels[rows])]
    counts = [round(fraction * len(part)) for part in parts]
    if sum(counts) == 0:
        counts[int(np.argmax([len(part) for part in parts]))] = 1
    if any(count >= len(part) for count, part in zip(counts, parts, strict=True) if count):
        raise InputError(
            f"early_stopping puts {fraction:g} of {len(rows)} training rows aside, which leaves a class or a fold "
            "empty; lower validation_fraction, or use early_stopping=False"
        )
    return np.concatenate([random.permutation(part)[:count] for part, count in zip(parts, counts, strict=True)])


def scorer_named(scoring: Any) -> tuple[Any, str]:
    """A scorer, and what its negative is called."""
    if isinstance(scoring, str):
        try:
            return get_scorer(scoring), scoring[4:].replace("_", " ") if scoring.startswith(
                "neg_"
            ) else f"minus {scoring}"
        except ValueError as error:
            raise InputError(
                f"scoring {scoring!r} is not known to scikit-learn; sklearn.metrics.get_scorer_names() lists"
            ) from error
    if callable(scoring):
        return scoring, f"minus {getattr(scoring, '__name__', None) or repr(scoring)}"
    raise InputError(f"scoring={scoring!r} is neither None, a name, nor a callable (estimator, X, y) -> number")
