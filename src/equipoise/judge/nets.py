"""Nets as arms of a study: one net without a penalty, and the same net with one regulariser at a time.

net            mean loss alone, to the last epoch
net-l2         + alpha |w|^2 / 2, alpha chosen on inner folds
net-stopping   the epoch in which the loss on a tenth of the rows, put aside, was lowest
net-dropout    hidden units left out, their share chosen on inner folds
net-l1         + alpha * norms of each unit's outgoing weights: columns and units drop out whole

All start from the same weights and meet the rows in the same order, but where a tenth of them is put aside. What is
chosen is chosen as for the linear arms, inside the rows given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import NDArray

from equipoise.data import DesignEncoder, Table
from equipoise.judge.models import linked
from equipoise.neural.network import Network

if TYPE_CHECKING:
    from equipoise.judge.budget import Budget
    from equipoise.judge.sample import Sample
    from equipoise.selection import CrossValidation

__all__ = ["NetModel", "fit_net"]

Floats = NDArray[np.float64]
_SHARES = (0.1, 0.25, 0.5)  # of hidden units left out
_RATE = 0.01  # high enough for the net without a penalty to fit what it can: it is the baseline of all others


@final
@dataclass(frozen=True)
class NetModel:
    """A multilayer perceptron behind an encoder; it gives a linear predictor as `LinearModel` does."""

    encoder: DesignEncoder
    network: Network
    task: str

    def predict(self, features: Table) -> Floats:
        """Encode and predict."""
        eta = self.network(self.encoder.transform(features))
        return linked(eta if self.task == "multiclass" else eta[:, 0], self.task)

    @property
    def n_features(self) -> int:
        """Features that any unit looks at."""
        return int(np.count_nonzero(np.any(self.network.weights[0] != 0, axis=1)))


def fit_net(
    sample: Sample, encoder: DesignEncoder, name: str, strategy: CrossValidation, plan: Budget, seed: int
) -> tuple[NetModel, float]:
    """Fit one of the nets at the head of this file.

    Parameters
    ----------
    sample : Sample
    encoder : DesignEncoder
        Fitted on the sample.
    name : str
    strategy : CrossValidation
        Folds on which alpha, or the share of dropout, is chosen.
    plan : Budget
        Its `net_layers`, `net_epochs` and `net_alphas`.
    seed : int

    Returns
    -------
    NetModel
    float
        Alpha.
    """
    from equipoise.neural import MLPClassifier, MLPRegressor

    kind = MLPRegressor if sample.task == "regression" else MLPClassifier
    chosen = replace(strategy, alphas=plan.net_alphas)
    every: dict[str, dict[str, Any]] = {
        "net": {"alpha": 0.0},
        "net-l2": {"alpha": chosen},
        "net-stopping": {"alpha": 0.0, "early_stopping": True},
        "net-dropout": {"alpha": replace(strategy, alphas=[0.0]), "dropout": _SHARES},
        "net-l1": {"alpha": chosen, "penalty": "group_l1"},
    }
    form: dict[str, Any] = {
        "hidden_layer_sizes": plan.net_layers,
        "max_iter": plan.net_epochs,
        "learning_rate_init": _RATE,
    }
    model = kind(**every[name], **form, n_jobs=1, random_state=seed).fit(encoder.transform(sample.features), sample.y)
    network = model.networks_[0]
    if sample.task == "multiclass":
        network = _all_classes(network, np.asarray(model.classes_, dtype=np.intp), len(sample.classes))
    return NetModel(encoder, network, sample.task), float(model.alpha_)


def _all_classes(network: Network, present: Sequence[int] | NDArray[np.intp], count: int) -> Network:
    """Give classes that were absent in fitting the probability 0."""
    if len(present) == count:
        return network
    weight, bias = network.weights[-1], network.biases[-1]
    if weight.shape[1] == 1:  # two classes of several: the first has the predictor 0
        weight, bias = np.column_stack([np.zeros_like(weight), weight]), np.concatenate([[0.0], bias])
    every, start = np.zeros((len(weight), count)), np.full(count, -np.inf)
    every[:, present], start[present] = weight, bias
    return replace(network, weights=(*network.weights[:-1], every), biases=(*network.biases[:-1], start))
