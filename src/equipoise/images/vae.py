"""A variational autoencoder for images that keeps the weights that are best on images put aside.

An autoencoder learns few images by heart: its bound on them goes on rising while that on others falls. See
`equipoise.variational.Climb` for the step, and `equipoise.images.pixel_vae` for the network.
"""

from __future__ import annotations

from numbers import Real
from os import PathLike
from typing import TYPE_CHECKING, Any, ClassVar, final, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import InputError
from equipoise.evaluate.images.pixels import Pixels
from equipoise.images.diagnosis import Diagnosis, diagnosed, encodings
from equipoise.images.embedding import Embed, LabelsOf
from equipoise.images.generator import ImageGenerator
from equipoise.images.keeping import NUMBERS, Choice, KeepingClimb, KeptState, Looking
from equipoise.images.memory import LOOKS
from equipoise.images.pixel_vae import BuildVAE, EmbedBoth
from equipoise.images.plan import PRESETS, Plan, Preset
from equipoise.images.ruler import LOOKED, latents_of
from equipoise.images.training_set import Classes, TrainingSet
from equipoise.training.looks import Looks
from equipoise.training.loop import Step, start
from equipoise.training.randomness import Stream, numpy_generator
from equipoise.training.weights import Build
from equipoise.variational import Climb, ClimbSettings

if TYPE_CHECKING:
    from equipoise.images.folder import Size

__all__ = ["Diagnosis", "ImageVAE"]

_UNITS, _SMALL = 256, 28  # of a layer of plain networks; pixels a side up to which these are ahead in equal time


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
        Residual nets of convolutions, or fully connected ones; by default the latter for images of at most 28 pixels
        a side.
    beta : float
        Weight of the latents' divergence from the prior at the last step; 1 is the evidence lower bound. It starts at
        a tenth, or the latents could be given up before the decoder has learned to use them.
    free : float
        Nats that each latent may hold free of charge (free bits).
    draws : int
        Latents drawn an image; more than one trains the importance-weighted bound, which knows no `beta` or `free`.
    rate : float, optional
        Learning rate at the first step; it falls to a hundredth. By default 0.008 for runs of up to 3,300 steps, 0.002
        from 53,000 on, and between these 0.46 divided by the root of the number of steps.
    decay : float
        Weight decay.
    held_out : float
        Share of the images (16 to 1,000 of them) that is put aside: the best weights are kept, as `choice` says. Of
        fewer than 64 images, and with 0, none are, and the last weights are kept.
    choice : {"distance", "bound"}
        The best weights are those whose samples have the lowest Frechet distance from real images, those put aside
        first, on random convolutions; or those with the best bound on the images put aside. The former draw better,
        the latter give better likelihoods of new images.
    patience : int
        Looks, of 20 a run, without better weights after which the run is saturated and ends; 0 lets it go on.
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
    ended_ : str
        ``"saturated"`` if the run ended before its last step.
    looks_ : tuple of dict
        What was seen at each look: step, the bound (with `beta`) on training images and on those put aside, and the
        distance of samples.

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
        "steps", "minutes", "seed", "preset", "beta", "free", "draws", "rate", "decay", "held_out", "choice",
        "patience", "batch", "latent", "width", "depth", "size",
    )  # fmt: skip
    epochs: ClassVar[int] = 100
    numbers: ClassVar[tuple[str, ...]] = NUMBERS
    rates: ClassVar[tuple[float, float, float]] = (0.46, 2e-3, 8e-3)

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
        rate: float | None = None,
        decay: float = 0.0,
        held_out: float = 0.1,
        choice: Choice = "distance",
        patience: int = 5,
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
        self.held_out, self.choice, self.patience = held_out, choice, patience
        self.batch, self.latent, self.width, self.depth = batch, latent, width, depth
        self.size, self.progress, self.folder = size, progress, folder

    def _builder(self, pixels: Pixels, classes: Classes) -> Build:
        labels = len(classes.names)
        plan = Plan.of(self.preset, pixels, labels, self.latent, self.width, self.depth, units=_UNITS, small=_SMALL)
        return BuildVAE(plan)

    def _prepare(self, data: TrainingSet) -> tuple[Step, Any]:
        climb = Climb(EmbedBoth(Embed(data.pixels), LabelsOf()), samples=self.draws, free=self.free)
        build = self._builder(data.pixels, data.classes)
        model = build(numpy_generator(self.seed, Stream.INIT))
        step = KeepingClimb(climb)
        return step, start(step, model)

    def _numbers(self, steps: int) -> ClimbSettings:
        return ClimbSettings((self.beta / 10, self.beta), self._rate(steps), self.decay)

    def _looks(self, step: Any, train: TrainingSet, held: TrainingSet) -> Looks | None:
        if not len(held):
            return None
        known, fresh = (part.some(LOOKED, self.seed, 2) for part in (train, held))
        latents = latents_of(len(train) + len(held), self.latent, self.seed)
        return Looks(Looking(known, fresh, latents, self.beta, self.choice, self.patience), LOOKS)

    def _kept(self, state: KeptState, data: TrainingSet) -> Any:
        del data
        return state.memory.network if int(state.memory.looks) else state.climb.average

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
        return encodings(self._network(), rows, codes)[:, : self.latent]

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
        return diagnosed(self._network(), rows, codes, draws, seed)

    def _check_settings(self) -> None:
        super()._check_settings()
        self._check_choice("preset", PRESETS)
        self._check_choice("choice", get_args(Choice))
        for name in ("beta", "free", "decay"):
            value = getattr(self, name)
            if not (isinstance(value, Real) and 0 <= float(value) < float("inf")):
                raise InputError(f"{name}={value!r} is not a number from 0 on")
        for name in ("draws", "depth"):
            if not (isinstance(getattr(self, name), int) and getattr(self, name) > 0):
                raise InputError(f"{name}={getattr(self, name)!r} is not a whole number above 0")
        if self.draws > 1 and (self.beta != 1.0 or self.free):
            raise InputError(f"draws={self.draws} trains a bound that knows no beta or free; leave these out")
