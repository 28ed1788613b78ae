"""How close synthetic images come to real ones: one metric a file, arrays in, plain numbers out."""

from __future__ import annotations

from equipoise import _lazy

_HOMES = {
    "ClassifierFeatures": "equipoise.evaluate.images.features",
    "ImageReport": "equipoise.evaluate.images.record",
    "ImageScore": "equipoise.evaluate.images.record",
    "OnnxFeatures": "equipoise.evaluate.images.onnx_features",
    "RandomConvolutions": "equipoise.evaluate.images.features",
    "classifier_of": "equipoise.evaluate.images.evaluation",
    "evaluate_images": "equipoise.evaluate.images.evaluation",
    "frechet_distance": "equipoise.evaluate.images.distances",
    "kernel_distance": "equipoise.evaluate.images.distances",
}

__all__ = sorted(_HOMES)

# names load when first touched: features cost the import of JAX
__getattr__, __dir__ = _lazy.attach(__name__, _HOMES)
