"""Images a second of a full step (discriminator and generator, R1 + R2): this library against PyTorch.

The same residual networks without labels, the same batch, relativistic pairing, Adam without momentum; nothing is
augmented. On top the library keeps three averages of the generator (PyTorch: one), the automatic weight of the penalty,
and the watch. PyTorch in three ways: see `_torch_players.py`. Each contestant is a process of its own with one thread;
they take turns. Seconds are those of the processor, since other work may share the machine; the wall clock stands
beside them. Steps are counted after the first ones, which compile.

Run: OMP_NUM_THREADS=1 python benchmarks/images/step.py --torch PYTHON_WITH_TORCH [--side 28] [--rounds 3]
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


def ours(side, channels, width, batch, steps):
    """Print seconds of wall clock and of the processor for so many steps of this library."""
    from equipoise.images import ImageGAN
    from equipoise.images.training_set import TrainingSet
    from equipoise.training import run

    images = np.random.default_rng(0).integers(0, 255, (256, side, side, channels), np.uint8)
    gan = ImageGAN(width=width, batch=batch, augment=0, preset="residual")
    data = TrainingSet.read(images, None)
    step, state, settings = gan._prepare(data)
    common = {"batch": batch, "seed": 0, "arguments": (settings, None)}
    state = run(step, state, data.rows(), steps=3, **common)
    wall, used = time.perf_counter(), time.process_time()
    run(step, state, data.rows(), steps=steps, **common)
    print(time.perf_counter() - wall, time.process_time() - used)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--torch", type=Path)
    parser.add_argument("--side", type=int, default=28)
    parser.add_argument("--channels", type=int, default=1)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ways", nargs="+", default=["two", "one", "compile"])
    parser.add_argument("--ours", action="store_true")
    options = parser.parse_args()
    numbers = [options.side, options.channels, options.width, options.batch, options.steps]
    if options.ours:
        ours(*numbers)
        return
    told = list(map(str, numbers))
    calls = {"equipoise": [sys.executable, __file__, "--ours"]}
    for name, number in zip(("--side", "--channels", "--width", "--batch", "--steps"), told, strict=True):
        calls["equipoise"] += [name, number]
    calls |= {way: [str(options.torch), str(HERE / "_torch_players.py"), way, *told] for way in options.ways}
    found = {name: [] for name in calls}
    for _ in range(options.rounds):
        for name, call in calls.items():
            done = subprocess.run(call, capture_output=True, text=True, env={**os.environ, **ONE}, check=False)
            if done.returncode:
                print(f"{name} failed: {done.stderr.strip().splitlines()[-1]}", flush=True)
                continue
            found[name].append([options.steps * options.batch / float(word) for word in done.stdout.split()])
    base = np.median(np.array(found["equipoise"])[:, 1])
    for name, rates in found.items():
        if rates:
            wall, used = np.median(rates, axis=0)
            low, high = np.min(rates, axis=0)[1], np.max(rates, axis=0)[1]
            rate = f"{used:.0f} ({low:.0f} to {high:.0f}) images a second of the processor"
            print(f"{name}: {rate}, {wall:.0f} of the clock; equipoise / {name} = {base / used:.2f}")


if __name__ == "__main__":
    main()
