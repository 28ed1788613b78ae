"""Generated rows in the training data of a model, fitted where the model is fitted: inside each fold."""

from __future__ import annotations

from equipoise.augment.augmented import Augmented
from equipoise.augment.augmenter import Augmenter
from equipoise.augment.generate import WHEN, When, check_recipe, generated
from equipoise.augment.rows import default_synthesizer

__all__ = ["WHEN", "Augmented", "Augmenter", "When", "check_recipe", "default_synthesizer", "generated"]
