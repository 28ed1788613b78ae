"""The loop: compiled chunks of steps, with the clock, the rows and the reports outside of what is compiled.

One program serves every run with the same step and the same shapes: number of steps, seed, settings and data are
arguments, and batches are gathered outside, so that their shape does not depend on the number of rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from equipoise.training.batches import batch_rows
from equipoise.training.progress import Progress
from equipoise.training.randomness import Stream, jax_key

__all__ = ["CHUNK", "Step", "run", "start", "steps_within"]

CHUNK = 32  # long enough to hide the cost of a call (about 0.1 ms), short enough for a lively report

State = TypeVar("State")
Logs = dict[str, jax.Array]


class Step(Protocol):
    """One training step: pure, hashable (it is part of the compiled program), equal to its equals."""

    def __call__(
        self, state: Any, batch: jax.Array, key: jax.Array, done: jax.Array, arguments: Any
    ) -> tuple[Any, Logs]:
        """Return the next state and what to log; `done` is the share of steps behind, `arguments` are traced."""

    def __hash__(self) -> int: ...


class _Starter(Protocol):
    def init(self, *networks: Any) -> Any: ...

    def __hash__(self) -> int: ...


@partial(jax.jit, static_argnames=("step",))
def start(step: _Starter, *networks: Any) -> Any:
    """Return ``step.init(*networks)`` from one compiled program; array by array, each shape would compile its own.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> from equipoise.variational import Climb
    >>> int(start(Climb(embed=len), {"w": jnp.zeros(3)}).step)
    0
    """
    return step.init(*networks)


# Level 1 compiles in two thirds of the time of the default and runs as fast: the work lies in matrix products,
# which are not compiled here.
@partial(
    jax.jit,
    static_argnames=("step",),
    donate_argnames=("state",),
    compiler_options={"xla_backend_optimization_level": 1},
)
def _chunk(
    step: Step,
    state: State,
    batches: jax.Array,
    start: jax.Array,
    steps: jax.Array,
    key: jax.Array,
    arguments: Any,
) -> tuple[State, Logs]:
    @jax.jit  # traced once, though asked for its shapes and called
    def one(state: Any, number: jax.Array) -> tuple[Any, Logs]:
        batch = batches[number - start]
        return step(state, batch, jax.random.fold_in(key, number), number / steps, arguments)

    def add(number: jax.Array, carry: tuple[Any, Logs]) -> tuple[Any, Logs]:
        state, logs = one(carry[0], number)
        return state, jax.tree.map(jnp.add, carry[1], logs)

    # a loop with a traced end, not a scan: the last chunk may be shorter without being another program to compile
    _, shapes = jax.eval_shape(one, state, start)
    zeros = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)
    stop = jnp.minimum(steps, start + len(batches))
    last: State
    last, logs = jax.lax.fori_loop(start, stop, add, (state, zeros))
    return last, jax.tree.map(lambda total: total / (stop - start), logs)


def run(
    step: Step,
    state: State,
    data: NDArray[Any],
    *,
    steps: int,
    batch: int,
    seed: int,
    arguments: Any = None,
    report: Callable[[Progress], None] | None = None,
) -> State:
    """Run `steps` steps from the beginning and return the last state.

    Parameters
    ----------
    step : Step
        What to do with one batch.
    state : pytree of arrays
        The state before the first step; its buffers are given away.
    data : ndarray of shape (n, ...)
        Rows to learn from.
    steps, batch, seed : int
        Length of the run, rows a step, and the seed of order and noise.
    arguments : pytree of arrays and floats
        Passed to each step: settings and constants of the data; new values need no new compilation.
    report : callable, optional
        Called with a `Progress` after each chunk.

    Examples
    --------
    The running mean of rows, as a "training" that needs no network:

    >>> import jax.numpy as jnp, numpy as np
    >>> def mean_step(state, batch, key, done, arguments):
    ...     return state + arguments["rate"] * (batch.mean() - state), {"mean": state}
    >>> rows = np.full((10, 1), 3.0, np.float32)
    >>> state = run(mean_step, jnp.array(0.0), rows, steps=50, batch=4, seed=0, arguments={"rate": 0.5})
    >>> round(float(state), 4)
    3.0
    """
    key = jax_key(seed, Stream.STEP)
    for start in range(0, steps, CHUNK):
        began = time.perf_counter()
        batches = data[batch_rows(len(data), batch, seed, start, CHUNK)]
        state, logs = _chunk(step, state, batches, np.int32(start), np.int32(steps), key, arguments)
        if report is not None:
            values = {name: float(value) for name, value in logs.items()}  # waits for the chunk
            stop = min(start + CHUNK, steps)
            report(Progress(stop, steps, (stop - start) / (time.perf_counter() - began), values))
    return state


def _wait(state: Any) -> None:
    for leaf in jax.tree.leaves(state):
        leaf.block_until_ready()


def steps_within(
    minutes: float,
    step: Step,
    state: State,
    data: NDArray[Any],
    *,
    batch: int,
    seed: int,
    arguments: Any = None,
) -> int:
    """Return how many steps fit into a time, after two chunks on a copy of the state: one compiles, one is timed.

    The number is all that the clock decides; a run of that many steps does not look at it again.

    Examples
    --------
    >>> import jax.numpy as jnp, numpy as np
    >>> def idle(state, batch, key, done, arguments):
    ...     return state, {}
    >>> steps_within(0.01, idle, jnp.array(0.0), np.zeros((4, 1), np.float32), batch=2, seed=0) >= 1
    True
    """
    began = time.perf_counter()
    for _ in range(2):
        lap = time.perf_counter()
        copy = jax.tree.map(jnp.copy, state)
        _wait(run(step, copy, data, steps=CHUNK, batch=batch, seed=seed, arguments=arguments))
        seconds = (time.perf_counter() - lap) / CHUNK
    return max(1, int((60.0 * minutes - (time.perf_counter() - began)) / seconds))
