"""What networks images of a form get: fully connected or residual, how wide and how deep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self, get_args

from equipoise.evaluate.images.pixels import Pixels
from equipoise.images.mlp import PlainDecoder, PlainEncoder
from equipoise.images.networks import ResidualDecoder, ResidualEncoder, Shape, width_of
from equipoise.training.dense import Random

__all__ = ["PRESETS", "Plan", "Preset"]

Preset = Literal["auto", "residual", "mlp"]
PRESETS: tuple[Preset, ...] = get_args(Preset)


@dataclass(frozen=True)
class Plan:
    """Networks for images; equal plans build networks of one form.

    Attributes
    ----------
    plain : bool
        Fully connected rather than residual.
    shape : (int, int, int)
    latent, width, depth, classes : int
    """

    plain: bool
    shape: Shape
    latent: int
    width: int
    depth: int
    classes: int

    @classmethod
    def of(
        cls,
        preset: str,
        pixels: Pixels,
        classes: int,
        latent: int,
        width: int | None,
        depth: int,
        *,
        units: int,
        small: int,
    ) -> Self:
        """Return the plan of a preset; `width` if given, else `units` of plain networks or what the size asks for.

        Of itself, it takes plain networks for images of at most `small` pixels a side.
        """
        side = max(pixels.height, pixels.width)
        plain = preset == "mlp" or (preset == "auto" and side <= small)
        chosen = width or (units if plain else width_of(pixels.height, pixels.width))
        return cls(plain, pixels.shape, latent, chosen, depth, classes)

    def decoder(self, random: Random) -> PlainDecoder | ResidualDecoder:
        """Build the network from latents and classes to images."""
        if self.plain:
            return PlainDecoder(random, self.shape, self.latent, self.width, self.classes)
        return ResidualDecoder(random, self.shape, self.latent, self.width, self.depth, self.classes)

    def encoder(self, random: Random, features: int, classes: int, packing: int = 1) -> PlainEncoder | ResidualEncoder:
        """Build the network from images, `packing` of them on each other, to features."""
        shape = (*self.shape[:2], self.shape[2] * packing)
        if self.plain:
            return PlainEncoder(random, shape, features, self.width, classes)
        return ResidualEncoder(random, shape, features, self.width, self.depth, classes)
