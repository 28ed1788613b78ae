"""What a generator has learned: directions among latents, nearest training images, what the discriminator looks at."""

from __future__ import annotations

from equipoise import _lazy

_HOMES = {
    "ATTRIBUTES": "equipoise.explain.shapes",
    "Attention": "equipoise.explain.occlusion",
    "Direction": "equipoise.explain.directions",
    "Effect": "equipoise.explain.effects",
    "Neighbours": "equipoise.explain.neighbours",
    "attention": "equipoise.explain.occlusion",
    "attributes": "equipoise.explain.shapes",
    "closed_form": "equipoise.explain.directions",
    "measure": "equipoise.explain.effects",
    "nearest": "equipoise.explain.neighbours",
    "principal": "equipoise.explain.directions",
    "probe": "equipoise.explain.directions",
    "strip": "equipoise.explain.effects",
}

__all__ = sorted(_HOMES)

__getattr__, __dir__ = _lazy.attach(__name__, _HOMES)
