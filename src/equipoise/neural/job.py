"""What is to be trained: the data, the form of the nets, and what all members of a sweep share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from equipoise.neural.inputs import Inputs
from equipoise.neural.recipe import Recipe
from equipoise.neural.selecting import decks_of
from equipoise.neural.sweep import Deck, Member, Sweep
from equipoise.neural.views import Rows
from equipoise.selection import Context
from equipoise.training import check_seed

__all__ = ["Job", "seeds_of"]


@final
@dataclass(frozen=True, eq=False)
class Job:
    """Data and settings of a fit, checked.

    Parameters
    ----------
    recipe : Recipe
    rows : Rows
    context : Context
        Labels, groups, and the target as given.
    inputs : Inputs
    seeds : list of int
        One a start.
    rates, dropouts : tuple of float
        To be tried.
    numbers : dict of str to float
        What every member has besides: noise, mixup, smoothing, sharpness.
    fraction : float
        Share of training rows for the validation loss; 0 if it is not looked at.
    epochs : int
    standardize : bool
    n_jobs : int, optional
    """

    recipe: Recipe
    rows: Rows
    context: Context
    inputs: Inputs
    seeds: list[int]
    rates: tuple[float, ...]
    dropouts: tuple[float, ...]
    numbers: dict[str, Any]
    fraction: float
    epochs: int
    standardize: bool
    n_jobs: int | None

    def decks(self, trains: Iterable[NDArray[np.intp]]) -> list[Deck]:
        """A deck for each set of training rows and each start."""
        return decks_of(self.rows, trains, self.seeds, self.context.labels, self.fraction)

    def sweep(self, decks: list[Deck], members: list[Member]) -> Sweep:
        """Members that have deck, alpha, rate and dropout, not yet trained."""
        full = [replace(member, **self.numbers) for member in members]
        return Sweep(self.recipe, self.rows, decks, full, self.epochs, self.standardize, self.n_jobs, self.inputs)


def seeds_of(random_state: int | None, starts: int) -> list[int]:
    """Seeds of so many starts; the first is the state itself.

    Examples
    --------
    >>> len(seeds_of(3, 2)), seeds_of(3, 2)[0]
    (2, 3)
    """
    first = np.random.SeedSequence().generate_state(1)[0] if random_state is None else random_state
    base = check_seed(int(first))
    return [base, *map(int, np.random.SeedSequence(base).generate_state(starts - 1))]
