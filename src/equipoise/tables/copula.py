"""A Gaussian copula: every column is a normal variable cut at thresholds, and the variables are correlated.

    z ~ N(0, R),  slot of column c = the s with t_cs < z_c <= t_c(s+1),  t_c = normal quantiles of the shares

Numbers lie on the line by size; categories by how they part the column that they tell most of. Monotone dependence of
pairs is all that it knows: smooth, small, and hard to overfit. The correlation of the variables follows from that of
their mean scores within slots, divided by the scores' variances (the first term of the tetrachoric series). See
Hoff, *Extending the rank likelihood for semiparametric copula estimation* (2007), section 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from equipoise.tables.association import coarse, mutual_information
from equipoise.tables.codec import TableCodec
from equipoise.tables.conditions import Condition
from equipoise.tables.flat_trees import principal_ranks
from equipoise.tables.products import draw_slots
from equipoise.tables.synthesizer import Arrays, Draft, Fitted, Synthesizer
from equipoise.training.randomness import Stream, numpy_generator

__all__ = ["TableCopula"]

_SWEEPS = 30  # of the Gibbs sampler, where more than one column is known
_LEAST = 1e-3  # smallest eigenvalue of the correlation

Codes = NDArray[np.int32]
Floats = NDArray[np.float64]


@final
class TableCopula(Synthesizer):
    """Gaussian copula, on tables with mixed types and missing values.

    Parameters
    ----------
    seed : int
        Part of the common interface; fitting uses no chance.
    bins : int, optional
        Most slots of a column, a power of two; by default by the number of rows.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> copula = TableCopula().fit(embedded("iris"))
    >>> copula.sample(3).names[-1]
    'target'
    """

    id: ClassVar[str] = "table-copula"
    settings: ClassVar[tuple[str, ...]] = ("seed", "bins")
    dtypes: ClassVar[Mapping[str, type[np.generic]]] = {"line": np.int32}

    def __init__(self, seed: int = 0, bins: int | None = None) -> None:
        self.seed, self.bins = seed, bins

    def _learn(self, codec: TableCodec, codes: Codes, drafted: Draft) -> Arrays:
        del drafted
        scores = [column.scores() for column in codec.placed]
        classes = [coarse(codes[:, place], known) for place, known in enumerate(scores)]
        told = mutual_information(classes).argmax(axis=1)
        lines = []
        for place, known in enumerate(scores):
            rank = known if known.any() else principal_ranks(codes[:, place], classes[told[place]], len(known))
            lines.append(np.r_[len(known) - 1, np.argsort(rank[:-1], kind="stable")])
        line = np.concatenate(lines).astype(np.int32)
        low, high = _thresholds(codec, line)
        seen = [_score(low[place], high[place])[codes[:, place]] for place in range(len(codec.columns))]
        return {"line": line, "correlation": _correlation(np.stack(seen, axis=1)).astype(np.float32)}

    def _draw(self, fitted: Fitted, n: int, seed: int) -> Codes:
        root = np.linalg.cholesky(fitted.arrays["correlation"].astype(float))
        return _slots(fitted, numpy_generator(seed, Stream.SAMPLE).standard_normal((n, len(root))) @ root.T)

    def _draw_where(self, fitted: Fitted, n: int, seed: int, where: Condition) -> Codes:
        """Draw the bound variables by Gibbs sampling, in one go where it is one, and the others given them."""
        random, correlation = numpy_generator(seed, Stream.SAMPLE), fitted.arrays["correlation"].astype(float)
        bound = list(where.columns)
        rest = [place for place in range(len(correlation)) if place not in bound]
        low, high = _thresholds(fitted.codec, fitted.arrays["line"])
        precision = np.linalg.inv(correlation[np.ix_(bound, bound)])
        z = np.zeros((n, len(bound)))
        for _ in range(_SWEEPS if len(bound) > 1 else 1):
            for i, place in enumerate(bound):
                mean, spread = _given(z, precision, i)
                ends = [(side[place] - mean[:, None]) / spread for side in (low, high)]
                laws = (ndtr(ends[1]) - ndtr(ends[0])) * where.of(place)
                # where the others make all that is allowed impossible, its own law decides
                laws[laws.sum(axis=1) <= 0] = fitted.codec.placed[place].counts * where.of(place)
                slot = draw_slots(laws, np.arange(n), random.random(n))
                z[:, i] = _truncated(mean, spread, low[place][slot], high[place][slot], random.random(n))
        full = np.empty((n, len(correlation)))
        full[:, bound] = z
        slope = correlation[np.ix_(rest, bound)] @ precision
        left = correlation[np.ix_(rest, rest)] - slope @ correlation[np.ix_(bound, rest)]
        noise = random.standard_normal((n, len(rest)))
        full[:, rest] = z @ slope.T + (noise @ np.linalg.cholesky(left).T if rest else noise)
        return _slots(fitted, full)

    def _fill(self, fitted: Fitted, codes: Codes, unknown: NDArray[np.bool_], seed: int) -> Codes:
        """Gibbs sampling of all variables, the known ones within their slots, the others above the missing one."""
        random, precision = (
            numpy_generator(seed, Stream.SAMPLE),
            np.linalg.inv(fitted.arrays["correlation"].astype(float)),
        )
        low, high = _thresholds(fitted.codec, fitted.arrays["line"])
        columns = range(codes.shape[1])
        floor = [np.where(unknown[:, c], high[c][-1], low[c][codes[:, c]]) for c in columns]
        roof = [np.where(unknown[:, c], np.inf, high[c][codes[:, c]]) for c in columns]
        z = np.stack([_score(a, b) for a, b in zip(floor, roof, strict=True)], axis=1)
        for _ in range(_SWEEPS):
            for c in columns:
                mean, spread = _given(z, precision, c)
                z[:, c] = _truncated(mean, spread, floor[c], roof[c], random.random(len(z)))
        return np.where(unknown, _slots(fitted, z), codes)

    def _skeleton(self, codec: TableCodec, found: Arrays) -> dict[str, tuple[int, ...]]:
        return {"line": (int(codec.offsets[-1]),), "correlation": (len(codec.columns),) * 2}

    def _is_sound(self, codec: TableCodec, arrays: Arrays) -> bool:
        correlation = arrays["correlation"].astype(float)
        lines = np.split(arrays["line"], codec.offsets[1:-1])
        return bool(
            all(line[0] == len(line) - 1 and (np.sort(line) == np.arange(len(line))).all() for line in lines)
            and np.allclose(correlation, correlation.T, atol=1e-5)
            and np.allclose(np.diag(correlation), 1.0, atol=1e-4)
            and np.linalg.eigvalsh(correlation)[0] > 0
        )


def _thresholds(codec: TableCodec, line: Codes) -> tuple[list[Floats], list[Floats]]:
    """Return where the slots of each column begin and end on the normal line; the slot of missing values begins it."""
    low, high = [], []
    for column, order in zip(codec.placed, np.split(line, codec.offsets[1:-1]), strict=True):
        ends = np.cumsum(column.counts[order]) / column.counts.sum()
        edges = ndtri(np.r_[0.0, ends[:-1], 1.0])
        first, last = np.empty(column.width), np.empty(column.width)
        first[order], last[order] = edges[:-1], edges[1:]
        low.append(first)
        high.append(last)
    return low, high


def _score(low: Floats, high: Floats) -> Floats:
    """Return the mean of a standard normal variable between two ends."""
    mass = ndtr(high) - ndtr(low)
    density = [np.exp(-0.5 * end**2) / np.sqrt(2 * np.pi) for end in (low, high)]
    middle = np.clip(np.where(np.isfinite(low), low, high), -8.0, 8.0)
    return np.asarray(np.where(mass > 1e-12, (density[0] - density[1]) / np.maximum(mass, 1e-12), middle))


def _correlation(scores: Floats) -> Floats:
    """Return the correlation of the variables behind mean scores, made positive definite."""
    centred = scores - scores.mean(axis=0)
    covariance = centred.T @ centred / len(scores)
    variance = np.maximum(np.diag(covariance), 1e-9)
    found = np.clip(covariance / np.outer(variance, variance), -0.99, 0.99)
    # a column that does not vary has nothing to be correlated with
    found[np.diag(covariance) < 1e-9] = 0.0
    found[:, np.diag(covariance) < 1e-9] = 0.0
    np.fill_diagonal(found, 1.0)
    values, vectors = np.linalg.eigh(found)
    near = (vectors * np.maximum(values, _LEAST)) @ vectors.T
    spread = np.sqrt(np.diag(near))
    return np.asarray(near / np.outer(spread, spread))


def _given(z: Floats, precision: Floats, i: int) -> tuple[Floats, float]:
    """Return mean and deviation of one variable given the others."""
    own = precision[i, i]
    return z[:, i] - z @ precision[i] / own, float(own**-0.5)


def _truncated(mean: Floats, spread: float, low: Floats, high: Floats, uniform: Floats) -> Floats:
    """Draw normal variables between two ends; far from the mean, at the nearer end."""
    first, last = ndtr((low - mean) / spread), ndtr((high - mean) / spread)
    drawn = mean + spread * ndtri(np.clip(first + uniform * (last - first), 1e-15, 1 - 1e-15))
    return np.asarray(np.clip(drawn, low, high))


def _slots(fitted: Fitted, z: Floats) -> Codes:
    """Return the slot that each variable lies in."""
    line, codec = fitted.arrays["line"], fitted.codec
    _, high = _thresholds(codec, line)
    codes = np.empty(z.shape, np.int32)
    for place, order in enumerate(np.split(line, codec.offsets[1:-1])):
        used = order[codec.placed[place].counts[order] > 0]
        found = np.searchsorted(high[place][used], z[:, place], side="left")
        codes[:, place] = used[np.minimum(found, len(used) - 1)]
    return codes
