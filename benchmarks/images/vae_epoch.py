"""Seconds of an epoch of a variational autoencoder on 28x28: this library against PyTorch.

The same fully connected networks, batch, latents and Adam; 10,000 images. PyTorch by a plain eager loop, with the loss
compiled, and in pythae: see `_torch_vae.py`. Each contestant is a process of its own with one thread; they take turns.
Seconds are those of the processor, since other work may share the machine; the wall clock stands beside them.
Compilation is not counted, nor what looks at images put aside take: at most 20 a run.

Run: OMP_NUM_THREADS=1 python benchmarks/images/vae_epoch.py --torch PYTHON_WITH_TORCH_AND_PYTHAE [--rounds 3]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
ONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}


def ours(n, width, latent, batch, epochs):
    """Print seconds of wall clock and of the processor, an epoch of this library."""
    from equipoise.images import ImageVAE
    from equipoise.images.training_set import TrainingSet
    from equipoise.training import run

    images = np.random.default_rng(0).integers(0, 255, (n, 28, 28), np.uint8)
    vae = ImageVAE(width=width, latent=latent, batch=batch, preset="mlp")
    data = TrainingSet.read(images, None)
    step, state, settings = vae._prepare(data)
    common = {"batch": batch, "seed": 0, "arguments": (settings, None)}
    state = run(step, state, data.rows(), steps=3, **common)
    wall, used = time.perf_counter(), time.process_time()
    run(step, state, data.rows(), steps=epochs * n // batch, **common)
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
    numbers = [options.images, options.width, options.latent, options.batch, options.epochs]
    if options.ours:
        ours(*numbers)
        return
    told = list(map(str, numbers))
    calls = {"equipoise": [sys.executable, __file__, "--ours"]}
    for name, number in zip(("--images", "--width", "--latent", "--batch", "--epochs"), told, strict=True):
        calls["equipoise"] += [name, number]
    calls |= {way: [str(options.torch), str(HERE / "_torch_vae.py"), way, *told] for way in options.ways}
    found = {name: [] for name in calls}
    for _ in range(options.rounds):
        for name, call in calls.items():
            done = subprocess.run(call, capture_output=True, text=True, env={**os.environ, **ONE}, check=False)
            if done.returncode:
                print(f"{name} failed: {done.stderr.strip().splitlines()[-1]}", flush=True)
                continue
            found[name].append([float(word) for word in done.stdout.split()[-2:]])
    base = np.median(np.array(found["equipoise"])[:, 1])
    for name, seconds in found.items():
        if seconds:
            wall, used = np.median(seconds, axis=0)
            low, high = np.min(seconds, axis=0)[1], np.max(seconds, axis=0)[1]
            told = f"{used:.2f} s ({low:.2f} to {high:.2f}) of the processor an epoch"
            print(f"{name}: {told}, {wall:.2f} of the clock; {name} / equipoise = {used / base:.2f}")


if __name__ == "__main__":
    main()
