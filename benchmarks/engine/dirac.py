"""The smallest game: eigenvalues of the training map against their closed form, and where its trajectories end.

Real rows lie at 0, the generator makes rows at theta, the discriminator is ``D(x) = psi x`` (Mescheder, Geiger and
Nowozin, *Which training methods for GANs do actually converge?* (2018), section 2). A step of `Game` with plain
gradient
descent of rate h, discriminator first, is a map (theta, psi) -> (theta', psi'). With s the slope of the payoffs at
0 (1/2
for the logistic ones, 1 for Wasserstein) and c psi the gradient of the weighted penalty, the two moves are linear:

    psi'   = (1 - h c) psi - h s theta          1 0            1 h s
    theta' = theta + h s psi'             A =  -h s  1 - h c    B =  0 1

    B A has trace T = 2 - h^2 s^2 - h c and determinant 1 - h c:   lambda = T/2 +- sqrt(T^2/4 - 1 + h c)

Without a penalty c = 0, and both lie on the unit circle: minimax goes round for ever, the non-saturating payoff
closes in, but slower than any power of a number below 1. R1 has c = alpha, R1 + R2 has
c = 2 alpha, its approximation by noise c = 2 alpha m with m the mean of the squares of 2n normal draws for a batch
of n: standard error 1/sqrt(n), hence of lambda ``h c |1 - lambda| / (2 |sqrt(T^2/4 - 1 + h c)|) / sqrt(n)``.

WGAN-GP's penalty (|psi| - 1)^2 has c = 2 alpha wherever psi is not 0, so that the Jacobian of the map at (0, 1) has the
same form with s = 1. But (0, 1) is no fixed point: there the generator moves by h. Where psi > 0 the map turns about
(2 alpha, 0), where psi < 0 about (-2 alpha, 0), so that for alpha < 1 a trajectory ends, as h goes to 0, in a
cycle that crosses psi = 0 at

    |theta| = 2 alpha (1 + r) / (1 - r),   r = exp(-pi alpha / sqrt(1 - alpha^2))

Run: python benchmarks/engine/dirac.py
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from _common import rows_as_they_are, say

from equipoise.adversarial import OBJECTIVES, PENALTIES, Game, GameSettings
from equipoise.training import Clock, optimizer

# penalty, and its c as a multiple of alpha
FACTORS = {"r1": 1.0, "r2": 1.0, "r1_r2": 2.0, "noise_r1_r2": 2.0, "wgan_gp": 2.0}
DRAWS = 2**22  # rows of the batch where the penalty is noisy


class Point(eqx.Module):
    """All rows at one place."""

    theta: jax.Array

    def __call__(self, key: jax.Array, n: int, context: Any) -> jax.Array:
        return jnp.broadcast_to(self.theta, (n, 1))


class Line(eqx.Module):
    """A linear discriminator."""

    psi: jax.Array

    def __call__(self, rows: jax.Array, context: Any) -> jax.Array:
        return self.psi * rows[:, 0]


def training_map(objective: str, penalty: str, alpha: float, rate: float, rows: int) -> Callable[..., jax.Array]:
    """Return one step of training as a function of (theta, psi) and a key."""
    plain = optimizer("sgd")
    game = Game(
        embed=rows_as_they_are,
        objective=OBJECTIVES[objective],
        penalty=PENALTIES[penalty],
        lazy=1,
        generator_optimizer=plain,
        discriminator_optimizer=plain,
    )
    settings = GameSettings(alpha=(alpha, alpha), rate=(rate, rate))

    def step(place: jax.Array, key: jax.Array) -> jax.Array:
        state = game.init(Point(place[0]), Line(place[1]))
        state, _ = game(state, jnp.zeros((rows, 1)), key, Clock(0.0), (settings, None))
        return jnp.stack([state.generator.theta, state.discriminator.psi])

    return step


def closed_form(slope: float, c: float, rate: float) -> np.ndarray:
    """Return both eigenvalues."""
    half = 1.0 - (rate * slope) ** 2 / 2 - rate * c / 2
    root = np.sqrt(complex(half**2 - 1.0 + rate * c))
    return np.array([half + root, half - root])


def measured(objective: str, penalty: str, alpha: float, rate: float) -> np.ndarray:
    """Return the eigenvalues of the Jacobian of the step, at (0, 0) or for WGAN-GP at (0, 1)."""
    rows = DRAWS if penalty == "noise_r1_r2" else 4
    place = jnp.array([0.0, 1.0 if penalty == "wgan_gp" else 0.0])
    jacobian = jax.jit(jax.jacfwd(training_map(objective, penalty, alpha, rate, rows)))(place, jax.random.key(0))
    return np.linalg.eigvals(np.asarray(jacobian))


def apart(a: np.ndarray, b: np.ndarray) -> float:
    """Return the largest difference of two pairs of eigenvalues, in the better of their two orders."""
    return float(min(np.abs(a - b).max(), np.abs(a - b[::-1]).max()))


def sampling_error(alpha: float, rate: float) -> float:
    """Return the standard error of the eigenvalues under the noisy penalty."""
    c = 2.0 * alpha
    values = closed_form(0.5, c, rate)
    return float(np.abs(rate * c * (1.0 - values) / (values[0] - values[1])).max() / np.sqrt(DRAWS))


def trajectory(objective: str, penalty: str, alpha: float, rate: float, steps: int) -> np.ndarray:
    """Return (theta, psi) after each step from (1, 1), shape (steps, 2)."""
    step = training_map(objective, penalty, alpha, rate, rows=4)

    def move(place: jax.Array, number: jax.Array) -> tuple[jax.Array, jax.Array]:
        place = step(place, jax.random.fold_in(jax.random.key(1), number))
        return place, place

    return np.asarray(jax.jit(lambda p: jax.lax.scan(move, p, jnp.arange(steps))[1])(jnp.ones(2)))


def eigenvalues() -> float:
    """Print measured and derived eigenvalues; return the largest difference."""
    say("| payoff | penalty | alpha | rate | measured | closed form | difference | standard error of the noise |")
    say("|---|---|---|---|---|---|---|---|")
    worst = 0.0
    cases = [(o, "r1", 0.0) for o in ("minimax", "non_saturating", "relativistic_pairing")]
    cases += [("non_saturating", p, a) for p in ("r1", "r2", "r1_r2", "noise_r1_r2") for a in (0.1, 1.0)]
    cases += [("wasserstein", "wgan_gp", a) for a in (0.1, 0.5)]
    for objective, penalty, alpha in cases:
        for rate in (0.01, 0.1, 0.5):
            slope = 1.0 if objective == "wasserstein" else 0.5
            found = measured(objective, penalty, alpha, rate)
            derived = closed_form(slope, FACTORS[penalty] * alpha, rate)
            off = apart(found, derived)
            worst = max(worst, off)
            error = f"{sampling_error(alpha, rate):.1e}" if penalty == "noise_r1_r2" else "exact"
            name = penalty if alpha else "none"
            shown = " | ".join(", ".join(f"{v.real:.5f}{v.imag:+.5f}i" for v in pair) for pair in (found, derived))
            say(f"| {objective} | {name} | {alpha:g} | {rate:g} | {shown} | {off:.1e} | {error} |")
    return worst


def trajectories() -> None:
    """Print how far from (0, 0) each game is after a while, and the cycle of WGAN-GP."""
    stops = (1, 100, 1000, 10_000)
    heads = " | ".join(f"after {stop:,}" for stop in stops)
    say(f"\n| payoff | penalty | rate | {heads} |\n|" + "---|" * (3 + len(stops)))
    for objective, penalty, alpha in (
        ("minimax", "r1", 0.0),
        ("non_saturating", "r1", 0.0),
        ("minimax", "r1", 0.5),
        ("non_saturating", "r1", 0.5),
        ("non_saturating", "noise_r1_r2", 0.5),
        ("wasserstein", "wgan_gp", 0.5),
        ("wasserstein", "r1", 0.5),
    ):
        path = np.linalg.norm(trajectory(objective, penalty, alpha, 0.1, stops[-1]), axis=1)
        name = f"{penalty}, alpha {alpha:g}" if alpha else "none"
        say(f"| {objective} | {name} | 0.1 | " + " | ".join(f"{path[stop - 1]:.3g}" for stop in stops) + " |")
    say("\n| WGAN-GP, alpha | rate | widest theta of the last fifth | of the cycle in the limit of small rates |")
    say("|---|---|---|---|")
    for alpha in (0.1, 0.5):
        r = np.exp(-np.pi * alpha / np.sqrt(1.0 - alpha**2))
        for rate in (0.1, 0.01, 0.001):
            steps = int(500 / rate)
            widest = np.abs(trajectory("wasserstein", "wgan_gp", alpha, rate, steps)[-steps // 5 :, 0]).max()
            say(f"| {alpha:g} | {rate:g} | {widest:.4f} | {2 * alpha * (1 + r) / (1 - r):.4f} |")


def main() -> None:
    """Print the tables."""
    with jax.enable_x64(True):
        worst = eigenvalues()
        trajectories()
    say(f"\nlargest difference of an eigenvalue: {worst:.1e}")


if __name__ == "__main__":
    main()
