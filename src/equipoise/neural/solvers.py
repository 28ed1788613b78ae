"""The first-order method of a net by its name, and the metric of its steps for proximal steps.

``"adam"``, ``"sgd"`` (Nesterov's momentum 0.9) and any optimiser of Optax that takes a learning rate;
``"schedule_free"`` averages the weights instead of lowering the rate (Defazio et al. 2024, "The road less scheduled",
equations 2 to 4).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, final

import jax
import jax.numpy as jnp
import optax  # type: ignore[import-untyped]
from optax import contrib

from equipoise.training import Optimizer, optimizer

__all__ = ["ScheduleFree", "Solver", "metric", "shown", "solver"]

_EPS: Final = 1e-8
_MOMENTUM: Final = 0.9
_MOMENTS: Final = ("adam", "adamw")  # their steps are gradients over sqrt(second moment)


Shrink = Callable[[Any, Any], Any]
"""Step and weights -> the step with decay."""


def _as_it_is(steps: Any, weights: Any) -> Any:
    del weights
    return steps


class Solver(Protocol):
    """A first-order method; hashable, for it is part of the compiled program."""

    def init(self, model: Any) -> Any:
        """Moments before the first step."""

    def update(self, model: Any, gradient: Any, moments: Any, rate: jax.typing.ArrayLike) -> tuple[Any, Any]:
        """Weights and moments after one step."""

    def __hash__(self) -> int: ...


@final
@dataclass(frozen=True)
class ScheduleFree:
    """Adam without momentum, evaluated at an interpolation between its iterate and their average.

    Parameters
    ----------
    b1 : float
        Share of the average in the point where gradients are taken.
    """

    b1: float = 0.9

    def _build(self, rate: jax.typing.ArrayLike, shrink: Shrink) -> Any:
        parts = (optax.scale_by_adam(b1=0.0), optax.scale_by_learning_rate(rate), optax.stateless(shrink))
        return contrib.schedule_free(optax.chain(*parts), rate, b1=self.b1)

    def init(self, model: Any) -> Any:
        """Moments before the first step."""
        return self._build(1.0, _as_it_is).init(model)

    def update(
        self, model: Any, gradient: Any, moments: Any, rate: jax.typing.ArrayLike, shrink: Shrink = _as_it_is
    ) -> tuple[Any, Any]:
        """Weights and moments after one step.

        Decoupled decay is a part of the iterate's step, by the weights where the gradient was taken: `shrink` turns
        step and weights into the step that has it.
        """
        steps, moments = self._build(rate, shrink).update(gradient, moments, model)
        return optax.apply_updates(model, steps), moments


def solver(name: str) -> Solver:
    """Return a first-order method by its name.

    Raises
    ------
    InputError
        If there is none of that name.

    Examples
    --------
    >>> solver("adam").name
    'adam'
    """
    if name == "schedule_free":
        return ScheduleFree()
    momentum = {"momentum": _MOMENTUM, "nesterov": True} if name == "sgd" else {}
    known: Solver = optimizer("adam" if name == "adamw" else name, **momentum)  # decay is a matter of the penalty
    return known


def shown(method: Solver, weights: Any, moments: Any) -> Any:
    """The weights to predict with: those of the last step, or the average."""
    return contrib.schedule_free_eval_params(moments, weights) if isinstance(method, ScheduleFree) else weights


def metric(method: Solver, moments: Any, weights: Any) -> Any:
    """What each weight's gradient was divided by in the last step, in the form of the weights.

    Momentum m makes every step 1 / (1 - m) times as long where the gradient stays the same.
    """
    assert isinstance(method, Optimizer)
    if method.name not in _MOMENTS:
        return jax.tree.map(lambda w: jnp.full_like(w, 1.0 - _MOMENTUM), weights)
    squares, count = optax.tree_utils.tree_get(moments, "nu"), optax.tree_utils.tree_get(moments, "count")
    seen = 1.0 - 0.999 ** jnp.asarray(count, jnp.float32)
    return jax.tree.map(lambda square: jnp.sqrt(square / seen) + _EPS, squares)
