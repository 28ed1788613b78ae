"""Seconds of an epoch of a variational autoencoder on 28x28: this library against PyTorch.

The same fully connected networks, batch, latents and Adam; 10,000 images. PyTorch by a plain eager loop, with the loss
compiled, and in pythae: see `_torch_vae.py`. Each contestant is a process of its own with one thread; they take turns.
Seconds are those of the processor, since other work may share the machine; the wall clock stands beside them.
Compilation is not counted, nor what looks at images put aside take: at most 20 a run.

Run: OMP_NUM_THREADS=1 python benchmarks/images/vae_epoch.py --torch PYTHON_WITH_TORCH_AND_PYTHAE [--rounds 3]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from _turns import contestants, in_turn


def ours(n, width, latent, batch, epochs):
    """Print seconds of wall clock and of the processor, an epoch of this library."""
    from equipoise.images import ImageVAE
    from equipoise.images.training_set import TrainingSet
    from equipoise.training import run

    images = np.random.default_rng(0).integers(0, 255, (n, 28, 28), np.uint8)
    vae = ImageVAE(width=width, latent=latent, batch=batch, preset="mlp")
    data = TrainingSet.read(images, None)
    step, state = vae._prepare(data)
    steps = epochs * n // batch
    common = {"batch": batch, "seed": 0, "arguments": (vae._numbers(steps), None)}
    state = run(step, state, data.rows(), steps=3, **common)
    wall, used = time.perf_counter(), time.process_time()
    run(step, state, data.rows(), steps=steps, **common)
    print((time.perf_counter() - wall) / epochs, (time.process_time() - used) / epochs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--torch", type=Path)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--latent", type=int, default=16)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ways", nargs="+", default=["loop", "compile", "pythae"])
    parser.add_argument("--ours", action="store_true")
    options = parser.parse_args()
    names = ("images", "width", "latent", "batch", "epochs")
    if options.ours:
        ours(*(getattr(options, name) for name in names))
        return
    calls = contestants(options, __file__, Path(__file__).with_name("_torch_vae.py"), names)
    found = in_turn(calls, options.rounds)
    base = np.median(found["equipoise"][:, 1])
    for name, seconds in found.items():
        wall, used = np.median(seconds, axis=0)
        told = f"{used:.2f} s ({seconds[:, 1].min():.2f} to {seconds[:, 1].max():.2f}) of the processor an epoch"
        print(f"{name}: {told}, {wall:.2f} of the clock; {name} / equipoise = {used / base:.2f}")


if __name__ == "__main__":
    main()
