"""The contract of every penalty in the catalogue; a new entry is tested by being there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise import penalties
from equipoise.errors import InputError
from equipoise.penalties import Penalty

P = 6
FACTOR = np.array([1.0, 0.5, 2.0, 1.0, 0.0, 3.0])
PLAIN = [cls() for cls in penalties.CATALOGUE]
each = pytest.mark.parametrize("penalty", PLAIN, ids=lambda penalty: penalty.name)
each_weighted = pytest.mark.parametrize(
    "penalty", PLAIN + [cls(factor=FACTOR) for cls in penalties.CATALOGUE],
    ids=[p.name for p in PLAIN] + [p.name + "-factor" for p in PLAIN],
)  # fmt: skip
seeds = st.integers(0, 2**32 - 1)
steps = st.floats(0.05, 3.0)


def points(seed: int, count: int = 1) -> np.ndarray:
    """Coefficients of mixed sizes, some of them 0."""
    rng = np.random.default_rng(seed)
    return 3.0 * rng.normal(size=(count, P)) * rng.integers(0, 2, size=(count, P))


def prox_objective(penalty: Penalty, w: np.ndarray, x: np.ndarray, step: float) -> float:
    return 0.5 * float(np.sum((w - x) ** 2)) + step * penalty.value(w)


def conjugate_or_skip(penalty: Penalty, v: np.ndarray, alpha: float) -> float:
    try:
        return penalty.conjugate(v, alpha)
    except NotImplementedError:
        pytest.skip("certifies by its distance")


@each_weighted
@given(seed=seeds)
def test_value_is_zero_at_zero_and_nowhere_less(penalty: Penalty, seed: int) -> None:
    assert penalty.value(np.zeros(P)) == 0.0
    assert penalty.value(points(seed)[0]) >= 0.0


@each_weighted
def test_gradient_is_the_slope_of_the_value(penalty: Penalty) -> None:
    rng, h = np.random.default_rng(0), 1e-3
    w = rng.uniform(0.2, 3.0, size=P) * rng.choice([-1.0, 1.0], size=P)
    for j, e in enumerate(h * np.eye(P)):
        f = [penalty.value(w + k * e) for k in (-2, -1, 1, 2)]
        slope = (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h)
        assert penalty.gradient(w)[j] == pytest.approx(slope, rel=1e-8, abs=1e-10)


@each_weighted
def test_gradient_is_the_least_subgradient_at_zero(penalty: Penalty) -> None:
    np.testing.assert_array_equal(penalty.gradient(np.zeros(P)), 0.0)


@each_weighted
@given(seed=seeds, step=steps)
def test_prox_minimises_its_objective(penalty: Penalty, seed: int, step: float) -> None:
    x = points(seed)[0]
    best = penalty.prox(x, step)
    least = prox_objective(penalty, best, x, step)
    rivals = [best + d for d in np.random.default_rng(seed).normal(size=(20, P))]
    rivals += [best + t * e for t in np.linspace(-4.0, 4.0, 21) for e in np.eye(P)]
    rivals += [best + t * (x - best) for t in np.linspace(-0.5, 1.5, 41)] + [np.zeros(P), x]
    assert min(prox_objective(penalty, w, x, step) for w in rivals) >= least - 1e-12 * (1.0 + least)


@each_weighted
@given(seed=seeds, step=steps)
def test_prox_is_firmly_nonexpansive(penalty: Penalty, seed: int, step: float) -> None:
    if not penalty.convex:
        pytest.skip("not convex")
    x, z = points(seed, 2)
    d = penalty.prox(x, step) - penalty.prox(z, step)
    assert d @ d <= d @ (x - z) + 1e-12


@each_weighted
@given(seed=seeds, step=steps)
def test_moreau_prox_and_conjugate_belong_together(penalty: Penalty, seed: int, step: float) -> None:
    """X splits into prox and a subgradient v there, for which Fenchel-Young is an equality."""
    if not penalty.convex:
        pytest.skip("not convex")
    x = points(seed)[0]
    w = penalty.prox(x, step)
    v = x - w
    both = step * penalty.value(w) + conjugate_or_skip(penalty, penalty.shrink(v, step) * v, step)
    assert both == pytest.approx(v @ w, rel=1e-9, abs=1e-9)


@each_weighted
@given(seed=seeds, alpha=steps)
def test_fenchel_young_inequality(penalty: Penalty, seed: int, alpha: float) -> None:
    w, v = points(seed, 2)
    v = np.where(penalty.factors(P) > 0, v, 0.0)  # for a feature that costs nothing the domain is {0}
    c = penalty.shrink(v, alpha)
    assert 0.0 <= c <= 1.0
    conjugate = conjugate_or_skip(penalty, c * v, alpha)
    assert np.isfinite(conjugate)
    assert alpha * penalty.value(w) + conjugate >= c * v @ w - 1e-9


@each
@given(seed=seeds, alpha=steps)
def test_shrink_goes_no_further_than_it_must(penalty: Penalty, seed: int, alpha: float) -> None:
    v = points(seed)[0]
    c = penalty.shrink(v, alpha)
    if c < 1.0:
        assert penalty.shrink(c * v, alpha) == pytest.approx(1.0, abs=1e-12)
        assert conjugate_or_skip(penalty, 1.001 * c * v, alpha) == np.inf


@each_weighted
@given(seed=seeds, alpha=steps)
def test_distance_is_zero_at_the_fixed_point_of_the_prox_and_only_there(
    penalty: Penalty, seed: int, alpha: float
) -> None:
    x = points(seed)[0]
    w = penalty.prox(x, alpha)
    np.testing.assert_allclose(penalty.distance(w, w - x, alpha), 0.0, atol=1e-12)
    for j, e in enumerate(np.eye(P)):
        off = max(penalty.distance(w, w - x + t * e, alpha)[j] for t in (-50.0, 50.0))
        assert 1.0 < off <= 50.0 + 1e-9  # the distance moves with the gradient, at most as fast


@each_weighted
def test_gradient_and_distance_agree_where_the_penalty_is_smooth(penalty: Penalty) -> None:
    rng = np.random.default_rng(0)
    w, g = rng.uniform(0.2, 3.0, size=P), rng.normal(size=P)
    expected = np.abs(g + 0.7 * penalty.gradient(w))
    if penalty.convex:
        np.testing.assert_allclose(penalty.distance(w, g, 0.7), expected, rtol=1e-12)


@each_weighted
@given(seed=seeds)
def test_alpha_max_is_the_least_alpha_that_keeps_zero(penalty: Penalty, seed: int) -> None:
    gradient = np.random.default_rng(seed).normal(size=P)
    bound = penalty.factors(P) > 0
    top = penalty.alpha_max(gradient)
    zero = np.zeros(P)
    if np.isinf(top):
        assert np.any(penalty.distance(zero, gradient, 1e6) > 0)
        return
    assert np.all(penalty.distance(zero, gradient, top * (1 + 1e-12))[bound] == 0.0)
    assert np.any(penalty.distance(zero, gradient, top * (1 - 1e-9))[bound] > 0.0)


@each
def test_a_factor_of_zero_leaves_a_feature_alone(penalty: Penalty) -> None:
    free = type(penalty)(factor=np.where(np.arange(P) == 2, 0.0, 1.0))
    w = points(3)[0] + 1.0
    assert free.value(w) == pytest.approx(free.value(np.where(np.arange(P) == 2, -99.0, w)))
    assert free.prox(w, 0.5)[2] == w[2]
    assert free.gradient(w)[2] == 0.0
    gradient = np.arange(P, dtype=float)
    assert free.distance(w, gradient, 0.5)[2] == 2.0


@each
@pytest.mark.parametrize("factor", [np.ones(P + 1), -np.ones(P), np.full(P, np.nan), np.full(P, np.inf), 2.0])
def test_a_bad_factor_is_refused(penalty: Penalty, factor: object) -> None:
    with pytest.raises(InputError, match="factor"):
        type(penalty)(factor=factor).value(np.ones(P))


@each
def test_equality_and_repr(penalty: Penalty) -> None:
    cls = type(penalty)
    assert penalty == cls()
    assert hash(penalty) == hash(cls())
    assert cls(factor=[1.0, 2.0]) == cls(factor=(1.0, 2.0))
    assert cls(factor=[1.0, 2.0]) != cls(factor=[1.0, 3.0])
    assert cls(factor=[1.0, 2.0]) != penalty
    assert penalty != next(p for p in PLAIN if type(p) is not cls)
    assert eval(repr(penalty), vars(penalties)) == penalty


def test_names_are_unique() -> None:
    assert len({cls.name for cls in penalties.CATALOGUE}) == len(penalties.CATALOGUE)
