"""A step of CTGAN's networks: this engine, CTGAN 0.12.1 itself, and the same step in eager PyTorch.

The first 10,000 rows of Adult, coded by CTGAN's own transformer; batch 500, packs of 10, generator with two residual
batch-normalised layers of 256, discriminator with two layers of 256 and dropout of a half, WGAN-GP with alpha 10, Adam
(0.5, 0.9) of rate 2e-4 with L2 of 1e-6. Every contestant does in a step all of this:

    draw conditions by log frequency, real rows that match them, noise; Gumbel softmax of temperature 0.2
    discriminator: real and fake packs, gradient penalty on packs in between, Adam
    generator: new conditions and noise, payoff and cross-entropy of the condition, Adam

This engine draws the conditions of real and fake rows apart, where CTGAN permutes one draw; it takes one share of
mixing a pack, as CTGAN does; its L2 leaves biases alone. On top it keeps a moving average of the generator and watches
the spread of the fakes. The eager step differs from CTGAN's own in the sampler: vectorised draws instead of a loop
over rows.

Each contestant is a process of its own; they take turns, and the median over rounds counts. One thread means: bound to
one processor. The time to compile is that of the first 32 steps in a new process, without and with the folder of
compiled programs, less that of 32 later steps.

Run (with torch and ctgan==0.12.1 installed beside this package): python benchmarks/engine/ctgan_step.py [--rounds 7]
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

DATA = Path(os.environ.get("EQUIPOISE_DATA", "data")) / "tables" / "adult.train.csv"
NUMBERS, ROWS, BATCH, PACK, LATENT, WIDTH, STEPS = (0, 2, 4, 10, 11, 12), 10_000, 500, 10, 128, 256, 64
RATE, DECAY, ALPHA, TEMPERATURE = 2e-4, 1e-6, 10.0, 0.2

TABLES = ("rows", "members", "counts", "first", "cumulated", "starts", "places", "mask")

Round = Callable[[], tuple[int, float]]


# -- CTGAN itself --------------------------------------------------------------------------------------------------


def ctgan(folder: Path) -> Iterator[tuple[int, float]]:
    """Fit CTGAN; give steps and seconds of each epoch. What its transformer and sampler know is kept for the others."""
    import ctgan.synthesizers.ctgan as module
    import pandas as pd

    table = pd.read_csv(DATA, header=None, skipinitialspace=True, nrows=ROWS)
    table.columns = [f"c{j}" for j in range(table.shape[1])]
    model = module.CTGAN(epochs=10**6, enable_gpu=False)
    laps: list[float] = []

    class Stop(Exception):
        pass

    def epochs(numbers: Any, **_: Any) -> Any:
        keep(model, table, folder)
        for number in numbers:
            answer("ready" if number == 0 else json.dumps([ROWS // BATCH, time.perf_counter() - laps[-1]]))
            if not sys.stdin.readline():
                raise Stop
            laps.append(time.perf_counter())
            yield number

    module.tqdm = epochs
    try:
        model.fit(table, [f"c{j}" for j in range(table.shape[1]) if j not in NUMBERS])
    except Stop:
        return
    yield from ()


def keep(model: Any, table: Any, folder: Path) -> None:
    """Write rows as CTGAN codes them, the spans of its outputs, and its lists of rows by category."""
    sampler = model._data_sampler
    lists = [rows for column in sampler._rid_by_cat_cols for rows in column]
    spans = [
        [span.dim, span.activation_fn == "softmax", len(column) == 1 and span.activation_fn == "softmax"]
        for column in model._transformer.output_info_list
        for span in column
    ]
    np.savez(
        folder / "table.npz",
        rows=model._transformer.transform(table).astype(np.float32),
        spans=np.array(spans, int),
        members=np.concatenate(lists).astype(np.int32),
        counts=np.array([len(rows) for rows in lists], np.int32),
        first=sampler._discrete_column_cond_st.astype(np.int32),
        shares=sampler._discrete_column_category_prob.astype(np.float32),
    )


class Coded:
    """The coded table, columns sorted so that spans of one size are neighbours, and the tables of the sampler."""

    def __init__(self, folder: Path) -> None:
        with np.load(folder / "table.npz") as file:
            rows, spans, self.members, self.counts = (file[k] for k in ("rows", "spans", "members", "counts"))
            self.first, self.cumulated = file["first"], file["shares"].cumsum(1)
        self.starts = np.concatenate([[0], self.counts.cumsum()[:-1]]).astype(np.int32)
        starts = spans[:, 0].cumsum() - spans[:, 0]
        order = np.lexsort((spans[:, 0], spans[:, 1]))
        sorted_spans = zip(starts[order], spans[order, 0], strict=True)
        self.rows = np.ascontiguousarray(rows[:, np.concatenate([np.arange(s, s + n) for s, n in sorted_spans])])
        self.width, self.categories = rows.shape[1], len(self.counts)
        # (softmax or not, number of spans, size of each)
        kinds = sorted({(bool(soft), int(size)) for size, soft, _ in spans})
        self.groups = tuple(
            (soft, int(np.sum((spans[:, 0] == size) & (spans[:, 1] == soft))), size) for soft, size in kinds
        )
        # where the outputs of each conditioned column lie now
        moved = np.empty(len(spans), int)
        moved[order] = spans[order, 0].cumsum() - spans[order, 0]
        whole = np.flatnonzero(spans[:, 2])
        self.places = moved[whole].astype(np.int32)
        self.mask = np.zeros((len(whole), self.width), bool)
        for number, span in enumerate(whole):
            self.mask[number, moved[span] : moved[span] + spans[span, 0]] = True


# -- the same in eager PyTorch -------------------------------------------------------------------------------------


def eager(folder: Path) -> Round:
    """Return a function that makes so many steps."""
    import torch
    from ctgan.synthesizers.ctgan import Discriminator, Generator
    from torch.nn import functional

    coded = Coded(folder)
    rows, members, counts, first, cumulated, starts, places, mask = (
        torch.from_numpy(getattr(coded, name)) for name in TABLES
    )
    columns, sizes = len(first), [count * size for _, count, size in coded.groups]
    generator = Generator(LATENT + coded.categories, (WIDTH, WIDTH), coded.width)
    discriminator = Discriminator(coded.width + coded.categories, (WIDTH, WIDTH), pac=PACK)
    options = {"lr": RATE, "betas": (0.5, 0.9), "weight_decay": DECAY}
    adam_g = torch.optim.Adam(generator.parameters(), **options)
    adam_d = torch.optim.Adam(discriminator.parameters(), **options)

    def conditions() -> Any:
        column = torch.randint(columns, (BATCH,))
        within = (cumulated[column] > torch.rand(BATCH, 1)).int().argmax(1)
        category = first[column] + within
        return column, within, category, functional.one_hot(category.long(), coded.categories).float()

    def fakes(condition: Any) -> Any:
        logits = generator(torch.cat([torch.randn(BATCH, LATENT), condition], 1))
        noisy = (logits - torch.empty_like(logits).exponential_().log()) / TEMPERATURE
        parts = zip(coded.groups, logits.split(sizes, 1), noisy.split(sizes, 1), strict=True)
        made = [
            noise.view(BATCH, count, size).softmax(2).view(BATCH, -1) if soft else plain.tanh()
            for (soft, count, size), plain, noise in parts
        ]
        return logits, torch.cat([*made, condition], 1)

    def step() -> None:
        _, _, category, condition = conditions()
        order = torch.randperm(BATCH)
        chosen = starts[category] + (torch.rand(BATCH) * counts[category]).int()
        real = torch.cat([rows[members[chosen]], condition], 1)[order]
        with torch.no_grad():
            fake = fakes(condition)[1]
        payoff = discriminator(fake).mean() - discriminator(real).mean()
        penalty = discriminator.calc_gradient_penalty(real.requires_grad_(), fake, "cpu", PACK, ALPHA)
        adam_d.zero_grad()
        (payoff + penalty).backward()
        adam_d.step()
        column, within, _, condition = conditions()
        logits, fake = fakes(condition)
        total = logits.masked_fill(~mask[column], -torch.inf).logsumexp(1)
        asked = (total - logits.gather(1, (places[column] + within).long()[:, None])[:, 0]).mean()
        adam_g.zero_grad()
        (asked - discriminator(fake).mean()).backward()
        adam_g.step()

    def steps() -> tuple[int, float]:
        began = time.perf_counter()
        for _ in range(STEPS):
            step()
        return STEPS, time.perf_counter() - began

    return steps


# -- this engine ---------------------------------------------------------------------------------------------------


def ours(folder: Path) -> Round:
    """Return a function that makes so many steps of `Game`."""
    import equinox as eqx
    import jax
    import jax.numpy as jnp

    from equipoise.adversarial import Game, GameSettings, Wasserstein
    from equipoise.adversarial.penalties.protocol import slope_length
    from equipoise.training import optimizer, run, start

    coded = Coded(folder)
    context = {name: jnp.asarray(getattr(coded, name)) for name in TABLES}

    def uniform(key: Any, n: int, count: int) -> Any:
        return jax.random.uniform(key, (n, count), minval=jnp.finfo(jnp.float32).tiny)

    def conditions(draws: Any, context: Any) -> Any:
        """Two uniform numbers a row become a column and a category of it."""
        column = (draws[:, 0] * len(coded.first)).astype(jnp.int32)
        within = jnp.argmax(context["cumulated"][column] > draws[:, 1:2], axis=1)
        return column, within, context["first"][column] + within

    def embed(batch: Any, context: Any) -> Any:
        """The batch is numbers without meaning: its first one is the seed of conditions and rows that match them."""
        draws = uniform(jax.random.key(batch[0]), len(batch), 3)
        category = conditions(draws, context)[2]
        chosen = draws[:, 2] * context["counts"][category]
        rows = context["rows"][context["members"][context["starts"][category] + chosen.astype(jnp.int32)]]
        return jnp.concatenate([rows, jax.nn.one_hot(category, coded.categories)], axis=1)

    @jax.custom_vjp
    def charged(rows: Any, loss: Any) -> Any:
        """Return the rows; on the way back the loss is added to whatever is made of them."""
        return rows

    charged.defvjp(lambda rows, _: (rows, None), lambda _, slope: (slope, jnp.ones(())))

    class Dense(eqx.Module):
        weight: Any
        bias: Any

        def __init__(self, random: np.random.Generator, inputs: int, outputs: int) -> None:
            bound = inputs**-0.5
            self.weight = jnp.asarray(random.uniform(-bound, bound, (inputs, outputs)), jnp.float32)
            self.bias = jnp.asarray(random.uniform(-bound, bound, outputs), jnp.float32)

        def __call__(self, x: Any) -> Any:
            return x @ self.weight + self.bias

    class Normal(eqx.Module):
        scale: Any
        shift: Any

        def __call__(self, x: Any) -> Any:
            return (x - x.mean(0)) * jax.lax.rsqrt(x.var(0) + 1e-5) * self.scale + self.shift

    class Generator(eqx.Module):
        layers: list[Any]
        last: Any

        def __init__(self, random: np.random.Generator) -> None:
            inputs = LATENT + coded.categories
            self.layers = [
                (Dense(random, inputs + j * WIDTH, WIDTH), Normal(jnp.ones(WIDTH), jnp.zeros(WIDTH))) for j in range(2)
            ]
            self.last = Dense(random, inputs + 2 * WIDTH, coded.width)

        def __call__(self, key: Any, n: int, context: Any) -> Any:
            draws = uniform(key, n, 2 + LATENT + coded.width)  # one call: each has a price of its own to compile
            column, within, category = conditions(draws, context)
            condition = jax.nn.one_hot(category, coded.categories)
            normal = 2.0**0.5 * jax.lax.erf_inv(2.0 * draws[:, 2 : 2 + LATENT] - 1.0)
            x = jnp.concatenate([normal, condition], axis=1)
            for dense, norm in self.layers:
                x = jnp.concatenate([jax.nn.relu(norm(dense(x))), x], axis=1)
            logits = self.last(x)
            noisy = (logits - jnp.log(-jnp.log(draws[:, 2 + LATENT :]))) / TEMPERATURE
            made, at = [], 0
            for soft, count, size in coded.groups:
                part = slice(at, at := at + count * size)
                spans = noisy[:, part].reshape(n, count, size)
                made.append(jax.nn.softmax(spans).reshape(n, -1) if soft else jnp.tanh(logits[:, part]))
            total = jax.nn.logsumexp(logits, axis=1, where=context["mask"][column])
            hit = jax.nn.one_hot(context["places"][column] + within, coded.width)
            asked = jnp.mean(total - jnp.sum(logits * hit, axis=1))
            return charged(jnp.concatenate([*made, condition], axis=1), asked)

    class Discriminator(eqx.Module):
        layers: list[Dense]
        last: Dense

        def __init__(self, random: np.random.Generator) -> None:
            sizes = (PACK * (coded.width + coded.categories), WIDTH, WIDTH)
            self.layers = [Dense(random, *pair) for pair in itertools.pairwise(sizes)]
            self.last = Dense(random, WIDTH, 1)

        def __call__(self, rows: Any, context: Any) -> Any:
            # a discriminator gets no key; the rows themselves are one
            bits = jax.lax.bitcast_convert_type(jax.lax.stop_gradient(rows[:, :LATENT].sum()), jnp.uint32)
            kept = 2.0 * (jax.random.bits(jax.random.key(bits), (2, len(rows), WIDTH), jnp.uint8) & 1)
            x = rows
            for mask, dense in zip(kept, self.layers, strict=True):
                x = jax.nn.leaky_relu(dense(x), 0.2) * mask
            return self.last(x)[:, 0]

    def penalty(critic: Any, scene: Any) -> Any:
        share = jax.random.uniform(scene.key, (len(scene.real), 1))
        return jnp.mean(jnp.square(slope_length(critic, share * scene.real + (1 - share) * scene.fake) - 1.0))

    adam = optimizer("adam", coupled=True, b1=0.5, b2=0.9)
    game = Game(embed=embed, objective=Wasserstein(), penalty=penalty, lazy=1, packing=PACK,
                generator_optimizer=adam, discriminator_optimizer=adam)  # fmt: skip
    random = np.random.default_rng(0)
    settings = GameSettings(alpha=(ALPHA, ALPHA), rate=(RATE, RATE), decay=(DECAY, DECAY))
    held = [start(game, Generator(random), Discriminator(random))]
    seeds = np.arange(1_000_000, dtype=np.uint32)
    rounds = iter(range(10**6))

    def steps(count: int = STEPS) -> tuple[int, float]:
        began = time.perf_counter()
        held[0] = run(game, held[0], seeds, steps=count, batch=BATCH, seed=next(rounds), arguments=(settings, context))
        jax.block_until_ready(eqx.filter(held[0], eqx.is_array))
        return count, time.perf_counter() - began

    return steps


# -- turns ---------------------------------------------------------------------------------------------------------


def answer(line: str) -> None:
    print(line, flush=True)


def work(name: str, folder: Path, threads: int) -> None:
    """Be a contestant: at each line read, make a round and print its steps and seconds."""
    warnings.simplefilter("ignore")
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:threads]))
    if name == "ctgan":
        list(ctgan(folder))
        return
    if name == "eager":
        import torch

        torch.set_num_threads(threads)
    began = time.perf_counter()
    steps = eager(folder) if name == "eager" else ours(folder)
    steps()
    first = time.perf_counter() - began
    answer("ready")
    for line in sys.stdin:
        answer(json.dumps(first if line.strip() == "first" else steps()))


class Contestant:
    """A process that answers."""

    def __init__(self, name: str, folder: Path, threads: int) -> None:
        names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        environment = os.environ | {"EQUIPOISE_CACHE": str(folder / "cache")} | dict.fromkeys(names, str(threads))
        command = [sys.executable, __file__, "--worker", name, "--folder", str(folder), "--threads", str(threads)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)
        while self.read() != "ready":
            pass

    def read(self) -> str:
        line = self.process.stdout.readline()  # type: ignore[union-attr]
        if not line:
            raise SystemExit(f"a contestant ended: {self.process.args!r}")
        return line.strip()

    def ask(self, what: str = "go") -> Any:
        self.process.stdin.write(what + "\n")  # type: ignore[union-attr]
        self.process.stdin.flush()  # type: ignore[union-attr]
        return json.loads(self.read())

    def end(self) -> None:
        self.process.stdin.close()  # type: ignore[union-attr]
        self.process.wait()


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--worker", choices=("ctgan", "eager", "ours"))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    if options.worker:
        work(options.worker, options.folder, options.threads)
        return
    labels = {"ours": "this engine", "eager": "eager PyTorch", "ctgan": "CTGAN 0.12.1"}
    with tempfile.TemporaryDirectory() as name:
        folder, compiled = Path(name), []
        print("| threads | contestant | ms a step, median | least | most | times this engine |\n|" + "---|" * 6)
        for threads in (1, 2):
            # CTGAN first: it codes the table for the others
            players = {k: Contestant(k, folder, threads) for k in ("ctgan", "eager", "ours")}
            compiled.append((threads, "first" if threads == 1 else "second", players["ours"].ask("first")))
            laps: dict[str, list[float]] = {k: [] for k in labels}
            for turn in range(options.rounds + 1):
                for k in labels:
                    count, seconds = players[k].ask()
                    if turn:
                        laps[k].append(1e3 * seconds / count)
            base = float(np.median(laps["ours"]))
            for k, label in labels.items():
                middle = float(np.median(laps[k]))
                print(f"| {threads} | {label} | {middle:.2f} | {min(laps[k]):.2f} | {max(laps[k]):.2f} "
                      f"| {middle / base:.2f} |", flush=True)  # fmt: skip
            for player in players.values():
                player.end()
        print(compiled)


if __name__ == "__main__":
    main()
