"""Ring of 8 and grid of 25 Gaussians by the protocol of the paired-discriminator reports, 50,000 steps.

Ring of radius 2 and grid of spacing 1.5, deviation 0.1 each; generator 16-128-128-2, discriminator 2-128-128-1 with
leaky ReLU, batch 256, one step of each player; 10,000 points judged. A point is valid within 0.3 of a mode, a mode
covered with 1 % of all points; the total variation between sampled and true law of modes counts what is invalid as a
mode of its own. Published after 50,000 steps: ring .069 +- .020 (paired), grid .242 (paired) and .216 (two rows
packed).

Objective, penalty, rates and the average of the generator are this library's: relativistic pairing with R1 + R2, alpha
a hundredth of the sum of variances falling to a tenth of that, Adam without momentum.

Run: python benchmarks/engine/paired.py [ring|grid ...] [--seeds 5]
"""

from __future__ import annotations

import sys
from typing import Any

import jax
import numpy as np
from _common import (
    Discriminator,
    Generator,
    clock,
    draw,
    grid,
    mean_and_error,
    mixture,
    nearest,
    note,
    ring,
    rows_as_they_are,
    say,
)

from equipoise.adversarial import Balance, Game, GameSettings
from equipoise.training import run, start

CENTRES = {"ring": ring(8, 2.0), "grid": grid(5, 1.5)}
STEPS = 50_000


def judge(points: np.ndarray, centres: np.ndarray) -> dict[str, float]:
    """Return total variation, valid share and covered modes."""
    mode, distance = nearest(points, centres)
    valid = distance < 0.3
    shares = np.bincount(mode[valid], minlength=len(centres)) / len(points)
    total = 0.5 * (np.abs(shares - 1 / len(centres)).sum() + 1.0 - valid.mean())
    return {"tv": float(total), "valid": float(valid.mean()), "covered": int((shares >= 0.01).sum())}


def play(name: str, seed: int, steps: int = STEPS) -> dict[str, Any]:
    """Return how one run ended, with its seconds."""
    began = clock()
    rows = mixture(CENTRES[name], 0.1, 20_000, seed=seed)
    game = Game(embed=rows_as_they_are, lazy=1, balance=Balance(first=0.01, speed=0.0))
    keys = jax.random.split(jax.random.key(seed))
    state = start(game, Generator(keys[0], 16, 2, 128, 2), Discriminator(keys[1], 2, 128, 2))
    arguments = (GameSettings(rate=(2e-3, 2e-5)), None)
    state = run(game, state, rows, steps=steps, batch=256, seed=seed, arguments=arguments)
    return judge(draw(state.average, 10_000), CENTRES[name]) | {"seconds": clock() - began}


def main(names: list[str], seeds: int) -> None:
    """Print a row for each data set, and one for fresh points of the true law."""
    say("| data | seeds | total variation | worst | valid | covered | seconds a run |")
    say("|---|---|---|---|---|---|---|")
    for name in names:
        runs = []
        for seed in range(seeds):
            runs.append(play(name, seed))
            note(f"{name} {seed} {runs[-1]}")
        tv = [one["tv"] for one in runs]
        valid = mean_and_error([one["valid"] for one in runs])
        covered, seconds = (np.mean([one[key] for one in runs]) for key in ("covered", "seconds"))
        say(f"| {name} | {seeds} | {mean_and_error(tv)} | {max(tv):.3g} | {valid} | {covered:.1f} | {seconds:.0f} |")
        true = judge(mixture(CENTRES[name], 0.1, 10_000, seed=99), CENTRES[name])
        say(f"| {name}, true law | | {true['tv']:.3g} | | {true['valid']:.3f} | {true['covered']} | |")


if __name__ == "__main__":
    words = sys.argv[1:]
    count = int(words[words.index("--seeds") + 1]) if "--seeds" in words else 5
    main([word for word in words if word in CENTRES] or list(CENTRES), count)
