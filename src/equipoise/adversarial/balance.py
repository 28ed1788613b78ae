"""Alpha without hands: in units of the data, and kept where the penalty is a given share of the payoff.

A penalty on slopes counts (outputs per unit of data)^2, so that alpha must grow with the square of the data's scale:

    alpha ~ a * s^2,   s^2 = E |x - x'|^2 / 2   (the sum of the variances of the numbers in a row)

The factor a follows the ratio of penalty to payoff. Where the penalty outweighs its share, the discriminator is too
steep and a rises; where it falls short, the players have become hard to tell apart and a falls, so that finer
differences count. The feedback is negative: at the discriminator's optimum the weighted penalty falls as alpha rises.

    log a  +=  speed * (1 - t / settled)^2 * clip(log(a * s^2 * penalty / (share * payoff)), -1, 1),   within bounds

with t the share of steps behind: the factor settles, and from then on alpha only falls along its schedule,
``alpha = a * s^2 * cosine(1, fall, t)``. The default share lies near the best hand-set alpha on rings, grids and digits
alike (``benchmarks/engine/automatic_alpha.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import equinox as eqx
import jax
import jax.numpy as jnp

from equipoise.training.schedule import cosine

__all__ = ["Balance", "BalanceState"]


class BalanceState(eqx.Module):
    """The logarithm of the factor, and the running square of the data's scale."""

    log_factor: jax.Array
    scale: jax.Array


@final
@dataclass(frozen=True)
class Balance:
    """How alpha is kept in proportion; hashable, for it is part of the compiled program.

    Parameters
    ----------
    share : float
        What the weighted penalty shall be, as a share of the payoff.
    speed : float
        Largest change of log a in one step, at the beginning.
    first, lowest, highest : float
        Factor at the first step, and its bounds.
    fall : float
        What is left of alpha at the last step.
    settled : float
        Share of the steps after which the factor stays.

    Examples
    --------
    >>> balance = Balance(first=0.1)
    >>> rows = jnp.array([[0.0, 0.0], [2.0, 2.0]])
    >>> state = balance.see(balance.init(), rows, jnp.array(0))
    >>> round(float(balance.alpha(state, done=0.0)), 4)  # variances 1 and 1
    0.2
    >>> louder = balance.weigh(state, penalty=jnp.array(1.0), payoff=jnp.array(0.1), done=0.0)
    >>> bool(louder.log_factor > state.log_factor)
    True
    """

    share: float = 0.002
    speed: float = 0.02
    first: float = 0.1
    lowest: float = 1e-5
    highest: float = 10.0
    fall: float = 0.1
    settled: float = 0.5

    def init(self) -> BalanceState:
        """Return the state before the first step."""
        return BalanceState(jnp.full((), jnp.log(self.first), jnp.float32), jnp.zeros((), jnp.float32))

    def see(self, state: BalanceState, rows: jax.Array, step: jax.Array) -> BalanceState:
        """Return the state after a look at the scale of real rows, shape (n, ...)."""
        now = jnp.sum(jnp.var(rows, axis=0))
        scale = state.scale + (now - state.scale) / jnp.minimum(step + 1.0, 100.0)
        return BalanceState(state.log_factor, scale.astype(state.scale.dtype))

    def alpha(self, state: BalanceState, done: jax.typing.ArrayLike) -> jax.Array:
        """Return alpha, at a share of the steps behind."""
        return jnp.exp(state.log_factor) * state.scale * cosine(1.0, self.fall, done)

    def weigh(
        self, state: BalanceState, penalty: jax.Array, payoff: jax.Array, done: jax.typing.ArrayLike
    ) -> BalanceState:
        """Return the state after one step's penalty (without alpha) and payoff were seen."""
        weighted = self.alpha(state, 0.0) * penalty
        off = jnp.log(jnp.maximum(weighted, 1e-12)) - jnp.log(self.share * jnp.maximum(jnp.abs(payoff), 1e-6))
        speed = self.speed * jnp.square(jnp.maximum(1.0 - jnp.asarray(done) / self.settled, 0.0))
        moved = state.log_factor + speed * jnp.clip(off, -1.0, 1.0)
        bounded = jnp.clip(moved, jnp.log(self.lowest), jnp.log(self.highest))
        return BalanceState(bounded.astype(state.log_factor.dtype), state.scale)
