"""The step of two players: the discriminator moves, then the generator, then the averages of the generator.

    discriminator   minimises  payoff(D(x), D(G(z))) + alpha * penalty(D; x, G(z))
    generator       minimises  its payoff against the discriminator just moved

Real and fake rows share one call where both are differentiated, and payoff and penalty share it where they can. The
penalty may be lazy: every k-th step, times k (Karras et al., *Analyzing and improving the image quality of StyleGAN*
(2020), section 3.1). The default optimiser is Adam with a first decay of 0, for momentum makes two players circle
(Gidel et al., *Negative momentum for improved game dynamics* (2019)).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, final

import equinox as eqx
import jax
import jax.numpy as jnp

from equipoise.adversarial.balance import Balance, BalanceState
from equipoise.adversarial.homogeneous import Homogeneous, in_one_pass
from equipoise.adversarial.objectives import OBJECTIVES, AdversarialObjective
from equipoise.adversarial.packing import pack
from equipoise.adversarial.penalties import FunctionPenalty, Scene, SharingPenalty, r1_r2, together
from equipoise.adversarial.spectral import directions_of, normalised
from equipoise.training.averaging import copy_of, moving_average
from equipoise.training.devices import spread
from equipoise.training.loop import Clock
from equipoise.training.optimizers import MOMENTUM_FREE_ADAM, Moments, Optimizer
from equipoise.training.schedule import cosine

__all__ = ["Game", "GameSettings", "GameState"]

Pair = tuple[float, float]


def summed_variance(rows: jax.Array) -> jax.Array:
    """Return the variances of the entries of rows, added.

    Examples
    --------
    >>> float(summed_variance(jnp.array([[0.0, 1.0], [2.0, 1.0]])))
    1.0
    """
    return jnp.sum(jnp.var(rows, axis=0))


class GameSettings(NamedTuple):
    """Numbers of the game, each pair going from its first to its last value along half a cosine.

    Parameters
    ----------
    alpha : pair of float
        Weight of the penalty (the literature's gamma); unused where the game has a `Balance`.
    rate : pair of float
        Learning rate of both players.
    beta2 : pair of float
        Adam's second decay.
    decay : pair of float
        L2 on the weights: of the generator, of the discriminator.
    """

    alpha: Pair = (0.3, 0.15)
    rate: Pair = (3e-3, 3e-5)
    beta2: Pair = (0.9, 0.99)
    decay: Pair = (0.0, 0.0)


class GameState(eqx.Module):
    """Both players, their moments, the averages of the generator, and the number of steps done.

    `levels` are running means of the discriminator's outputs on real and fake rows, `directions` the vectors of
    spectral normalisation (or nothing), `balance` the automatic alpha (or nothing).
    """

    generator: Any
    discriminator: Any
    averages: tuple[Any, ...]
    generator_moments: Moments
    discriminator_moments: Moments
    levels: jax.Array
    directions: Any
    balance: BalanceState | None
    step: jax.Array

    @property
    def average(self) -> Any:
        """The first of the averages."""
        return self.averages[0]


@final
@dataclass(frozen=True)
class Game:
    """One step of training; pure, and hashable so that equal games share one compiled program.

    Players are pytrees that can be called, such as Equinox modules: ``generator(key, n, context)`` gives n fake rows,
    ``discriminator(rows, context)`` gives outputs of shape (n,). Their arrays of floats are the weights. The step takes
    ``arguments=(GameSettings, context)``.

    Parameters
    ----------
    embed : callable
        ``embed(batch, context)`` gives real rows in the form in which the generator makes fakes.
    objective : AdversarialObjective
    penalty : FunctionPenalty
    lazy : int
        The penalty acts at every `lazy`-th step, times `lazy`.
    generator_every : int
        The generator moves at every so many-th step, the discriminator at each.
    packing : int
        Rows that the discriminator judges at once.
    spectral : bool
        Divide the discriminator's matrices by their largest singular values.
    balance : Balance, optional
        Keeps alpha in proportion to the payoff, in place of ``GameSettings.alpha``.
    generator_optimizer, discriminator_optimizer : Optimizer
    half_lives : tuple of float
        Half-life of each average of the generator, as a share of the steps so far.
    given : callable, optional
        ``given(batch, context)`` gives the context of one batch: labels, say, that fakes share with real partners.
    augment : callable, optional
        ``augment(key, rows)`` changes whatever the discriminator sees, real or fake, penalties included.
    same_fakes : bool
        The generator learns from the fakes that the discriminator has just seen, in place of fresh ones: they are made
        once, not twice.
    variety : callable
        ``variety(rows)`` says how much rows differ; its quotient of fakes to real rows is logged, and watched.

    Examples
    --------
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
    ...     state, logs = game(state, jnp.full((8, 1), 5.0), key, Clock(0.0), (settings, None))
    >>> float(state.generator.by) > 0
    True
    """

    embed: Callable[[jax.Array, Any], Any]
    objective: AdversarialObjective = OBJECTIVES["relativistic_pairing"]
    penalty: FunctionPenalty = r1_r2
    lazy: int = 4
    generator_every: int = 1
    packing: int = 1
    spectral: bool = False
    balance: Balance | None = None
    generator_optimizer: Optimizer = MOMENTUM_FREE_ADAM
    discriminator_optimizer: Optimizer = MOMENTUM_FREE_ADAM
    half_lives: tuple[float, ...] = (0.15,)
    given: Callable[[jax.Array, Any], Any] | None = None
    augment: Callable[[jax.Array, jax.Array], jax.Array] | None = None
    same_fakes: bool = False
    variety: Callable[[Any], jax.Array] = summed_variance

    def init(self, generator: Any, discriminator: Any) -> GameState:
        """Return the state before the first step."""
        return GameState(
            generator=generator,
            discriminator=discriminator,
            averages=tuple(copy_of(generator) for _ in self.half_lives),
            generator_moments=self.generator_optimizer.init(generator),
            discriminator_moments=self.discriminator_optimizer.init(discriminator),
            levels=jnp.zeros(2),
            directions=directions_of(discriminator) if self.spectral else None,
            balance=None if self.balance is None else self.balance.init(),
            step=jnp.zeros((), jnp.int32),
        )

    def __call__(
        self,
        state: GameState,
        batch: jax.Array,
        key: jax.Array,
        clock: Clock,
        arguments: tuple[GameSettings, Any],
    ) -> tuple[GameState, dict[str, jax.Array]]:
        """Return the state after both players have moved once, and what is worth watching."""
        settings, context = arguments
        keys = jax.random.split(key, 3)
        real = self.embed(batch, context)
        context = context if self.given is None else self.given(batch, context)
        forge = partial(_forged, n=len(batch), context=context)
        fake, back = forge(state.generator, keys[0])
        state, logs = self._move_discriminator(state, real, fake, keys[2], clock, settings, context)
        fakes = (fake, back) if self.same_fakes else forge(state.generator, keys[1])
        loss, state = self._move_generator(state, real, *fakes, keys[1], clock, settings, context)
        averages = tuple(
            moving_average(average, state.generator, state.step, share)
            for average, share in zip(state.averages, self.half_lives, strict=True)
        )
        spread_of_fakes = self.variety(fake) / jnp.maximum(self.variety(real), 1e-12)
        after = eqx.tree_at(lambda s: (s.averages, s.step), state, (averages, state.step + 1))
        return after, {"generator": loss, **logs, "spread": spread_of_fakes}

    def _move_discriminator(
        self,
        state: GameState,
        real: jax.Array,
        fake: jax.Array,
        key: jax.Array,
        clock: Clock,
        settings: GameSettings,
        context: Any,
    ) -> tuple[GameState, dict[str, jax.Array]]:
        scene = Scene(pack(real, self.packing), pack(fake, self.packing), key, state.levels)
        directions = state.directions
        if self.spectral:
            directions = normalised(state.discriminator, directions)[1]

        balance, alpha = state.balance, cosine(*settings.alpha, clock.done)
        if self.balance is not None and balance is not None:
            balance = self.balance.see(balance, real, state.step)
            alpha = self.balance.alpha(balance, clock.done)

        def judge(discriminator: Any, penalised: bool) -> tuple[jax.Array, tuple[jax.Array, jax.Array, jax.Array]]:
            if penalised and self.penalty == r1_r2 and isinstance(discriminator, Homogeneous):
                return self._judged_at_once(discriminator, directions, scene, context, alpha)
            critic = self._critic(discriminator, directions, key, context)
            penalty = jnp.zeros(())
            if penalised and isinstance(self.penalty, SharingPenalty):
                penalty, both = self.penalty.with_outputs(critic, scene)
            else:
                both = critic(together(scene.real, scene.fake))
                penalty = self.penalty(critic, scene) if penalised else penalty
            outputs = jnp.split(both, 2)
            payoff = self.objective.discriminator(*outputs)
            means = jnp.stack([jnp.mean(half) for half in outputs])
            return payoff + self.lazy * alpha * penalty, (payoff, self.lazy * penalty, means)

        (_, (payoff, penalty, means)), gradient = self._at_lazy_steps(state, judge)
        if self.balance is not None and balance is not None:
            weighed = self.balance.weigh(balance, penalty / self.lazy, payoff, clock.done)
            acts = state.step % self.lazy == 0
            balance = jax.tree.map(lambda new, old: jnp.where(acts, new, old), weighed, balance)
        discriminator, moments = self.discriminator_optimizer.update(
            state.discriminator,
            gradient,
            state.discriminator_moments,
            clock.brake * cosine(*settings.rate, clock.done),
            decay=settings.decay[1],
            b2=cosine(*settings.beta2, clock.done),
        )
        levels = jnp.where(state.step == 0, means, 0.99 * state.levels + 0.01 * means)
        after = eqx.tree_at(
            lambda s: (s.discriminator, s.discriminator_moments, s.levels, s.directions, s.balance),
            state,
            (discriminator, moments, levels, directions, balance),
            is_leaf=lambda leaf: leaf is None,
        )
        return after, {"discriminator": payoff, "penalty": alpha * penalty, "alpha": alpha}

    def _move_generator(
        self,
        state: GameState,
        real: Any,
        fake: Any,
        back: Callable[[Any], Any],
        key: jax.Array,
        clock: Clock,
        settings: GameSettings,
        context: Any,
    ) -> tuple[jax.Array, GameState]:
        critic = self._critic(state.discriminator, state.directions, key, context)
        # apart, not in one call: only the fakes need a backward pass
        level = critic(pack(real, self.packing))

        def payoff(fake: Any) -> jax.Array:
            return self.objective.generator(level, critic(pack(fake, self.packing)))

        loss, slope = eqx.filter_value_and_grad(payoff)(fake)
        gradient = back(slope)
        generator, moments = self.generator_optimizer.update(
            state.generator,
            gradient,
            state.generator_moments,
            clock.brake * cosine(*settings.rate, clock.done),
            decay=settings.decay[0],
            b2=cosine(*settings.beta2, clock.done),
        )
        if self.generator_every > 1:
            moves = state.step % self.generator_every == self.generator_every - 1
            generator = _choose(moves, generator, state.generator)
            moments = _choose(moves, moments, state.generator_moments)
        return loss, eqx.tree_at(lambda s: (s.generator, s.generator_moments), state, (generator, moments))

    def _critic(
        self, discriminator: Any, directions: Any, key: jax.Array, context: Any
    ) -> Callable[[jax.Array], jax.Array]:
        discriminator, change = self._playing(discriminator, directions, key)
        return lambda rows: discriminator(change(rows), context)

    def _playing(self, discriminator: Any, directions: Any, key: jax.Array) -> tuple[Any, Callable[[Any], Any]]:
        """Return the discriminator as it plays, and what is done to rows before it sees them."""
        if self.spectral:
            discriminator, _ = normalised(discriminator, directions)
        if self.augment is None:
            return discriminator, lambda rows: rows
        # a key of its own: the others have drawn latents and the penalty's noise
        return discriminator, partial(self.augment, jax.random.fold_in(key, 1))

    def _judged_at_once(
        self, discriminator: Any, directions: Any, scene: Scene, context: Any, alpha: jax.Array
    ) -> tuple[jax.Array, tuple[jax.Array, jax.Array, jax.Array]]:
        """Return what `judge` does where payoff and R1 + R2 need one backward pass."""
        discriminator, change = self._playing(discriminator, directions, scene.key)

        def payoff(outputs: jax.Array) -> jax.Array:
            return self.objective.discriminator(*jnp.split(outputs, 2))

        rows = together(scene.real, scene.fake)
        value, outputs, penalty = in_one_pass(discriminator, change, rows, context, payoff, self.lazy * alpha)
        means = jnp.stack([jnp.mean(half) for half in jnp.split(outputs, 2)])
        return value, (payoff(outputs), self.lazy * penalty, means)

    def _at_lazy_steps(self, state: GameState, judge: Callable[..., Any]) -> Any:
        """Return value and gradient of ``judge(discriminator, penalised)``, penalised at the lazy steps alone."""

        def slope(penalised: bool) -> Callable[[Any], Any]:
            found: Callable[[Any], Any] = eqx.filter_value_and_grad(partial(judge, penalised=penalised), has_aux=True)
            return lambda arrays: found(eqx.combine(arrays, rest))

        weights, rest = eqx.partition(state.discriminator, eqx.is_array)
        if self.lazy == 1:
            return slope(True)(weights)
        return jax.lax.cond(state.step % self.lazy == 0, slope(True), slope(False), weights)


def _forged(generator: Any, key: jax.Array, n: int, context: Any) -> tuple[Any, Callable[[Any], Any]]:
    """Return fakes, and what turns a slope with respect to them into one with respect to the generator."""
    weights, rest = eqx.partition(generator, eqx.is_inexact_array)

    def draw(weights: Any) -> tuple[Any, Any]:
        fake = spread(eqx.combine(weights, rest)(key, n, context))
        return eqx.partition(fake, eqx.is_inexact_array)

    floats, pull, others = jax.vjp(draw, weights, has_aux=True)
    return eqx.combine(floats, others), lambda slope: pull(slope)[0]


def _choose(condition: jax.Array, new: Any, old: Any) -> Any:
    return jax.tree.map(lambda a, b: jnp.where(condition, a, b) if eqx.is_array(a) else a, new, old)
