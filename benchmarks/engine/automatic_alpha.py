"""Automatic alpha against a sweep of hand-set ones: ring, grid and digits, each at 0.1, 1 and 10 times its scale.

The penalty is R1 + R2, the hand-set alphas go from 1e-3 to 1e3 and fall to a tenth along the run, as the automatic one
does. Ring and grid are judged by the overlap of modes, 1 - TV between the sampled law of modes and the true one, where
a point beyond three deviations of every mode counts as none; higher is better. Digits are judged by the Frechet
distance of pixels to the real ones, at the original scale; lower is better. All players work in the units of the data
(`in_units_of`).

Run: python benchmarks/engine/automatic_alpha.py [ring|grid|digits ...]
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

import jax
import numpy as np
from _common import Discriminator, Generator, digits, draw, frechet, grid, mixture, nearest, ring, rows_as_they_are, say

from equipoise.adversarial import Balance, Game, GameSettings, in_units_of
from equipoise.errors import TrainingError
from equipoise.training import run, start

ALPHAS = np.logspace(-3, 3, 7)
SCALES = (0.1, 1.0, 10.0)
STEPS = {"ring": 4000, "grid": 4000, "digits": 2500}
CENTRES = {"ring": ring(8, 2.0), "grid": grid(5, 1.5)}


def rows_of(name: str) -> np.ndarray:
    """Return the data at its own scale."""
    return digits() if name == "digits" else mixture(CENTRES[name], 0.1, 20_000, seed=0)


def judge(name: str, points: np.ndarray) -> float:
    """Return the overlap of modes, or the Frechet distance of pixels."""
    if not np.isfinite(points).all():
        return float("nan")
    if name == "digits":
        return frechet(points, digits())
    centres = CENTRES[name]
    mode, distance = nearest(points, centres)
    valid = distance < 0.3
    shares = np.bincount(mode[valid], minlength=len(centres)) / len(points)
    return float(np.minimum(shares, 1 / len(centres)).sum())


def train(name: str, scale: float, alpha: float | None, seed: int = 0) -> tuple[float, float]:
    """Return quality and last alpha of one run; without alpha it is automatic."""
    game = Game(embed=rows_as_they_are, lazy=1, balance=Balance() if alpha is None else None)
    rows = rows_of(name) * np.float32(scale)
    keys = jax.random.split(jax.random.key(seed))
    size = rows.shape[1]
    players = Generator(keys[0], 16, size, 128, 2), Discriminator(keys[1], size, 128, 2)
    state = start(game, *in_units_of(rows, *players))
    pair = (0.0, 0.0) if alpha is None else (alpha, alpha / 10)
    arguments = (GameSettings(alpha=pair, rate=(2e-3, 2e-5)), None)
    last: dict[str, Any] = {"alpha": float("nan")}
    try:
        state = run(
            game,
            state,
            rows,
            steps=STEPS[name],
            batch=128,
            seed=seed,
            arguments=arguments,
            report=lambda now: last.update(now.values),
        )
    except TrainingError:
        return float("nan"), float("nan")
    return judge(name, draw(state.average, 10_000) / scale), float(last["alpha"])


def main(names: list[str]) -> None:
    """Print a row for each data set and scale."""
    warnings.simplefilter("ignore")
    heads = " | ".join(f"{alpha:g}" for alpha in ALPHAS)
    say(f"| data | scale | {heads} | automatic | its alpha | automatic / best |")
    say("|" + "---|" * (len(ALPHAS) + 5))
    for name in names:
        for scale in SCALES:
            swept = [train(name, scale, float(alpha))[0] for alpha in ALPHAS]
            own, alpha = train(name, scale, None)
            best = np.nanmin(swept) if name == "digits" else np.nanmax(swept)
            cells = " | ".join(f"{value:.3g}" for value in swept)
            say(f"| {name} | {scale:g} | {cells} | {own:.3g} | {alpha:.2g} | {own / best:.2f} |")


if __name__ == "__main__":
    main(sys.argv[1:] or list(STEPS))
