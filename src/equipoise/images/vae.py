"""A variational autoencoder for images: normal pixels around the decoder's mean, with a deviation that is learned.

    log p(x|z) = -sum (x - mean(z))^2 / (2 s^2) - d log(s sqrt(2 pi)),   x in [-1, 1]^d

With s fixed, the weight of reconstruction against the prior would hang on the scale of the pixels; learned, it settles
where it fits the data. Rybkin, Daniilidis and Levine, *Simple and effective VAE training with calibrated decoders*
(2021), section 3. See `equipoise.variational.Climb` for the step.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import log, pi
from numbers import Real
from os import PathLike
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import InputError
from equipoise.evaluate.images.pixels import Pixels
from equipoise.images.blocks import in_blocks
from equipoise.images.generator import Embed, ImageGenerator, LabelsOf
from equipoise.images.mlp import PlainDecoder, PlainEncoder
from equipoise.images.networks import ResidualDecoder, ResidualEncoder, one_hot
from equipoise.images.plan import PRESETS, Plan, Preset
from equipoise.images.training_set import TrainingSet
from equipoise.training.dense import Dense
from equipoise.training.loop import Step, start
from equipoise.training.randomness import Stream, jax_key, numpy_generator
from equipoise.training.weights import Build
from equipoise.variational import Climb, ClimbSettings, gaussian_kl, log_weight

if TYPE_CHECKING:
    from equipoise.images.folder import Size

__all__ = ["Diagnosis", "ImageVAE"]

_UNITS = 256  # of a layer of plain networks
_ACTIVE = 0.01  # variance of a latent's mean over images from which on it counts as used
_LEAST = -5.0  # of the logarithm of s, about a 255th of the range: pixels that never change would send it to -infinity


class Labelled(NamedTuple):
    """Images and their classes, as the model takes them."""

    images: jax.Array
    labels: jax.Array


@dataclass(frozen=True)
class _EmbedBoth:
    images: Embed
    labels: LabelsOf

    def __call__(self, batch: jax.Array, context: Any) -> Any:
        return Labelled(self.images(batch, context), self.labels(batch, context))


class PixelVAE(eqx.Module):
    """Encoder to a normal law of the latents, decoder to the means of the pixels."""

    encoder: PlainEncoder | ResidualEncoder
    moments: Dense
    offsets: jax.Array
    decoder: PlainDecoder | ResidualDecoder
    log_deviation: jax.Array
    latent: int = eqx.field(static=True)

    def encode(self, rows: Labelled, context: Any) -> tuple[jax.Array, jax.Array]:
        """Return mean and log variance of the latents, each of shape (n, latent)."""
        del context
        features = jax.nn.leaky_relu(self.encoder.features(rows.images), 0.2)
        moments = self.moments(features) + one_hot(rows.labels, len(self.offsets)) @ self.offsets
        mean, log_variance = jnp.split(moments, 2, axis=1)
        return mean, jnp.clip(log_variance, -20.0, 10.0)

    def log_likelihood(self, latents: jax.Array, rows: Labelled, context: Any) -> jax.Array:
        """Return the log density of images given latents, shape (n,)."""
        del context
        log_s = jnp.maximum(self.log_deviation, _LEAST)
        off = jnp.sum(jnp.square(self.decode(latents, rows.labels) - rows.images), axis=(1, 2, 3))
        return -0.5 * off * jnp.exp(-2.0 * log_s) - rows.images[0].size * (log_s + 0.5 * log(2.0 * pi))

    def decode(self, latents: jax.Array, labels: jax.Array) -> jax.Array:
        """Return the means of the pixels."""
        return self.decoder.decode(latents, labels)

    def entry(self) -> jax.Array:
        """Return the matrix by which latents enter the decoder, shape (latent, width)."""
        return self.decoder.entry()


@dataclass(frozen=True)
class _BuildVAE:
    plan: Plan

    def __call__(self, random: np.random.Generator) -> PixelVAE:
        plan = self.plan
        features = 2 * plan.width
        encoder, decoder = plan.encoder(random, features, 0), plan.decoder(random)
        offsets = jnp.asarray(np.zeros((max(1, plan.classes), 2 * plan.latent), np.float32))
        moments = Dense(random, features, 2 * plan.latent, gain=0.1)
        return PixelVAE(encoder, moments, offsets, decoder, jnp.asarray(np.float32(-1.0)), plan.latent)


@dataclass(frozen=True)
class Diagnosis:
    """What a variational autoencoder makes of images; in nats an image, of pixels from -1 to 1.

    Attributes
    ----------
    elbo : float
        Mean evidence lower bound.
    log_likelihood : float
        Mean importance-weighted bound from `draws` latents: nearer to the truth, and never above it on average.
    draws : int
    kl : ndarray of shape (latent,)
        Mean divergence of each latent from the prior.
    active : int
        Latents whose mean varies from image to image by a variance above 0.01 (Burda et al. (2016), section 5.2).
    deviation : float
        Of the pixels around the decoder's mean.
    """

    elbo: float
    log_likelihood: float
    draws: int
    kl: NDArray[np.float64]
    active: int
    deviation: float


@final
class ImageVAE(ImageGenerator):
    """Encoder and decoder, on images of any size and number of channels.

    Parameters
    ----------
    steps : int, optional
        Training steps; by default 100 epochs, but at least 2,000 steps.
    minutes : float, optional
        Time to train for instead: it becomes a number of steps after a short timed run, kept in ``steps_``.
    seed : int
        The same seed and images give the same weights, to the byte, on the same machine.
    preset : {"auto", "residual", "mlp"}
        Residual nets of convolutions, or fully connected ones; by default the latter for images of at most 12 pixels
        a side.
    beta : float
        Weight of the latents' divergence from the prior at the last step; 1 is the evidence lower bound. It starts at
        a tenth, or the latents could be given up before the decoder has learned to use them.
    free : float
        Nats that each latent may hold free of charge (free bits).
    draws : int
        Latents drawn an image; more than one trains the importance-weighted bound, which knows no `beta` or `free`.
    rate : float
        Learning rate at the first step; it falls to a hundredth.
    decay : float
        Weight decay.
    batch, latent : int
        Images of a step, number of latents.
    width, depth : int, optional
        Channels of the coarsest stage (units of a layer of the "mlp"), and blocks a stage.
    size : int or (int, int), optional
        Height and width to cut and scale the pictures of a folder to.
    progress : bool
        Show a progress bar on stderr.
    folder : path, optional
        Where the run is kept while it trains: events, grids of samples, checkpoints. A run that was stopped or killed
        goes on from there when the same fit is called again, and ends with the same bytes.

    Attributes
    ----------
    steps_ : int
        Steps that were run.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> images = load_digits().images
    >>> vae = ImageVAE(steps=32, width=16, latent=4).fit(images)
    >>> vae.reconstruct(images[:3]).shape, vae.diagnose(images, draws=10).kl.shape
    ((3, 8, 8), (4,))
    """

    id: ClassVar[str] = "image-vae"
    settings: ClassVar[tuple[str, ...]] = (
        "steps", "minutes", "seed", "preset", "beta", "free", "draws", "rate", "decay", "batch", "latent", "width",
        "depth", "size",
    )  # fmt: skip
    epochs: ClassVar[int] = 100

    def __init__(
        self,
        steps: int | None = None,
        minutes: float | None = None,
        seed: int = 0,
        *,
        preset: Preset = "auto",
        beta: float = 1.0,
        free: float = 0.0,
        draws: int = 1,
        rate: float = 2e-3,
        decay: float = 0.0,
        batch: int = 64,
        latent: int = 16,
        width: int | None = None,
        depth: int = 1,
        size: int | Size | None = None,
        progress: bool = False,
        folder: str | PathLike[str] | None = None,
    ) -> None:
        self.steps, self.minutes, self.seed, self.preset = steps, minutes, seed, preset
        self.beta, self.free, self.draws, self.rate, self.decay = beta, free, draws, rate, decay
        self.batch, self.latent, self.width, self.depth = batch, latent, width, depth
        self.size, self.progress, self.folder = size, progress, folder

    def _builder(self, pixels: Pixels, classes: int) -> Build:
        return _BuildVAE(Plan.of(self.preset, pixels, classes, self.latent, self.width, self.depth, units=_UNITS))

    def _prepare(self, data: TrainingSet) -> tuple[Step, Any, Any]:
        climb = Climb(_EmbedBoth(Embed(data.pixels), LabelsOf()), samples=self.draws, free=self.free)
        build = self._builder(data.pixels, len(data.classes.names))
        model = build(numpy_generator(self.seed, Stream.INIT))
        settings = ClimbSettings((self.beta / 10, self.beta), (self.rate, self.rate / 100), self.decay)
        return climb, start(climb, model), settings

    def _kept(self, state: Any) -> Any:
        return state.average

    def invert(self, images: ArrayLike, y: ArrayLike | None = None) -> NDArray[np.float32]:
        """Return the means of the latents of images.

        Parameters
        ----------
        images : array of the form that `fit` was given
        y : label, or array-like of shape (n,)
            What the images show; needed after a fit with labels.

        Returns
        -------
        ndarray of shape (n, latent)

        Raises
        ------
        InputError
            If nothing was fitted, or the images or labels are of another form.
        """
        rows, codes = self._encoded(images, y)
        return self._moments(rows, codes)[:, : self.latent]

    def diagnose(self, images: ArrayLike, y: ArrayLike | None = None, draws: int = 100, seed: int = 0) -> Diagnosis:
        """Return bounds on the likelihood of images, and which latents are in use.

        Parameters
        ----------
        images, y
            As in `invert`; held-out images, for a likelihood that means something.
        draws : int
            Latents an image for the importance-weighted bound; each image is encoded once.
        seed : int

        Returns
        -------
        Diagnosis
        """
        if not isinstance(draws, int) or draws < 1:
            raise InputError(f"draws={draws!r} is not a whole number above 0")
        rows, codes = self._encoded(images, y)
        network, moments = self._network(), self._moments(rows, codes)
        mean, log_variance = np.split(moments, 2, axis=1)
        kl = np.asarray(gaussian_kl(jnp.asarray(mean), jnp.asarray(log_variance)), np.float64)
        weigh = partial(_log_weights, draws=draws)
        chance = np.random.default_rng(seed).integers(2**31, size=len(rows)).astype(np.int32)
        weights = in_blocks(weigh, network, rows, codes, moments, chance, shape=(draws + 1,))
        return Diagnosis(
            elbo=float(np.mean(weights[:, 0].astype(np.float64) - kl.sum(axis=1))),
            log_likelihood=float(np.mean(np.logaddexp.reduce(weights[:, 1:].astype(np.float64), axis=1)) - log(draws)),
            draws=draws,
            kl=kl.mean(axis=0),
            active=int(np.sum(mean.var(axis=0) > _ACTIVE)),
            deviation=float(np.exp(max(float(network.log_deviation), _LEAST))),
        )

    def _moments(self, rows: NDArray[np.float32], codes: NDArray[np.int32]) -> NDArray[np.float32]:
        return np.asarray(in_blocks(_moments, self._network(), rows, codes, shape=(2 * self.latent,)), np.float32)

    def _check_settings(self) -> None:
        super()._check_settings()
        self._check_choice("preset", PRESETS)
        for name in ("beta", "free", "decay"):
            value = getattr(self, name)
            if not (isinstance(value, Real) and 0 <= float(value) < float("inf")):
                raise InputError(f"{name}={value!r} is not a number from 0 on")
        for name in ("draws", "depth"):
            if not (isinstance(getattr(self, name), int) and getattr(self, name) > 0):
                raise InputError(f"{name}={getattr(self, name)!r} is not a whole number above 0")
        if self.draws > 1 and (self.beta != 1.0 or self.free):
            raise InputError(f"draws={self.draws} trains a bound that knows no beta or free; leave these out")


@jax.jit
def _moments(network: PixelVAE, rows: jax.Array, labels: jax.Array) -> jax.Array:
    return jnp.concatenate(network.encode(Labelled(rows, labels), None), axis=1)


@partial(jax.jit, static_argnames=("draws",))
def _log_weights(
    network: PixelVAE, rows: jax.Array, labels: jax.Array, moments: jax.Array, chance: jax.Array, draws: int
) -> jax.Array:
    """Return the log likelihood at one draw, then the logarithms of `draws` importance weights; (n, 1 + draws)."""
    mean, log_variance = jnp.split(moments, 2, axis=1)
    keys = jax.vmap(partial(jax.random.fold_in, jax_key(0, Stream.SAMPLE)))(chance)

    def draw(number: jax.Array) -> tuple[jax.Array, jax.Array]:
        noise = jax.vmap(lambda key: jax.random.normal(jax.random.fold_in(key, number), mean.shape[1:]))(keys)
        z = mean + jnp.exp(0.5 * log_variance) * noise
        likelihood = network.log_likelihood(z, Labelled(rows, labels), None)
        return likelihood, log_weight(likelihood, z, mean, log_variance)

    likelihoods, weights = jax.lax.map(draw, jnp.arange(draws))
    return jnp.concatenate([likelihoods[:1], weights]).T
