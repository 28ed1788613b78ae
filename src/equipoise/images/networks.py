"""Residual networks for images of any size: no normalisation, smooth resampling, small steps at the start.

    block     x + W3 act(W2 act(W1 x)),   W1, W3 of 1x1, W2 of 3x3, act = leaky ReLU of slope 0.2
    generator       latents -> 4x4 -> ... -> height x width, each stage twice as fine (or to the next odd size)
    discriminator   the same backwards

Of images above 16 pixels a side the finest stage has no blocks: the stage before makes the four pixels of each square
as channels (`depth_to_space`). Blocks at full size take half of the time, and few channels use a processor badly. The
generator adds them to a smooth image, for what each of the four learns by itself shows as dots on even surfaces.

The last layer of each block starts at 0 and the others are scaled by L^(-1/4), with L the number of blocks, in place
of normalisation. Labels enter the generator beside the latents, and the discriminator by projection: the output is the
inner product of its features with a vector of the class (Miyato and Koyama, *cGANs with projection discriminator*
(2018), equation 3). Huang et al., *The GAN is dead; long live the GAN!* (2024), section 3.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp

from equipoise.adversarial.homogeneous import Bend, around
from equipoise.evaluate.images.layers import Convolution
from equipoise.evaluate.images.resizing import depth_to_space, resized, space_to_depth
from equipoise.training.dense import Dense, Random

__all__ = ["ResidualDecoder", "ResidualEncoder", "beside", "leaky", "one_hot", "projected", "sizes"]

_COARSEST: Final = 4
_SQUARES: Final = 16  # pixels a side above which squares of pixels are made as channels
_DETAIL: Final = 0.25  # of the pixels of squares beside the smooth image
_GAIN: Final = (2.0 / 1.04) ** 0.5  # keeps the variance through a leaky ReLU of slope 0.2

Shape = tuple[int, int, int]


def leaky(x: jax.Array) -> jax.Array:
    """Return x where it is positive, and a fifth of it where it is not."""
    bent: jax.Array = jax.nn.leaky_relu(x, 0.2)
    return bent


def sizes(height: int, width: int) -> tuple[tuple[int, int], ...]:
    """Return the sizes of the stages, coarsest first.

    Examples
    --------
    >>> sizes(28, 20)
    ((4, 3), (7, 5), (14, 10), (28, 20))
    """
    stages = [(height, width)]
    while max(stages[-1]) > _COARSEST:
        stages.append((-(-stages[-1][0] // 2), -(-stages[-1][1] // 2)))
    return tuple(reversed(stages))


def finest(shape: Shape) -> Shape:
    """Return height, width and channels at the finest stage: squares of pixels as channels where images are large.

    Examples
    --------
    >>> finest((16, 16, 3)), finest((28, 27, 1))
    ((16, 16, 3), (14, 14, 4))
    """
    height, width, depth = shape
    if max(height, width) <= _SQUARES:
        return shape
    return -(-height // 2), -(-width // 2), 4 * depth


def channels(width: int, stages: int) -> tuple[int, ...]:
    """Return the channels of the stages, coarsest first: halved from the third on, so that fine ones cost no more.

    Examples
    --------
    >>> channels(64, 4)
    (64, 64, 32, 16)
    """
    return tuple(max(8, width >> max(0, stage - 1)) for stage in range(stages))


def one_hot(labels: jax.Array, classes: int) -> jax.Array:
    """Return labels as rows of zeros and a one; of length 0 where there are no classes."""
    rows: jax.Array = jax.nn.one_hot(labels, classes)
    return rows


def beside(latents: jax.Array, labels: jax.Array, classes: int) -> jax.Array:
    """Return latents with labels as further columns; a single label stands for all rows.

    Examples
    --------
    >>> beside(jnp.zeros((1, 4)), jnp.array([1]), 2).tolist()
    [[0.0, 0.0, 0.0, 0.0, 0.0, 2.0]]
    """
    # a one-hot row has length 1, the latents sqrt(latent): made alike, so that neither drowns the other
    given = one_hot(labels, classes) * latents.shape[1] ** 0.5
    return jnp.concatenate([latents, jnp.broadcast_to(given, (len(latents), classes))], axis=1)


def projected(features: jax.Array, vectors: jax.Array, labels: jax.Array) -> jax.Array:
    """Return one output a row: its features times the vector of its class.

    Rows may be the real ones followed by the fakes; they share the labels.
    """
    labels = jnp.tile(labels, len(features) // len(labels))
    chosen = one_hot(labels, len(vectors)) @ vectors
    outputs: jax.Array = jnp.sum(features * chosen, axis=1) / features.shape[1] ** 0.5
    return outputs


class Block(eqx.Module):
    """One residual block."""

    first: Convolution
    middle: Convolution
    last: Convolution

    def __init__(self, random: Random, channels: int, blocks: int) -> None:
        gain = _GAIN * blocks**-0.25
        self.first = Convolution(random, channels, channels, 1, gain)
        self.middle = Convolution(random, channels, channels, 3, gain)
        self.last = Convolution(random, channels, channels, 1, 0.0)

    def __call__(self, x: jax.Array, bend: Bend = leaky, one: jax.Array | None = None) -> jax.Array:
        inner = bend(around(self.middle, bend(around(self.first, x, one)), one))
        return x + around(self.last, inner, one)


class ResidualDecoder(eqx.Module):
    """Latents and labels to images."""

    head: Dense
    joints: tuple[Convolution, ...]
    blocks: tuple[tuple[Block, ...], ...]
    out: Convolution
    shape: Shape = eqx.field(static=True)
    latent: int = eqx.field(static=True)
    classes: int = eqx.field(static=True)

    def __init__(self, random: Random, shape: Shape, latent: int, width: int, depth: int, classes: int) -> None:
        self.shape, self.latent, self.classes = shape, latent, classes
        stages = sizes(*finest(shape)[:2])
        wide = channels(width, len(stages))
        self.head = Dense(random, latent + classes, stages[0][0] * stages[0][1] * wide[0], _GAIN)
        self.joints = tuple(Convolution(random, a, b, 1) for a, b in pairwise(wide))
        self.blocks = tuple(tuple(Block(random, c, depth * len(stages)) for _ in range(depth)) for c in wide)
        smooth = 0 if finest(shape) == shape else shape[2]
        self.out = Convolution(random, wide[-1], smooth + finest(shape)[2], 3, 0.5)

    def decode(self, latents: jax.Array, labels: jax.Array) -> jax.Array:
        """Return images from latents of shape (n, latent) and labels of shape (n,)."""
        stages = sizes(*finest(self.shape)[:2])
        x = self.head(beside(latents, labels, self.classes)).reshape(len(latents), *stages[0], -1)
        for number, (stage, blocks) in enumerate(zip(stages, self.blocks, strict=True)):
            if number:
                x = resized(self.joints[number - 1](x), *stage)
            for block in blocks:
                x = block(x)
        x = self.out(leaky(x))
        if finest(self.shape) == self.shape:
            return x
        height, width, depth = self.shape
        return resized(x[..., :depth], height, width) + _DETAIL * depth_to_space(x[..., depth:], height, width)

    def entry(self) -> jax.Array:
        """Return the matrix by which latents enter, shape (latent, width)."""
        return self.head.weight[: self.latent]


class ResidualEncoder(eqx.Module):
    """Images to `outputs` features a row; called with labels as context, it is a discriminator."""

    stem: Convolution
    joints: tuple[Convolution, ...]
    blocks: tuple[tuple[Block, ...], ...]
    tail: Dense
    vectors: jax.Array
    shape: Shape = eqx.field(static=True)

    def __init__(self, random: Random, shape: Shape, outputs: int, width: int, depth: int, classes: int) -> None:
        self.shape = shape
        stages = sizes(*finest(shape)[:2])
        wide = channels(width, len(stages))
        self.stem = Convolution(random, finest(shape)[2], wide[-1], 3)
        self.joints = tuple(Convolution(random, b, a, 1) for a, b in pairwise(wide))
        self.blocks = tuple(tuple(Block(random, c, depth * len(stages)) for _ in range(depth)) for c in wide)
        self.tail = Dense(random, stages[0][0] * stages[0][1] * wide[0], outputs, _GAIN)
        self.vectors = jnp.asarray(random.standard_normal((max(1, classes), outputs)), jnp.float32)

    def __call__(self, rows: jax.Array, context: jax.Array) -> jax.Array:
        """Return one output a row."""
        return self.bent(rows, context, leaky)

    def bent(self, rows: jax.Array, context: jax.Array, bend: Bend, one: jax.Array | None = None) -> jax.Array:
        """Return one output a row, with bends and constants that are given (`equipoise.adversarial.homogeneous`)."""
        return projected(self.features(rows, bend, one), self.vectors, context)

    def features(self, rows: jax.Array, bend: Bend = leaky, one: jax.Array | None = None) -> jax.Array:
        """Return what the last layer makes of images, shape (n, outputs)."""
        stages = sizes(*finest(self.shape)[:2])
        x = around(self.stem, rows if finest(self.shape) == self.shape else space_to_depth(rows), one)
        for number in reversed(range(len(stages))):
            for block in self.blocks[number]:
                x = block(x, bend, one)
            if number:
                x = around(self.joints[number - 1], resized(x, *stages[number - 1]), one)
        return around(self.tail, bend(x).reshape(len(rows), -1), one)


def width_of(height: int, width: int) -> int:
    """Return channels of the coarsest stage that train in minutes on a CPU.

    Examples
    --------
    >>> width_of(16, 16), width_of(28, 28), width_of(64, 48)
    (48, 32, 64)
    """
    side = max(height, width)
    return 48 if side <= _SQUARES else 32 if side <= 2 * _SQUARES else 64
