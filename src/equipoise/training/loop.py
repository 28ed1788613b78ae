"""The loop: compiled chunks of steps, with the clock, the rows, the files and the reports outside of what is compiled.

One program serves every run with the same step and the same shapes: number of steps, seed, settings and data are
arguments, and batches are gathered outside, so that their shape does not depend on the number of rows.

A run that leaves its bounds (`equipoise.training.health`) returns to its last snapshot, with a lower rate and another
noise. Snapshots are taken at steps that every run reaches, so that a run which was stopped and one which was not end
with the same bytes.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from equipoise.errors import InputError, StoppedError, TrainingError, TrainingWarning
from equipoise.training.averaging import copy_of
from equipoise.training.batches import Rows, batch_rows
from equipoise.training.book import Book
from equipoise.training.checkpoints import ALIGNED, STOPPED, Course
from equipoise.training.compile_cache import use_compile_cache
from equipoise.training.devices import place, using
from equipoise.training.health import Health
from equipoise.training.looks import CHUNK, Looks
from equipoise.training.memory import explain_memory
from equipoise.training.progress import Progress
from equipoise.training.randomness import Stream, jax_key
from equipoise.training.run_folder import RunFolder
from equipoise.training.signals import StopRequest, stop_request

__all__ = ["CHUNK", "Clock", "Step", "run", "start", "steps_within"]

State = TypeVar("State")
Logs = dict[str, jax.Array]


class Clock(NamedTuple):
    """What a step knows of the run: the share of steps behind, and a factor on the learning rate."""

    done: jax.typing.ArrayLike
    brake: jax.typing.ArrayLike = 1.0


class Step(Protocol):
    """One training step: pure, hashable (it is part of the compiled program), equal to its equals."""

    def __call__(self, state: Any, batch: jax.Array, key: jax.Array, clock: Clock, arguments: Any) -> tuple[Any, Logs]:
        """Return the next state and what to log; `arguments` are traced."""

    def __hash__(self) -> int: ...


@eqx.filter_jit
def start(step: Any, *networks: Any) -> Any:
    """Return ``step.init(*networks)`` from one compiled program; array by array, each shape would compile its own.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> from equipoise.variational import Climb
    >>> int(start(Climb(embed=len), {"w": jnp.zeros(3)}).step)
    0
    """
    return step.init(*networks)


class _Rest(NamedTuple):
    """What a state holds besides arrays (activation functions, sizes); hashable, hence part of the program."""

    leaves: tuple[Any, ...]
    form: Any

    @classmethod
    def of(cls, tree: Any) -> _Rest:
        leaves, form = jax.tree.flatten(tree)
        return cls(tuple(leaves), form)

    def joined(self, arrays: Any) -> Any:
        return eqx.combine(arrays, jax.tree.unflatten(self.form, self.leaves))


# Level 1 compiles in two thirds of the time of the default and runs as fast: the work lies in matrix products,
# which are not compiled here.
@partial(
    jax.jit,
    static_argnames=("step", "rest"),
    donate_argnames=("arrays",),
    compiler_options={"xla_backend_optimization_level": 1},
)
def _chunk(
    step: Step,
    rest: _Rest,
    arrays: Any,
    batches: jax.Array,
    start: jax.Array,
    stop: jax.Array,
    steps: jax.Array,
    brake: jax.Array,
    key: jax.Array,
    arguments: Any,
) -> tuple[Any, Logs, Logs, jax.Array]:
    """Return the arrays after steps `start` to `stop`, mean and last of the logs, and whether all is finite."""

    @jax.jit  # traced once, though asked for its shapes and called
    def one(arrays: Any, number: jax.Array) -> tuple[Any, Logs]:
        clock = Clock(number / steps, brake)
        key_now, batch = jax.random.fold_in(key, number), batches[number - start]
        state, logs = step(rest.joined(arrays), batch, key_now, clock, arguments)
        return eqx.filter(state, eqx.is_array), logs

    def add(number: jax.Array, carry: tuple[Any, Logs, Logs]) -> tuple[Any, Logs, Logs]:
        arrays, logs = one(carry[0], number)
        return arrays, jax.tree.map(jnp.add, carry[1], logs), logs

    # a loop with a traced end, not a scan: the last chunk may be shorter without being another program to compile
    _, shapes = jax.eval_shape(one, arrays, start)
    zeros = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)
    arrays, total, last = jax.lax.fori_loop(start, stop, add, (arrays, zeros, zeros))
    mean = jax.tree.map(lambda value: value / (stop - start), total)
    floats = jax.tree.leaves(eqx.filter(arrays, eqx.is_inexact_array))
    finite = jnp.isfinite(jnp.concatenate([jnp.ravel(leaf) for leaf in floats])).all()  # one kernel to compile
    return arrays, mean, last, finite


def run(
    step: Step,
    state: State,
    data: Rows,
    *,
    steps: int,
    batch: int,
    seed: int,
    arguments: Any = None,
    report: Callable[[Progress], None] | None = None,
    folder: RunFolder | None = None,
    health: Health | None = None,
    looks: Looks | None = None,
    devices: int = 1,
    until: int | None = None,
) -> State:
    """Run `steps` steps, or those that a folder does not hold yet, and return the last state.

    Parameters
    ----------
    step : Step
        What to do with one batch.
    state : pytree
        The state before the first step; its buffers are given away.
    data : ndarray of shape (n, ...), or Rows
        What to learn from; rows that are made as they are asked for are to be finite.
    steps, batch, seed : int
        Length of the run, rows a step, and the seed of order and noise.
    arguments : pytree of arrays and floats
        Passed to each step: settings and constants of the data; new values need no new compilation.
    report : callable, optional
        Called with a `Progress` after each chunk.
    folder : RunFolder, optional
        Where the run is kept. A run that was stopped or killed goes on from there, and ends with the bytes that it
        would have had. SIGTERM and SIGINT then save before they stop it.
    health : Health, optional
        Bounds of a sound run.
    looks : Looks, optional
        What is looked at between chunks; it may change the state, find trouble, or end the run before its last step.
    devices : int
        Number of devices to cut each batch for.
    until : int, optional
        Stop after this step, as by a signal.

    Raises
    ------
    InputError
        If the data holds a number that is not finite, or the folder another run.
    StoppedError
        If a signal or `until` stopped the run; the folder holds it.
    TrainingError
        If it left its bounds again and again, or memory ran out.

    Examples
    --------
    The running mean of rows, as a "training" that needs no network:

    >>> import jax.numpy as jnp, numpy as np
    >>> def mean_step(state, batch, key, clock, arguments):
    ...     return state + arguments["rate"] * (batch.mean() - state), {"mean": state}
    >>> rows = np.full((10, 1), 3.0, np.float32)
    >>> state = run(mean_step, jnp.array(0.0), rows, steps=50, batch=4, seed=0, arguments={"rate": 0.5})
    >>> round(float(state), 4)
    3.0
    """
    _check_finite(data)
    use_compile_cache()
    with ExitStack() as stack:
        mesh = stack.enter_context(using(devices, batch))
        request = stack.enter_context(stop_request()) if folder is not None else StopRequest()
        stack.enter_context(explain_memory(batch))
        work = _Work(step, data, steps, batch, seed, place(arguments, mesh), mesh)
        book = Book.open(folder, {"steps": steps, "batch": batch, "seed": seed}, data, arguments)
        last: State = _Run(work, book, health or Health(), looks, report, request, until).go(state)
        return last


@dataclass(frozen=True)
class _Work:
    """The program and everything that stays the same from chunk to chunk."""

    step: Step
    data: Rows
    steps: int
    batch: int
    seed: int
    arguments: Any
    mesh: jax.sharding.Mesh | None

    def chunk(self, state: Any, course: Course, stop: int) -> tuple[Any, dict[str, float], dict[str, float], bool]:
        """Return the state after step `stop`, the mean and the last of the logs, and whether the state is finite."""
        rows = batch_rows(len(self.data), self.batch, self.seed, course.step, CHUNK)
        batches = place(self.data[rows], self.mesh, axis=1)
        key = jax.random.fold_in(jax_key(self.seed, Stream.STEP), course.tries)
        arrays, rest = eqx.partition(state, eqx.is_array)
        numbers = [np.int32(number) for number in (course.step, stop, self.steps)]
        arrays, mean, last, finite = _chunk(
            self.step,
            _Rest.of(rest),
            place(arrays, self.mesh),
            batches,
            *numbers,
            np.float32(course.brake),
            key,
            self.arguments,
        )
        means, lasts = ({name: float(value) for name, value in logs.items()} for logs in (mean, last))
        return eqx.combine(arrays, rest), means, lasts, bool(finite)


@dataclass
class _Run:
    """One run under way."""

    work: _Work
    book: Book
    health: Health
    looks: Looks | None
    report: Callable[[Progress], None] | None
    request: StopRequest
    until: int | None

    def go(self, state: Any) -> Any:
        state, course, safe, safe_course = self.book.resume(state)
        end = self.work.steps if self.until is None else min(self.until, self.work.steps)
        while course.step < end and not course.ended:
            if self.request.signal is not None:
                self._stop(state, course, self.request.signal.name)
            began = time.perf_counter()
            stop = min(end, (course.step // CHUNK + 1) * CHUNK)
            state, mean, last, finite = self.work.chunk(state, course, stop)
            whole = stop % CHUNK == 0 or stop == self.work.steps
            trouble = self.health.trouble(last, course.values, finite) if whole else None
            ended = ""
            if trouble is None and self.looks is not None and self.looks.due(stop, self.work.steps):
                seen = self.looks.see(state)
                state, trouble, ended = seen.state, seen.trouble, seen.ended
                self.book.say("look", step=stop, **seen.values)
            if trouble is not None:
                state, course = self._return(safe, safe_course, course, trouble)
                continue
            rate = (stop - course.step) / (time.perf_counter() - began)
            course = replace(course, step=stop, ended=ended)
            if stop % self.book.every() == 0 or stop == self.work.steps or ended:
                course = replace(course, values=last)
                safe, safe_course = copy_of(state), course
                self.book.save(state, course, ALIGNED)
            self.book.say("progress", step=stop, rate=round(rate, 2), **mean)
            if self.report is not None:
                self.report(Progress(stop, self.work.steps, rate, mean, course.tries))
        if course.ended:
            self.book.say("ended", step=course.step, by=course.ended)
        elif course.step < self.work.steps:
            self._stop(state, course, f"step {course.step}")
        return state

    def _return(self, safe: Any, safe_course: Course, course: Course, trouble: str) -> tuple[Any, Course]:
        """Go back to the snapshot with a lower rate and another noise, or give up."""
        if course.tries >= self.health.tries:
            self.book.say("given up", step=course.step, reason=trouble)
            raise TrainingError(
                f"training was given up near step {course.step}: {trouble}, after {course.tries} returns to step"
                f" {safe_course.step} with ever lower rates; lower the learning rate, raise alpha, or look for"
                " outliers in the data"
            )
        brake = course.brake * self.health.brake
        self.book.say("return", step=course.step, to=safe_course.step, reason=trouble, brake=brake)
        warnings.warn(
            f"{trouble} near step {course.step}: back to step {safe_course.step} with {brake:g} times the rate",
            TrainingWarning,
            stacklevel=4,
        )
        return copy_of(safe), replace(safe_course, tries=course.tries + 1, brake=brake)

    def _stop(self, state: Any, course: Course, why: str) -> None:
        self.book.save(state, course, STOPPED)
        self.book.say("stop", step=course.step, by=why)
        number = None if self.request.signal is None else int(self.request.signal)
        raise StoppedError(course.step, self.work.steps, self.book.folder.path if self.book.folder else None, number)


def _check_finite(data: Rows) -> None:
    if isinstance(data, np.ndarray) and data.dtype.kind == "f" and not np.isfinite(data).all():
        row = int(np.argwhere(~np.isfinite(data))[0][0])
        raise InputError(f"row {row} of the data holds NaN or infinity; remove or fill it")


def _wait(state: Any) -> None:
    for leaf in jax.tree.leaves(eqx.filter(state, eqx.is_array)):
        leaf.block_until_ready()


def steps_within(
    minutes: float,
    step: Step,
    state: State,
    data: Rows,
    *,
    batch: int,
    seed: int,
    arguments: Any = None,
    began: float | None = None,
) -> int:
    """Return how many steps fit into a time, after some chunks on a copy of the state: one compiles, others are timed.

    These take about a hundredth of the time, so that what a run does once counts little, but are at least one. The
    number is all that the clock decides; a run of that many steps does not look at it again. The time counts from
    `began`, a value of ``time.perf_counter()``, or from now.

    Examples
    --------
    >>> import jax.numpy as jnp, numpy as np
    >>> def idle(state, batch, key, clock, arguments):
    ...     return state, {}
    >>> steps_within(0.01, idle, jnp.array(0.0), np.zeros((4, 1), np.float32), batch=2, seed=0) >= 1
    True
    """
    began = time.perf_counter() if began is None else began

    def seconds_each(chunks: int) -> float:
        start = time.perf_counter()
        _wait(run(step, copy_of(state), data, steps=chunks * CHUNK, batch=batch, seed=seed, arguments=arguments))
        return (time.perf_counter() - start) / chunks

    seconds_each(1)
    each = seconds_each(1)
    if (chunks := int(0.01 * 60.0 * minutes / each)) > 1:
        each = seconds_each(chunks)
    left = 60.0 * minutes - (time.perf_counter() - began)
    return max(1, int(left / each * CHUNK))
