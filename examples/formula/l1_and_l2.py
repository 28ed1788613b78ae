"""L1 against L2 on three kinds of model, and on columns that say the same thing."""

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.preprocessing import scale

import equipoise as eq

STEPS, RATE, HIDDEN = 1000, 0.5, 8


def cancer():
    data = load_breast_cancer()
    return scale(data.data), 1.0 - data.target, [str(name) for name in data.feature_names]


def zeros():
    """Weights that are exactly 0, out of all, for a linear, a logistic and a neural model: `{model: {fit: ...}}`."""
    X, y, _ = cancer()
    D, t = load_diabetes(return_X_y=True)
    D, rule = scale(D), eq.CrossValidation(alphas=50, rule="1se")
    net_alpha = 0.002
    return {
        "linear regression, diabetes": {
            "L1": count(eq.Lasso(rule).fit(D, t).coef_),
            "L2": count(eq.Ridge(rule).fit(D, t).coef_),
        },
        "logistic regression, breast cancer": {
            "L1": count(eq.LogisticRegression(rule, penalty=eq.penalties.L1()).fit(X, y).coef_),
            "L2": count(eq.LogisticRegression(rule, penalty=eq.penalties.L2()).fit(X, y).coef_),
        },
        "neural net, first layer, breast cancer": {
            "L1": count(train(X, y, eq.penalties.L1(), net_alpha, proximal=True)),
            "L1 by plain gradient descent": count(train(X, y, eq.penalties.L1(), net_alpha, proximal=False)),
            "L2": count(train(X, y, eq.penalties.L2(), net_alpha, proximal=False)),
        },
    }


def count(weights):
    return int(np.sum(weights == 0.0)), int(np.size(weights))


def train(X, y, penalty, alpha, proximal):
    """Fit a net with one hidden layer by full-batch descent, its first layer penalised; return that layer."""
    random = np.random.default_rng(0)
    V, v = random.normal(size=(X.shape[1], HIDDEN)) / np.sqrt(X.shape[1]), random.normal(size=HIDDEN) / 4.0
    for _ in range(STEPS):
        h = np.tanh(X @ V)
        slope = eq.losses.Logistic().gradient(y, h @ v) / len(y)
        to_V, to_v = X.T @ (np.outer(slope, v) * (1.0 - h**2)), h.T @ slope
        if not proximal:
            to_V = to_V + alpha * penalty.gradient(V.ravel()).reshape(V.shape)
        V, v = V - RATE * to_V, v - RATE * to_v
        if proximal:  # the step that makes a zero exactly zero
            V = penalty.prox(V.ravel(), RATE * alpha).reshape(V.shape)
    return V


def correlated(samples=50, alpha=0.03):
    """Three columns that measure one size, under resampling: `{column: {penalty: (share kept, mean, deviation)}}`."""
    X, y, names = cancer()
    columns = [names.index(f"worst {what}") for what in ("radius", "perimeter", "area")]
    random = np.random.default_rng(0)
    draws = [random.integers(0, len(y), len(y)) for _ in range(samples)]
    out = {names[j]: {} for j in columns}
    for label, penalty in (("L1", eq.penalties.L1()), ("L2", eq.penalties.L2())):
        fits = [eq.LogisticRegression(alpha, penalty=penalty).fit(X[rows], y[rows]) for rows in draws]
        coefs = np.array([fit.coef_[0, columns] for fit in fits])
        for j, w in zip(columns, coefs.T, strict=True):
            out[names[j]][label] = float(np.mean(w != 0)), float(w.mean()), float(w.std())
    return out, float(np.corrcoef(X[:, columns].T).min())


def plot_paths(path):
    """Coefficients of logistic regression over alpha under either penalty."""
    import matplotlib.pyplot as plt

    X, y, names = cancer()
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for ax, penalty in zip(axes, (eq.penalties.L1(), eq.penalties.L2()), strict=True):
        grid = np.logspace(-0.4, -3.0, 50)
        fit = eq.LogisticRegression(eq.HoldOut(alphas=grid), penalty=penalty).fit(X, y)
        for j, w in enumerate(fit.path_.coefs.T):
            size = names[j] in ("worst radius", "worst perimeter", "worst area")
            style = {"color": "#c44e00", "lw": 1.8, "zorder": 3} if size else {"color": "#7a8ca3", "lw": 0.8}
            ax.plot(grid, w, label=names[j] if size else None, ls=_dash(names[j]), **style)
        ax.set(xscale="log", xlabel="alpha (more penalty to the left)", title=type(penalty).__name__, ylim=(-1.5, 4.5))
        ax.invert_xaxis()
        ax.axhline(0.0, color="black", lw=0.6)
    axes[0].set_ylabel("coefficient")
    axes[0].legend(frameon=False, loc="upper left")
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    plt.close(figure)


def _dash(name):
    return {"worst perimeter": "--", "worst area": ":"}.get(name, "-")
