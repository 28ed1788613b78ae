"""Planted copiers on scikit-learn's digits, 8x8: does `equipoise.evaluate_images` catch them, and do fresh digits pass.

    copies      training digits, with normal noise of the given deviation (the range of a pixel is 0 to 16)
    shifted     training digits moved by a pixel
    a tenth     one tenth copies, the rest fresh digits
    fresh       digits that are in neither part

    nearness    AUC of copy against fresh by the distance to the nearest training image; 0.5 is neutral
    authentic   share farther from the nearest training image than that one is from its own neighbour
    close       share as near to a training image as 1 % of fresh digits are
    caught      in how many seeds the report says "copies"

Parts of 500 digits, drawn by the seed. Medians over the seeds, and the range.

Run: OMP_NUM_THREADS=1 taskset -c 0 python benchmarks/images/copier.py [--seeds 10]
"""

from __future__ import annotations

import argparse

import numpy as np
from sklearn.datasets import load_digits

import equipoise as eq

N = 500
KEYS = ("nearness", "authentic", "close")


def planted(train, fresh, random):
    for deviation in (0.0, 0.5, 1.0, 2.0):
        yield f"copies, noise {deviation:g}", np.clip(train + deviation * random.normal(size=train.shape), 0, 16)
    yield "shifted by a pixel", np.roll(train, 1, axis=2)
    yield "a tenth copies", np.concatenate([train[: N // 10], fresh[N // 10 :]])
    yield "fresh", fresh


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    options = parser.parse_args()
    digits = load_digits()
    for features in ("classifier", "random convolutions", "pixels"):
        found: dict[str, list] = {}
        for seed in range(options.seeds):
            random = np.random.default_rng(seed)
            train, test, fresh = random.permutation(len(digits.images))[: 3 * N].reshape(3, N)
            labels = digits.target[train] if features == "classifier" else None
            for name, images in planted(digits.images[train], digits.images[fresh], random):
                report = eq.evaluate_images(
                    digits.images[train], images, digits.images[test], labels=labels, features=features, seed=seed
                )
                said = any(finding.startswith("copies") for finding in report.findings)
                found.setdefault(name, []).append((*(report.values[key] for key in KEYS), said))
        print(f"\n| {features} | nearness | authentic | close | caught |\n|---|---|---|---|---|")
        for name, rows in found.items():
            *scores, said = np.array(rows, float).T
            spans = [f"{np.median(x):.3f} ({x.min():.3f} to {x.max():.3f})" for x in scores]
            print(f"| {name} | {' | '.join(spans)} | {int(said.sum())} of {len(said)} |", flush=True)


if __name__ == "__main__":
    main()
