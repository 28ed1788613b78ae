"""Fashion-MNIST at 28x28, without labels: `ImageGAN` against DCGAN, WGAN-GP and SNGAN in PyTorch, for the same time.

    frechet   on the hidden layer of a classifier of 10,000 other training images, 2,000 samples against 2,000 test
              images; floor: 2,000 further training images
    shares    the smallest and the largest share of a class among the samples, as the classifier sees them

50,000 images to learn from, one thread each. Ours has its defaults; each peer is tried with eight settings, rate times
width, each for the same time; peers are also judged at a quarter and a half of it. The last state counts, for a peer
the last of its best setting.

Run: OMP_NUM_THREADS=1 python benchmarks/images/fashion.py --data FOLDER [--minutes 20] [--seeds 3]
     [--torch PYTHON_WITH_TORCH] [--pictures FOLDER]
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
from _sets import Judge, fashion, scaled

import equipoise as eq

JUDGED = 2000
PEERS = ("dcgan", "wgan_gp", "sngan")
RATES, WIDTHS = (1e-4, 2e-4, 5e-4, 1e-3), (32, 64)


def told(judge, samples):
    classes = judge.features.classes(scaled(samples))
    shares = np.bincount(np.asarray(classes), minlength=10) / len(samples)
    return f"frechet {judge.scores(samples)['frechet']:.3f}, shares {shares.min():.3f} to {shares.max():.3f}"


def peers(options, images, judge):
    with tempfile.TemporaryDirectory() as place:
        data, out = Path(place) / "images.npy", Path(place) / "out.npz"
        np.save(data, images)
        for kind, rate, width in itertools.product(options.peers, RATES, WIDTHS):
            program = Path(__file__).with_name("_torch_peers.py")
            words = [options.torch, program, kind, data, rate, width, options.minutes, 0, out]
            subprocess.run([str(word) for word in words], check=True)
            found = np.load(out)
            curve = "; ".join(f"{name}: {told(judge, found[name])}" for name in found.files if name != "steps")
            print(f"{kind} rate {rate:g} width {width}: {int(found['steps'])} steps; {curve}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--torch", type=Path)
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=PEERS)
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    images, labels = fashion(options.data, "train")
    test = fashion(options.data, "t10k")[0][:JUDGED]
    judge = Judge(images[50_000:], labels[50_000:], test, images[:JUDGED])
    print(f"real images: {told(judge, images[:JUDGED])}", flush=True)
    for seed in range(options.seeds):
        began = time.perf_counter()
        gan = eq.ImageGAN(minutes=options.minutes, seed=seed).fit(images[:50_000])
        seconds = time.perf_counter() - began
        if options.pictures is not None:
            gan.grid(100, seed=seed).save(options.pictures / f"fashion-{seed}.png")
        more = f"{gan.steps_} steps, {seconds:.0f} s, {gan.ended_ or 'not saturated'}"
        print(f"ImageGAN seed {seed}: {told(judge, gan.sample(JUDGED, seed=seed))}; {more}", flush=True)
    if options.torch is not None:
        peers(options, images[:50_000], judge)


if __name__ == "__main__":
    main()
