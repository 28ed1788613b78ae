"""Mixtures of products of categorical laws: expectation and maximisation by blocks of rows, likelihood, and draws.

Cappé and Moulines, *On-line expectation-maximization algorithm for latent data models* (2009), equation 17: expected
counts move by a step of ``(t + 2)^-0.7`` towards those of a block, and the laws follow the counts. Rows of the marginal
law are added to the counts of every class, as many as held-out rows ask for, column by column: a column that tells
nothing of the classes is best left to its marginal law.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import logsumexp

__all__ = ["Products", "climb", "draw_slots", "one_hot", "start"]

_BLOCKS = (64, 1024)  # fewest and most rows of a step
_PRIOR_ROWS = (0.3, 1.0, 3.0, 10.0, 100.0, 1000.0)

Codes = NDArray[np.int32]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Products:
    """Expected shares of the classes, and of the slots within them.

    Parameters
    ----------
    share : ndarray of shape (classes,)
        Share of all rows in each class; sums to 1.
    counts : ndarray of shape (classes, size)
        Share of all rows in each class and slot.
    prior : ndarray of shape (size,)
        Marginal law of each column.
    strength : ndarray of shape (size,)
        Share of all rows that is added to each class by the marginal law.
    steps : int
        Blocks that were seen.
    """

    share: Floats
    counts: Floats
    prior: Floats
    strength: Floats
    steps: int = 0

    @cached_property
    def law(self) -> Floats:
        """Law of the slots in each class, shape (classes, size); sums to 1 over each column."""
        return (self.counts + self.strength * self.prior) / (self.share[:, None] + self.strength)

    def log_joint(self, rows: csr_array) -> Floats:
        """Return the log probability of each row together with each class, shape (n, classes)."""
        # what no training row had may occur in others: as good as impossible, yet finite
        logs = np.log(np.maximum(self.law, 1e-12)).astype(np.float32)
        return np.asarray(rows @ logs.T + np.log(np.maximum(self.share, 1e-30)).astype(np.float32))

    def classes(self, rows: csr_array) -> Floats:
        """Return the probability of each class given each row, shape (n, classes)."""
        joint = self.log_joint(rows)
        shares = np.exp(joint - joint.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))

    def log_likelihood(self, rows: csr_array) -> float:
        """Return the mean log likelihood of a row."""
        return float(np.mean(logsumexp(self.log_joint(rows), axis=1)))

    def tuned(self, rows: csr_array, learned_from: int, offsets: Ints) -> Products:
        """Return the mixture with the strengths under which other rows, given their classes, are likeliest."""
        seen = (rows.T @ self.classes(rows)).T
        scores = []
        for prior_rows in _PRIOR_ROWS:
            law = replace(self, strength=np.full(len(self.prior), prior_rows / learned_from)).law
            gains = np.sum(seen * np.log(np.maximum(law, 1e-12)), axis=0)
            scores.append(np.add.reduceat(gains, offsets[:-1]))
        best = np.array(_PRIOR_ROWS)[np.argmax(scores, axis=0)] / learned_from
        return replace(self, strength=np.repeat(best, np.diff(offsets)))


def one_hot(codes: Codes, offsets: Ints, known: NDArray[np.bool_] | None = None) -> csr_array:
    """Return sparse one-hot rows; cells that are not known have no entry."""
    columns = codes + offsets[:-1]
    if known is None:
        known = np.ones(codes.shape, np.bool_)
    pointers = np.concatenate([[0], np.cumsum(known.sum(axis=1))])
    indices = columns[known]
    return csr_array((np.ones(len(indices), np.float32), indices, pointers), shape=(len(codes), int(offsets[-1])))


def start(codes: Codes, offsets: Ints, prior: Floats, classes: int, random: np.random.Generator) -> Products:
    """Return classes that each lean towards one row, drawn at random."""
    share, strength = np.full(classes, 1.0 / classes), np.full(len(prior), 1.0 / len(codes))
    if classes == 1:
        return Products(share, prior[None], prior, strength)
    chosen = random.choice(len(codes), classes, replace=classes > len(codes))
    return Products(share, 0.5 * share[:, None] * (prior + one_hot(codes[chosen], offsets).toarray()), prior, strength)


def climb(model: Products, rows: csr_array, passes: int) -> Products:
    """Return the mixture after some passes over one-hot rows."""
    rows_of_step = int(np.clip(rows.shape[0] // 32, *_BLOCKS))
    for _ in range(passes):
        for first in range(0, rows.shape[0], rows_of_step):
            block = rows[first : first + rows_of_step]
            class_of = model.classes(block)
            step, size = (model.steps + 2.0) ** -0.7, block.shape[0]
            model = replace(
                model,
                share=(1 - step) * model.share + step / size * class_of.sum(axis=0),
                counts=(1 - step) * model.counts + step / size * (block.T @ class_of).T,
                steps=model.steps + 1,
            )
    return model


def draw_slots(laws: Floats, which: Ints, uniform: Floats) -> Codes:
    """Return a slot for each row by the law that it points to, shape (n,).

    Parameters
    ----------
    laws : ndarray of shape (laws, width)
        Rows need not sum to 1, but to more than 0 where they are pointed to.
    which, uniform : ndarray of shape (n,)
    """
    running = np.cumsum(laws, axis=1)
    whole = running[:, -1]
    scaled = running / np.where(whole > 0, whole, 1.0)[:, None] + np.arange(len(laws))[:, None]
    place = np.searchsorted(scaled.ravel(), which + np.minimum(uniform, 1 - 1e-12), side="right")
    slots = np.clip(place - which * laws.shape[1], 0, laws.shape[1] - 1)
    return np.asarray(slots, np.int32)
