"""Sequences of tokens by hard Gumbel outputs: every a is followed by a b.

Run: python examples/engine/tokens.py
"""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from players import Discriminator, Generator

from equipoise.adversarial import Balance, Game, GameSettings
from equipoise.training import run, start

WORDS, LENGTH = "abcd", 8


class TokenGenerator(eqx.Module):
    """One-hot tokens: a draw on the way forth, a softmax on the way back."""

    inner: Generator

    def __call__(self, key, n, context):
        key, noise = jax.random.split(key)
        logits = self.inner(key, n, context)
        soft = jax.nn.softmax(logits + jax.random.gumbel(noise, logits.shape))
        hard = jax.nn.one_hot(soft.argmax(-1), len(WORDS))
        return hard + soft - jax.lax.stop_gradient(soft)


def embed(batch, context):
    return jax.nn.one_hot(batch, len(WORDS))


def sentences(n, seed):
    random = np.random.default_rng(seed)
    tokens = random.integers(len(WORDS), size=(n, LENGTH))
    for place in range(1, LENGTH):
        tokens[tokens[:, place - 1] == 0, place] = 1
    return tokens.astype(np.int32)


def kept(tokens):
    """Share of the a's before the last place that a b follows."""
    return float((tokens[:, 1:] == 1)[tokens[:, :-1] == 0].mean())


def main(steps=3000):
    key_g, key_d = jax.random.split(jax.random.key(0))
    shape = (LENGTH, len(WORDS))
    game = Game(embed=embed, balance=Balance())
    state = start(game, TokenGenerator(Generator(key_g, shape)), Discriminator(key_d, shape))
    arguments = (GameSettings(rate=(3e-3, 3e-5)), None)
    state = run(game, state, sentences(4000, seed=0), steps=steps, batch=64, seed=0, arguments=arguments)
    tokens = np.asarray(jnp.argmax(state.average(jax.random.key(1), 1000, None), axis=-1))
    return kept(tokens), tokens


if __name__ == "__main__":
    share, tokens = main()
    print(f"{share:.0%} of the a's are followed by a b:", *("".join(WORDS[t] for t in line) for line in tokens[:5]))
