"""Modes that a GAN finds where there are a thousand: three images of Fashion-MNIST on each other as red, green, blue.

    modes   of the 1,000 triples of classes, those that 26,000 samples show, as a classifier of single images sees them
    KL      of the samples' triples to those of the training images, in nats

Srivastava et al., *VEEGAN* (2017), section 4.2, do so with MNIST. A draw of 26,000 from the right law has a KL of about
999 / 52,000 = .019 by luck alone; what real images come to stands beside it. No labels are given; the last state
counts.

Run: OMP_NUM_THREADS=1 python benchmarks/images/stacked.py --data FOLDER [--minutes 20] [--seeds 3] [--steps N]
     [--packing 1] [--clusters K] [--pictures FOLDER]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from _sets import fashion, scaled, trained

from equipoise.evaluate.images.features import ClassifierFeatures

SAMPLES, STACKS = 26_000, 50_000


def stacked(images, seed, n):
    """Return stacks of three images by chance, shape (n, 28, 28, 3)."""
    rows = np.random.default_rng(seed).integers(len(images), size=(n, 3))
    return np.moveaxis(images[rows], 1, -1)


def triples(features, stacks):
    """Return how many of 1,000 modes are met, and the share of each."""
    single = np.moveaxis(stacks, -1, 1).reshape(-1, *stacks.shape[1:3])
    blocks = np.array_split(single, max(1, len(single) // 5_000))
    classes = np.concatenate([np.asarray(features.classes(scaled(block))) for block in blocks]).reshape(-1, 3)
    counts = np.bincount(classes @ [100, 10, 1], minlength=1000)
    return int((counts > 0).sum()), counts / counts.sum()


def divergence(p, q):
    """Return the Kullback-Leibler divergence of p from q, where each mode of p is one of q, too."""
    met = p > 0
    return float(np.sum(p[met] * np.log(p[met] / np.maximum(q[met], 1e-6))))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--steps", type=int, help="of ours, in place of the minutes")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--packing", type=int, default=1)
    parser.add_argument("--clusters", type=int)
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    images, labels = fashion(options.data, "train")
    features = ClassifierFeatures(scaled(images[50_000:]), labels[50_000:], steps=2000)
    stacks = stacked(images[:50_000], 0, STACKS)
    _, real = triples(features, stacks)
    modes, fresh = triples(features, stacked(images[50_000:], 1, SAMPLES))
    print(f"real images: {modes} modes, KL {divergence(fresh, real):.3f}", flush=True)
    settings = {"packing": options.packing, "clusters": options.clusters or "auto"}
    for seed in range(options.seeds):
        gan, more = trained(stacks, options, "stacked", seed=seed, **settings)
        modes, found = triples(features, gan.sample(SAMPLES, seed=seed))
        print(f"ImageGAN seed {seed}: {modes} modes, KL {divergence(found, real):.3f}; {more}", flush=True)


if __name__ == "__main__":
    main()
