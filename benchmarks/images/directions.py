"""Directions among latents on scikit-learn's digits, 8x8: does each attribute's direction move it, and it alone.

    correlation   of the way gone with the attribute, each image against its own mean (equipoise.explain.measure)
    slope         in standard deviations of the attribute, a unit of latents
    leak          largest slope of another attribute, as a share of its own

Probes on all 1,797 digits with labels, settings by default; 200 fresh latents, 2 to either side. Medians over the
seeds, and the range. Beside them the best of 10 directions in closed form and of 10 principal ones for each attribute.

Run: OMP_NUM_THREADS=1 taskset -c 0 python benchmarks/images/directions.py [--seeds 3] [--minutes 1] [--steps N]
     [--only ImageVAE] [--pictures FOLDER]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from _sets import length
from sklearn.datasets import load_digits

import equipoise as eq


def best(effects, name):
    """The largest correlation of an attribute among directions that move it more than any other."""
    found = [abs(effect.correlation[name]) for effect in effects if effect.strongest == name]
    return max(found, default=float("nan"))


def one(kind, settings, seed, pictures):
    digits = load_digits()
    generator = kind(**settings, seed=seed).fit(digits.images, digits.target)
    others = {}
    for method in (eq.explain.closed_form, eq.explain.principal):
        others[method.__name__] = [eq.explain.measure(generator, found) for found in method(generator, 10)]
    rows = {}
    for direction in eq.explain.probe(generator, seed=seed):
        name, effect = direction.name, eq.explain.measure(generator, direction, seed=seed)
        rows[name] = [effect.correlation[name], effect.slope[name], effect.leak(name)]
        rows[name] += [best(effects, name) for effects in others.values()]
        if pictures is not None:
            eq.explain.strip(generator, direction).save(
                pictures / f"{generator.id}-{seed}-{name.replace(' ', '-')}.png"
            )
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--steps", type=int, help="in place of the minutes")
    parser.add_argument("--only", choices=["ImageGAN", "ImageVAE"])
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    for kind in (eq.ImageGAN, eq.ImageVAE):
        if options.only not in (None, kind.__name__):
            continue
        runs = [one(kind, length(options), seed, options.pictures) for seed in range(options.seeds)]
        print(f"\n| {kind.__name__} | correlation | slope | leak | closed form, best | principal, best |")
        print("|---|---|---|---|---|---|")
        for name in runs[0]:
            table = np.array([run[name] for run in runs])
            cells = [
                f"{np.median(values):.2f} ({values.min():.2f} to {values.max():.2f})" if np.isfinite(values).all() else
                "none in some seed"
                for values in table.T
            ]  # fmt: skip
            print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
