"""What a rule for alpha costs on new data: small training parts of the diabetes data, with all second-order terms."""

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import PolynomialFeatures, scale

import equipoise as eq

SPLITS, TRAIN, GRID = 10, 150, 20
REFERENCE = "L1, 5-fold cross-validation, best"


def data():
    """Columns of unit variance, the target too, so that 1 is the error of predicting the mean."""
    X, y = load_diabetes(return_X_y=True)
    return scale(PolynomialFeatures(2, include_bias=False).fit_transform(scale(X))), scale(y)


def fits(X, y):
    """Coefficients and intercept under each rule: `{rule: (w, b)}`."""
    lasso = eq.Lasso(eq.CrossValidation(cv=5, alphas=GRID)).fit(X, y)
    chosen = lasso.selection_  # one fit knows both choices
    models = {
        "no penalty": eq.Ridge(0.0),
        "L2, leave-one-out": eq.Ridge(eq.LeaveOneOut(alphas=GRID)),
        "L2, 5-fold cross-validation, best": eq.Ridge(eq.CrossValidation(alphas=GRID)),
        "L1, one hold-out part of 20 %": eq.Lasso(eq.HoldOut(0.2, alphas=GRID)),
        "L1, a guess: alpha = 0.001": eq.Lasso(0.001),
        "L1, a guess: alpha = 0.1": eq.Lasso(0.1),
        "L1, a guess: alpha = 1": eq.Lasso(1.0),
    }
    fitted = {name: model.fit(X, y) for name, model in models.items()}
    return {name: (model.coef_, model.intercept_) for name, model in fitted.items()} | {
        REFERENCE: lasso.path_.at(chosen.alphas[chosen.best]),
        "L1, 5-fold cross-validation, one standard error": lasso.path_.at(chosen.alphas[chosen.one_se]),
    }


def study():
    """Score each rule on the rows not drawn: `{rule: (mean error, paired difference, its SE, features kept)}`."""
    X, y = data()
    random = np.random.default_rng(0)
    errors, kept = {}, {}
    for _ in range(SPLITS):
        order = random.permutation(len(y))
        train, test = order[:TRAIN], order[TRAIN:]
        for name, (w, b) in fits(X[train], y[train]).items():
            errors.setdefault(name, []).append(np.mean((y[test] - X[test] @ w - b) ** 2))
            kept.setdefault(name, []).append(np.sum(w != 0))
    # parts share rows: the correction of Nadeau and Bengio (2003) widens the standard error accordingly
    share = 1.0 / SPLITS + (len(y) - TRAIN) / TRAIN
    rows = {}
    for name, scores in errors.items():
        worse = np.array(scores) - np.array(errors[REFERENCE])
        rows[name] = (np.mean(scores), worse.mean(), np.sqrt(share * worse.var(ddof=1)), np.mean(kept[name]))
    return dict(sorted(rows.items(), key=lambda row: row[1][0]))
