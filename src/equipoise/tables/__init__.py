"""Synthetic tables: a codec between tables and one-hot rows, and synthesizers that fit, sample, save and load.

Names load when first touched: `TableMarginals` and the codec need no JAX.
"""

from __future__ import annotations

from equipoise import _lazy

_HOMES = {
    "Layout": "equipoise.tables.layout",
    "Refined": "equipoise.tables.refined",
    "Synthesizer": "equipoise.tables.synthesizer",
    "TableCodec": "equipoise.tables.codec",
    "TableCopula": "equipoise.tables.copula",
    "TableGAN": "equipoise.tables.gan",
    "TableMarginals": "equipoise.tables.marginals",
    "TableMixture": "equipoise.tables.mixture",
    "TableSynthesizer": "equipoise.tables.automatic",
    "TableTrees": "equipoise.tables.trees",
    "TableVAE": "equipoise.tables.vae",
    "load": "equipoise.tables.files",
}

__all__ = sorted(_HOMES)

__getattr__, __dir__ = _lazy.attach(__name__, _HOMES)
