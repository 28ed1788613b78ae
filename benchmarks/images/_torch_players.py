"""The residual players of `ImageGAN` in PyTorch, for an interpreter that has it; equipoise is not imported.

python _torch_players.py WAY HEIGHT CHANNELS WIDTH BATCH STEPS prints seconds of wall clock and of the processor.

    two      eager, real and fake images judged apart, two calls for the slopes (as R3GAN's code does)
    one      eager, judged in one pass with one call for the slopes
    compile  the gradients of one pass as one function of torch.func, compiled
"""

from __future__ import annotations

import itertools
import sys
import time

import torch
from torch import nn
from torch.nn.functional import interpolate, leaky_relu, pad, pixel_shuffle, pixel_unshuffle, softplus

LATENT, FEATURES, ALPHA, RATE = 32, 64, 1.0, 2e-3


def squares(side):
    return side > 16


def sizes(side):
    stages = [-(-side // 2) if squares(side) else side]
    while stages[-1] > 4:
        stages.append(-(-stages[-1] // 2))
    return stages[::-1]


def channels(width, stages):
    return [max(8, width >> max(0, stage - 1)) for stage in range(stages)]


def resized(x, side):
    if x.shape[2] == side:
        return x
    return interpolate(x, size=(side, side), mode="bilinear", antialias=side < x.shape[2])


class Block(nn.Module):
    def __init__(self, wide):
        super().__init__()
        self.first, self.middle = nn.Conv2d(wide, wide, 1), nn.Conv2d(wide, wide, 3, padding=1)
        self.last = nn.Conv2d(wide, wide, 1)

    def forward(self, x):
        return x + self.last(leaky_relu(self.middle(leaky_relu(self.first(x), 0.2)), 0.2))


class Generator(nn.Module):
    def __init__(self, side, depth, width):
        super().__init__()
        self.side, self.stages = side, sizes(side)
        wide = channels(width, len(self.stages))
        self.head = nn.Linear(LATENT, self.stages[0] ** 2 * wide[0])
        self.joints = nn.ModuleList(nn.Conv2d(a, b, 1) for a, b in itertools.pairwise(wide))
        self.blocks = nn.ModuleList(Block(c) for c in wide)
        self.out = nn.Conv2d(wide[-1], depth * (5 if squares(side) else 1), 3, padding=1)

    def forward(self, z):
        x = self.head(z).reshape(len(z), -1, self.stages[0], self.stages[0])
        for number, side in enumerate(self.stages):
            if number:
                x = resized(self.joints[number - 1](x), side)
            x = self.blocks[number](x)
        x = self.out(leaky_relu(x, 0.2))
        if not squares(self.side):
            return x
        depth = x.shape[1] // 5
        return resized(x[:, :depth], self.side) + 0.25 * pixel_shuffle(x[:, depth:], 2)[:, :, : self.side, : self.side]


class Discriminator(nn.Module):
    def __init__(self, side, depth, width):
        super().__init__()
        self.side, self.stages = side, sizes(side)
        wide = channels(width, len(self.stages))
        self.stem = nn.Conv2d(depth * (4 if squares(side) else 1), wide[-1], 3, padding=1)
        self.joints = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in itertools.pairwise(wide))
        self.blocks = nn.ModuleList(Block(c) for c in wide)
        self.tail = nn.Linear(self.stages[0] ** 2 * wide[0], FEATURES)
        self.vector = nn.Parameter(torch.randn(FEATURES))

    def forward(self, x):
        if squares(self.side):
            x = pixel_unshuffle(pad(x, (0, self.side % 2, 0, self.side % 2)), 2)
        x = self.stem(x)
        for number in reversed(range(len(self.stages))):
            x = self.blocks[number](x)
            if number:
                x = self.joints[number - 1](resized(x, self.stages[number - 1]))
        return self.tail(leaky_relu(x, 0.2).flatten(1)) @ self.vector / FEATURES**0.5


class Game:
    def __init__(self, way, side, depth, width, batch):
        self.way, self.batch = way, batch
        self.generator, self.discriminator = Generator(side, depth, width), Discriminator(side, depth, width)
        self.average = Generator(side, depth, width)
        betas = {"lr": RATE, "betas": (0.0, 0.9)}
        self.players = [torch.optim.Adam(net.parameters(), **betas) for net in (self.generator, self.discriminator)]
        if way == "compile":
            self.slopes = torch.compile(torch.func.grad(self.loss))

    def loss(self, weights, rows):
        def judge(rows):
            return torch.func.functional_call(self.discriminator, weights, (rows,))

        def total(rows):
            outputs = judge(rows)
            return outputs.sum(), outputs

        slopes, outputs = torch.func.grad(total, has_aux=True)(rows)
        real, fake = outputs.chunk(2)
        return softplus(fake - real).mean() + ALPHA * slopes.square().sum((1, 2, 3)).mean()

    def discriminate(self, real, fake):
        if self.way == "compile":
            weights = {name: weight.detach() for name, weight in self.discriminator.named_parameters()}
            found = self.slopes(weights, torch.cat([real, fake]))
            for name, weight in self.discriminator.named_parameters():
                weight.grad = found[name]
            return
        if self.way == "one":
            rows = torch.cat([real, fake]).requires_grad_()
            outputs = self.discriminator(rows)
            (slopes,) = torch.autograd.grad(outputs.sum(), rows, create_graph=True)
            penalty = slopes.square().sum((1, 2, 3)).mean()
            judged = outputs.chunk(2)
        else:
            judged, penalty = [], 0.0
            for rows in (real, fake):
                rows = rows.detach().requires_grad_()
                judged.append(self.discriminator(rows))
                (slopes,) = torch.autograd.grad(judged[-1].sum(), rows, create_graph=True)
                penalty = penalty + 0.5 * slopes.square().sum((1, 2, 3)).mean()
        self.players[1].zero_grad()
        (softplus(judged[1] - judged[0]).mean() + ALPHA * penalty).backward()

    def step(self, real):
        with torch.no_grad():
            fake = self.generator(torch.randn(self.batch, LATENT))
        self.discriminate(real, fake)
        self.players[1].step()
        for weight in self.discriminator.parameters():
            weight.requires_grad_(False)
        self.players[0].zero_grad()
        outputs = self.discriminator(self.generator(torch.randn(self.batch, LATENT)))
        softplus(self.discriminator(real) - outputs).mean().backward()
        self.players[0].step()
        for weight in self.discriminator.parameters():
            weight.requires_grad_(True)
        with torch.no_grad():
            for mean, weight in zip(self.average.parameters(), self.generator.parameters(), strict=True):
                mean.lerp_(weight, 0.01)


def main():
    way, *numbers = sys.argv[1:]
    side, depth, width, batch, steps = map(int, numbers)
    torch.manual_seed(0)
    torch.set_num_threads(1)
    game = Game(way, side, depth, width, batch)
    images = torch.randn(256, depth, side, side)
    for _ in range(3):
        game.step(images[:batch])
    wall, used = time.perf_counter(), time.process_time()
    for number in range(steps):
        begin = number * batch % (256 - batch + 1)
        game.step(images[begin : begin + batch])
    print(time.perf_counter() - wall, time.process_time() - used)


if __name__ == "__main__":
    main()
