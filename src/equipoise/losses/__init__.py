"""Losses: what one sample costs. One loss a file; add yours to `CATALOGUE` and it gets all contract tests."""

from equipoise.losses.base import Loss
from equipoise.losses.cox import Cox
from equipoise.losses.epsilon_insensitive import EpsilonInsensitive
from equipoise.losses.gamma import Gamma
from equipoise.losses.hinge import Hinge, SquaredHinge
from equipoise.losses.huber import Huber
from equipoise.losses.logistic import Logistic
from equipoise.losses.multinomial import Multinomial
from equipoise.losses.poisson import Poisson
from equipoise.losses.quantile import Quantile
from equipoise.losses.squared import Squared
from equipoise.losses.tweedie import Tweedie

__all__ = [
    "CATALOGUE",
    "Cox",
    "EpsilonInsensitive",
    "Gamma",
    "Hinge",
    "Huber",
    "Logistic",
    "Loss",
    "Multinomial",
    "Poisson",
    "Quantile",
    "Squared",
    "SquaredHinge",
    "Tweedie",
]

# Cox is no sum over rows, and so has its own tests.
CATALOGUE: tuple[type[Loss], ...] = (
    Squared, Logistic, Multinomial, Poisson, Gamma, Tweedie, Huber, Hinge, SquaredHinge, EpsilonInsensitive, Quantile
)  # fmt: skip
