"""Two strategies against overfitting, constrain and generate, and an honest judge of both."""

from __future__ import annotations

from equipoise import _lazy

__version__ = "0.1.0"

_HOMES = {
    # constrain
    "CoxRegressor": "equipoise.linear",
    "CrossValidation": "equipoise.selection",
    "ElasticNet": "equipoise.linear",
    "Evidence": "equipoise.selection",
    "GCV": "equipoise.selection",
    "GammaRegressor": "equipoise.linear",
    "HoldOut": "equipoise.selection",
    "HuberRegressor": "equipoise.linear",
    "Lasso": "equipoise.linear",
    "InformationCriterion": "equipoise.selection",
    "LeaveOneOut": "equipoise.selection",
    "LinearModel": "equipoise.linear",
    "LinearSVC": "equipoise.linear",
    "LinearSVR": "equipoise.linear",
    "LogisticRegression": "equipoise.linear",
    "MLPClassifier": "equipoise.neural",
    "MLPRegressor": "equipoise.neural",
    "Objective": "equipoise.solvers",
    "PoissonRegressor": "equipoise.linear",
    "QuantileRegressor": "equipoise.linear",
    "Ridge": "equipoise.linear",
    "TweedieRegressor": "equipoise.linear",
    "feature_path": "equipoise.neural",
    "losses": "equipoise.losses",
    "neural": "equipoise.neural",
    "nested_score": "equipoise.linear",
    "penalties": "equipoise.penalties",
    "selection": "equipoise.selection",
    "solvers": "equipoise.solvers",
    # generate
    "ImageGAN": "equipoise.images",
    "ImageVAE": "equipoise.images",
    "Refined": "equipoise.tables",
    "TableCopula": "equipoise.tables",
    "TableGAN": "equipoise.tables",
    "TableMarginals": "equipoise.tables",
    "TableMixture": "equipoise.tables",
    "TableSynthesizer": "equipoise.tables",
    "TableTrees": "equipoise.tables",
    "TableVAE": "equipoise.tables",
    "images": "equipoise.images",
    "load": "equipoise.loading",
    "tables": "equipoise.tables",
    # judge
    "Augmented": "equipoise.augment",
    "Augmenter": "equipoise.augment",
    "DesignEncoder": "equipoise.data",
    "compare": "equipoise.judge.compare_images",
    "explain": "equipoise.explain",
    "data": "equipoise.data",
    "evaluate_images": "equipoise.evaluate.images",
    "evaluate_tables": "equipoise.evaluate",
    "read_table": "equipoise.data",
    "report": "equipoise.report",
    "study": "equipoise.judge",
    "trial": "equipoise.judge",
    "trial_curve": "equipoise.judge",
    # what goes wrong
    "CertificateWarning": "equipoise.errors",
    "FindingWarning": "equipoise.errors",
    "InputError": "equipoise.errors",
}

__all__ = sorted(_HOMES)

__getattr__, __dir__ = _lazy.attach(__name__, _HOMES)
