"""Losses: what one sample costs. One loss a file; add yours to `CATALOGUE` and it gets all contract tests."""

from equipoise.losses.base import Loss
from equipoise.losses.logistic import Logistic
from equipoise.losses.multinomial import Multinomial
from equipoise.losses.squared import Squared

__all__ = ["CATALOGUE", "Logistic", "Loss", "Multinomial", "Squared"]

CATALOGUE: tuple[type[Loss], ...] = (Squared, Logistic, Multinomial)
