"""Encoders as plain values for JSON and back: a closed list of classes, and nothing that could be imported."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from equipoise.data import DesignEncoder, TreeEncoder, design
from equipoise.data.encoding import Levels

__all__ = ["design_from", "design_state", "tree_from", "tree_state"]

_BLOCKS = {"numbers": design._Numbers, "labels": design._Labels}


def design_state(encoder: DesignEncoder) -> dict[str, Any]:
    """Return what a fitted `DesignEncoder` has learned."""
    return {
        "max_levels": encoder.max_levels,
        "kinds": dict(encoder.kinds_),
        "blocks": [_block_state(block) for block in encoder.blocks_],
    }


def design_from(state: dict[str, Any]) -> DesignEncoder:
    """Return the fitted encoder of a state."""
    encoder = DesignEncoder(state["max_levels"])
    encoder.kinds_ = dict(state["kinds"])
    encoder.n_features_in_ = len(encoder.kinds_)
    encoder.findings_ = ()  # those of the fit are in the study
    encoder.blocks_ = tuple(_block(entry) for entry in state["blocks"])
    encoder.feature_names_out_ = tuple(name for block in encoder.blocks_ for name in block.names())
    return encoder


def _block_state(block: Any) -> dict[str, Any]:
    kind = next(name for name, made in _BLOCKS.items() if type(block) is made)
    values = {entry.name: getattr(block, entry.name) for entry in dataclasses.fields(block)}
    return {"block": kind} | {
        name: _levels_state(value) if isinstance(value, Levels) else _plain(value) for name, value in values.items()
    }


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _block(entry: dict[str, Any]) -> Any:
    values: dict[str, Any] = {
        name: _levels(value) if isinstance(value, dict) else value for name, value in entry.items()
    }
    return _BLOCKS[values.pop("block")](**values)


def _levels_state(levels: Levels) -> dict[str, Any]:
    return {"kept": list(levels.kept), "pooled": sorted(levels.pooled)}


def _levels(state: dict[str, Any]) -> Levels:
    return Levels(tuple(state["kept"]), frozenset(state["pooled"]))


def tree_state(encoder: TreeEncoder) -> dict[str, Any]:
    """Return what a fitted `TreeEncoder` has learned."""
    return {
        "kinds": dict(encoder.kinds_),
        "used": list(encoder.feature_names_out_),
        "levels": {name: _levels_state(levels) for name, levels in encoder.levels_.items()},
        "categorical": encoder.categorical_.tolist(),
    }


def tree_from(state: dict[str, Any]) -> TreeEncoder:
    """Return the fitted encoder of a state."""
    encoder = TreeEncoder()
    encoder.kinds_ = dict(state["kinds"])
    encoder.n_features_in_ = len(encoder.kinds_)
    encoder.levels_ = {name: _levels(levels) for name, levels in state["levels"].items()}
    encoder.feature_names_out_ = tuple(state["used"])
    encoder.categorical_ = np.array(state["categorical"], dtype=bool)
    return encoder
