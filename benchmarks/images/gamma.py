"""The automatic weight of the penalty against hand-set ones, on floats that range to 0.1, 1 or 10.

    fashion    Fashion-MNIST shrunk to 14x14      cifar    CIFAR-10's test part as JPEG, shrunk to 16x16
    frechet    on the hidden layer of a classifier of other real images; samples are brought back to bytes first, so
               that distances of all scales compare; floor: real images in place of the samples

Images have labels; same networks, steps and seeds for all; last state (`patience=0`). Pixels of an unknown range, and
those that use less than half of a known one, are brought to -1 to 1 by their extremes, so that at 0.1 and 10 times the
scale rounding alone is left of it.

Run: OMP_NUM_THREADS=1 python benchmarks/images/gamma.py --fashion FOLDER --cifar ZIP [--steps 1000] [--seeds 2]
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np
from _sets import Judge, cifar, fashion, shrunk

import equipoise as eq
from equipoise.errors import TrainingError, TrainingWarning

JUDGED = 2000


def sets(options):
    """Give name, images to learn from with labels, and a judge."""
    if options.fashion is not None:
        images, labels = fashion(options.fashion, "train")
        images = shrunk(images[:30_000])
        test = shrunk(fashion(options.fashion, "t10k")[0][:JUDGED])
        judge = Judge(images[:8000], labels[:8000], test, images[8000 : 8000 + JUDGED])
        yield "fashion", images[10_000:], labels[10_000:30_000], judge
    if options.cifar is not None:
        images, labels = cifar(options.cifar)
        images = shrunk(images)
        judge = Judge(images[4000:8000], labels[4000:8000], images[8000:], images[4000 : 4000 + JUDGED])
        yield "cifar", images[:4000], labels[:4000], judge


def one(images, labels, judge, alpha, scale, seed, options):
    rows = (images / 255.0 * scale).astype(np.float32)
    settings = {"steps": options.steps, "width": options.width, "batch": options.batch, "seed": seed}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TrainingWarning)  # a return to a snapshot is part of the result
            gan = eq.ImageGAN(**settings, alpha=alpha, augment=0, patience=0).fit(rows, labels)
    except TrainingError:
        return float("nan")
    samples = np.clip(gan.sample(JUDGED, seed=seed) / scale * 255.0, 0, 255).astype(np.uint8)
    return judge.scores(samples)["frechet"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fashion", type=Path)
    parser.add_argument("--cifar", type=Path)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--scales", type=float, nargs="+", default=[0.1, 1.0, 10.0])
    parser.add_argument("--alphas", type=float, nargs="+", default=[0.01, 0.1, 1.0, 10.0, 100.0])
    options = parser.parse_args()
    for name, images, labels, judge in sets(options):
        print(f"{name}: real images {judge.floor['frechet']:.3f}", flush=True)
        for scale in options.scales:
            for alpha in ["auto", *options.alphas]:
                values = [one(images, labels, judge, alpha, scale, seed, options) for seed in range(options.seeds)]
                told = " ".join(f"{value:.3f}" for value in values)
                print(f"{name} x{scale:g} alpha {alpha}: {np.median(values):.3f} ({told})", flush=True)


if __name__ == "__main__":
    main()
