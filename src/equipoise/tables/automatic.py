"""The synthesizer that chooses: candidates are fitted on a part and compared on held-out rows; the best learns all.

The best has the highest classifier two-sample score among those that copy no more than fresh real rows would (see
`equipoise.evaluate.c2st` and `copies`). Where all copy more, the one that copies least is left. Where the table has
many more rows than are compared, scores within one standard error of the best count as equal, and the last of these
candidates is taken: they are in the order in which more rows help.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any, ClassVar, Final, NamedTuple, Self, final

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from equipoise.data import Table, read_table
from equipoise.errors import InputError
from equipoise.evaluate import copies, two_samples
from equipoise.tables.codec import TableCodec
from equipoise.tables.conditions import Condition
from equipoise.tables.copula import TableCopula
from equipoise.tables.marginals import TableMarginals
from equipoise.tables.mixture import TableMixture
from equipoise.tables.refined import Refined
from equipoise.tables.synthesizer import Arrays, Draft, Fitted, Synthesizer, child_seed
from equipoise.tables.trees import TableTrees
from equipoise.training.randomness import Stream, check_seed, numpy_generator

__all__ = ["TableSynthesizer"]

_HELD = 0.25  # of the rows that candidates are compared on
_MOST = 4_000  # rows that candidates are compared on; the winner learns all
_FEWEST = 40  # fewer tell nothing
_MANY = 2  # times the rows that are compared: from here on ties go to what gains from rows

_ROUNDS = 2  # of a door: more brought refined trees no further, and cost time

CANDIDATES: Final[dict[str, Callable[[int], Synthesizer]]] = {
    "TableMarginals": lambda seed: TableMarginals(seed=seed),
    "TableCopula": lambda seed: TableCopula(seed=seed),
    "TableMixture": lambda seed: TableMixture(seed=seed),
    "TableTrees": lambda seed: TableTrees(seed=seed),
    "Refined(TableMixture)": lambda seed: Refined(TableMixture(seed=seed), rounds=_ROUNDS, seed=seed),
    "Refined(TableTrees)": lambda seed: Refined(TableTrees(seed=seed), rounds=_ROUNDS, seed=seed),
}


class _Drawn(NamedTuple):
    """Rows that a candidate drew, and the seconds that it took."""

    rows: Table
    seconds: float


@final
class TableSynthesizer(Synthesizer):
    """The synthesizer for a table of which nothing is known: the best of several on rows that were held out.

    Parameters
    ----------
    candidates : sequence of str, optional
        Which to try; by default TableMarginals, TableCopula, TableMixture, TableTrees, and the last two behind
        a `Refined` door.
    seed : int
        The same seed and data give the same choice.

    Attributes
    ----------
    chosen_ : str
    candidates_ : list of dict
        One a candidate: ``name``, ``c2st`` and its standard ``error``, the score by each classifier that was asked (a
        candidate that stays behind the last one by the first is not put to the others), ``exact`` and ``near`` copies
        beside ``fresh_exact`` and ``fresh_near``, ``within_bound``, ``seconds`` to fit and draw (the door alone where
        the synthesizer behind it is a candidate, too), and ``why`` it was taken or not.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> auto = TableSynthesizer(candidates=["TableMarginals", "TableTrees"]).fit(embedded("iris"))
    >>> auto.chosen_
    'TableTrees'
    """

    id: ClassVar[str] = "table-synthesizer"
    settings: ClassVar[tuple[str, ...]] = ("candidates", "seed")
    chosen_: str
    candidates_: list[dict[str, Any]]

    def __init__(self, candidates: Any = None, seed: int = 0) -> None:
        self.candidates, self.seed, self.bins = candidates, seed, None

    @classmethod
    def _made(cls, settings: dict[str, Any], inner: Synthesizer | None) -> Self:
        if inner is None:
            raise InputError("it lacks the synthesizer that was chosen")
        return cls(**settings)

    def fit(self, table: Any) -> Self:
        """Compare the candidates on a part of the table, and fit the best on all of it.

        Parameters
        ----------
        table : Table, data frame or path

        Returns
        -------
        self

        Raises
        ------
        InputError
            If the table cannot be used, has fewer than 40 rows, or a candidate is not known.
        """
        check_seed(self.seed)
        names = list(CANDIDATES) if self.candidates is None else list(self.candidates)
        for name in names:
            if name not in CANDIDATES:
                raise InputError(f"candidate {name!r} is not known; choose among {', '.join(CANDIDATES)}")
        if not names:
            raise InputError(f"candidates is empty; choose among {', '.join(CANDIDATES)}")
        source = read_table(table)
        if len(source) < _FEWEST:
            raise InputError(
                f"{len(source)} rows are too few to compare synthesizers on; give {_FEWEST}, or fit TableMarginals"
            )
        chosen = numpy_generator(self.seed, Stream.ORDER).permutation(len(source))[:_MOST]
        held, train = (source.take(rows) for rows in np.split(chosen, [int(_HELD * len(chosen))]))
        with warnings.catch_warnings():
            # warnings belong to the process: those that each thread silences must stay silent while others end
            warnings.simplefilter("ignore")
            self.candidates_ = self._compared(names, train, held)
        best = _best(self.candidates_, ties=len(source) >= _MANY * len(chosen))
        self.chosen_ = best["name"]
        highest = max((entry["c2st"] for entry in self.candidates_ if entry["within_bound"]), default=0.0)
        for entry in self.candidates_:
            entry["why"] = _why(entry, best, highest)
        inner = CANDIDATES[self.chosen_](self.seed).fit(table)
        within = inner._check_fitted()
        self._fitted = Fitted(within.codec, within.origin, within.as_frame, {}, inner)
        return self

    def _compared(self, names: Sequence[str], train: Table, held: Table) -> list[dict[str, Any]]:
        """Return what is known of each candidate: the last is put to the whole test, which the others must stand up to.

        A candidate that stays behind it by one classifier can no longer be chosen, and is not put to the others.
        """
        threads = Parallel(n_jobs=-1, backend="threading", batch_size=1)
        within = {name: f"Refined({name})" for name in names if f"Refined({name})" in names}
        groups = [[name, within[name]] if name in within else [name] for name in names if name not in within.values()]
        groups.sort(key=lambda group: names[-1] not in group)  # it takes longest

        def begun(group: Sequence[str]) -> tuple[dict[str, _Drawn], dict[str, Any]]:
            drawn = self._drawn(group, train, held)  # the last is judged while others are fitted
            whole = names[-1] in group
            return drawn, self._judged(names[-1], drawn[names[-1]], train, held, 0.0) if whole else {}

        drawn, last = dict[str, _Drawn](), dict[str, Any]()
        for found, entry in threads(delayed(begun)(group) for group in groups):
            drawn, last = drawn | found, last | entry
        bar = last["c2st"] - last["error"] if last["within_bound"] else 0.0
        rest = (delayed(self._judged)(name, drawn[name], train, held, bar) for name in names[:-1])
        return [*threads(rest), last]

    def _drawn(self, group: Sequence[str], train: Table, held: Table) -> dict[str, _Drawn]:
        """Fit a candidate, and the door before it."""
        found = dict[str, _Drawn]()
        inner: Synthesizer | None = None
        for name in group:
            start, made = perf_counter(), CANDIDATES[name](self.seed)
            with threadpool_limits(1):  # candidates run side by side
                if inner is not None and isinstance(made, Refined):
                    made.synthesizer = inner  # fitted already
                    made._around(train)
                else:
                    made.fit(train)
                rows: Table = made.sample(len(train) + len(held), seed=child_seed(self.seed, 0))
            inner, found[name] = made, _Drawn(rows, perf_counter() - start)
        return found

    def _judged(self, name: str, drawn: _Drawn, train: Table, held: Table, bar: float) -> dict[str, Any]:
        with threadpool_limits(1):
            found = two_samples(train, held, drawn.rows, self.seed, importance=False, enough=bar)
        copied = copies(train, drawn.rows, held, pool=True)
        rates = {key: getattr(copied, key) for key in ("exact", "near", "fresh_exact", "fresh_near", "within_bound")}
        scores = {"c2st": found.lowest[0], "error": found.error, **found.scores}
        return {"name": name, **scores, **rates, "seconds": drawn.seconds}

    def _table(self, fitted: Fitted, n: int, seed: int, where: Condition | None = None) -> Table:
        inner = _inner(fitted)
        return inner._table(inner._check_fitted(), n, seed, where)

    def _fill(
        self, fitted: Fitted, codes: NDArray[np.int32], unknown: NDArray[np.bool_], seed: int
    ) -> NDArray[np.int32]:
        inner = _inner(fitted)
        return inner._fill(inner._check_fitted(), codes, unknown, seed)

    def _learn(self, codec: TableCodec, codes: NDArray[np.int32], drafted: Draft) -> Arrays:
        raise NotImplementedError  # the chosen one learns: see fit

    def _draw(self, fitted: Fitted, n: int, seed: int) -> NDArray[np.int32]:
        inner = _inner(fitted)
        return inner._draw(inner._check_fitted(), n, seed)

    def _skeleton(self, codec: TableCodec, found: Arrays) -> dict[str, tuple[int, ...]]:
        return {}


def _inner(fitted: Fitted) -> Synthesizer:
    assert fitted.inner is not None
    return fitted.inner


def _best(entries: Sequence[Mapping[str, Any]], ties: bool) -> Mapping[str, Any]:
    allowed = [entry for entry in entries if entry["within_bound"]]
    if not allowed:
        return min(entries, key=lambda entry: (entry["near"], entry["exact"]))
    highest = max(allowed, key=lambda entry: entry["c2st"])
    if not ties:
        return highest
    return [entry for entry in allowed if entry["c2st"] >= highest["c2st"] - highest["error"]][-1]


def _why(entry: Mapping[str, Any], best: Mapping[str, Any], highest: float) -> str:
    if entry is best and not best["within_bound"]:
        return "all candidates copy more than fresh rows would; this one least"
    if not entry["within_bound"]:
        return (
            f"copies: {entry['exact']:.2%} exact and {entry['near']:.2%} near, where fresh rows show "
            f"{entry['fresh_exact']:.2%} and {entry['fresh_near']:.2%}"
        )
    if entry is best and entry["c2st"] >= highest:
        return f"hardest to tell from held-out rows (C2ST {entry['c2st']:.3f}) of those that do not copy"
    if entry is best:
        return f"within one standard error of the highest C2ST ({entry['c2st']:.3f}), and gains most from more rows"
    if entry["c2st"] >= best["c2st"]:
        return f"higher by less than one standard error (C2ST {entry['c2st']:.3f}), and gains less from more rows"
    return f"easier to tell from held-out rows (C2ST {entry['c2st']:.3f} against {best['c2st']:.3f})"
