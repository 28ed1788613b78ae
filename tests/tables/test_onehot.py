"""One-hot rows held as slots against the dense arrays that they stand for."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from equipoise.tables.layout import Group, Layout
from equipoise.tables.onehot import Rows, codes_of, draw, log_likelihood, rows_of, times, variety

LAYOUT = Layout((Group(2, 4, False), Group(1, 8, True)))
CODES = np.random.default_rng(0).integers(0, [4, 4, 8], (6, 3)).astype(np.int32)
TABLE = jnp.asarray(np.random.default_rng(1).normal(size=(16, 5)))


def dense(rows: Rows) -> jax.Array:
    return jax.nn.one_hot(rows.slots, LAYOUT.size).sum(axis=1)


def test_codes_come_back():
    np.testing.assert_array_equal(codes_of(LAYOUT, rows_of(LAYOUT, jnp.asarray(CODES))), CODES)


def test_product_and_its_derivatives_are_those_of_dense_rows():
    rows = rows_of(LAYOUT, jnp.asarray(CODES))

    def of_rows(weights, table):
        return jnp.sum(jnp.tanh(times(Rows(rows.slots, weights), table)) ** 2)

    def of_dense(x, table):
        return jnp.sum(jnp.tanh(x @ table) ** 2)

    def slope(of):
        return lambda x, table: jnp.sum(jax.grad(of)(x, table) ** 2)

    for ours, plain in ((of_rows, of_dense), (slope(of_rows), slope(of_dense))):
        np.testing.assert_allclose(ours(rows.weights, TABLE), plain(dense(rows), TABLE), rtol=1e-5)
        found, expected = (jax.grad(f, argnums=1)(x, TABLE) for f, x in ((ours, rows.weights), (plain, dense(rows))))
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        jax.grad(of_rows)(rows.weights, TABLE), jax.grad(of_dense)(dense(rows), TABLE), rtol=1e-5, atol=1e-6
    )


def test_a_draw_takes_the_largest_and_passes_slopes_to_the_softmax():
    logits = jnp.asarray(np.random.default_rng(2).normal(size=(6, 16)))
    drawn = draw(LAYOUT, logits)
    blocks = np.split(np.asarray(logits), [4, 8], axis=1)
    np.testing.assert_array_equal(codes_of(LAYOUT, drawn), np.stack([b.argmax(axis=1) for b in blocks], axis=1))

    def soft(logits):
        return jnp.concatenate([jax.nn.softmax(block) for block in jnp.split(logits, [4, 8], axis=1)], axis=1)

    found = eqx.filter_grad(lambda x: jnp.sum(times(draw(LAYOUT, x), TABLE)))(logits)
    np.testing.assert_allclose(found, jax.grad(lambda x: jnp.sum(soft(x) @ TABLE))(logits), rtol=1e-4, atol=1e-6)


def test_likelihood_and_variety_of_dense_rows():
    rows, logits = rows_of(LAYOUT, jnp.asarray(CODES)), jnp.asarray(np.random.default_rng(3).normal(size=(6, 16)))
    logs = jnp.concatenate([jax.nn.log_softmax(block) for block in jnp.split(logits, [4, 8], axis=1)], axis=1)
    np.testing.assert_allclose(log_likelihood(LAYOUT, logits, rows), jnp.sum(dense(rows) * logs, axis=1), rtol=1e-5)
    assert float(variety(rows)) == pytest.approx(float(jnp.var(dense(rows), axis=0).sum()), rel=1e-5)
