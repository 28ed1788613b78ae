"""Contestants that are processes of their own, with one thread each, and take turns."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np

ONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}


def contestants(options, program, peer, names):
    """Return the command of each: `program` with --ours, and `peer` in each way of PyTorch, with the same numbers."""
    numbers = {name: str(getattr(options, name)) for name in names}
    ours = [word for name, number in numbers.items() for word in (f"--{name}", number)]
    calls = {"equipoise": [sys.executable, program, "--ours", *ours]}
    return calls | {way: [str(options.torch), str(peer), way, *numbers.values()] for way in options.ways}


def in_turn(calls, rounds):
    """Return seconds of wall clock and of the processor, shape (rounds, 2), of each that did not fail.

    Both are the last words that a contestant prints.
    """
    found: dict[str, list] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            done = subprocess.run(call, capture_output=True, text=True, env={**os.environ, **ONE}, check=False)
            if done.returncode:
                print(f"{name} failed: {done.stderr.strip().splitlines()[-1]}", flush=True)
                continue
            found[name].append([float(word) for word in done.stdout.split()[-2:]])
    return {name: np.array(seconds) for name, seconds in found.items() if seconds}
