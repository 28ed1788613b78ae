"""The arms of a study: what competes, in the order of the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from equipoise.errors import InputError

__all__ = ["CONSTRAINED", "NETS", "SYNTHESIZERS", "Arm", "arm", "arms_with"]

Strategy = Literal["baseline", "constrain", "boosting", "generate"]
Learner = Literal["constant", "linear", "net", "boosting"]

SYNTHESIZERS = {"TableMarginals": "marginals", "TableVAE": "vae", "TableGAN": "gan"}


@dataclass(frozen=True)
class Arm:
    """One competitor; `base` is the arm that a generating one adds rows to, `short` the label in a terminal."""

    name: str
    label: str
    short: str
    strategy: Strategy
    learner: Learner
    synthesizer: str | None = None
    base: str | None = None


def _penalised(key: str, label: str) -> tuple[Arm, ...]:
    return (
        Arm(f"{key}-best", f"{label}, best alpha", f"{label}, best", "constrain", "linear"),
        Arm(f"{key}-1se", f"{label}, one-standard-error rule", f"{label}, 1-SE", "constrain", "linear"),
    )


def _generating(synthesizer: str, short: str) -> tuple[Arm, ...]:
    title = short if short == "marginals" else short.upper()
    return (
        Arm(
            f"linear+{short}",
            f"Linear + {synthesizer}",
            f"Linear + {title}",
            "generate",
            "linear",
            synthesizer,
            "linear",
        ),
        Arm(
            f"boosting+{short}",
            f"Boosting + {synthesizer}",
            f"Boosting + {title}",
            "generate",
            "boosting",
            synthesizer,
            "boosting",
        ),
    )


CONSTRAINED = (*_penalised("l2", "L2"), *_penalised("l1", "L1"), *_penalised("elastic-net", "Elastic net"))
NETS = (
    Arm("net", "Net, no penalty", "Net, no penalty", "baseline", "net"),
    Arm("net-l2", "Net, L2", "Net, L2", "constrain", "net"),
    Arm("net-stopping", "Net, early stopping", "Net, early stopping", "constrain", "net"),
    Arm("net-dropout", "Net, dropout", "Net, dropout", "constrain", "net"),
    Arm("net-l1", "Net, group L1", "Net, group L1", "constrain", "net"),
)
_LINEAR = (
    Arm("constant", "Constant prediction", "Constant prediction", "baseline", "constant"),
    Arm("none", "No penalty", "No penalty", "baseline", "linear"),
    *CONSTRAINED,
    Arm("linear", "Linear, chosen penalty", "Linear, chosen", "constrain", "linear"),
)
_BOOSTING = Arm("boosting", "Gradient boosting", "Gradient boosting", "boosting", "boosting")
_BY_NAME = {
    arm.name: arm
    for arm in (*_LINEAR, *NETS, _BOOSTING, *(a for name, key in SYNTHESIZERS.items() for a in _generating(name, key)))
}


def arms_with(synthesizers: Sequence[str], nets: Sequence[str] = ()) -> tuple[Arm, ...]:
    """Return the arms on real rows, those of nets among them, then those of each synthesizer.

    Raises
    ------
    InputError
        If a synthesizer is not known.

    Examples
    --------
    >>> [arm.name for arm in arms_with(["TableVAE"])][-2:]
    ['linear+vae', 'boosting+vae']
    """
    for name in synthesizers:
        if name not in SYNTHESIZERS:
            raise InputError(f"synthesizer {name!r} is not known; choose among {', '.join(SYNTHESIZERS)}")
    real = (*_LINEAR, *(arm for arm in NETS if arm.name in nets), _BOOSTING)
    return (*real, *(arm for name in synthesizers for arm in _generating(name, SYNTHESIZERS[name])))


def arm(name: str) -> Arm:
    """Return an arm by its name.

    Examples
    --------
    >>> arm("linear+gan").base
    'linear'
    """
    return _BY_NAME[name]
