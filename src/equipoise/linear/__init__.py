"""Scikit-learn estimators of regularised linear models."""

from equipoise.linear.classification import LogisticRegression
from equipoise.linear.regression import ElasticNet, Lasso, Ridge

__all__ = ["ElasticNet", "Lasso", "LogisticRegression", "Ridge"]
