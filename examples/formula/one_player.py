"""One player: logistic regression with an L2 penalty, by hand."""

import numpy as np


def data_loss(w, X, y):
    """Mean binary cross-entropy, from the logits: log(1 + exp(z)) - y z never overflows nor meets log(0)."""
    z = X @ w
    return np.mean(np.logaddexp(0.0, z) - y * z)


def l2_penalty(w):
    """Half the squared length. The last weight is the intercept, and an intercept is not penalised."""
    return 0.5 * np.sum(w[:-1] ** 2)


def total_loss(w, X, y, alpha):
    return data_loss(w, X, y) + alpha * l2_penalty(w)


def gradient_descent(w, X, y, alpha, rate, steps):
    for _ in range(steps):
        p = 1.0 / (1.0 + np.exp(-(X @ w)))
        slope = X.T @ (p - y) / len(y) + alpha * np.append(w[:-1], 0.0)
        w = w - rate * slope
    return w
