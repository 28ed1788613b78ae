"""Cyclic coordinate descent for squared loss + elastic net in plain NumPy: what the compiled paths are held against.

Friedman, Hastie and Tibshirani (2010), "Regularization paths for generalized linear models via coordinate descent",
section 2.1 (on residuals, "naive updates") and 2.2 (on the Gram matrix, "covariance updates").
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


def soft_threshold(u: float, t: float) -> float:
    return float(np.sign(u) * max(abs(u) - t, 0.0))


def on_gram(G: np.ndarray, c: np.ndarray, alpha: float, l1_ratio: float, factor: np.ndarray) -> Iterator[np.ndarray]:
    """Coefficients after each pass over the features; G = X'SX, c = X'Sy."""
    l1, l2 = alpha * l1_ratio * factor, alpha * (1.0 - l1_ratio) * factor
    w = np.zeros(len(c))
    while True:
        for j in range(len(c)):
            u = c[j] - G[j] @ w + G[j, j] * w[j]
            w[j] = soft_threshold(u, l1[j]) / (G[j, j] + l2[j]) if G[j, j] + l2[j] > 0 else 0.0
        yield w.copy()


def on_residuals(
    X: np.ndarray, y: np.ndarray, s: np.ndarray, alpha: float, l1_ratio: float, factor: np.ndarray
) -> Iterator[np.ndarray]:
    """The same without second moments: the residual is kept up to date."""
    l1, l2 = alpha * l1_ratio * factor, alpha * (1.0 - l1_ratio) * factor
    w, r = np.zeros(X.shape[1]), y.copy()
    while True:
        for j, x in enumerate(X.T):
            a = s @ x**2
            new = soft_threshold((s * x) @ r + a * w[j], l1[j]) / (a + l2[j]) if a + l2[j] > 0 else 0.0
            r += x * (w[j] - new)
            w[j] = new
        yield w.copy()


def centred(X: np.ndarray, y: np.ndarray, s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Without an intercept the same problem: columns and target minus their weighted means."""
    return X - s @ X, y - s @ y


def settle(passes: Iterator[np.ndarray], tol: float = 1e-14, limit: int = 20_000) -> np.ndarray:
    """Iterate until nothing moves."""
    before = next(passes)
    for _ in range(limit):
        now = next(passes)
        if np.max(np.abs(now - before)) <= tol * np.max(np.abs(now), initial=1.0):
            return now
        before = now
    raise AssertionError("the reference did not settle")
