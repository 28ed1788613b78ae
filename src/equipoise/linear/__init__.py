"""Scikit-learn estimators of regularised linear models."""

from equipoise.linear.classification import LogisticRegression
from equipoise.linear.cox import CoxRegressor
from equipoise.linear.general import LinearModel
from equipoise.linear.huber import HuberRegressor
from equipoise.linear.log_link import GammaRegressor, PoissonRegressor, TweedieRegressor
from equipoise.linear.nested import NestedScore, nested_score
from equipoise.linear.quantile import QuantileRegressor
from equipoise.linear.regression import ElasticNet, Lasso, Ridge
from equipoise.linear.svm import LinearSVC, LinearSVR

__all__ = [
    "CoxRegressor",
    "ElasticNet",
    "GammaRegressor",
    "HuberRegressor",
    "Lasso",
    "LinearModel",
    "LinearSVC",
    "LinearSVR",
    "LogisticRegression",
    "NestedScore",
    "PoissonRegressor",
    "QuantileRegressor",
    "Ridge",
    "TweedieRegressor",
    "nested_score",
]
