"""Fit a mixture of products: the number of classes is quadrupled while rows that were held out become more likely."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from equipoise.tables.codec import TableCodec
from equipoise.tables.products import Products, climb, one_hot, start
from equipoise.training.randomness import Stream, numpy_generator

__all__ = ["mixture_of", "most_classes"]

_PASSES, _LAST = 6, 8  # over the rows learned from, for each number of classes; over all rows, for the chosen one
_FEWEST_ROWS = 8_000  # to go through for each number of classes
_HELD = 0.1  # share of the rows held out
_MOST = 256
_ROWS = 20  # a class has so many rows on average


def most_classes(rows: int, most: int = _MOST) -> int:
    """Return how many classes so many rows allow: 1, 4, 16 and so on.

    Examples
    --------
    >>> [most_classes(n) for n in (20, 150, 1000, 32561)], most_classes(32561, most=1024)
    ([1, 4, 16, 256], 1024)
    """
    classes = 1
    while 4 * classes <= min(most, (rows - int(_HELD * rows)) // _ROWS):
        classes *= 4
    return classes


def mixture_of(
    codec: TableCodec, codes: NDArray[np.int32], seed: int, classes: int | None = None
) -> tuple[Products, dict[int, float]]:
    """Return the mixture, and the mean log likelihood of a held-out row by number of classes tried.

    Parameters
    ----------
    codec : TableCodec
    codes : ndarray of shape (n, columns)
        Slot numbers.
    seed : int
    classes : int, optional
        Number of classes, if it is not to be chosen.
    """
    offsets, prior = codec.offsets, np.exp(codec.log_prior().astype(float))
    random = numpy_generator(seed, Stream.INIT)
    codes = codes[numpy_generator(seed, Stream.ORDER).permutation(len(codes))]
    held, rest = (one_hot(part, offsets) for part in np.split(codes, [int(_HELD * len(codes))]))

    def fitted(classes: int) -> Products:
        model = start(codes[held.shape[0] :], offsets, prior, classes, random)
        for _ in range(max(_PASSES, _FEWEST_ROWS // len(codes))):
            model = climb(model, rest, 1)
            model = model.tuned(held, rest.shape[0], offsets) if held.shape[0] else model
        return model

    likelihoods = dict[int, float]()
    if classes is not None:
        best = fitted(classes)
    else:
        best, more = start(codes, offsets, prior, 1, random), 4
        likelihoods = {1: best.log_likelihood(held)} if held.shape[0] else {}
        while held.shape[0] and more <= most_classes(len(codes)):
            tried = fitted(more)
            likelihoods[more] = found = tried.log_likelihood(held)
            if found <= likelihoods[more // 4]:
                break
            best, more = tried, 4 * more
    return climb(best, one_hot(codes, offsets), _LAST), likelihoods
