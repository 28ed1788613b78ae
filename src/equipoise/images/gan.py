"""A generative adversarial network for images that needs no hand on its settings.

Relativistic pairing with R1 + R2, whose weight is kept in proportion (`equipoise.adversarial.Balance`); learning rate,
second decay and penalty fall along half a cosine; several averages of the generator are kept, and the one nearest to
the training images is chosen at the end. See `equipoise.adversarial.Game` for the step.
"""

from __future__ import annotations

from numbers import Real
from os import PathLike
from typing import TYPE_CHECKING, Any, ClassVar, Literal, final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.adversarial import OBJECTIVES, PENALTIES, Balance, Game, GameSettings, Scene
from equipoise.errors import InputError
from equipoise.evaluate.images.pixels import Pixels
from equipoise.images.augmentation import probability
from equipoise.images.blocks import in_blocks
from equipoise.images.clusters import clustered, default_clusters, nearest, shrunk
from equipoise.images.embedding import Embed, LabelsOf
from equipoise.images.generator import ImageGenerator
from equipoise.images.inversion import inverted
from equipoise.images.memory import LOOKS
from equipoise.images.plan import PRESETS, Plan, Preset
from equipoise.images.players import BuildPlayers, Generator, Players, drawn, first_means, outputs_of
from equipoise.images.ruler import LOOKED, Ruler, latents_of
from equipoise.images.training_set import Classes, TrainingSet
from equipoise.images.watch import NUMBERS, Watch, WatchedGame, WatchedState, bounded
from equipoise.training.looks import Looks
from equipoise.training.loop import Step, start
from equipoise.training.randomness import Stream, numpy_generator
from equipoise.training.weights import Build

if TYPE_CHECKING:
    from equipoise.images.folder import Size

__all__ = ["ImageGAN"]

_JUDGED = 1024  # images by which the averages are compared
_UNITS, _SMALL = 128, 12  # of a layer of plain networks; pixels a side up to which these are taken
_LATE, _KNOWN = 5, 0.4  # looks whose mean gap is warned of, and from where on


@final
class ImageGAN(ImageGenerator):
    """Generator against discriminator, on images of any size and number of channels.

    Parameters
    ----------
    steps : int, optional
        Training steps; by default 100 epochs, but at least 2,000 steps.
    minutes : float, optional
        Time to train for instead: it becomes a number of steps after a short timed run, kept in ``steps_``.
    seed : int
        The same seed and images give the same weights, to the byte, on the same machine.
    preset : {"auto", "residual", "mlp"}
        Residual nets of convolutions, or the textbook's fully connected ones; by default the latter for images of
        at most 12 pixels a side.
    objective : str
        Payoff of the two players: "relativistic_pairing", "non_saturating", "minimax", "hinge", "least_squares" or
        "wasserstein".
    penalty : str
        Penalty on the discriminator, such as "r1_r2", "r1", "wgan_gp", "lecam" or "consistency".
    alpha : float or "auto"
        Weight of the penalty at the first step (the literature's gamma; it falls to a tenth), kept in proportion to the
        payoff by default; 0 leaves the penalty out.
    lazy : int
        The penalty acts at every `lazy`-th step, times `lazy`.
    rate : float, optional
        Learning rate at the first step; it falls to a hundredth. By default 0.004 for runs of up to 5,000 steps, 0.002
        from 20,000 on, and between these 0.28 divided by the root of the number of steps.
    batch, latent : int
        Images of a step, number of noise inputs.
    width, depth : int, optional
        Channels of the coarsest stage (units of a layer of the "mlp"), and blocks a stage.
    clusters : int or "auto"
        Clusters that the images are put into by their looks, labels apart; the discriminator compares images of one
        cluster, and each has latents around a mean of its own, so that none is missed. By default one for 50 images,
        at most 1,000; 1 leaves them out.
    augment : float or "auto"
        Probability of each change of what the discriminator sees; by default it begins with 0 and follows the
        discriminator's gap between training images and those put aside, up to 0.7. Where none are, it stays at what
        the number of images suggests.
    held_out : float
        Share of the images (16 to 1,000 of them) that is put aside to watch the discriminator; of fewer than 64
        images, and with 0, none are.
    patience : int
        Looks, of 20 a run, without a lower distance to the real images after which the run is saturated and ends; 0
        lets it go on.
    packing : int
        Images without labels that the discriminator judges at once; it divides `batch`.
    spectral : bool
        Divide the discriminator's matrices by their largest singular values.
    half_lives : tuple of float
        Of the averages of the generator, as shares of the steps so far.
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
    half_life_ : float
        Of the average that was chosen.
    ended_ : str
        ``"saturated"`` if the run ended before its last step.
    clusters_ : tuple of tuple of int
        How many images were in each cluster of each label, or of all images without labels; empty without clusters.
    looks_ : tuple of dict
        What was seen at each look: step, distance, collapse, gap and augment (see `equipoise.images.watch`).

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> digits = load_digits()
    >>> gan = ImageGAN(steps=32, width=16).fit(digits.images, digits.target)
    >>> gan.sample(3, y=[0, 1, 2]).shape
    (3, 8, 8)
    """

    id: ClassVar[str] = "image-gan"
    settings: ClassVar[tuple[str, ...]] = (
        "steps", "minutes", "seed", "preset", "objective", "penalty", "alpha", "lazy", "rate", "batch", "latent",
        "width", "depth", "clusters", "augment", "held_out", "patience", "packing", "spectral", "half_lives", "size",
    )  # fmt: skip
    epochs: ClassVar[int] = 100
    numbers: ClassVar[tuple[str, ...]] = NUMBERS
    rates: ClassVar[tuple[float, float, float]] = (0.2828, 2e-3, 4e-3)

    def __init__(
        self,
        steps: int | None = None,
        minutes: float | None = None,
        seed: int = 0,
        *,
        preset: Preset = "auto",
        objective: str = "relativistic_pairing",
        penalty: str = "r1_r2",
        alpha: float | Literal["auto"] = "auto",
        lazy: int = 4,
        rate: float | None = None,
        batch: int = 64,
        latent: int = 32,
        width: int | None = None,
        depth: int = 1,
        clusters: int | Literal["auto"] = "auto",
        augment: float | Literal["auto"] = "auto",
        held_out: float = 0.05,
        patience: int = 10,
        packing: int = 1,
        spectral: bool = False,
        half_lives: tuple[float, ...] = (0.02, 0.05, 0.15),
        size: int | Size | None = None,
        progress: bool = False,
        folder: str | PathLike[str] | None = None,
    ) -> None:
        self.steps, self.minutes, self.seed = steps, minutes, seed
        self.preset, self.objective, self.penalty = preset, objective, penalty
        self.alpha, self.lazy, self.rate = alpha, lazy, rate
        self.batch, self.latent, self.width, self.depth = batch, latent, width, depth
        self.clusters, self.augment, self.packing, self.spectral = clusters, augment, packing, spectral
        self.held_out, self.patience = held_out, patience
        self.half_lives, self.size = half_lives, size
        self.progress, self.folder = progress, folder

    def _builder(self, pixels: Pixels, classes: Classes) -> Build:
        labels = len(classes.names)
        plan = Plan.of(self.preset, pixels, labels, self.latent, self.width, self.depth, units=_UNITS, small=_SMALL)
        return BuildPlayers(plan, self.packing, classes.owners)

    def _told(self, data: TrainingSet) -> TrainingSet:
        if self.packing > 1:
            return data
        wanted = default_clusters(len(data)) if isinstance(self.clusters, str) else self.clusters
        return clustered(data, wanted, self.seed)

    def _prepare(self, data: TrainingSet) -> tuple[Step, Any]:
        if self.packing > 1 and data.classes.names:
            raise InputError("packing is for images without labels; leave labels or packing out")
        random = numpy_generator(self.seed, Stream.INIT)
        players = self._builder(data.pixels, data.classes)(random)
        if data.centres is not None:
            sizes = np.concatenate(data.classes.clusters)
            means = jnp.asarray(first_means(data.centres, sizes, self.latent, random))
            players = eqx.tree_at(lambda both: both.generator.means, players, means)
        if not isinstance(self.augment, str):
            p = float(self.augment)
        else:  # where it follows the gap, it begins with none: what is not needed slows the game down
            followed = self.packing == 1 and len(data) < len(data.images)
            p = 0.0 if followed else probability(len(data))
        automatic = isinstance(self.alpha, str)
        game = Game(
            embed=Embed(data.pixels),
            objective=OBJECTIVES[self.objective],
            penalty=PENALTIES[self.penalty] if self.alpha != 0 else _none,
            lazy=self.lazy,
            packing=self.packing,
            spectral=self.spectral,
            balance=Balance() if automatic else None,
            half_lives=tuple(self.half_lives),
            given=LabelsOf() if self.packing == 1 else _same_label,
        )
        # the strength may begin with 0 and still rise
        step = WatchedGame(game, len(self.half_lives) // 2, augments=p > 0.0 or isinstance(self.augment, str))
        return step, start(step, players.generator, players.discriminator, jnp.asarray(np.float32(p)))

    def _numbers(self, steps: int) -> GameSettings:
        alpha = 0.0 if isinstance(self.alpha, str) else float(self.alpha)
        return GameSettings((alpha, alpha / 10), self._rate(steps))

    def _looks(self, step: WatchedGame, train: TrainingSet, held: TrainingSet) -> Looks:
        latents = latents_of(len(train) + len(held), self.latent, self.seed)
        known, fresh = (part.some(LOOKED, self.seed, 2) for part in (train, held))
        adapts = isinstance(self.augment, str)
        return Looks(Watch(step, known, fresh, latents, adapts, self.patience), LOOKS)

    def _kept(self, state: WatchedState, data: TrainingSet) -> Any:
        return self._players(state, state.game.averages[len(self.half_lives) // 2], data)

    def _players(self, state: WatchedState, generator: Generator, data: TrainingSet) -> Players:
        return Players(generator, bounded(state.game), None if data.centres is None else jnp.asarray(data.centres))

    def _chosen(self, state: WatchedState, data: TrainingSet) -> Any:
        """Return the average whose images are nearest to the given ones, on random convolutions.

        Of a run that ended since it got no better, it is the one of its best look.
        """
        if self.ended_:
            self.half_life_ = self.half_lives[len(self.half_lives) // 2]
            return self._players(state, state.memory.network, data)
        real, codes = data.some(_JUDGED, self.seed)
        ruler = Ruler(real)
        random = numpy_generator(self.seed, Stream.SAMPLE, 3)
        noise = random.standard_normal((len(real), self.latent)).astype(np.float32)
        distances = []
        for average in state.game.averages:
            fakes = in_blocks(drawn, average, noise, codes, shape=data.pixels.shape)
            distances.append(ruler.distance(fakes))
        best = int(np.argmin(distances))
        self.half_life_ = self.half_lives[best]
        return self._players(state, state.game.averages[best], data)

    def _finding(self) -> str | None:
        # a saturated run is that of its best look, after which there were `patience` others
        looks = self.looks_[: -self.patience] if self.ended_ else self.looks_
        gaps = [look["gap"] for look in looks[-_LATE:]]
        if not gaps or (gap := float(np.mean(gaps))) <= _KNOWN:
            return None
        return (
            f"the discriminator knows its training images by heart (gap {gap:.2f} at the last looks): samples may come "
            "near to single ones, which evaluate_images tells; give more images, or fewer steps"
        )

    @property
    def clusters_(self) -> tuple[tuple[int, ...], ...]:
        """Sizes of the clusters of each label."""
        return self._check_fitted().classes.clusters

    def invert(self, images: ArrayLike, y: ArrayLike | None = None) -> NDArray[np.float32]:
        """Return the latents of the images that come nearest, by descent from several starts.

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
        middles = self._around(np.zeros((len(rows), self.latent), np.float32), self._clusters(rows, codes))
        return np.asarray(in_blocks(inverted, self._network(), rows, codes, middles, shape=(self.latent,)), np.float32)

    def discriminate(self, images: ArrayLike, y: ArrayLike | None = None) -> NDArray[np.float32]:
        """Return the output of the discriminator at each image: higher for what looks real to it.

        Parameters
        ----------
        images, y
            As in `invert`.

        Returns
        -------
        ndarray of shape (n,)
            The level means nothing by itself: under ``objective="relativistic_pairing"`` only differences do.

        Raises
        ------
        InputError
            If nothing was fitted, the images are of another form, or were judged in packs.
        """
        rows, codes = self._encoded(images, y)
        if self.packing > 1:
            raise InputError(f"packing={self.packing}: the discriminator judges packs of images, not one")
        clusters = self._clusters(rows, codes)
        outputs = in_blocks(outputs_of, self._network().discriminator, rows, clusters, shape=())
        return np.asarray(outputs, np.float32)

    def _latents(
        self, noise: NDArray[np.float32], codes: NDArray[np.int32], random: np.random.Generator
    ) -> NDArray[np.float32]:
        return self._around(noise, self._check_fitted().classes.draw_clusters(random, codes))

    def _around(self, noise: NDArray[np.float32], clusters: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return latents: noise around the means of clusters."""
        means = self._check_fitted().arrays.get("generator.means")
        return noise if means is None else noise + means[clusters]

    def _clusters(self, rows: NDArray[np.float32], codes: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the cluster of each image."""
        fitted = self._check_fitted()
        if not fitted.classes.clusters:
            return codes
        return nearest(shrunk(rows), fitted.arrays["centres"], codes, np.array(fitted.classes.owners, np.int32))

    def _check_settings(self) -> None:
        super()._check_settings()
        self._check_choice("preset", PRESETS)
        self._check_choice("objective", tuple(OBJECTIVES))
        self._check_choice("penalty", tuple(PENALTIES))
        for name in ("alpha", "augment"):
            value = getattr(self, name)
            if value != "auto" and not (isinstance(value, Real) and 0 <= float(value) < float("inf")):
                raise InputError(f"{name}={value!r} is neither a number from 0 on nor 'auto'")
        if self.clusters != "auto" and not (isinstance(self.clusters, int) and self.clusters > 0):
            raise InputError(f"clusters={self.clusters!r} is neither a whole number above 0 nor 'auto'")
        if self.packing > 1 and self.clusters not in ("auto", 1):
            raise InputError("packing is for images without clusters; leave clusters or packing out")
        if not isinstance(self.augment, str) and self.augment > 0.8:
            raise InputError(f"augment={self.augment!r}: above 0.8 the generator learns the changes; give less")
        for name in ("lazy", "depth", "packing"):
            if not (isinstance(getattr(self, name), int) and getattr(self, name) > 0):
                raise InputError(f"{name}={getattr(self, name)!r} is not a whole number above 0")
        if self.batch % self.packing:
            raise InputError(f"batch={self.batch} makes no whole packs of {self.packing}; give a multiple")
        self.half_lives = tuple(self.half_lives)
        if not self.half_lives or not all(0 < share <= 1 for share in self.half_lives):
            raise InputError(f"half_lives={self.half_lives!r} are not shares above 0 and up to 1")


def _none(critic: Any, scene: Scene) -> jax.Array:
    del critic, scene
    return jnp.zeros(())


def _same_label(batch: jax.Array, context: Any) -> jax.Array:
    """Packs of images have no label; one stands for all, for it divides the rows of any pack."""
    del batch, context
    return jnp.zeros(1, jnp.int32)
