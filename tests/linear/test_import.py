"""The linear half loads without the neural one, and the package without either."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("jax", "jaxlib", "equinox", "optax", "sklearn", "scipy", "pandas", "polars", "pyarrow", "matplotlib")


def loaded_after(code: str) -> set[str]:
    """Top-level modules of a fresh interpreter after some code."""
    show = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    run = subprocess.run([sys.executable, "-c", f"{code}; {show}"], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize("code", ["import equipoise", "import equipoise as eq; dir(eq); eq.__version__"])
def test_the_package_alone_loads_nothing_heavy(code: str) -> None:
    found = loaded_after(code)
    assert "equipoise" in found
    assert not found & set(HEAVY)


def test_a_linear_model_is_fitted_without_the_neural_half() -> None:
    fit = "eq.LogisticRegression().fit(np.arange(40.0).reshape(20, 2) % 7, np.arange(20) % 2)"
    found = loaded_after(f"import numpy as np, equipoise as eq; eq.Lasso; {fit}")
    assert "sklearn" in found
    assert not found & {"jax", "jaxlib", "equinox", "optax", "matplotlib"}  # scikit-learn itself loads pandas


def test_unknown_names_are_unknown() -> None:
    import equipoise as eq

    with pytest.raises(AttributeError, match="Rigde"):
        eq.Rigde  # noqa: B018
