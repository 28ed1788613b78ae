"""How every network of this library trains: a loop over pure steps, whatever the step and whatever the data.

A step is a hashable callable ``step(state, batch, key, clock, arguments) -> (state, logs)``; `run` compiles chunks of
steps and reports progress. Randomness is a function of (seed, stream, step), the order of rows of (seed, epoch).
"""

from __future__ import annotations

from equipoise import _lazy

_HOMES = {
    "Checkpoints": "equipoise.training.checkpoints",
    "Clock": "equipoise.training.loop",
    "Course": "equipoise.training.checkpoints",
    "EventLog": "equipoise.training.events",
    "Health": "equipoise.training.health",
    "Optimizer": "equipoise.training.optimizers",
    "Progress": "equipoise.training.progress",
    "RunFolder": "equipoise.training.run_folder",
    "Step": "equipoise.training.loop",
    "Stream": "equipoise.training.randomness",
    "batch_rows": "equipoise.training.batches",
    "check_seed": "equipoise.training.randomness",
    "copy_of": "equipoise.training.averaging",
    "cosine": "equipoise.training.schedule",
    "jax_key": "equipoise.training.randomness",
    "moving_average": "equipoise.training.averaging",
    "numpy_generator": "equipoise.training.randomness",
    "optimizer": "equipoise.training.optimizers",
    "progress_bar": "equipoise.training.progress",
    "read_events": "equipoise.training.events",
    "run": "equipoise.training.loop",
    "spread": "equipoise.training.devices",
    "start": "equipoise.training.loop",
    "steps_within": "equipoise.training.loop",
}

__all__ = sorted(_HOMES)

# names load when first touched: NumPy's half of randomness must not cost the import of JAX
__getattr__, __dir__ = _lazy.attach(__name__, _HOMES)
