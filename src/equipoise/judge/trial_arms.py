"""Arms of a trial: what each does with the real training rows of a fold. None sees another row.

real             as they are
class_weight     weight n / (K n_c) for a row of class c
threshold        as they are, and no change of probabilities: only what is decided for (`trial_inner`)
oversample       rows of smaller classes drawn again until all are as large as the largest
smote            SMOTE-NC instead (imbalanced-learn): Chawla et al. 2002, J. Artificial Intelligence Research 16
jitter           a copy of each row, numbers moved by a normal error of a tenth of their standard deviation
mixup            as many rows between two real ones of the same class (Zhang et al. 2018, section 2, whose labels mix
                 too); a category is taken from either, a target that is a number lies between as the others do
duplicates       every row twice: the placebo
marginals        as many rows with independent columns: the floor
synthetic        as many rows from a synthesizer
synthetic_only   those rows alone
oracle           as many real rows that were held back: what the best possible generator would give

A synthesizer by name, with what is added: "gan" as many rows as there are, of all classes; "gan:2" twice as many;
"gan:minority" rows of the smaller classes until all are as large as the largest, "gan:minority:0.5" half of these;
"gan:only" its rows alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.augment import Augmenter, default_synthesizer, generated
from equipoise.augment.generate import WHEN, check_recipe
from equipoise.data import Column
from equipoise.errors import InputError
from equipoise.judge.sample import Sample

__all__ = [
    "ARMS",
    "DEFAULT_ARMS",
    "SYNTHESIZERS",
    "UNTUNED",
    "Apply",
    "Given",
    "Training",
    "arms_of",
    "balanced_weights",
]

Floats = NDArray[np.float64]
_JITTER = 0.1
_SMOTE_NEIGHBOURS = 5


@dataclass(frozen=True)
class Training:
    """What the learners of an arm are fitted on."""

    sample: Sample
    weight: Floats | None = None


@dataclass(frozen=True)
class Given:
    """What an arm may use: real rows of the training part, those held back for the oracle, and a seed."""

    real: Sample
    held: Sample
    seed: int


Apply = Callable[[Given], Training]

SYNTHESIZERS = {
    "auto": "TableSynthesizer",
    "copula": "TableCopula",
    "gan": "TableGAN",
    "marginals": "TableMarginals",
    "mixture": "TableMixture",
    "trees": "TableTrees",
    "vae": "TableVAE",
}

DEFAULT_ARMS = ("real", "class_weight", "oversample", "jitter", "mixup", "duplicates", "marginals", "synthetic")
UNTUNED = "real"  # the arm that decides at one half
_FOR_CLASSES = frozenset({"class_weight", "threshold", "oversample", "smote"})


def _real(given: Given) -> Training:
    return Training(given.real)


def _class_weight(given: Given) -> Training:
    return Training(given.real, balanced_weights(given.real))


def balanced_weights(real: Sample) -> Floats:
    """Weights under which all classes that are there count alike, with mean 1."""
    sizes = np.bincount(real.y.astype(np.intp), minlength=len(real.classes))
    each = len(real) / (np.count_nonzero(sizes) * np.maximum(sizes, 1.0))
    return np.asarray(each[real.y.astype(np.intp)])


def _oversample(given: Given) -> Training:
    real, rng = given.real, np.random.default_rng(given.seed)
    codes = real.y.astype(np.intp)
    sizes = np.bincount(codes, minlength=len(real.classes))
    drawn = [
        rng.choice(np.flatnonzero(codes == code), sizes.max() - size) for code, size in enumerate(sizes) if size > 0
    ]
    return Training(real.extended(real.table.take(np.concatenate(drawn))))


def _duplicates(given: Given) -> Training:
    return Training(given.real.extended(given.real.table))


def _jitter(given: Given) -> Training:
    real, rng = given.real, np.random.default_rng(given.seed)

    def moved(column: Column) -> Column:
        if column.coded or column.name == real.target or column.n_missing == len(column):
            return column
        values = column.values + _JITTER * np.nanstd(column.values) * rng.normal(size=len(column))
        return replace(column, values=_whole(values, column))

    return Training(real.extended(replace(real.table, columns=tuple(map(moved, real.table.columns)))))


def _mixup(given: Given) -> Training:
    real, rng, n = given.real, np.random.default_rng(given.seed), len(given.real)
    first, second = np.arange(n), np.empty(n, dtype=np.intp)
    codes = np.zeros(n, dtype=np.intp) if real.task == "regression" else real.y.astype(np.intp)
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        second[rows] = rng.choice(rows, len(rows))
    share = rng.uniform(size=n)

    def between(column: Column) -> Column:
        one, other = column.values[first], column.values[second]
        if column.coded:
            return replace(column, values=np.where(rng.random(n) < share, one, other))
        return replace(column, values=_whole(share * one + (1.0 - share) * other, column))

    return Training(real.extended(replace(real.table, columns=tuple(map(between, real.table.columns)))))


def _whole(values: Floats, column: Column) -> Floats:
    return np.round(values) if column.kind == "integer" else values


def _smote(given: Given) -> Training:
    try:
        from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC
    except ImportError:
        raise InputError("the arm 'smote' needs imbalanced-learn; install it or leave the arm out") from None
    real = given.real
    used = [c for c in real.features.columns if c.n_missing < len(c)]
    X = np.column_stack([_filled(column) for column in used])
    codes, coded = real.y.astype(np.intp), np.array([column.coded for column in used])
    sizes = np.bincount(codes)
    least = int(sizes[sizes > 0].min())
    if least < 2 or least == sizes.max():  # nothing to go between, or nothing to do
        return _oversample(given)
    near = min(_SMOTE_NEIGHBOURS, least - 1)
    if coded.all():
        sampler: Any = SMOTEN(k_neighbors=near, random_state=given.seed)
    elif coded.any():
        sampler = SMOTENC(np.flatnonzero(coded).tolist(), k_neighbors=near, random_state=given.seed)
    else:
        sampler = SMOTE(k_neighbors=near, random_state=given.seed)
    more, labels = sampler.fit_resample(X, codes)
    rows = slice(len(codes), None)
    place = {column.name: j for j, column in enumerate(used)}

    def made(column: Column) -> Column:
        if column.name == real.target:
            return replace(column, values=labels[rows].astype(column.values.dtype))
        if column.name not in place:
            return column.take(np.zeros(len(labels) - len(codes), dtype=np.intp))
        values = np.asarray(more[rows, place[column.name]], dtype=np.float64)
        return replace(column, values=_whole(values, column).astype(column.values.dtype))

    return Training(real.extended(replace(real.table, columns=tuple(map(made, real.table.columns)))))


def _filled(column: Column) -> Floats:
    """Missing values by the mean or the most frequent level of these rows: SMOTE knows none."""
    if column.coded:
        common = int(np.bincount(column.values[~column.missing]).argmax())
        return np.where(column.missing, common, column.values).astype(np.float64)
    return np.where(column.missing, np.nanmean(column.values), column.values)


def _oracle(given: Given) -> Training:
    rows = np.random.default_rng(given.seed).permutation(len(given.held))[: len(given.real)]
    return Training(given.real.extended(given.held.table.take(np.sort(rows))))


def _added(synthesizer: Any, multiple: float = 1.0, when: Any = "all", alone: bool = False) -> Apply:
    def apply(given: Given) -> Training:
        real, classify = given.real, given.real.task != "regression"
        made = generated(real.table, real.target, classify, synthesizer, multiple, when, given.seed)
        if made is None:
            return Training(real)
        return Training(replace(real, table=made, groups=None, ordered=False) if alone else real.extended(made))

    return apply


def _marginals(given: Given) -> Training:
    from equipoise.tables import TableMarginals

    return _added(TableMarginals())(given)


def _synthetic(given: Given) -> Training:
    return _added(default_synthesizer())(given)


def _synthetic_only(given: Given) -> Training:
    return _added(default_synthesizer(), alone=True)(given)


ARMS: dict[str, Apply] = {
    "real": _real,
    "class_weight": _class_weight,
    "threshold": _real,
    "oversample": _oversample,
    "smote": _smote,
    "jitter": _jitter,
    "mixup": _mixup,
    "duplicates": _duplicates,
    "marginals": _marginals,
    "synthetic": _synthetic,
    "synthetic_only": _synthetic_only,
    "oracle": _oracle,
}


def arms_of(given: Any, baseline: str, task: str) -> dict[str, Apply]:
    """Return arms by name, the baseline first.

    Parameters
    ----------
    given : str, mapping of name to synthesizer or `Augmenter`, or sequence of these
        A synthesizer adds as many rows as there are, of all classes; an `Augmenter` says otherwise.
    baseline : str
    task : str
        Arms that balance classes are left out of a regression.

    Raises
    ------
    InputError
        If a name is not known or given twice, or nothing is left to compare.
    """
    if isinstance(given, str | Mapping):
        given = [given]
    if not isinstance(given, Iterable):
        raise InputError(f"arms={given!r} is neither a name, a mapping of name to synthesizer, nor a list of these")
    found: dict[str, Apply] = {}
    balancing = set(_FOR_CLASSES)
    for item in given:
        named = item if isinstance(item, Mapping) else {item: item}
        for name, arm in named.items():
            if isinstance(arm, str) and "minority" in arm.split(":"):
                balancing.add(name)
            if name in found or (name in ARMS and not isinstance(arm, str)):
                raise InputError(f"arm {name!r} is given twice or names a built-in one; choose another name")
            found[name] = _arm(name, arm)
    if baseline not in found:
        if baseline not in ARMS:
            raise InputError(f"baseline {baseline!r} is none of the arms {', '.join(found)}; name one of them")
        found[baseline] = ARMS[baseline]
    if task == "regression":
        found = {name: arm for name, arm in found.items() if name not in balancing}
        if baseline not in found:
            raise InputError(f"baseline {baseline!r} balances classes, and the target is a number; name another arm")
    if task == "multiclass" and "threshold" in found:
        raise InputError("the arm 'threshold' needs two classes; leave it out")
    if len(found) < 2:
        raise InputError("there is nothing to compare with the baseline; give at least one other arm")
    return {baseline: found[baseline], **{name: arm for name, arm in found.items() if name != baseline}}


def _arm(name: Any, arm: Any) -> Apply:
    if isinstance(arm, str):
        return ARMS[arm] if arm in ARMS else _by_name(arm)
    if isinstance(arm, Augmenter):
        return _added(default_synthesizer() if arm.synthesizer is None else arm.synthesizer, arm.multiple, arm.when)
    if callable(getattr(arm, "fit", None)) and callable(getattr(arm, "sample", None)):
        return _added(arm)
    raise InputError(f"arm {name!r} is a {type(arm).__name__}; give a synthesizer, an Augmenter or a known name")


def _by_name(text: str) -> Apply:
    """The arm of a synthesizer's name and, after colons, of which classes and how many."""
    from equipoise import tables

    name, *words = text.split(":")
    if name not in SYNTHESIZERS:
        raise InputError(
            f"arm {text!r} is not known; choose among {', '.join(ARMS)}, a synthesizer ({', '.join(SYNTHESIZERS)}), "
            "also with ':minority', ':only' or ':2', or give {name: synthesizer}"
        )
    when, alone, multiple = "all", False, 1.0
    for word in words:
        if word in WHEN:
            when = word
        elif word == "only":
            alone = True
        else:
            try:
                multiple = float(word)
            except ValueError:
                raise InputError(
                    f"arm {text!r}: {word!r} is neither 'minority', 'all', 'only' nor a number of times"
                ) from None
    check_recipe(multiple, when)
    if alone and when != "all":
        raise InputError(f"arm {text!r}: rows of the smaller classes alone are no training set; leave one of them out")
    return _added(getattr(tables, SYNTHESIZERS[name])(), multiple, when, alone)
