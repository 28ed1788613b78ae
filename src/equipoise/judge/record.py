"""Put a record together: plain numbers and words, as `study.json` holds them."""

from __future__ import annotations

import math
import platform
from collections.abc import Mapping
from importlib import metadata
from typing import Any

import numpy as np

from equipoise.data import DesignEncoder
from equipoise.judge.arms import arm as arm_of
from equipoise.judge.crossvalidation import FoldScores, summary
from equipoise.judge.fitting import TITLES, Fitted
from equipoise.judge.metrics import MetricSet, intervals, score
from equipoise.judge.models import LinearModel
from equipoise.judge.questions import reason
from equipoise.judge.sample import Sample
from equipoise.judge.seeds import derive
from equipoise.judge.split import ratio
from equipoise.judge.verdict import Verdict

__all__ = ["FORMAT", "arms_part", "path_part", "plain", "selection_part", "verdicts_part", "versions"]

FORMAT = "equipoise.study/1"
_SHOWN = 12  # features whose path is drawn
_LIBRARIES = ("equipoise", "equinox", "jax", "numpy", "optax", "scikit-learn", "scipy")


def plain(value: Any) -> Any:
    """Return a value that JSON can hold: NumPy numbers become Python's, NaN and infinity become null."""
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def arms_part(
    fitted: Mapping[str, Fitted], folds: list[FoldScores], train: Sample, test: Sample, metrics: MetricSet, seed: int
) -> list[dict[str, Any]]:
    """Return one entry an arm: what it is, and its scores on fitted rows, on folds and on the test part."""
    total = max(
        len(one.model.encoder.feature_names_out_) for one in fitted.values() if isinstance(one.model, LinearModel)
    )
    found = []
    for name, one in fitted.items():
        arm = arm_of(name)
        shared = ratio([fold.fold for fold in folds if name in fold.scores])
        known = {k: float(v[0]) for k, v in score(train.y, one.model.predict(train.features)).items()}
        unseen = intervals(test.y, one.model.predict(test.features), derive(seed, "bootstrap"))
        found.append(
            {
                "name": name,
                "label": _label(arm.label, one.penalty if name == "linear" else None),
                "strategy": arm.strategy,
                "learner": arm.learner,
                "synthesizer": arm.synthesizer,
                "penalty": TITLES.get(one.penalty or ""),
                "alpha": one.alpha,
                "n_features": getattr(one.model, "n_features", None),
                "features_total": total if arm.learner in ("linear", "net") else len(train.features.columns),
                "fitted": known,
                "cv": {key: summary(folds, name, key, shared) for key in metrics.names},
                "test": {
                    name: dict(zip(("value", "low", "high"), unseen[name], strict=True)) for name in metrics.names
                },
                "gap": known[metrics.primary] - unseen[metrics.primary][0],
            }
        )
    return found


def _label(label: str, penalty: str | None) -> str:
    return label if penalty is None else f"Linear, chosen penalty ({TITLES[penalty]})"


def verdicts_part(
    verdicts: tuple[Verdict, ...], labels: dict[str, str], metric: str, folds: list[FoldScores]
) -> list[dict[str, Any]]:
    """Return one entry a question."""
    found = []
    for verdict in verdicts:
        count = sum(verdict.candidate in fold.scores for fold in folds)
        rows = [
            {
                "candidate": row.candidate,
                "baseline": row.baseline,
                "learner": row.learner,
                "effect": row.effect,
                "low": row.low,
                "high": row.high,
                "p": row.p,
                "verdict": row.verdict,
            }
            for row in verdict.rows
        ]
        found.append(
            {
                "question": verdict.question,
                "verdict": verdict.verdict,
                "effect": verdict.effect,
                "low": verdict.low,
                "high": verdict.high,
                "baseline": verdict.baseline,
                "candidate": verdict.candidate,
                "folds": count,
                "reason": reason(verdict, labels, metric, count),
                "rows": rows,
            }
        )
    return found


def path_part(estimator: Any, encoder: DesignEncoder, sample: Sample, title: str) -> dict[str, Any]:
    """Return the coefficients over alpha of the features that weigh most, in units of their standard deviation."""
    path, selection = estimator.path_, estimator.selection_
    coefs = path.coefs if path.coefs.ndim == 2 else np.linalg.norm(path.coefs, axis=1)
    coefs = coefs * encoder.transform(sample.features).std(axis=0)
    order = np.argsort(-np.abs(coefs).max(axis=0), kind="stable")[:_SHOWN]
    return {
        "penalty": title,
        "unit": "per standard deviation of the feature",
        "alphas": path.alphas.tolist(),
        "names": [encoder.feature_names_out_[j] for j in order],
        "coefs": coefs[:, order].T.tolist(),
        "alpha_best": float(selection.alphas[selection.best]),
        "alpha_1se": float(selection.alphas[selection.one_se]),
    }


def selection_part(estimator: Any, title: str, metric: str) -> dict[str, Any]:
    """Return the cross-validation curve by which alpha was chosen."""
    path, selection = estimator.path_, estimator.selection_
    used = path.coefs != 0 if path.coefs.ndim == 2 else np.any(path.coefs != 0, axis=1)
    return {
        "penalty": title,
        "alphas": selection.alphas.tolist(),
        "mean": selection.mean.tolist(),
        "se": selection.se.tolist(),
        "nonzero": used.sum(axis=1).tolist(),
        "alpha_best": float(selection.alphas[selection.best]),
        "alpha_1se": float(selection.alphas[selection.one_se]),
        "metric": metric,
    }


def versions() -> dict[str, Any]:
    """Return the versions that a result depends on."""
    return {
        "python": platform.python_version(),
        "versions": {name: metadata.version(name) for name in _LIBRARIES},
    }
