"""L1, L2 and the elastic net: closed forms, and the ends of the mixture."""

from __future__ import annotations

import numpy as np
import pytest

from equipoise.errors import InputError
from equipoise.penalties import L1, L2, ElasticNet

W = np.array([0.0, 1.5, -2.0, 0.3])


def test_closed_forms() -> None:
    assert L1().value(W) == pytest.approx(3.8)
    assert L2().value(W) == pytest.approx(0.5 * (2.25 + 4.0 + 0.09))
    assert ElasticNet(l1_ratio=0.25).value(W) == pytest.approx(0.25 * 3.8 + 0.75 * L2().value(W))
    np.testing.assert_allclose(L1().prox(W, 0.5), [0.0, 1.0, -1.5, 0.0], rtol=1e-15)
    np.testing.assert_allclose(L2().prox(W, 0.5), W / 1.5, rtol=1e-15)
    np.testing.assert_allclose(ElasticNet().prox(W, 1.0), [0.0, 1.0 / 1.5, -1.0, 0.0], rtol=1e-15)
    assert L1().alpha_max(np.array([0.5, -3.0])) == 3.0
    assert L1(factor=[1.0, 10.0]).alpha_max(np.array([0.5, -3.0])) == 0.5
    assert ElasticNet(l1_ratio=0.5).alpha_max(np.array([0.5, -3.0])) == 6.0
    assert L2().alpha_max(np.array([0.5])) == np.inf
    assert L2().conjugate(W, 2.0) == pytest.approx(W @ W / 4.0)
    assert L1().conjugate(W, 2.0) == 0.0
    assert L1().conjugate(W, 1.9) == np.inf
    assert L1().shrink(W, 1.0) == 0.5


@pytest.mark.parametrize(
    ("end", "l1_ratio"), [(L1(), 1.0), (L2(), 0.0), (L1(factor=W**2), 1.0), (L2(factor=W**2), 0.0)]
)
def test_the_ends_of_the_elastic_net_are_l1_and_l2(end: L1 | L2, l1_ratio: float) -> None:
    mixture = ElasticNet(factor=end.factor, l1_ratio=l1_ratio)
    g = np.array([0.1, -4.0, 0.2, 5.0])
    assert mixture.value(W) == end.value(W)
    np.testing.assert_array_equal(mixture.prox(W, 0.4), end.prox(W, 0.4))
    np.testing.assert_array_equal(mixture.gradient(W), end.gradient(W))
    np.testing.assert_array_equal(mixture.distance(W, g, 0.4), end.distance(W, g, 0.4))
    assert mixture.alpha_max(g) == end.alpha_max(g)
    assert mixture.kernel() == end.kernel()


@pytest.mark.parametrize("l1_ratio", [-0.1, 1.1, np.nan])
def test_a_bad_l1_ratio_is_refused(l1_ratio: float) -> None:
    with pytest.raises(InputError, match="l1_ratio"):
        ElasticNet(l1_ratio=l1_ratio)


def test_a_different_l1_ratio_is_a_different_penalty() -> None:
    assert ElasticNet(l1_ratio=0.3) != ElasticNet(l1_ratio=0.4)
    assert ElasticNet(l1_ratio=0.3) == ElasticNet(l1_ratio=0.3)


@pytest.mark.parametrize("penalty", [L1, L2, ElasticNet])
def test_shrink_leads_into_the_domain_where_a_feature_has_no_penalty(penalty: type[L1]) -> None:
    free = penalty(factor=[1.0, 0.0])
    for v, alpha in ((np.array([2.0, 1.0]), 0.5), (np.array([2.0, 0.0]), 0.5)):
        c = free.shrink(v, alpha)
        assert np.isfinite(free.conjugate(c * v, alpha))
        assert (c == 0.0) == bool(v[1])
