"""Weights of a network by path, and a network from weights and the builder of its form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

__all__ = ["Build", "arrays_of", "rebuilt", "shapes_of"]

Build = Callable[[np.random.Generator], Any]  # equal builders build the same form


def arrays_of(network: Any) -> dict[str, NDArray[Any]]:
    """Return the weights of a network by path, such as ``"head.bias"``."""
    leaves = jax.tree_util.tree_leaves_with_path(network)
    return {_name(path): np.asarray(leaf) for path, leaf in leaves}


def shapes_of(build: Build) -> dict[str, tuple[int, ...]]:
    """Return the shapes of a network's weights by path, without making any."""
    leaves = jax.tree_util.tree_leaves_with_path(_form(build))
    return {_name(path): tuple(leaf.shape) for path, leaf in leaves}


def rebuilt(build: Build, arrays: Mapping[str, NDArray[Any]]) -> Any:
    """Return the network of a builder's form with these weights."""
    return jax.tree_util.tree_map_with_path(lambda path, _: jnp.asarray(arrays[_name(path)]), _form(build))


@lru_cache(maxsize=64)
def _form(build: Build) -> Any:
    return eqx.filter_eval_shape(lambda: build(np.random.default_rng(0)))


def _name(path: Any) -> str:
    return jax.tree_util.keystr(path, simple=True, separator=".")
