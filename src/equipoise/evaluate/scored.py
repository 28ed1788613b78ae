"""What records of an evaluation share: scores by name, and the record as JSON knows it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Protocol

__all__ = ["Scored"]


class _Score(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def value(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


@dataclass(frozen=True)
class Scored:
    """Base of the records: a subclass is a frozen dataclass with `scores`, and says its format."""

    format: ClassVar[str]

    @property
    def _scores(self) -> Sequence[_Score]:
        scores: Sequence[_Score] = self.scores  # type: ignore[attr-defined]
        return scores

    @property
    def values(self) -> dict[str, float]:
        """Value by name of the score."""
        return {score.name: score.value for score in self._scores}

    @property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """Ends of the 95 % interval, by name of the score."""
        return {score.name: (score.low, score.high) for score in self._scores}

    def to_dict(self) -> dict[str, Any]:
        """Return the record as what JSON knows: NaN is None."""
        from equipoise import __version__

        return {"format": self.format, "version": __version__, **_plain(asdict(self))}

    def to_json(self) -> str:
        """Return the record as JSON, one line's end at its end."""
        return json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
