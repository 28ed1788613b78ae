"""Images: generators that learn from an array or a folder, and what they are made of."""

from __future__ import annotations

from equipoise import _lazy

_HOMES = {
    "Diagnosis": "equipoise.images.diagnosis",
    "ImageGAN": "equipoise.images.gan",
    "ImageGenerator": "equipoise.images.generator",
    "ImageVAE": "equipoise.images.vae",
    "load": "equipoise.images.files",
    "read_folder": "equipoise.images.folder",
    "write_folder": "equipoise.images.writing",
}

__all__ = sorted(_HOMES)

# names load when first touched: reading a folder must not cost the import of JAX
__getattr__, __dir__ = _lazy.attach(__name__, _HOMES)
