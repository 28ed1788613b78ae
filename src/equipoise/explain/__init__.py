"""What a model or a generator has learned: directions among latents, and what they change in images."""

from __future__ import annotations

from equipoise import _lazy

_HOMES = {
    "ATTRIBUTES": "equipoise.explain.shapes",
    "Direction": "equipoise.explain.directions",
    "Effect": "equipoise.explain.effects",
    "attributes": "equipoise.explain.shapes",
    "closed_form": "equipoise.explain.directions",
    "measure": "equipoise.explain.effects",
    "principal": "equipoise.explain.directions",
    "probe": "equipoise.explain.directions",
    "strip": "equipoise.explain.effects",
}

__all__ = sorted(_HOMES)

__getattr__, __dir__ = _lazy.attach(__name__, _HOMES)
