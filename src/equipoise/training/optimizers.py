"""Any optimiser of Optax by its name, with a rate that may change from step to step, and L2 on the weights.

The update is built inside the traced step from traced numbers, so that another rate needs no new compilation. L2 comes
in two forms, which differ wherever the optimiser rescales the gradient:

    coupled      the gradient becomes  g + decay * w          (the penalty is part of the objective)
    decoupled    the weights become    w - rate * decay * w   (Loshchilov and Hutter, 2019, algorithm 2: AdamW)

Only arrays of two dimensions and more shrink: biases and scales are left alone.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any, Final, TypeVar, final

import equinox as eqx
import jax
import optax  # type: ignore[import-untyped]

from equipoise.errors import InputError

__all__ = ["ADAM", "MOMENTUM_FREE_ADAM", "Moments", "Optimizer", "optimizer"]

Moments = Any  # a pytree of Optax, whose types are not published

Model = TypeVar("Model")

# they need the loss again, or a noise of their own
_UNFIT = {"lbfgs", "noisy_sgd", "scale_by_learning_rate", "scale_by_rprop"}


@final
@dataclass(frozen=True)
class Optimizer:
    """An optimiser of Optax; hashable, for it is part of the compiled program. Made by `optimizer`.

    Parameters
    ----------
    name : str
        Name of a function of Optax that takes a learning rate.
    options : tuple of (str, value)
        Its other arguments.
    coupled : bool
        Whether L2 enters the gradient or shrinks the weights.
    """

    name: str
    options: tuple[tuple[str, Any], ...] = ()
    coupled: bool = False

    def init(self, model: Any) -> Moments:
        """Return the moments before the first step."""
        return self._build(0.0, None).init(eqx.filter(model, eqx.is_inexact_array))

    def update(
        self,
        model: Model,
        gradient: Any,
        moments: Moments,
        rate: jax.typing.ArrayLike,
        *,
        decay: jax.typing.ArrayLike = 0.0,
        b2: jax.typing.ArrayLike | None = None,
    ) -> tuple[Model, Moments]:
        """Return the model and the moments after one step.

        Parameters
        ----------
        model : pytree
            Its arrays of floats are the weights; all else stays.
        gradient : pytree
            Of the form of the weights.
        moments : pytree
        rate : float
            Learning rate.
        decay : float
            Strength of L2.
        b2 : float, optional
            Second decay of the Adam family, where a schedule moves it.
        """
        weights = eqx.filter(model, eqx.is_inexact_array)
        if self.coupled:
            gradient = jax.tree.map(lambda g, w: g + decay * w if w.ndim > 1 else g, gradient, weights)
        steps, moments = self._build(rate, b2).update(gradient, moments, weights)
        if not self.coupled:
            steps = jax.tree.map(lambda s, w: s - rate * decay * w if w.ndim > 1 else s, steps, weights)
        moved: Model = eqx.apply_updates(model, steps)
        return moved, moments

    def _build(self, rate: jax.typing.ArrayLike, b2: jax.typing.ArrayLike | None) -> Any:
        function, options = getattr(optax, self.name), dict(self.options)
        if b2 is not None and "b2" not in options and "b2" in inspect.signature(function).parameters:
            options["b2"] = b2
        return function(rate, **options)


ADAM: Final = Optimizer("adam", (("b1", 0.9), ("b2", 0.99)))
MOMENTUM_FREE_ADAM: Final = Optimizer("adam", (("b1", 0.0),))


def optimizer(name: str, *, coupled: bool = False, **options: Any) -> Optimizer:
    """Return an optimiser by its name in Optax.

    Parameters
    ----------
    name : str
        Such as ``"adam"``, ``"adamw"``, ``"sgd"``, ``"rmsprop"``, ``"lion"`` or ``"optimistic_adam_v2"``.
    coupled : bool
        Whether L2 on the weights enters the gradient (coupled) or shrinks the weights directly (decoupled).
    **options
        Arguments of that function of Optax, but for the learning rate.

    Raises
    ------
    InputError
        If Optax has no such optimiser, or it takes no such option.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> adam = optimizer("adam", b1=0.9)
    >>> w = jnp.array([1.0, -1.0])
    >>> w, _ = adam.update(w, jnp.sign(w), adam.init(w), rate=0.1)
    >>> [round(float(v), 4) for v in w]  # the first step has the length of the rate
    [0.9, -0.9]
    """
    function = getattr(optax, name, None) if isinstance(name, str) else None
    parameters = list(inspect.signature(function).parameters.values()) if callable(function) else []
    if not parameters or parameters[0].name != "learning_rate" or name in _UNFIT or name.startswith("_"):
        raise InputError(f"there is no optimiser {name!r}; give a name of Optax such as 'adam', 'sgd' or 'rmsprop'")
    known = {parameter.name for parameter in parameters[1:]}
    if odd := set(options) - known:
        raise InputError(f"{name} takes no option {min(odd)!r}; it takes {', '.join(sorted(known))}")
    return Optimizer(name, tuple(sorted(options.items())), coupled)
