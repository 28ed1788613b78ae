"""One step of one member: rows, what is done to them, gradient, penalty, move, proximal step.

    loss = mean over the batch of weight * loss(target, output)          log loss, or squared error / 2
    l2          the gradient becomes  g + alpha w                         (L2 as part of the objective: |w|^2 / 2)
    spectral    the gradient becomes  g + alpha * s u v'      (half the squared largest singular value of each layer)
    decoupled   w loses the share  alpha / (steps an epoch)  of itself, times rate / first rate
    l1, group   proximal step, with alpha times the rate; inputs made of one column of the table are one group
    jacobian    loss + alpha * mean over rows of  sum_k |d output_k / d x|^2 / 2

alpha of decoupled decay is one over its timescale in epochs (Wang and Aitchison 2024, "How to set AdamW's weight decay
as you scale model and dataset size"): the weight decay of AdamW is alpha / (rate * steps an epoch).

Spectral penalty: Yoshida and Miyato (2017), "Spectral norm regularization for improving the generalizability of deep
learning", equation 6. Mixup: Zhang et al. (2018), equation 1, one share a batch. Sharpness-aware minimisation: Foret et
al. (2021), equation 2: the gradient at ``w + radius * g / |g|``. Cautious decay: Chen et al. (2025), "Cautious weight
decay".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from equipoise.adversarial.penalties.protocol import half_squared_slope
from equipoise.neural.proximal import group_soft_threshold, soft_threshold
from equipoise.neural.recipe import Lanes, Recipe, Table, Task
from equipoise.neural.solvers import ScheduleFree, metric
from equipoise.training import cosine

__all__ = ["apply", "batch_loss", "one_step", "row_losses", "where"]

_POWER = 10  # iterations for the largest singular value s; each weakens another, t, by (t / s)^2

_BENDS: dict[str, Callable[[jax.Array], jax.Array]] = {
    "identity": lambda z: z,
    "logistic": jax.nn.sigmoid,
    "relu": lambda z: jnp.maximum(z, 0.0),
    "tanh": jnp.tanh,
}


def apply(
    recipe: Recipe, table: Table, lane: Lanes, layers: Any, x: jax.Array,
    drop: Callable[[int, jax.Array], jax.Array] | None = None,
) -> Any:  # fmt: skip
    """Outputs of shape (rows, K) for columns of shape (rows, P)."""
    if recipe.encoded:
        x = jnp.clip((x[:, table.source] - lane.left) * lane.slope, lane.low, lane.high)
    if recipe.embedded:
        x, layers = x @ (table.mask * layers[0][0] + table.through), layers[1:]
    bend, last = _BENDS[recipe.activation], len(layers) - 1
    for k, (weight, bias) in enumerate(layers):
        x = x @ weight + bias
        if k < last:
            x = bend(x) if drop is None else drop(k, bend(x))
    return x


def row_losses(task: Task, output: jax.Array, target: jax.Array) -> jax.Array:
    """Loss of each row, shape (rows,); targets of classes may be shares."""
    if task == "regression":
        return 0.5 * jnp.sum(jnp.square(output - target), axis=1)
    if task == "binary":
        return (jax.nn.softplus(output) - target * output)[:, 0]
    return jax.nn.logsumexp(output, axis=1) - jnp.sum(target * output, axis=1)


def batch_loss(recipe: Recipe, table: Table, lane: Lanes, layers: Any, rows: jax.Array) -> jax.Array:
    """Mean weighted loss of some rows as they are; those beyond the table do not count."""
    x, target, weight, _ = _look_up(recipe, table, lane, rows)
    losses = row_losses(recipe.task, apply(recipe, table, lane, layers, x), target)
    return jnp.sum(weight * losses) / jnp.maximum(jnp.sum(weight), 1e-30)


def one_step(
    recipe: Recipe, table: Table, lane: Lanes, layers: Any, moments: Any, rows: jax.Array, step: jax.Array, done: Any
) -> tuple[Any, Any, jax.Array]:
    """Layers and moments after one step on a batch of rows, and its loss.

    Parameters
    ----------
    rows : array of shape (batch,)
        Row numbers; those from the number of rows on only fill up.
    step : int
        Number of the step, for chance.
    done : float
        Share of all epochs that lie behind.
    """
    keys = jax.random.split(jax.random.fold_in(jax.random.key(lane.seed), step), 3)
    x, target, weight, count = _look_up(recipe, table, lane, rows)
    if recipe.noise:
        x = x + lane.noise * jax.random.normal(keys[0], x.shape) * lane.unit
    if recipe.mixup:
        x, target, weight = _mix(keys[1], lane, x, target, weight, count)
    if recipe.smoothing:
        classes = max(2, target.shape[1])
        target = (1.0 - lane.smoothing) * target + lane.smoothing / classes
    drop = _dropout(keys[2], lane) if recipe.dropout else None

    def objective(layers: Any) -> jax.Array:
        losses = row_losses(recipe.task, apply(recipe, table, lane, layers, x, drop), target)
        value = jnp.sum(weight * losses) / count
        if recipe.penalty == "jacobian":
            value = value + lane.alpha * jnp.sum(weight * _slopes(recipe, table, lane, layers, x)) / count
        return value

    loss, gradient = jax.value_and_grad(objective)(layers)
    if recipe.sharpness:
        squares = sum(jnp.sum(jnp.square(part)) for part in jax.tree.leaves(gradient))
        radius = lane.sharpness / jnp.maximum(jnp.sqrt(squares), 1e-12)
        gradient = jax.grad(objective)(jax.tree.map(lambda w, g: w + radius * g, layers, gradient))
    if recipe.penalty == "l2":
        gradient = _weights(recipe, lambda g, w: g + lane.alpha * w, gradient, layers)
    if recipe.penalty == "spectral":
        gradient = _weights(recipe, lambda g, w: g + lane.alpha * _top(w), gradient, layers)
    first = lane.rate
    rate = cosine(first, 0.0, done) if recipe.cosine else first
    share = jnp.minimum(lane.alpha / lane.steps, 1.0) * rate / first
    if recipe.penalty == "decoupled" and isinstance(recipe.solver, ScheduleFree):

        def shrink(steps: Any, old: Any) -> Any:
            return _weights(recipe, lambda by, w: by - share * _spared(recipe, w + by, w), steps, old)

        return *recipe.solver.update(layers, gradient, moments, rate, shrink), loss
    moved, moments = recipe.solver.update(layers, gradient, moments, rate)
    if recipe.penalty == "decoupled":
        moved = _weights(recipe, lambda new, old: new - share * _spared(recipe, new, old), moved, layers)
    if recipe.penalty in ("l1", "group_l1"):
        metrics, threshold = metric(recipe.solver, moments, moved), rate * lane.alpha
        if recipe.penalty == "l1":
            moved = _weights(recipe, lambda new, d: soft_threshold(new, threshold, d), moved, metrics)
        else:
            moved = _shrink_groups(recipe, table, moved, metrics, threshold)
    return moved, moments, loss


def _look_up(
    recipe: Recipe, table: Table, lane: Lanes, rows: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """Standardised columns and target, weights with mean 1, and the number of rows that count."""
    present = rows < len(table.weight)
    rows = jnp.where(present, rows, 0)
    x = table.X[lane.sheet, rows] if recipe.sheets else table.X[rows]
    x = (x - lane.mean) * lane.inverse
    target = (table.target[rows] - lane.shift) * lane.spread
    weight = jnp.where(present, table.weight[rows] * lane.share, 0.0)
    return x, target, weight, jnp.maximum(jnp.sum(present), 1)


def _mix(
    key: jax.Array, lane: Lanes, x: jax.Array, target: jax.Array, weight: jax.Array, count: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Each row with the next one; weighted losses mix as weights and targets do."""
    share = jax.random.beta(key, lane.mixup, lane.mixup)
    next_one = jnp.mod(jnp.arange(len(x)) + 1, count)
    both = share * weight + (1.0 - share) * weight[next_one]
    part = jnp.where(both > 0, share * weight / jnp.where(both > 0, both, 1.0), 1.0)[:, None]
    mixed = share * x + (1.0 - share) * x[next_one]
    return mixed, part * target + (1.0 - part) * target[next_one], jnp.where(weight > 0, both, 0.0)


def _dropout(key: jax.Array, lane: Lanes) -> Callable[[int, jax.Array], jax.Array]:
    def drop(layer: int, h: jax.Array) -> jax.Array:
        bits = jax.random.bits(jax.random.fold_in(key, layer), h.shape, jnp.uint16)
        kept = bits >= (lane.dropout * 65536.0).astype(jnp.uint16)
        return jnp.where(kept, h / (1.0 - lane.dropout), 0.0)

    return drop


def _slopes(recipe: Recipe, table: Table, lane: Lanes, layers: Any, x: jax.Array) -> jax.Array:
    """Half the squared Jacobian of each row."""
    outputs = layers[-1][1].shape[0]
    each = [
        half_squared_slope(lambda rows, k=k: apply(recipe, table, lane, layers, rows)[:, k], x)  # type: ignore[misc]
        for k in range(outputs)
    ]
    return jnp.sum(jnp.stack(each), axis=0)


def _weights(recipe: Recipe, change: Callable[[Any, Any], Any], layers: Any, other: Any) -> Any:
    """Change weights, and biases if they count too."""
    pairs = zip(layers, other, strict=True)
    return tuple((change(w, v), change(b, c) if recipe.biases else b) for (w, b), (v, c) in pairs)


def _top(w: jax.Array) -> jax.Array:
    """The part of a layer along its largest singular value s: the gradient of s^2 / 2.

    Power iteration from one and the same direction at random, to which no singular vector is likely to stand upright.
    """
    if w.ndim == 1:  # a bias is a layer with one output
        return w
    v = jax.random.normal(jax.random.key(0), (w.shape[1],), w.dtype)

    def iterate(_: int, v: jax.Array) -> jax.Array:
        new = w.T @ (w @ v)
        return new / jnp.maximum(jnp.linalg.norm(new), 1e-30)

    v = lax.fori_loop(0, _POWER, iterate, v)
    return jnp.outer(w @ v, v)


def _spared(recipe: Recipe, new: jax.Array, old: jax.Array) -> jax.Array:
    """The weights that decay: all, or those that the step did not make larger."""
    return jnp.where((new - old) * old <= 0, old, 0.0) if recipe.cautious else old


def _shrink_groups(recipe: Recipe, table: Table, layers: Any, metrics: Any, threshold: jax.Array) -> Any:
    """Proximal step of the norms of groups of rows, each weighed by the root of its number of weights."""
    shrunk = []
    for k, ((w, b), (d, e)) in enumerate(zip(layers, metrics, strict=True)):
        size, groups = jnp.full(len(w), w.shape[1], w.dtype), None
        if recipe.embedded and k == 0:
            size = jnp.sum(table.mask, axis=1)
        elif k == int(recipe.embedded) and len(table.groups):
            groups = table.groups
            size = jax.ops.segment_sum(size, groups, len(w))[groups]
        new = group_soft_threshold(w, threshold * jnp.sqrt(size)[:, None], d, groups)
        # a bias is a group of its own
        shrunk.append((new, soft_threshold(b, threshold, e) if recipe.biases else b))
    return tuple(shrunk)


def where(active: jax.Array, new: Any, old: Any) -> Any:
    """Elementwise choice over a pytree by one truth value."""
    return jax.tree.map(lambda a, b: lax.select(jnp.broadcast_to(active, a.shape), a, b), new, old)
