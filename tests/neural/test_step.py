"""What a step may add: decay, Jacobian, dropout, mixup, smoothing, noise, sharpness; each against a formula."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from tests.neural.data_for_tests import problem

import equipoise as eq
from equipoise.neural import MLPClassifier, MLPRegressor
from equipoise.neural import step as steps
from equipoise.neural.recipe import Lanes, Recipe, Table
from equipoise.neural.solvers import ScheduleFree, shown, solver

CONVEX = {"hidden_layer_sizes": (), "batch_size": 256, "max_iter": 600, "learning_rate_init": 0.1, "n_jobs": 1}
SMALL = {"hidden_layer_sizes": (8,), "batch_size": 64, "max_iter": 20, "learning_rate_init": 0.01, "n_jobs": 1}


def lane(**changed):
    numbers = dict.fromkeys(("alpha", "dropout", "noise", "mixup", "smoothing", "sharpness"), 0.0)
    numbers |= {"rate": 0.1, "seed": np.uint32(3), "deck": 0, "steps": 4, "share": 1.0}
    vectors = {"mean": np.zeros(2), "inverse": np.ones(2), "shift": np.zeros(1), "spread": np.ones(1)}
    return Lanes(**{name: jnp.asarray(value) for name, value in (numbers | vectors | changed).items()})


TABLE = Table(
    jnp.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0], [9.0, 9.0]]),
    jnp.array([[1.0], [0.0], [1.0], [0.0]]),
    jnp.array([1.0, 1.0, 2.0, 0.0]),
)
LAYERS = ((jnp.array([[0.5], [-1.0]]), jnp.array([0.2])),)
ROWS = jnp.array([0, 1, 2, 4])  # the last one fills up


def moved(penalty="l2", name="sgd", layers=LAYERS, done=0.0, **settings):
    flags = {key: True for key in ("noise", "mixup", "smoothing", "sharpness", "dropout") if key in settings}
    flags |= {key: settings.pop(key) for key in ("cautious", "biases", "cosine") if key in settings}
    recipe = Recipe((2, 1), "relu", "binary", 4, solver(name), penalty, **flags)
    return steps.one_step(recipe, TABLE, lane(**settings), layers, recipe.solver.init(layers), ROWS, jnp.array(5), done)


def gradient(layers=LAYERS, target=TABLE.target):
    def loss(layers):
        z = (TABLE.X[:3] @ layers[0][0] + layers[0][1])[:, 0]
        t = target[:3, 0]
        return jnp.sum(TABLE.weight[:3] * (jax.nn.softplus(z) - t * z)) / 3.0

    return jax.grad(loss)(layers)


def weight_step(result):
    return np.asarray(result[0][0][0] - LAYERS[0][0]).ravel()


FIRST = 0.1 * 1.9  # Nesterov's momentum makes the first step 1.9 times as long


def test_a_step_follows_the_weighted_gradient_of_the_rows_that_count():
    np.testing.assert_allclose(weight_step(moved()), -FIRST * np.asarray(gradient()[0][0]).ravel(), rtol=1e-5)


def test_coupled_decay_enters_the_gradient_and_spares_biases():
    expected = -FIRST * (gradient()[0][0] + 0.3 * LAYERS[0][0]).ravel()
    np.testing.assert_allclose(weight_step(moved(alpha=0.3)), expected, rtol=1e-5)
    assert moved(alpha=0.3)[0][0][1] == moved()[0][0][1]
    assert moved(alpha=0.3, biases=True)[0][0][1] != moved()[0][0][1]


def test_decoupled_decay_takes_its_share_an_epoch():
    plain = weight_step(moved())
    lost = weight_step(moved("decoupled", alpha=0.2)) - plain
    np.testing.assert_allclose(lost, -0.2 / 4 * np.asarray(LAYERS[0][0]).ravel(), rtol=1e-4)
    half = weight_step(moved("decoupled", alpha=0.2, cosine=True, done=0.5)) - 0.5 * plain
    np.testing.assert_allclose(half, 0.5 * lost, rtol=1e-4)


def test_cautious_decay_spares_weights_that_grow():
    plain, old = weight_step(moved()), np.asarray(LAYERS[0][0]).ravel()
    grows = plain * old > 0
    assert grows.any()
    lost = weight_step(moved("decoupled", alpha=0.2, cautious=True)) - plain
    np.testing.assert_allclose(lost, np.where(grows, 0.0, -0.2 / 4 * old), atol=1e-6)


def test_the_spectral_penalty_pulls_along_the_largest_singular_value():
    random = np.random.default_rng(0)
    layers = tuple(
        (jnp.asarray(random.normal(size=shape), jnp.float32), jnp.zeros(shape[1])) for shape in ((2, 5), (5, 1))
    )
    recipe = Recipe((2, 5, 1), "relu", "binary", 4, solver("sgd"), "spectral")

    def after(alpha, biases=False):
        one = replace(recipe, biases=biases)
        return steps.one_step(one, TABLE, lane(alpha=alpha), layers, one.solver.init(layers), ROWS, jnp.array(5), 0.0)[
            0
        ]

    free, held = after(0.0), after(0.3)
    for (w, _), (a, bias_a), (b, bias_b) in zip(layers, free, held, strict=True):
        u, s, v = np.linalg.svd(np.asarray(w, np.float64))
        np.testing.assert_allclose(np.asarray(a - b), FIRST * 0.3 * s[0] * np.outer(u[:, 0], v[0]), atol=1e-5)
        np.testing.assert_array_equal(bias_a, bias_b)


def test_the_spectral_penalty_of_one_output_is_ridge():
    X, y = problem("regression")
    options = {**CONVEX, "standardize": False}
    spectral, ridge = (MLPRegressor(0.2, penalty=name, **options).fit(X, y) for name in ("spectral", "l2"))
    np.testing.assert_allclose(spectral.coefs_[0], ridge.coefs_[0], atol=1e-3)


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_without_hidden_layers_the_jacobian_is_ridge(task):
    X, y = problem(task)
    net = MLPClassifier(0.05, penalty="jacobian", **CONVEX).fit(X, y)
    exact = eq.LogisticRegression(0.05, standardize=True).fit(X, y)
    np.testing.assert_allclose(net.predict_proba(X), exact.predict_proba(X), atol=2e-4)


def test_noise_is_in_units_of_each_column():
    plain = weight_step(moved())
    np.testing.assert_array_equal(weight_step(moved(noise=2.0, unit=np.zeros(2))), plain)
    once, twice = (weight_step(moved(noise=1.0, unit=np.array([unit, 0.0]))) for unit in (1e-3, 2e-3))
    np.testing.assert_allclose(twice - plain, 2.0 * (once - plain), rtol=0.05, atol=1e-7)
    assert np.abs(once - plain)[0] > 1e-5


def test_label_smoothing_mixes_labels_with_a_coin():
    expected = -FIRST * gradient(target=0.8 * TABLE.target + 0.1)[0][0].ravel()
    np.testing.assert_allclose(weight_step(moved(smoothing=0.2)), expected, rtol=1e-5)


def test_sharpness_takes_the_gradient_uphill():
    g = gradient()
    length = np.sqrt(sum(float(jnp.sum(part**2)) for part in jax.tree.leaves(g)))
    uphill = jax.tree.map(lambda w, part: w + 0.5 * part / length, LAYERS, g)
    expected = -FIRST * gradient(uphill)[0][0].ravel()
    np.testing.assert_allclose(weight_step(moved(sharpness=0.5)), expected, rtol=1e-5)


def test_mixup_keeps_the_loss_linear_in_weights():
    key, share = jax.random.key(0), None
    x, target, weight = TABLE.X, TABLE.target, TABLE.weight
    share = jax.random.beta(key, 0.4, 0.4)
    mixed, label, both = steps._mix(key, lane(mixup=0.4), x, target, weight, jnp.array(3))
    after = jnp.array([1, 2, 0])
    np.testing.assert_allclose(mixed[:3], share * x[:3] + (1 - share) * x[after], rtol=1e-5)
    np.testing.assert_allclose(
        both[:3, None] * label[:3],
        share * weight[:3, None] * target[:3] + (1 - share) * (weight[:, None] * target)[after],
        rtol=1e-5, atol=1e-7,
    )  # fmt: skip
    assert both[3] == 0.0


def test_dropout_keeps_the_mean_and_leaves_out_its_share():
    drop = steps._dropout(jax.random.key(0), lane(dropout=0.3))
    h = np.asarray(drop(0, jnp.ones((200, 50))))
    np.testing.assert_allclose(np.unique(h), [0.0, 1 / 0.7], rtol=1e-5)
    assert abs((h == 0).mean() - 0.3) < 0.02
    assert not np.array_equal(h, np.asarray(drop(1, jnp.ones((200, 50)))))


def test_schedule_free_shows_the_average():
    method = ScheduleFree()
    point = (jnp.array([4.0]),)
    moments, path = method.init(point), []
    for _ in range(200):
        point, moments = method.update(point, (point[0] + jnp.array([1.0]) * (-1) ** len(path),), moments, 0.3)
        path.append(float(shown(method, point, moments)[0][0]))
    assert abs(path[-1]) < 0.15 < 4.0
    assert np.ptp(path[-10:]) < 0.05


@pytest.mark.parametrize("cautious", [False, True])
def test_schedule_free_decays_its_iterate_by_the_weights_of_the_gradient(cautious):
    recipe = Recipe((2, 1), "relu", "binary", 4, solver("schedule_free"), "decoupled", cautious=cautious)
    own, layers, moments = lane(alpha=0.4), LAYERS, recipe.solver.init(LAYERS)
    y = x = z = np.asarray(LAYERS[0][0], np.float64).ravel()
    square, met = np.zeros(2), []
    for step in range(1, 13):  # Defazio et al. 2024, equations 2 to 4 and algorithm 1, with weights of equal rates
        g = np.asarray(gradient(layers)[0][0], np.float64).ravel()
        layers, moments, _ = steps.one_step(recipe, TABLE, own, layers, moments, ROWS, jnp.array(step), 0.0)
        square = 0.999 * square + 0.001 * g * g
        by = -0.1 * g / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        grows = by * y > 0
        z = z + by - 0.4 / 4 * np.where(grows & cautious, 0.0, y)
        x = x + (z - x) / step
        y = 0.9 * x + 0.1 * z
        met.append(grows.any())
        np.testing.assert_allclose(np.asarray(layers[0][0]).ravel(), y, rtol=2e-4)
    assert any(met)
    np.testing.assert_allclose(np.asarray(shown(recipe.solver, layers, moments)[0][0]).ravel(), x, rtol=1e-3)


@pytest.mark.parametrize(
    "setting",
    [
        {"input_noise": 1.0}, {"mixup": 1.0}, {"label_smoothing": 0.2}, {"sharpness": 0.5}, {"dropout": 0.5},
        {"solver": "schedule_free"}, {"penalty": "decoupled"}, {"solver": "rmsprop"}, {"activation": "tanh"},
    ],
    ids=lambda setting: next(iter(setting.items()))[0] + "-" + str(next(iter(setting.values()))),
)  # fmt: skip
def test_every_setting_changes_the_net_and_it_still_learns(setting):
    X, y = problem("binary")
    plain = MLPClassifier(0.01, **SMALL).fit(X, y).predict_proba(X)
    changed = MLPClassifier(0.01, **SMALL | {"max_iter": 40} | setting).fit(X, y)
    assert np.abs(changed.predict_proba(X) - plain).max() > 1e-3
    assert changed.score(X, y) > 0.7


def test_noise_on_inputs_is_ridge_on_average():
    X, y = problem("regression")  # E |y - w'(x + s e)|^2 = |y - w'x|^2 + s^2 |w|^2
    noisy = MLPRegressor(0.0, input_noise=1.0, **CONVEX | {"max_iter": 1500}).fit(X, y)
    exact = eq.Ridge(1.0, standardize=True).fit(X, y)
    np.testing.assert_allclose(noisy.coefs_[0][:, 0] * X.std(axis=0), exact.coef_ * X.std(axis=0), atol=0.25)
