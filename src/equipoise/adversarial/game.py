"""The step of two players: the discriminator moves, then the generator, then the average of the generator.

    discriminator   minimises  payoff(D(x), D(G(z))) + alpha * penalty(D; x, G(z))
    generator       minimises  its payoff against the discriminator just moved

Real and fake rows share one call where both are differentiated. The penalty may be lazy: every k-th step, times k
(Karras et al., *Analyzing and improving the image quality of StyleGAN* (2020), section 3.1). Adam's first decay is 0,
for momentum makes two players circle (Gidel et al., *Negative momentum for improved game dynamics* (2019)).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, final

import equinox as eqx
import jax
import jax.numpy as jnp

from equipoise.adversarial.objectives import OBJECTIVES, AdversarialObjective
from equipoise.adversarial.penalties import FunctionPenalty, r1_r2
from equipoise.training.adam import Moments, adam_init, adam_update
from equipoise.training.averaging import moving_average
from equipoise.training.schedule import cosine

__all__ = ["Game", "GameSettings", "GameState"]

Pair = tuple[float, float]


class GameSettings(NamedTuple):
    """Numbers of the game, each pair going from its first to its last value along half a cosine.

    Parameters
    ----------
    alpha : pair of float
        Weight of the penalty (the literature's gamma).
    rate : pair of float
        Learning rate of both players.
    beta2 : pair of float
        Adam's second decay.
    half_life : float
        Half-life of the generator's average, as a share of the steps so far.
    """

    alpha: Pair = (0.3, 0.15)
    rate: Pair = (3e-3, 3e-5)
    beta2: Pair = (0.9, 0.99)
    half_life: float = 0.15


class GameState(eqx.Module):
    """Both players, their moments, the average of the generator, and the number of steps done."""

    generator: Any
    discriminator: Any
    average: Any
    generator_moments: Moments
    discriminator_moments: Moments
    step: jax.Array


@final
@dataclass(frozen=True)
class Game:
    """One step of training; pure, and hashable so that equal games share one compiled program.

    Players are pytrees of arrays that can be called: ``generator(key, n, context)`` gives n fake rows,
    ``discriminator(rows, context)`` gives outputs of shape (n,). The step takes ``arguments=(GameSettings, context)``.

    Parameters
    ----------
    embed : callable
        ``embed(batch, context)`` gives real rows in the form in which the generator makes fakes.
    objective : AdversarialObjective
    penalty : FunctionPenalty
    lazy : int
        The penalty acts at every `lazy`-th step, times `lazy`.

    Examples
    --------
    >>> import jax, jax.numpy as jnp, equinox as eqx
    >>> class Shift(eqx.Module):  # moves noise by a constant
    ...     by: jax.Array
    ...     def __call__(self, key, n, context):
    ...         return jax.random.normal(key, (n, 1)) + self.by
    >>> class Line(eqx.Module):
    ...     slope: jax.Array
    ...     def __call__(self, rows, context):
    ...         return rows[:, 0] * self.slope
    >>> game = Game(embed=lambda batch, context: batch)
    >>> state = game.init(Shift(jnp.array(0.0)), Line(jnp.array(0.0)))
    >>> settings, key = GameSettings(rate=(0.1, 0.1)), jax.random.key(0)
    >>> for _ in range(2):  # real rows lie at 5: the generator's shift goes up
    ...     state, logs = game(state, jnp.full((8, 1), 5.0), key, 0.0, (settings, None))
    >>> float(state.generator.by) > 0
    True
    """

    embed: Callable[[jax.Array, Any], jax.Array]
    objective: AdversarialObjective = OBJECTIVES["relativistic_pairing"]
    penalty: FunctionPenalty = r1_r2
    lazy: int = 4

    def init(self, generator: Any, discriminator: Any) -> GameState:
        """Return the state before the first step."""
        return GameState(
            generator=generator,
            discriminator=discriminator,
            # a copy: the buffers of the state are given away, and no buffer may be given twice
            average=jax.tree.map(jnp.copy, generator),
            generator_moments=adam_init(generator),
            discriminator_moments=adam_init(discriminator),
            step=jnp.zeros((), jnp.int32),
        )

    def __call__(
        self,
        state: GameState,
        batch: jax.Array,
        key: jax.Array,
        done: jax.Array,
        arguments: tuple[GameSettings, Any],
    ) -> tuple[GameState, dict[str, jax.Array]]:
        """Return the state after both players have moved once, and the losses."""
        settings, context = arguments
        rate, beta2 = cosine(*settings.rate, done), cosine(*settings.beta2, done)
        keys = jax.random.split(key, 3)
        real = self.embed(batch, context)

        fake = state.generator(keys[0], len(batch), context)
        loss_d, gradient = jax.value_and_grad(self._judge)(state.discriminator, real, fake, context)
        slope = self._penalise(state, real, fake, keys[2], context)
        alpha = cosine(*settings.alpha, done)
        gradient = jax.tree.map(lambda g, p: g + alpha * p, gradient, slope)
        discriminator, moments_d = adam_update(
            state.discriminator, gradient, state.discriminator_moments, rate, 0.0, beta2
        )

        loss_g, gradient = jax.value_and_grad(self._forge)(state.generator, discriminator, real, keys[1], context)
        generator, moments_g = adam_update(state.generator, gradient, state.generator_moments, rate, 0.0, beta2)
        average = moving_average(state.average, generator, state.step, settings.half_life)
        after = GameState(generator, discriminator, average, moments_g, moments_d, state.step + 1)
        return after, {"discriminator": loss_d, "generator": loss_g}

    def _judge(self, discriminator: Any, real: jax.Array, fake: jax.Array, context: Any) -> jax.Array:
        both = discriminator(jnp.concatenate([real, fake]), context)
        return self.objective.discriminator(both[: len(real)], both[len(real) :])

    def _forge(self, generator: Any, discriminator: Any, real: jax.Array, key: jax.Array, context: Any) -> jax.Array:
        fake = generator(key, len(real), context)
        # apart, not in one call: only the fakes need a backward pass
        return self.objective.generator(discriminator(real, context), discriminator(fake, context))

    def _penalise(self, state: GameState, real: jax.Array, fake: jax.Array, key: jax.Array, context: Any) -> Any:
        """Gradient of the penalty with respect to the discriminator's weights; zero between the lazy steps."""

        def value(discriminator: Any) -> jax.Array:
            return self.lazy * self.penalty(lambda rows: discriminator(rows, context), real, fake, key)

        return jax.lax.cond(
            state.step % self.lazy == 0,
            jax.grad(value),
            lambda weights: jax.tree.map(jnp.zeros_like, weights),
            state.discriminator,
        )
