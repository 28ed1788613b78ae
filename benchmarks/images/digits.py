"""scikit-learn's digits, 8x8: what a nearest-neighbour classifier that saw samples alone knows of real digits.

    knn         accuracy on real test digits of 1-nearest-neighbour fitted on 5,000 samples with their labels
    knn real    the same, fitted on the real training digits
    frechet, kernel, coverage, nearness    equipoise.evaluate_images, on a classifier's features; beside them what fresh
                real digits get
    seconds     of fit, compilation included

Two thirds of the digits are for training, one third is for the test; the split is that of the seed. Last checkpoint,
settings by default. Medians over the seeds, and the range.

Run: OMP_NUM_THREADS=1 taskset -c 0 python benchmarks/images/digits.py [--seeds 3] [--minutes 2] [--pictures FOLDER]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier

import equipoise as eq

SAMPLES = 5000


def knn(images, labels, test, test_labels):
    classifier = KNeighborsClassifier(1).fit(images.reshape(len(images), -1), labels)
    return classifier.score(test.reshape(len(test), -1), test_labels)


def one(kind, minutes, seed, pictures):
    digits = load_digits()
    parts = train_test_split(digits.images, digits.target, test_size=1 / 3, random_state=seed, stratify=digits.target)
    train, test, train_labels, test_labels = parts
    began = time.perf_counter()
    generator = kind(minutes=minutes, seed=seed).fit(train, train_labels)
    seconds = time.perf_counter() - began
    labels = np.arange(SAMPLES) % 10
    samples = generator.sample(SAMPLES, y=labels, seed=seed)
    report = eq.evaluate_images(train, samples, test, labels=train_labels, seed=seed)
    if pictures is not None:
        generator.grid(100, seed=seed).save(pictures / f"digits-{generator.id}-{seed}.png")
    found = {
        "knn": knn(samples, labels, test, test_labels),
        "knn real": knn(train, train_labels, test, test_labels),
        "seconds": seconds,
        "steps": generator.steps_,
    }
    for name in ("frechet", "kernel", "precision", "recall", "coverage", "nearness", "authentic", "class_coverage"):
        found[name], found[f"{name} real"] = report.values[name], report.floors[name]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--only", choices=["ImageGAN", "ImageVAE"])
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    for name in [options.only] if options.only else ["ImageGAN", "ImageVAE"]:
        runs = [one(getattr(eq, name), options.minutes, seed, options.pictures) for seed in range(options.seeds)]
        print(f"\n| {name} | median | lowest | highest |\n|---|---|---|---|")
        for key in runs[0]:
            values = [run[key] for run in runs]
            print(f"| {key} | {np.median(values):.4g} | {min(values):.4g} | {max(values):.4g} |", flush=True)


if __name__ == "__main__":
    main()
