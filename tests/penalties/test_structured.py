"""Groups, boxes, concave penalties, adaptive weights, and the defaults that a penalty of one's own gets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.errors import InputError
from equipoise.penalties import L1, MCP, SCAD, Box, ElasticNet, GroupLasso, Penalty, SparseGroupLasso, adaptive

GROUPS = np.array([0, 1, 0, 2, 1, 0])
GROUPED = (
    GroupLasso(GROUPS),
    SparseGroupLasso(GROUPS),
    SparseGroupLasso(GROUPS, l1_ratio=0.9),
    GroupLasso(GROUPS, factor=[2.0, 0.5, 2.0, 0.0, 0.5, 0.0]),
)
BOXES = (Box(low=0.0), Box(-0.5, 1.0, l1_ratio=0.3), Box(np.linspace(-1.0, 0.0, 6), np.linspace(0.0, 2.0, 6)))
each = pytest.mark.parametrize("penalty", GROUPED + BOXES, ids=repr)
seeds = st.integers(0, 2**32 - 1)
steps = st.floats(0.05, 3.0)


def draw(seed: int) -> np.ndarray:
    return 2.0 * np.random.default_rng(seed).normal(size=6)


@each
@given(seed=seeds, step=steps)
def test_prox_minimises_its_objective(penalty: Penalty, seed: int, step: float) -> None:
    x, rng = draw(seed), np.random.default_rng(seed)
    best = penalty.prox(x, step)

    def cost(w: np.ndarray) -> float:
        return 0.5 * float(np.sum((w - x) ** 2)) + step * penalty.value(w)

    low, high = penalty.bounds(6) if isinstance(penalty, Box) else (-np.inf, np.inf)
    for size in (1.0, 0.1, 1e-3):
        rivals = np.clip(best + size * rng.normal(size=(50, 6)) * rng.integers(0, 2, size=(50, 6)), low, high)
        assert min(cost(w) for w in rivals) >= cost(best) - 1e-12


@each
@given(seed=seeds, step=steps)
def test_moreau_and_distance(penalty: Penalty, seed: int, step: float) -> None:
    x = draw(seed)
    w = penalty.prox(x, step)
    np.testing.assert_allclose(penalty.distance(w, w - x, step), 0.0, atol=1e-9)
    held = np.where(penalty.free(6), 0.0, x - w)
    scaled = penalty.shrink(held, step) * held
    assert step * penalty.value(w) + penalty.conjugate(scaled, step) == pytest.approx(held @ w, rel=1e-9, abs=1e-9)


@each
@given(seed=seeds)
def test_alpha_max_is_the_least_alpha_that_keeps_zero(penalty: Penalty, seed: int) -> None:
    gradient, zero = draw(seed), np.zeros(6)
    held = ~penalty.free(6)
    top = penalty.alpha_max(gradient)
    if top > 0:
        assert np.all(penalty.distance(zero, gradient, top * (1 + 1e-9))[held] == 0.0)
        assert np.any(penalty.distance(zero, gradient, top * (1 - 1e-6))[held] > 0.0)


def test_groups_of_one_are_the_lasso() -> None:
    w = draw(0)
    for penalty in (GroupLasso(), SparseGroupLasso(l1_ratio=0.3), GroupLasso(np.arange(6)[::-1])):
        assert penalty.value(w) == pytest.approx(L1().value(w))
        np.testing.assert_allclose(penalty.prox(w, 0.7), L1().prox(w, 0.7))
        assert penalty.alpha_max(w) == pytest.approx(L1().alpha_max(w))


def test_the_ends_of_the_sparse_group_lasso() -> None:
    w = draw(1)
    np.testing.assert_allclose(SparseGroupLasso(GROUPS, l1_ratio=0.0).prox(w, 0.7), GroupLasso(GROUPS).prox(w, 0.7))
    np.testing.assert_allclose(SparseGroupLasso(GROUPS, l1_ratio=1.0).prox(w, 0.7), L1().prox(w, 0.7))


def test_a_group_shrinks_as_one() -> None:
    w = np.array([3.0, 0.0, 4.0, 0.0, 0.0, 0.0])
    expected = w * (1.0 - 0.5 * np.sqrt(3.0) / 5.0)
    np.testing.assert_allclose(GroupLasso(GROUPS).prox(w, 0.5), expected)
    assert GroupLasso(GROUPS).value(w) == pytest.approx(np.sqrt(3.0) * 5.0)


@pytest.mark.parametrize("bad", [[0, 1], np.zeros((6, 1)), 3])
def test_groups_of_the_wrong_shape_are_refused(bad: object) -> None:
    with pytest.raises(InputError, match="groups has shape"):
        GroupLasso(bad).value(draw(0))


def test_unequal_factors_in_a_group_are_refused() -> None:
    with pytest.raises(InputError, match="factors in group"):
        GroupLasso(GROUPS, factor=np.arange(1.0, 7.0)).value(draw(0))


@pytest.mark.parametrize("cls", [MCP, SCAD])
def test_a_huge_gamma_is_the_lasso(cls: type[Penalty]) -> None:
    w = draw(2)
    penalty = cls(gamma=1e9)
    assert penalty.value(w) == pytest.approx(L1().value(w))
    np.testing.assert_allclose(penalty.prox(w, 0.7), L1().prox(w, 0.7), rtol=1e-7)
    np.testing.assert_allclose(penalty.gradient(w), L1().gradient(w), rtol=1e-7)
    with pytest.raises(InputError, match="gamma"):
        cls(gamma=np.inf)


@pytest.mark.parametrize("penalty", [MCP(gamma=3.0), SCAD(gamma=3.7), MCP(gamma=1.2), SCAD(gamma=2.1)], ids=repr)
@given(seed=seeds, alpha=steps)
def test_the_shape_moves_with_alpha(penalty: Penalty, seed: int, alpha: float) -> None:
    """alpha * value: slope alpha at 0, flat beyond gamma * alpha, with alpha for the unit of length."""
    w, at = draw(seed), penalty.at(alpha)
    assert alpha * at.value(w) == pytest.approx(alpha**2 * penalty.value(w / alpha))
    far = np.full(6, 1.001 * penalty.gamma * alpha)
    np.testing.assert_array_equal(at.gradient(far), 0.0)
    np.testing.assert_array_equal(at.prox(far + 1.0, 0.1), far + 1.0)


@pytest.mark.parametrize("penalty", [MCP(gamma=3.0), SCAD(gamma=3.7), MCP(gamma=0.5), SCAD(gamma=2.1)], ids=repr)
@given(w=st.floats(-6.0, 6.0), step=steps)
def test_the_concave_prox_is_the_best_of_a_fine_grid(penalty: Penalty, w: float, step: float) -> None:
    grid = np.linspace(-8.0, 8.0, 3201)
    costs = np.array([0.5 * (g - w) ** 2 + step * penalty.value(np.array([g])) for g in grid])
    best = penalty.prox(np.array([w]), step)
    assert 0.5 * (best[0] - w) ** 2 + step * penalty.value(best) <= costs.min() + 1e-12


@pytest.mark.parametrize("make", [lambda: MCP(gamma=0.0), lambda: SCAD(gamma=2.0), lambda: Box(low=1.0),
                                  lambda: Box(high=-1.0), lambda: SparseGroupLasso(l1_ratio=2.0)])  # fmt: skip
def test_bad_settings_are_refused(make: object) -> None:
    with pytest.raises(InputError):
        make()


def test_a_box_is_infinite_outside() -> None:
    assert Box(low=0.0).value(np.array([-1.0, 1.0])) == np.inf
    assert Box(low=0.0).value(np.array([0.0, 1.0])) == 1.0
    with pytest.raises(InputError, match="low has shape"):
        Box(low=np.zeros(3)).value(np.ones(2))


def test_adaptive_weights_are_inverse_sizes() -> None:
    factor = np.asarray(adaptive(L1(), np.array([1.0, -2.0, 4.0, 0.0]), gamma=2.0, floor=0.25).factor)
    np.testing.assert_allclose(factor / factor[0], [1.0, 0.25, 1.0 / 16.0, 1.0])
    assert factor.mean() == pytest.approx(1.0)
    kept = adaptive(ElasticNet(l1_ratio=0.3, factor=[0.0, 1.0]), np.array([1.0, 2.0]))
    assert kept.l1_ratio == 0.3
    assert kept.factor[0] == 0.0
    group = np.asarray(adaptive(GroupLasso(GROUPS), draw(3)).factor)
    assert len(np.unique(group)) == 3
    with pytest.raises(InputError, match="all 0"):
        adaptive(L1(), np.zeros(3))


@dataclass(frozen=True, eq=False)
class Mine(Penalty):
    """The elastic net again, by value and prox alone."""

    def value(self, w: np.ndarray) -> float:
        return ElasticNet(factor=self.factor).value(w)

    def prox(self, w: np.ndarray, step: float) -> np.ndarray:
        return ElasticNet(factor=self.factor).prox(w, step)


@given(seed=seeds)
def test_the_defaults_follow_from_the_prox(seed: int) -> None:
    w, g = draw(seed), draw(seed + 1)
    w[::2] = 0.0
    for factor in (None, [1.0, 0.0, 2.0, 0.5, 0.0, 1.0]):
        mine, known = Mine(factor=factor), ElasticNet(factor=factor)
        np.testing.assert_allclose(mine.gradient(w), known.gradient(w), atol=1e-5)
        np.testing.assert_allclose(mine.distance(w, g, 0.7), known.distance(w, g, 0.7), rtol=2e-3, atol=1e-6)
        assert mine.alpha_max(g) == pytest.approx(known.alpha_max(g), rel=1e-9)
    assert not Mine().has_conjugate
    assert L1().has_conjugate
