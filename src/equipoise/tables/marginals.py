"""Every column drawn on its own from what was observed: the floor that a synthesizer must beat.

Marginals are right by construction and dependence is absent, so that a score that this one reaches says nothing about
having learned how columns belong together.
"""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from equipoise.tables.codec import TableCodec
from equipoise.tables.conditions import Condition
from equipoise.tables.synthesizer import Arrays, Draft, Fitted, Synthesizer
from equipoise.training.randomness import Stream, numpy_generator

__all__ = ["TableMarginals"]


@final
class TableMarginals(Synthesizer):
    """Independent columns.

    Parameters
    ----------
    seed : int
        Part of the common interface; fitting uses no chance.
    bins : int, optional
        Most slots of a column, a power of two; by default chosen by the number of rows.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> iris = embedded("iris")
    >>> synthetic = TableMarginals().fit(iris).sample(1000, seed=1)
    >>> synthetic.names == iris.names, len(synthetic)
    (True, 1000)
    """

    id: ClassVar[str] = "table-marginals"
    settings: ClassVar[tuple[str, ...]] = ("seed", "bins")

    def __init__(self, seed: int = 0, bins: int | None = None) -> None:
        self.seed = seed
        self.bins = bins

    def _learn(self, codec: TableCodec, codes: NDArray[np.int32], drafted: Draft) -> Arrays:
        del codec, codes, drafted
        return {}

    def _draw(self, fitted: Fitted, n: int, seed: int) -> NDArray[np.int32]:
        random = numpy_generator(seed, Stream.SAMPLE)
        codes = np.empty((n, len(fitted.codec.columns)), np.int32)
        for place, column in enumerate(fitted.codec.placed):
            cumulated = np.cumsum(column.counts)
            codes[:, place] = np.searchsorted(cumulated, random.integers(cumulated[-1], size=n), side="right")
        return codes

    def _draw_where(self, fitted: Fitted, n: int, seed: int, where: Condition) -> NDArray[np.int32]:
        codes, random = self._draw(fitted, n, seed), numpy_generator(seed, Stream.STEP)
        for place in where.columns:
            law = fitted.codec.placed[place].counts * where.of(place)
            codes[:, place] = random.choice(len(law), n, p=law / law.sum())
        return codes

    def _fill(
        self, fitted: Fitted, codes: NDArray[np.int32], unknown: NDArray[np.bool_], seed: int
    ) -> NDArray[np.int32]:
        codes, random = codes.copy(), numpy_generator(seed, Stream.SAMPLE)
        for place in np.flatnonzero(unknown.any(axis=0)):
            law = fitted.codec.placed[place].counts[:-1]
            codes[unknown[:, place], place] = random.choice(len(law), unknown[:, place].sum(), p=law / law.sum())
        return codes

    def _skeleton(self, codec: TableCodec, found: Arrays) -> dict[str, tuple[int, ...]]:
        del codec, found
        return {}
