"""A mixture of products: a hidden class decides the law of every column, and columns are independent within a class.

    p(x) = sum_k w_k prod_c p_k(x_c)

Conditions and missing values have a closed form: classes are weighed by what is known, and the rest is drawn from them.
See `mixture_fit` for the fit.
"""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from equipoise.errors import InputError
from equipoise.tables.codec import TableCodec
from equipoise.tables.conditions import Condition
from equipoise.tables.mixture_fit import mixture_of
from equipoise.tables.products import Products, draw_slots, one_hot
from equipoise.tables.synthesizer import Arrays, Draft, Fitted, Synthesizer
from equipoise.training.randomness import Stream, numpy_generator

__all__ = ["TableMixture"]

_CHUNK = 4096  # rows filled at a time

Codes = NDArray[np.int32]
Floats = NDArray[np.float64]


@final
class TableMixture(Synthesizer):
    """Mixture of products, on tables with mixed types and missing values.

    Parameters
    ----------
    components : int, optional
        Number of classes; by default 1, 4, 16, 64 or 256, by the likelihood of rows that were held out.
    seed : int
        The same seed and data give the same mixture.
    bins : int, optional
        Most slots of a column, a power of two; by default by the number of rows.

    Attributes
    ----------
    likelihoods_ : dict of int to float
        Mean log likelihood of a held-out row in nats, by number of classes; empty where none was to be chosen.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> mixture = TableMixture().fit(embedded("iris"))
    >>> sorted(mixture.likelihoods_)
    [1, 4]
    """

    id: ClassVar[str] = "table-mixture"
    settings: ClassVar[tuple[str, ...]] = ("components", "seed", "bins")
    likelihoods_: dict[int, float]

    def __init__(self, components: int | None = None, seed: int = 0, bins: int | None = None) -> None:
        self.components, self.seed, self.bins = components, seed, bins

    def _learn(self, codec: TableCodec, codes: Codes, drafted: Draft) -> Arrays:
        del drafted
        wanted = self.components
        if wanted is not None and (not isinstance(wanted, int | np.integer) or wanted < 1):
            raise InputError(f"components={wanted!r} is not a number of classes; give a whole number from 1 on")
        model, self.likelihoods_ = mixture_of(codec, codes, self.seed, wanted)
        return {"weight": model.share.astype(np.float32), "law": model.law.astype(np.float32)}

    def _draw(self, fitted: Fitted, n: int, seed: int) -> Codes:
        weight, law = _model(fitted)
        random = numpy_generator(seed, Stream.SAMPLE)
        return _rows(draw_slots(weight[None], np.zeros(n, np.int64), random.random(n)), law, fitted, random)

    def _draw_where(self, fitted: Fitted, n: int, seed: int, where: Condition) -> Codes:
        weight, law = _model(fitted)
        random = numpy_generator(seed, Stream.SAMPLE)
        law = law * where.weight
        meets = np.prod(np.add.reduceat(law, fitted.codec.offsets[:-1], axis=1), axis=1)
        of = draw_slots((weight * meets)[None], np.zeros(n, np.int64), random.random(n))
        return _rows(of, law, fitted, random)

    def _fill(self, fitted: Fitted, codes: Codes, unknown: NDArray[np.bool_], seed: int) -> Codes:
        weight, law = _model(fitted)
        random = numpy_generator(seed, Stream.SAMPLE)
        offsets = fitted.codec.offsets
        law[:, offsets[1:] - 1] *= 1e-9  # whatever is filled in is no missing value, unless a class has nothing else
        present = np.log(np.maximum(np.add.reduceat(law, offsets[:-1], axis=1), 1e-30))
        model = Products(weight, law, law[0], np.zeros(law.shape[1]))
        filled = []
        for first in range(0, len(codes), _CHUNK):
            part = slice(first, first + _CHUNK)
            joint = model.log_joint(one_hot(codes[part], offsets, ~unknown[part])) + unknown[part] @ present.T
            classes = np.exp(joint - joint.max(axis=1, keepdims=True))
            of = draw_slots(classes, np.arange(len(classes)), random.random(len(classes)))
            filled.append(np.where(unknown[part], _rows(of, law, fitted, random), codes[part]))
        return np.concatenate([codes[:0], *filled])

    def _skeleton(self, codec: TableCodec, found: Arrays) -> dict[str, tuple[int, ...]]:
        classes = len(found["weight"])
        return {"weight": (classes,), "law": (classes, int(codec.offsets[-1]))}

    def _is_sound(self, codec: TableCodec, arrays: Arrays) -> bool:
        law, weight = arrays["law"].astype(float), arrays["weight"].astype(float)
        masses = np.add.reduceat(law, codec.offsets[:-1], axis=1)
        return bool(
            len(weight)
            and min(law.min(), weight.min()) >= 0
            and np.allclose(masses, 1.0, atol=1e-3)
            and np.isclose(weight.sum(), 1.0, atol=1e-3)
        )


def _model(fitted: Fitted) -> tuple[Floats, Floats]:
    return fitted.arrays["weight"].astype(float), fitted.arrays["law"].astype(float)


def _rows(of: Codes, law: Floats, fitted: Fitted, random: np.random.Generator) -> Codes:
    """Draw the slots of every column from the laws of the rows' classes."""
    blocks = np.split(law, fitted.codec.offsets[1:-1], axis=1)
    return np.stack([draw_slots(block, of.astype(np.int64), random.random(len(of))) for block in blocks], axis=1)
