"""When a run is sick: a number that is not finite, a loss that runs away, or fakes that collapse to a point.

Judged at the ends of chunks on the values of the last step, against the values at the last snapshot that was sound, so
that an interrupted run comes to the same judgement as one that was not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import final

__all__ = ["Health"]


@final
@dataclass(frozen=True)
class Health:
    """Bounds of a sound run, and what to do when it leaves them.

    Parameters
    ----------
    growth : float
        A logged value may reach this many times 1 + its size at the last snapshot.
    collapse : float
        The spread of the fakes, as a share of the spread of the real rows, may fall to this share of what it was at
        the last snapshot. It is the value that a step logs as ``"spread"``.
    brake : float
        Factor on the learning rate after each return to the last snapshot.
    tries : int
        Returns before the run is given up.

    Examples
    --------
    >>> Health().trouble({"loss": float("nan")}, {}, finite=True)
    'loss is nan'
    >>> Health().trouble({"loss": 1e6}, {"loss": 0.7}, finite=True)
    'loss grew from 0.7 to 1e+06'
    >>> Health().trouble({"spread": 0.001}, {"spread": 1.1}, finite=True)
    'the fakes collapsed: their spread fell from 1.1 to 0.001 of the real rows'
    >>> Health().trouble({"loss": 0.8, "spread": 0.9}, {"loss": 0.7, "spread": 1.1}, finite=True) is None
    True
    """

    growth: float = 1e4
    collapse: float = 0.01
    brake: float = 0.5
    tries: int = 5

    def trouble(self, values: Mapping[str, float], before: Mapping[str, float], finite: bool) -> str | None:
        """Return what is wrong, or None.

        Parameters
        ----------
        values, before : mapping of str to float
            What the last step logged, and what was logged at the last snapshot.
        finite : bool
            Whether all weights are finite.
        """
        for name, value in values.items():
            if not isfinite(value):
                return f"{name} is {value}"
            # before the first snapshot nothing is known of the sizes of this run
            was = before.get(name, self.growth)
            if abs(value) > self.growth * (1.0 + abs(was)):
                return f"{name} grew from {was:.3g} to {value:.3g}"
        if not finite:
            return "a weight is not finite"
        if "spread" in values and values["spread"] < self.collapse * before.get("spread", 0.0):
            fell = f"from {before['spread']:.3g} to {values['spread']:.3g} of the real rows"
            return f"the fakes collapsed: their spread fell {fell}"
        return None
