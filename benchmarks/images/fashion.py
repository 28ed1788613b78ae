"""Fashion-MNIST at 28x28, without labels: `ImageGAN` against DCGAN, WGAN-GP and SNGAN in PyTorch, for the same time.

    frechet   on the hidden layer of a classifier of 10,000 other training images, 2,000 samples against 2,000 test
              images; floor: 2,000 further training images
    shares    the smallest and the largest share of a class among the samples, as the classifier sees them

50,000 images to learn from, one thread each. Ours has its defaults; each peer is tried with eight settings, rate times
width, for the minutes of --tuning each, and the one with the least distance then has the whole time, from
each of --peer-seeds; a single setting is not tried first. Peers are also judged at a quarter and a half of their time.
The last state counts. Where others use the machine, --steps and --peer-steps give ours and a peer the steps that a core
of its own takes in the minutes.

Run: OMP_NUM_THREADS=1 python benchmarks/images/fashion.py --data FOLDER [--minutes 20] [--tuning 2.5] [--seeds 3]
     [--first 0] [--steps N] [--torch PYTHON_WITH_TORCH] [--peers dcgan wgan_gp sngan] [--rates ...]
     [--widths ...] [--peer-seeds 0] [--peer-steps N] [--pictures FOLDER]
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from _sets import Judge, fashion, scaled, trained
from PIL import Image

JUDGED = 2000
PEERS = ("dcgan", "wgan_gp", "sngan")
RATES, WIDTHS = (1e-4, 2e-4, 5e-4, 1e-3), (32, 64)


def told(judge, samples):
    classes = judge.features.classes(scaled(samples))
    shares = np.bincount(np.asarray(classes), minlength=10) / len(samples)
    return f"frechet {judge.scores(samples)['frechet']:.3f}, shares {shares.min():.3f} to {shares.max():.3f}"


def grid(images):
    """Return one picture of the first 100 images."""
    rows = images[:100].reshape(10, 10, *images.shape[1:3])
    return Image.fromarray(rows.swapaxes(1, 2).reshape(10 * images.shape[1], 10 * images.shape[2]))


def peer(options, kind, images, judge):
    """Print how a peer does by each setting, then by the best of them for the whole time."""
    with tempfile.TemporaryDirectory() as place:
        data, out = Path(place) / "images.npy", Path(place) / "out.npz"
        np.save(data, images)

        def run(rate, width, minutes, seed=0, steps=None):
            program = Path(__file__).with_name("_torch_peers.py")
            words = [options.torch, program, kind, data, rate, width, minutes, seed, out]
            words += [] if steps is None else [steps]
            subprocess.run([str(word) for word in words], check=True)
            found = np.load(out)
            curve = "; ".join(f"{name}: {told(judge, found[name])}" for name in found.files if name != "steps")
            time = f"{minutes:g} minutes, " if steps is None else ""
            what = f"{kind} rate {rate:g} width {width}, seed {seed}, {time}{found['steps']} steps"
            print(f"{what}; {curve}", flush=True)
            return found["at 1"]

        def distance(setting):
            rate, width = setting
            return judge.scores(run(rate, width, options.tuning))["frechet"]

        settings = list(itertools.product(options.rates, options.widths))
        rate, width = min(settings, key=distance) if len(settings) > 1 else settings[0]
        for seed in options.peer_seeds:
            samples = run(rate, width, options.minutes, seed, options.peer_steps)
            if options.pictures is not None:
                grid(samples).save(options.pictures / f"fashion-{kind}-{seed}.png")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--steps", type=int, help="of ours, in place of the minutes")
    parser.add_argument("--tuning", type=float, default=2.5)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--torch", type=Path)
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=PEERS)
    parser.add_argument("--rates", type=float, nargs="+", default=RATES)
    parser.add_argument("--widths", type=int, nargs="+", default=WIDTHS)
    parser.add_argument("--peer-seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--peer-steps", type=int)
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    images, labels = fashion(options.data, "train")
    test = fashion(options.data, "t10k")[0][:JUDGED]
    judge = Judge(images[50_000:], labels[50_000:], test, images[:JUDGED])
    print(f"real images: {told(judge, images[:JUDGED])}", flush=True)
    for seed in range(options.first, options.first + options.seeds):
        gan, more = trained(images[:50_000], options, "fashion", seed=seed)
        print(f"ImageGAN seed {seed}: {told(judge, gan.sample(JUDGED, seed=seed))}; {more}", flush=True)
    if options.torch is not None:
        for kind in options.peers:
            peer(options, kind, images[:50_000], judge)


if __name__ == "__main__":
    main()
