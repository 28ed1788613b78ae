"""Scikit-learn estimators of regularised linear models."""

from equipoise.linear.classification import LogisticRegression
from equipoise.linear.cox import CoxRegressor
from equipoise.linear.general import LinearModel
from equipoise.linear.huber import HuberRegressor
from equipoise.linear.log_link import GammaRegressor, PoissonRegressor, TweedieRegressor
from equipoise.linear.regression import ElasticNet, Lasso, Ridge

__all__ = [
    "CoxRegressor",
    "ElasticNet",
    "GammaRegressor",
    "HuberRegressor",
    "Lasso",
    "LinearModel",
    "LogisticRegression",
    "PoissonRegressor",
    "Ridge",
    "TweedieRegressor",
]
