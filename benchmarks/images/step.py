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
import time
from pathlib import Path

import numpy as np
from _turns import contestants, in_turn


def ours(side, channels, width, batch, steps):
    """Print seconds of wall clock and of the processor for so many steps of this library."""
    from equipoise.images import ImageGAN
    from equipoise.images.training_set import TrainingSet
    from equipoise.training import run

    images = np.random.default_rng(0).integers(0, 255, (256, side, side, channels), np.uint8)
    gan = ImageGAN(width=width, batch=batch, augment=0, preset="residual", lazy=1)
    data = TrainingSet.read(images, None)
    step, state = gan._prepare(data)
    common = {"batch": batch, "seed": 0, "arguments": (gan._numbers(steps), None)}
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
    names = ("side", "channels", "width", "batch", "steps")
    if options.ours:
        ours(*(getattr(options, name) for name in names))
        return
    found = in_turn(
        contestants(options, __file__, Path(__file__).with_name("_torch_players.py"), names), options.rounds
    )
    rates = {name: options.steps * options.batch / seconds for name, seconds in found.items()}
    base = np.median(rates["equipoise"][:, 1])
    for name, rate in rates.items():
        wall, used = np.median(rate, axis=0)
        told = f"{used:.0f} ({rate[:, 1].min():.0f} to {rate[:, 1].max():.0f}) images a second of the processor"
        print(f"{name}: {told}, {wall:.0f} of the clock; equipoise / {name} = {base / used:.2f}")


if __name__ == "__main__":
    main()
