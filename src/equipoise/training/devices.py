"""Rows over several devices: the state on each of them, every batch cut into equal parts.

JAX compiles the same program for a mesh of devices and adds the sums between them, so that the numbers are those of
one device up to rounding. Tried with two devices of one CPU; not tried on GPUs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jax
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from equipoise.errors import InputError

__all__ = ["place", "spread", "using"]

_AXIS = "rows"


@contextmanager
def using(devices: int, batch: int) -> Iterator[jax.sharding.Mesh | None]:
    """Give a mesh of so many devices within the block, or None for a single one.

    Raises
    ------
    InputError
        If there are fewer devices, or a batch cannot be cut into equal parts.

    Examples
    --------
    >>> with using(1, batch=4) as mesh:
    ...     mesh is None
    True
    """
    if devices == 1:
        yield None
        return
    if not 1 <= devices <= jax.device_count():
        raise InputError(f"devices={devices} but JAX sees {jax.device_count()}; give at most that many")
    if batch % devices:
        raise InputError(f"a batch of {batch} rows cannot be cut for {devices} devices; give a multiple")
    mesh = jax.make_mesh((devices,), (_AXIS,), axis_types=(AxisType.Auto,), devices=jax.devices()[:devices])
    with jax.set_mesh(mesh):
        yield mesh


def place(tree: Any, mesh: jax.sharding.Mesh | None, axis: int | None = None) -> Any:
    """Return a pytree of arrays on the devices of a mesh: whole on each, or cut along an axis.

    Examples
    --------
    >>> place(1.0, None)
    1.0
    """
    if mesh is None:
        return tree
    cut = PartitionSpec(*([] if axis is None else [*[None] * axis, _AXIS]))  # type: ignore[no-untyped-call]
    return jax.device_put(tree, NamedSharding(mesh, cut))


def spread(rows: jax.Array) -> jax.Array:
    """Ask that rows made inside a step lie on the devices as the batch does; without a mesh, do nothing.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> spread(jnp.ones(2)).tolist()
    [1.0, 1.0]
    """
    if jax.sharding.get_abstract_mesh().empty:
        return rows
    placed: jax.Array = jax.lax.with_sharding_constraint(rows, PartitionSpec(_AXIS))  # type: ignore[no-untyped-call]
    return placed
