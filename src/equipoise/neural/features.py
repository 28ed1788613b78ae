"""Which columns a net looks at as its penalty is relaxed.

    norm_j(alpha) = (sum over the inputs m made of column j of  deviation_m^2 |w_m|^2)^(1/2)

with ``w_m`` the weights that leave input m; deviations make it free of units. It is 0 where column j is out. All alphas
train side by side from one start, where Lemhadri, Ruan, Abraham and Tibshirani (2021), "LassoNet: a neural network with
feature sparsity", algorithm 1, warm-start each fit from the last; their path is over features in the same sense.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, cast, final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from equipoise.errors import InputError
from equipoise.losses.base import FloatArray
from equipoise.neural.base import NeuralEstimator
from equipoise.neural.network import Network
from equipoise.neural.selecting import grid_of, scores_of
from equipoise.neural.settings import RANGES
from equipoise.neural.sweep import Member
from equipoise.selection import HoldOut
from equipoise.selection.folds import folds

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["FeaturePath", "feature_path"]


@final
@dataclass(frozen=True, eq=False)
class FeaturePath:
    """Columns in use along decreasing alpha.

    Attributes
    ----------
    alphas : array of shape (m,)
        Decreasing.
    names : tuple of str
        Columns of X, but for those of a frame that say nothing.
    norms : array of shape (m, q)
        Norm of the weights of each column, free of its unit; the mean over the starts.
    scores : array of shape (m,)
        On the rows held out, lower is better; nan where weights grew beyond all numbers.
    score_name : str
    held_out : array of int
        Those rows.
    networks : tuple of tuple of Network
        The nets of each alpha, one a start.
    """

    alphas: FloatArray
    names: tuple[str, ...]
    norms: FloatArray
    scores: FloatArray
    score_name: str
    held_out: NDArray[np.intp]
    networks: tuple[tuple[Network, ...], ...]

    @property
    def used(self) -> NDArray[np.bool_]:
        """Whether each column is in use at each alpha, shape (m, q)."""
        return self.norms > 0

    @property
    def enters(self) -> FloatArray:
        """Largest alpha at which each column is in use, shape (q,); nan if it never is."""
        return np.where(self.used.any(axis=0), self.alphas[np.argmax(self.used, axis=0)], np.nan)

    @property
    def order(self) -> tuple[str, ...]:
        """Columns that are ever in use, the first to enter first; of those that enter together the larger norm."""
        first = np.argmax(self.used, axis=0)
        norm = self.norms[first, np.arange(len(self.names))]
        return tuple(self.names[j] for j in np.lexsort((-norm, first)) if np.any(self.used[:, j]))

    @property
    def best(self) -> int:
        """Place of the lowest score."""
        return int(np.nanargmin(self.scores))

    def columns(self, place: int) -> tuple[str, ...]:
        """Columns in use at one point of the path."""
        return tuple(name for name, used in zip(self.names, self.used[place], strict=True) if used)

    def plot(self, ax: Any = None) -> Axes:
        """Norms against alpha, the alpha of the lowest score marked.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
        """
        from equipoise.report import coefficient_path

        marks = {"best": float(self.alphas[self.best])}
        axes = coefficient_path(self.alphas, self.norms.T, self.names, marks=marks, ax=ax)
        axes.set_ylabel("norm of the weights")
        return axes


def feature_path(
    model: NeuralEstimator, X: Any, y: ArrayLike, *, alphas: int | ArrayLike = 25, share: float = 0.25,
    scoring: Any = None, sample_weight: ArrayLike | None = None, groups: ArrayLike | None = None,
) -> FeaturePath:  # fmt: skip
    """Train a net at every alpha on one part of the rows, and tell which columns each looks at.

    All alphas are members of one sweep: the same start, order of rows and chance.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor
        Its settings, but for alpha; it is not fitted. With ``penalty="group_l1"`` a column comes and goes as a whole,
        a category with all its levels; with "l1" its norm counts the weights that are left.
    X : array or data frame of shape (n, p)
    y : array of shape (n,)
    alphas : int or array, default 25
        How many, over the range in which the model would look, or which.
    share : float in (0, 1), default 0.25
        Part of the rows held out for the scores; stratified for classes, whole groups where groups are given.
    scoring : str or callable, optional
        One of scikit-learn's scorers, whose negative is the score; the loss if not given.
    sample_weight : array of shape (n,), optional
    groups : array of shape (n,), optional

    Returns
    -------
    FeaturePath

    Raises
    ------
    InputError
        If the penalty leaves no zeros, or a setting or the data cannot be used.

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise as eq
    >>> random = np.random.default_rng(0)
    >>> X = random.standard_normal((300, 6))
    >>> y = np.abs(X[:, 0]) + 0.5 * X[:, 1] > 1.0
    >>> net = eq.MLPClassifier(penalty="group_l1", hidden_layer_sizes=(16,), max_iter=60, learning_rate_init=0.01)
    >>> path = eq.feature_path(net, X, y, alphas=[0.1, 0.03, 0.01, 0.001])
    >>> sorted(path.order[:2]), path.columns(0), bool(path.used.sum(axis=1)[-1] >= 2)
    (['x0', 'x1'], (), True)
    """
    if not isinstance(model, NeuralEstimator):
        raise InputError(
            f"{type(model).__name__} is neither MLPClassifier nor MLPRegressor; linear models have path_ after fit"
        )
    if model.penalty not in ("l1", "group_l1"):
        raise InputError(f"penalty={model.penalty!r} leaves every column in; use 'group_l1' or 'l1'")
    strategy = HoldOut(share, alphas)
    model = cast(NeuralEstimator, clone(model))
    job = model._prepare(X, y, sample_weight, groups)
    if len(job.rates) > 1 or len(job.dropouts) > 1:
        raise InputError("a path has one learning_rate_init and one dropout; give a single number for each")
    grid = grid_of(strategy, *RANGES[job.recipe.penalty])
    ((train, test),) = folds(strategy.splitter(job.context), job.rows, job.context)  # type: ignore[arg-type]
    test = test[job.rows.weight[test] > 0]
    decks = job.decks([train])
    keys = list(product(range(len(grid)), range(len(decks))))
    swept = job.sweep(decks, [Member(deck, grid[p], job.rates[0], job.dropouts[0]) for p, deck in keys])
    swept.run()
    nets = swept.networks()
    judge, name = model._judge(scoring, job.rows, job.context)
    scores = scores_of(nets, keys, range(len(grid)), len(decks), [test], judge)[0]
    if np.all(np.isnan(scores)):
        raise InputError("weights grew beyond all numbers at every alpha; lower learning_rate_init")
    points = tuple(tuple(nets[k] for k, (p, _) in enumerate(keys) if p == point) for point in range(len(grid)))
    used = train[job.rows.weight[train] > 0]
    owner = job.inputs.owner[job.inputs.source]
    weight = job.rows.weight[used]
    norms = [np.mean([_norms(net, job.rows.X[used], weight, owner) for net in group], axis=0) for group in points]
    return FeaturePath(grid, job.inputs.names, np.array(norms), scores, name, test, points)


def _norms(net: Network, X: FloatArray, weight: FloatArray, owner: NDArray[np.intp]) -> FloatArray:
    """Norm of the weights of each column of the table, times the deviations of its inputs on some rows."""
    seen = X if net.pieces is None else net.pieces(X)
    squares = np.average((seen - np.average(seen, axis=0, weights=weight)) ** 2, axis=0, weights=weight)
    return np.sqrt(np.bincount(owner, squares * np.sum(net.weights[0] ** 2, axis=1)))
