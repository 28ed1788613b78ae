"""Few images: automatic augmentation against none, at equal steps.

    100, 400 or 1,000 images of Fashion-MNIST (28x28, 10 classes, with labels), the same for both; batch, networks and
    steps are the same; judged by 2,000 samples against 2,000 test images that neither saw
    frechet, kernel    on the hidden layer of one classifier that is trained on 10,000 other training images, so that
                       distances of all sizes compare; floor: 2,000 further training images in place of the samples
    nearness           P(sample nearer to its training images than a test image), the sign of copies; same features

Medians over the seeds, and the range. Last state of each run (`patience=0`): none is chosen by its distance.

Run: OMP_NUM_THREADS=1 python benchmarks/images/limited.py --data FOLDER [--sizes 400] [--steps 2000] [--seeds 3]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from _sets import Judge, fashion

import equipoise as eq

JUDGED = 2000


def one(judge, train, labels, options, seed, augment, name):
    began = time.perf_counter()
    settings = {"steps": options.steps, "width": options.width, "augment": augment, "patience": 0, "seed": seed}
    gan = eq.ImageGAN(**settings, held_out=options.held_out if augment == "auto" else 0.0).fit(train, labels)
    seconds = time.perf_counter() - began
    samples = gan.sample(JUDGED, seed=seed)
    if options.pictures is not None:
        gan.grid(60, seed=seed).save(options.pictures / f"limited-{len(train)}-{name}-{seed}.png")
    last = gan.looks_[-1]
    more = {"gap": last["gap"], "strength": last["augment"], "collapse": last["collapse"], "seconds": seconds}
    return {**judge.scores(samples), "nearness": judge.nearness(train, samples), **more}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 400, 1000])
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--augment", nargs="+", default=["auto", "0"])
    parser.add_argument("--held-out", type=float, default=0.05, help="put aside where augmentation is automatic")
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    images, labels = fashion(options.data, "train")
    test = fashion(options.data, "t10k")[0][:JUDGED]
    judge = Judge(images[:10_000], labels[:10_000], test, images[10_000 : 10_000 + JUDGED])
    print({name: round(value, 3) for name, value in judge.floor.items()}, "real images", flush=True)
    for size in options.sizes:
        runs: dict[str, list] = {name: [] for name in options.augment}
        for seed in range(options.seeds):
            begin = 20_000 + 1000 * seed  # images that the classifier never saw
            part = slice(begin, begin + size)
            for name in options.augment:
                augment = name if name == "auto" else float(name)
                runs[name].append(one(judge, images[part], labels[part], options, seed, augment, name))
                told = ", ".join(f"{key} {value:.4g}" for key, value in runs[name][-1].items())
                print(f"{size} images, augment {name}, seed {seed}: {told}", flush=True)
        for name, found in runs.items():
            cells = []
            for key in found[0]:
                values = [run[key] for run in found]
                cells.append(f"{key} {np.median(values):.4g} ({min(values):.4g} to {max(values):.4g})")
            print(f"{size} images, augment {name}: {', '.join(cells)}", flush=True)


if __name__ == "__main__":
    main()
