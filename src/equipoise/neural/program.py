"""The compiled program: some epochs of C members at once, one scan over steps, one vmap over members.

Shapes are filled up to a few sizes, and alphas, rates, folds and numbers of steps are arguments, so that one compiled
program serves many fits. On a CPU few members go through at a time, so that their weights and moments stay in the
cache; `sweep` calls it for each such part, and from several threads.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import jax
import jax.numpy as jnp
from jax import lax

from equipoise.neural.recipe import Lanes, Recipe, State, Table
from equipoise.neural.solvers import shown
from equipoise.neural.step import batch_loss, one_step, where

__all__ = ["BLOCK", "advance", "begin", "harvest"]

BLOCK: Final = 16  # epochs a call, at most: the order of rows is made for so many at a time


@partial(jax.jit, static_argnames="recipe")
def begin(recipe: Recipe, layers: Any) -> State:
    """The state before the first step, of layers with C members along the first axis."""
    moments = jax.vmap(recipe.solver.init)(layers)
    return State(layers, moments, layers if recipe.stopping else (), jnp.full(len(layers[0][0]), jnp.inf, jnp.float32))


@partial(jax.jit, static_argnames="recipe", donate_argnames="state")
def advance(
    recipe: Recipe,
    table: Table,
    lanes: Lanes,
    state: State,
    orders: jax.Array,
    held: jax.Array,
    first: jax.Array,
    count: jax.Array,
    total: jax.Array,
    steps: jax.Array,
) -> tuple[State, jax.Array]:
    """Train for some epochs.

    Parameters
    ----------
    recipe : Recipe
    table : Table
    lanes : Lanes
    state : State
    orders : array of shape (decks, BLOCK, L)
        Rows of each epoch, batch after batch; numbers beyond the table fill up.
    held : array of shape (decks, V)
        Rows for the validation loss.
    first, count, total : int
        First epoch of this call, how many, and how many in all calls.
    steps : int
        Steps an epoch: the most of any member.

    Returns
    -------
    State
    array of shape (BLOCK, C)
        Mean loss of each epoch's steps.
    """
    batch = recipe.batch

    def epoch(k: jax.Array, carry: tuple[State, jax.Array]) -> tuple[State, jax.Array]:
        state, curve = carry

        def step(s: jax.Array, inner: tuple[Any, Any, jax.Array]) -> tuple[Any, Any, jax.Array]:
            dealt = lax.dynamic_slice(orders, (0, k, s * batch), (len(orders), 1, batch))[:, 0]

            def member(lane: Lanes, layers: Any, moments: Any) -> tuple[Any, Any, jax.Array]:
                number = (first + k) * lane.steps + s
                done = number / (total * lane.steps)
                new = one_step(recipe, table, lane, layers, moments, dealt[lane.deck], number, done)
                if not recipe.ragged:
                    return new
                kept: tuple[Any, Any, jax.Array] = where(s < lane.steps, new, (layers, moments, jnp.zeros(())))
                return kept

            layers, moments, losses = jax.vmap(member)(lanes, *inner[:2])
            return layers, moments, inner[2] + losses

        inner = (state.layers, state.moments, jnp.zeros(len(lanes.alpha)))
        layers, moments, losses = lax.fori_loop(0, steps, step, inner)
        state = state._replace(layers=layers, moments=moments)
        curve = curve.at[k].set(losses / lanes.steps)
        return (jax.vmap(partial(_look, recipe, table, held))(lanes, state) if recipe.stopping else state), curve

    begun = (state, jnp.zeros((BLOCK, len(lanes.alpha))))
    trained: tuple[State, jax.Array] = lax.fori_loop(0, count, epoch, begun)
    return trained


@partial(jax.jit, static_argnames="recipe")
def harvest(recipe: Recipe, state: State) -> Any:
    """The layers to predict with."""
    return state.best if recipe.stopping else jax.vmap(partial(shown, recipe.solver))(state.layers, state.moments)


def _look(recipe: Recipe, table: Table, held: jax.Array, lane: Lanes, state: State) -> State:
    """Keep the weights if the validation loss is the lowest so far."""
    layers = shown(recipe.solver, state.layers, state.moments)
    loss = batch_loss(recipe, table, lane, layers, held[lane.deck])
    better = loss < state.lowest
    return state._replace(best=where(better, layers, state.best), lowest=jnp.minimum(loss, state.lowest))
