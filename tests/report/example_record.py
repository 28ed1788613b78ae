"""Study records that look like real ones, made from a seed: for tests, and to look at the page."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

HOSTILE = "<script>alert('x')</script> & \"$\\frac{$\" {{ 7 * 7 }} </style>"
_LABELS = {
    "constant": ("Constant prediction", "baseline", "constant"),
    "none": ("No penalty", "baseline", "linear"),
    "l2-best": ("L2, best", "constrain", "linear"),
    "l2-1se": ("L2, one-standard-error rule", "constrain", "linear"),
    "l1-best": ("L1, best", "constrain", "linear"),
    "l1-1se": ("L1, one-standard-error rule", "constrain", "linear"),
    "elastic-best": ("Elastic net, best", "constrain", "linear"),
    "elastic-1se": ("Elastic net, one-standard-error rule", "constrain", "linear"),
    "boosting": ("Gradient boosting", "boosting", "boosting"),
}
_SYNTHESIZERS = ("TableMarginals", "TableVAE", "TableGAN")
_TASKS = {
    "binary": ("breast_cancer", 569, ["benign", "malignant"], [357, 212], "log_loss", ["roc_auc", "accuracy"]),
    "multiclass": ("wine", 178, ["barolo", "grignolino", "barbera"], [59, 71, 48], "log_loss", ["accuracy"]),
    "regression": ("diabetes", 442, [], [], "squared_error", ["r2"]),
}
_WORDS = ("mean radius", "worst texture", "mean smoothness", "worst concave points", "area error", "symmetry")


def example_record(
    task: str = "binary", columns: int = 31, arms: int = 15, seed: int = 0, hostile: bool = False, synthesizers: int = 3
) -> dict[str, Any]:
    """Return a record of the given task; with `hostile`, all names try to break the page."""
    rng = np.random.default_rng(seed)
    name, rows, classes, counts, primary, secondary = _TASKS[task]
    names = [f"{_WORDS[i % 6]}{'' if i < 6 else f' {i // 6 + 1}'}" for i in range(columns - 1)]
    if hostile:
        names = [f"{HOSTILE} {i}" for i in range(columns - 1)]
        name, classes = HOSTILE, [HOSTILE] * len(classes)
    scale = 0.07 if primary == "log_loss" else 2900.0
    made = [_arm(rng, key, columns - 1, primary, secondary, scale, hostile) for key in _arm_names(arms)]
    best = min(made, key=lambda arm: arm["cv"][primary]["mean"])["name"]
    return {
        "format": "equipoise.study/1",
        "version": "0.1.0",
        "data": _data(rng, name, rows, names, task, classes, counts, hostile),
        "findings": _findings(names),
        "settings": {
            "seed": 0,
            "budget": "standard",
            "folds": 5,
            "repeats": 3,
            "command": f"equipoise study {name}.csv",
        },
        "metric": {"primary": primary, "label": primary.replace("_", " "), "secondary": secondary},
        "arms": made,
        "verdicts": _verdicts(rng, made, scale),
        "best": best,
        "path": _path(rng, names, scale),
        "selection": _selection(scale, primary.replace("_", " ")),
        "synthetic": [_synthetic(rng, s, names, 0.02 * 2**k) for k, s in enumerate(_SYNTHESIZERS[::-1][:synthesizers])],
        "times": {
            "total": 41.3,
            "parts": [
                {"part": part, "seconds": seconds}
                for part, seconds in (
                    ("read and inspect", 0.08),
                    ("constrain", 1.9),
                    ("boosting", 6.2),
                    ("TableMarginals", 0.4),
                    ("TableVAE", 11.7),
                    ("TableGAN", 18.1),
                    ("verdicts", 0.03),
                    ("report", 2.1),
                )
            ],
        },
        "reproduce": {
            "command": f"equipoise study '{name}.csv' --target target --seed 0 --out study",
            "python": "3.11.7",
            "versions": {"numpy": "2.4.6", "scikit-learn": "1.9.1", "jax": "0.8.1", "equipoise": "0.1.0"},
        },
    }


def _arm_names(n: int) -> list[str]:
    names = [*_LABELS, *(f"{learner}+{s}" for learner in ("l2-best", "boosting") for s in _SYNTHESIZERS)]
    return [*names, *(f"arm-{i}" for i in range(max(0, n - len(names))))][:n]


def _arm(
    rng: np.random.Generator, key: str, p: int, primary: str, secondary: list[str], scale: float, hostile: bool
) -> dict[str, Any]:
    base, _, synthesizer = key.partition("+")
    label, strategy, learner = _LABELS.get(base, (key, "constrain", "linear"))
    factor = {"constant": 2.0 if scale > 1 else 9.0, "none": 2.2, "boosting": 1.5}.get(base, 1.0 + 0.15 * rng.random())
    mean = scale * factor * (1.0 + 0.05 * rng.standard_normal())
    folds = mean * (1 + 0.25 * rng.standard_normal(15))
    fitted = mean if base == "constant" else 0.01 * mean if base in ("none", "boosting") else 0.75 * mean
    test = mean * (1 + 0.15 * rng.standard_normal())
    used = {"l1": 7, "elastic": 11}.get(base.split("-")[0], 0 if base == "constant" else p)
    scores = {
        k: {"mean": float(np.clip(0.97 - 0.02 * rng.random(), 0, 1)), "se": 0.006, "folds": []} for k in secondary
    }
    return {
        "name": key,
        "strategy": "generate" if synthesizer else strategy,
        "learner": learner,
        "label": (HOSTILE if hostile else label) + (f", more rows by {synthesizer}" if synthesizer else ""),
        "synthesizer": synthesizer or None,
        "alpha": 0.01 if strategy == "constrain" else None,
        "n_features": used if learner == "linear" else None,
        "features_total": p,
        "fitted": {primary: fitted, **dict.fromkeys(secondary, 0.99)},
        "cv": {primary: {"mean": mean, "se": 0.12 * mean, "folds": folds.tolist()}, **scores},
        "test": {primary: {"value": test, "low": 0.55 * test, "high": 1.6 * test}},
        "gap": fitted - test,
    }


def _data(
    rng: np.random.Generator,
    name: str,
    rows: int,
    names: list[str],
    task: str,
    classes: list[str],
    counts: list[int],
    hostile: bool,
) -> dict[str, Any]:
    kinds = [
        {
            "name": n,
            "kind": "category" if i % 9 == 8 else "number",
            "missing": int(rng.integers(0, 30)) if i % 7 == 3 else 0,
            "distinct": int(rng.integers(100, 500)),
            "summary": f"{i + 0.98} to {i + 28.1}",
        }
        for i, n in enumerate(names)
    ]
    test = rows // 5
    return {
        "name": name,
        "rows": rows,
        "columns": len(names) + 1,
        "target": HOSTILE if hostile else "target",
        "task": task,
        "classes": classes,
        "class_counts": counts,
        "sha256": "9c1185a5c5e9fc54612808977ee8f548b2258d31" + "0" * 24,
        "kinds": kinds,
        "split": {"rule": "random" if task == "regression" else "stratified", "train": rows - test, "test": test},
    }


def _findings(names: list[str]) -> list[dict[str, Any]]:
    return [
        {"code": "duplicate-rows", "column": None, "message": "3 rows occur more than once; copies stay in one fold."},
        {
            "code": "constant",
            "column": names[-1],
            "message": "has one value only and is left out of the linear models.",
        },
        {"code": "missing", "column": names[0], "message": "is missing in 12 rows; an indicator column says where."},
    ]


def _verdicts(rng: np.random.Generator, arms: list[dict[str, Any]], scale: float) -> list[dict[str, Any]]:
    made = []
    for question, size, verdict in (
        ("constrain", 1.1, "helps"),
        ("generate", 0.05, "no evidence"),
        ("signal", 7.0, "helps"),
    ):
        rows = []
        baseline = "constant" if question == "signal" else "none"
        for arm in (
            a
            for a in arms
            if a["strategy"] == question or (question == "signal" and not a["synthesizer"] and a["name"] != "constant")
        ):
            effect = scale * size * (1 + 0.4 * rng.standard_normal())
            half = scale * (0.5 if question != "generate" else 0.3)
            word = "helps" if effect - half > 0 else "hurts" if effect + half < 0 else "no evidence"
            rows.append(
                {
                    "candidate": arm["name"],
                    "baseline": baseline,
                    "learner": arm["learner"],
                    "effect": effect,
                    "low": effect - half,
                    "high": effect + half,
                    "p": 0.01,
                    "verdict": word,
                }
            )
        top = max(
            rows,
            key=lambda row: row["effect"],
            default={"candidate": "none", "effect": None, "low": None, "high": None},
        )
        reason = (
            "The lower end of the corrected interval is above zero."
            if verdict == "helps"
            else "The interval includes zero."
        )
        made.append(
            {
                "question": question,
                "verdict": verdict,
                "baseline": baseline,
                "candidate": top["candidate"],
                "reason": reason,
                "effect": top["effect"],
                "low": top["low"],
                "high": top["high"],
                "rows": rows,
            }
        )
    return made


def _path(rng: np.random.Generator, names: list[str], scale: float) -> dict[str, Any]:
    alphas = np.geomspace(0.5, 5e-4, 60)
    shown = names[:20]
    enter = np.geomspace(0.4, 1e-3, len(shown))
    final = rng.standard_normal(len(shown)) * (1.8 if scale < 1 else 25.0)
    growth = np.clip(np.log(enter[:, None] / alphas) / math.log(1e3), 0, None)
    return {
        "penalty": "L1",
        "alphas": alphas.tolist(),
        "names": shown,
        "coefs": (final[:, None] * growth).tolist(),
        "alpha_best": float(alphas[38]),
        "alpha_1se": float(alphas[25]),
    }


def _selection(scale: float, metric: str) -> dict[str, Any]:
    alphas = np.geomspace(0.5, 5e-4, 60)
    t = np.arange(60) - 38
    mean = scale * (1 + np.where(t < 0, 0.0035 * t**2, 0.0035 * t**2))
    return {
        "penalty": "L1",
        "alphas": alphas.tolist(),
        "mean": mean.tolist(),
        "se": (0.12 * mean + 0.3 * scale).tolist(),
        "nonzero": np.linspace(0, 28, 60).astype(int).tolist(),
        "alpha_best": float(alphas[38]),
        "alpha_1se": float(alphas[25]),
        "metric": metric,
    }


def _synthetic(rng: np.random.Generator, name: str, names: list[str], noise: float) -> dict[str, Any]:
    columns = []
    for i, column in enumerate(names):
        levels = i % 9 == 8
        real = (
            rng.dirichlet(np.full(4, 3.0))
            if levels
            else np.exp(-0.5 * ((np.arange(20) - 6 - 8 * rng.random()) / 4) ** 2)
        )
        real = real / real.sum()
        synthetic = np.abs(real + noise * rng.standard_normal(len(real)))
        synthetic = synthetic / synthetic.sum()
        bins = ["low", "middle", "high", None] if levels else np.linspace(i + 1.0, i + 28.1, 21).tolist()
        columns.append(
            {
                "name": column,
                "kind": "category" if levels else "number",
                "bins": bins,
                "real": real.tolist(),
                "synthetic": synthetic.tolist(),
                "distance": float(np.abs(real - synthetic).sum() / 2),
            }
        )
    loadings = rng.standard_normal((len(names), 3))
    real = np.corrcoef(loadings + 0.3 * rng.standard_normal(loadings.shape))
    synthetic = real * (1 - 8 * noise) if name != "TableMarginals" else np.eye(len(names))
    np.fill_diagonal(synthetic, 1.0)
    return {
        "name": name,
        "columns": columns,
        "shape": 1 - noise,
        "trend": 1 - 4 * noise,
        "dependence": {"names": names, "real": real.tolist(), "synthetic": synthetic.tolist()},
        "floor": {"shape": 0.95, "trend": 0.61},
        "ceiling": {"shape": 0.99, "trend": 0.98},
    }
