"""A membership attack: whether someone who holds the synthetic rows can tell who was among the training rows.

    score(x) = log (d(x, reference) / d(x, synthetic)),   d to the nearest row

A density ratio by the nearest neighbour: van Breugel, Sun, Qian and van der Schaar, *Membership inference attacks
against synthetic data through overfitting detection* (2023), equation 2, with real rows as the reference, which tells
rows that are near to synthetic ones from rows that lie where there are many anyhow. AUC of the score for training
rows against rows that are neither among the training nor the reference rows: 1/2 where the synthetic rows say nothing
about membership, 1 where the synthesizer copies. Given the synthetic and the reference rows, the rows under attack
are independent, as DeLong's interval needs. That this attack fails does not prove that another would.
"""

from __future__ import annotations

import numpy as np

from equipoise.data import Table
from equipoise.evaluate.intervals import Estimate, auc
from equipoise.evaluate.space import Space, nearest

__all__ = ["membership"]

_EQUAL = 1e-6  # distance of equal rows


def membership(members: Table, others: Table, reference: Table, synthetic: Table, train: Table) -> Estimate:
    """Return the AUC of the attack and its interval.

    Parameters
    ----------
    members, others : Table
        Rows under attack: some that the synthesizer was fitted on, and some that it never saw.
    reference : Table
        Further real rows that it never saw.
    synthetic : Table
        All rows that were published: a sample of them hides copies.
    train : Table
        From which the scales of the columns are taken.

    Examples
    --------
    >>> from equipoise.data import embedded
    >>> iris = embedded("iris")
    >>> a, b, c = (iris.take(range(start, 150, 3)) for start in range(3))
    >>> membership(a, b, c, a, iris)[0] > 0.9
    True
    """
    space = Space.of(train)
    known, drawn = space.points(reference), space.points(synthetic)
    targets = np.concatenate([space.points(members), space.points(others)])
    far, near = (nearest(targets, points)[0] + _EQUAL for points in (known, drawn))
    return auc(np.arange(len(targets)) < len(members), np.log(far / near))
