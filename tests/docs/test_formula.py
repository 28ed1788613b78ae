"""The code by hand of the page "From the formula to the library" gives the numbers of the library."""

from __future__ import annotations

import ast
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import scale

import equipoise as eq

ALPHA, RATE, STEPS = 0.1, 0.3, 2000


@pytest.fixture(scope="module")
def cancer():
    X, y = load_breast_cancer(return_X_y=True)
    X = scale(X)
    return X, np.column_stack([X, np.ones(len(X))]), y.astype(float)


@pytest.fixture(scope="module")
def objective(cancer):
    _, X1, y = cancer
    penalty = eq.penalties.L2(factor=np.append(np.ones(30), 0.0))
    return eq.Objective(eq.losses.Logistic(), penalty, ALPHA, X1, y)


@pytest.fixture(scope="module")
def players(formula):
    """Both networks with weights, rows and noise, all random."""
    import jax
    import two_players

    random = np.random.default_rng(0)

    def draw(*shape):
        return random.normal(size=shape).astype(np.float32)

    g = {"V": draw(3, 8), "a": draw(8), "W": draw(8, 2), "b": draw(2)}
    d = {"V": draw(2, 8), "a": draw(8), "w": draw(8)}
    return SimpleNamespace(by_hand=two_players, g=g, d=d, x=draw(64, 2), z=draw(64, 3), jax=jax)


def _statements(path) -> int:
    """Lines of code, without blank ones, comments and docstrings."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef)) and ast.get_docstring(node):
            node.body = node.body[1:]
    return len(ast.unparse(tree).replace("\n\n", "\n").splitlines())


def test_the_code_by_hand_is_about_forty_lines(formula):
    assert _statements(formula / "one_player.py") + _statements(formula / "two_players.py") <= 45


def test_one_player_has_the_librarys_objective(formula, cancer, objective):
    import one_player

    _, X1, y = cancer
    for seed in range(3):
        w = np.random.default_rng(seed).normal(size=31)
        assert one_player.total_loss(w, X1, y, ALPHA) == pytest.approx(objective.value(w), rel=1e-13)


def test_one_player_walks_the_librarys_way(formula, cancer, objective):
    import one_player

    _, X1, y = cancer
    for steps in (1, 5, 50):
        ours = one_player.gradient_descent(np.zeros(31), X1, y, ALPHA, RATE, steps)
        w, values = eq.solvers.gradient_descent(objective, np.zeros(31), RATE, steps)
        np.testing.assert_allclose(ours, w, atol=1e-13)
        assert one_player.total_loss(ours, X1, y, ALPHA) == pytest.approx(values[-1], rel=1e-13)


def test_one_player_arrives_where_the_estimator_is(formula, cancer):
    import one_player

    X, X1, y = cancer
    w = one_player.gradient_descent(np.zeros(31), X1, y, ALPHA, RATE, STEPS)
    model = eq.LogisticRegression(alpha=ALPHA).fit(X, y)
    np.testing.assert_allclose(w, np.append(model.coef_, model.intercept_), atol=1e-10)


def test_the_loss_by_hand_survives_extreme_logits(formula):
    import one_player

    X, y = np.array([[1.0], [1.0]]), np.array([0.0, 1.0])
    assert one_player.data_loss(np.array([1e4]), X, y) == pytest.approx(5e3)


def test_cross_entropy_by_hand_is_the_librarys_logistic_loss(players):
    logit = np.linspace(-30.0, 30.0, 61)
    for label in (0.0, 1.0):
        library = eq.losses.Logistic().value(np.full_like(logit, label), logit).mean()
        assert float(players.by_hand.cross_entropy(logit, label)) == pytest.approx(library, rel=1e-6)


def test_the_discriminator_is_a_logistic_regression_of_real_against_fake(players):
    hand, g, d, x, z = players.by_hand, players.g, players.d, players.x, players.z
    real, fake = (np.float64(hand.discriminator(d, rows)) for rows in (x, hand.generator(g, z)))
    labels = np.repeat([1.0, 0.0], len(x))
    library = eq.losses.Logistic().value(labels, np.concatenate([real, fake])).mean()
    # two means of n terms against one of 2 n
    assert float(hand.discriminator_loss(d, g, x, z)) == pytest.approx(2.0 * library, rel=1e-5)


def test_the_generators_loss_is_minus_log_sigmoid(players):
    hand, g, d, z = players.by_hand, players.g, players.d, players.z
    fake = np.float64(hand.discriminator(d, hand.generator(g, z)))
    by_probability = -np.mean(np.log(1.0 / (1.0 + np.exp(-fake))))
    library = eq.losses.Logistic().value(np.ones_like(fake), fake).mean()
    assert float(hand.generator_loss(g, d, z)) == pytest.approx(by_probability, rel=1e-5)
    assert by_probability == pytest.approx(library, rel=1e-12)


def test_the_minimax_slope_vanishes_where_the_fakes_are_bad_and_ours_does_not():
    bad = np.array([-20.0])
    minimax = -eq.losses.Logistic().gradient(np.zeros(1), bad)  # of log(1 - D)
    ours = eq.losses.Logistic().gradient(np.ones(1), bad)  # of -log D
    assert abs(minimax[0]) < 1e-8
    assert ours[0] == pytest.approx(-1.0, abs=1e-8)


def test_relativistic_pairing_is_the_logistic_loss_of_a_difference(players):
    from equipoise.adversarial import RelativisticPairing

    hand, g, d, x, z = players.by_hand, players.g, players.d, players.x, players.z
    real, fake = hand.discriminator(d, x), hand.discriminator(d, hand.generator(g, z))
    library = eq.losses.Logistic().value(np.ones(len(x)), np.float64(real) - np.float64(fake)).mean()
    assert float(RelativisticPairing().discriminator(real, fake)) == pytest.approx(library, rel=1e-5)


def test_r1_of_a_linear_discriminator_is_the_l2_penalty(players):
    from equipoise.adversarial import Scene, r1

    w = np.array([0.5, -2.0], dtype=np.float32)
    scene = Scene(players.x, players.x, players.jax.random.key(0), np.zeros(2))
    value = r1(lambda rows: rows @ w, scene)
    assert float(value) == pytest.approx(eq.penalties.L2().value(np.float64(w)), rel=1e-6)


def test_each_player_goes_down_its_own_loss(players):
    hand, g, d, x, z = players.by_hand, players.g, players.d, players.x, players.z
    g_after, d_after = players.jax.jit(hand.step)(g, d, x, z, 0.01)
    assert hand.discriminator_loss(d_after, g, x, z) < hand.discriminator_loss(d, g, x, z)
    assert hand.generator_loss(g_after, d_after, z) < hand.generator_loss(g, d_after, z)


def test_the_librarys_game_makes_the_moves_by_hand(players):
    """Without a penalty and with plain descent, both players end alike."""
    import gan_and_vae

    from equipoise.adversarial import Game, GameSettings
    from equipoise.training import Clock, optimizer

    jax, hand, x = players.jax, players.by_hand, players.x
    descent = optimizer("sgd")
    game = Game(
        embed=gan_and_vae.embed,
        objective=gan_and_vae.CrossEntropy(),
        generator_optimizer=descent,
        discriminator_optimizer=descent,
    )
    arguments = (GameSettings(alpha=(0.0, 0.0), rate=(0.01, 0.01), beta2=(0.9, 0.9)), None)
    state = game.init(gan_and_vae.Generator(jax.random.key(0)), gan_and_vae.Discriminator(jax.random.key(1)))
    g, d = state.generator.weights, state.discriminator.weights

    @jax.jit
    def move(g, d, key):
        z_d, z_g = (jax.random.normal(k, (len(x), 2)) for k in jax.random.split(key, 3)[:2])
        descend = partial(jax.tree.map, lambda w, slope: w - 0.01 * slope)
        d = descend(d, jax.grad(hand.discriminator_loss)(d, g, x, z_d))
        return descend(g, jax.grad(hand.generator_loss)(g, d, z_g)), d

    play = jax.jit(game)
    for number in range(3):
        key = jax.random.key(number)
        state, _ = play(state, x, key, Clock(0.0), arguments)
        g, d = move(g, d, key)
    close = {"atol": 1e-6}
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, **close), state.generator.weights, g)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, **close), state.discriminator.weights, d)
