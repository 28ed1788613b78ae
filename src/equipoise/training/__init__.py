"""How every network of this library trains: a loop over pure steps, whatever the step and whatever the data.

A step is a hashable callable ``step(state, batch, key, done, arguments) -> (state, logs)``; `run` compiles chunks of
steps and reports progress. Randomness is a function of (seed, stream, step), the order of rows of (seed, epoch).
"""

from __future__ import annotations

from equipoise.training.adam import Moments, adam_init, adam_update
from equipoise.training.batches import batch_rows
from equipoise.training.ema import ema
from equipoise.training.loop import Step, run, steps_within
from equipoise.training.progress import Progress, progress_bar
from equipoise.training.randomness import Stream, jax_key, numpy_generator
from equipoise.training.schedule import cosine

__all__ = [
    "Moments",
    "Progress",
    "Step",
    "Stream",
    "adam_init",
    "adam_update",
    "batch_rows",
    "cosine",
    "ema",
    "jax_key",
    "numpy_generator",
    "progress_bar",
    "run",
    "steps_within",
]
