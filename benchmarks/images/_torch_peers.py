"""DCGAN, WGAN-GP and SNGAN in PyTorch for 28x28, for an interpreter that has it; equipoise is not imported.

python _torch_peers.py KIND IMAGES.npy RATE WIDTH MINUTES SEED OUT.npz [STEPS] trains on bytes of shape (n, 28, 28) and
writes 2,000 samples, as bytes, at a quarter, a half and the end of the time, and the number of steps. Minutes are those
of the processor, since the machine may have other work; steps, where they are given, end the run in their place.

    dcgan     batch normalisation, binary cross-entropy (non-saturating), Adam(.5, .999); Radford et al. (2015)
    wgan_gp   critic without normalisation, penalty 10 on its slope, five moves a move; Adam(0, .9); Gulrajani et al.
              (2017), algorithm 1
    sngan     discriminator with spectral normalisation, hinge, Adam(.5, .999); Miyato et al. (2018)
"""

from __future__ import annotations

import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn.functional import relu, softplus
from torch.nn.utils.parametrizations import spectral_norm

LATENT, BATCH, SAMPLES = 64, 64, 2000
MOMENTUM = {"dcgan": (0.5, 0.999), "wgan_gp": (0.0, 0.9), "sngan": (0.5, 0.999)}


def generator(width):
    return nn.Sequential(
        nn.Linear(LATENT, 2 * width * 49, bias=False),
        nn.Unflatten(1, (2 * width, 7, 7)),
        nn.BatchNorm2d(2 * width),
        nn.ReLU(),
        nn.ConvTranspose2d(2 * width, width, 4, 2, 1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.ConvTranspose2d(width, 1, 4, 2, 1),
        nn.Tanh(),
    )


def discriminator(kind, width):
    def convolution(a, b, size, stride):
        layer = nn.Conv2d(a, b, size, stride, 1)
        return spectral_norm(layer) if kind == "sngan" else layer

    second = [convolution(width, 2 * width, 4, 2)] + [nn.BatchNorm2d(2 * width)] * (kind == "dcgan")
    last = nn.Linear(2 * width * 49, 1)
    bend = nn.LeakyReLU(0.2)
    layers = [convolution(1, width, 4, 2), bend, *second, bend, nn.Flatten()]
    return nn.Sequential(*layers, spectral_norm(last) if kind == "sngan" else last, nn.Flatten(0))


def penalty(critic, real, fake):
    share = torch.rand(len(real), 1, 1, 1)
    between = (share * real + (1 - share) * fake).requires_grad_()
    (slopes,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return 10 * (slopes.flatten(1).norm(dim=1) - 1).square().mean()


def judge_loss(kind, critic, real, fake):
    of_real, of_fake = critic(real), critic(fake)
    if kind == "dcgan":
        return softplus(-of_real).mean() + softplus(of_fake).mean()
    if kind == "sngan":
        return relu(1 - of_real).mean() + relu(1 + of_fake).mean()
    return of_fake.mean() - of_real.mean() + penalty(critic, real, fake)


def drawn(maker):
    """Return samples; batch normalisation uses its running means."""
    maker.eval()
    with torch.no_grad():
        rows = torch.cat([maker(torch.randn(250, LATENT)) for _ in range(SAMPLES // 250)])
    maker.train()
    return np.rint((rows[:, 0].numpy() + 1) * 127.5).astype(np.uint8)


def main():
    kind, path, rate, width, minutes, seed, out = sys.argv[1:8]
    most = int(sys.argv[8]) if len(sys.argv) > 8 else None
    torch.manual_seed(int(seed))
    torch.set_num_threads(1)
    images = torch.from_numpy(np.load(path))
    maker, critic = generator(int(width)), discriminator(kind, int(width))
    players = [torch.optim.Adam(net.parameters(), float(rate), MOMENTUM[kind]) for net in (maker, critic)]
    end, begun = float(minutes) * 60, time.process_time()
    found, moments, steps = {}, [0.25, 0.5, 1.0], 0
    while moments:
        for _ in range(5 if kind == "wgan_gp" else 1):
            rows = torch.randint(len(images), (BATCH,))
            real = images[rows].float()[:, None] / 127.5 - 1
            fake = maker(torch.randn(BATCH, LATENT)).detach()
            players[1].zero_grad()
            judge_loss(kind, critic, real, fake).backward()
            players[1].step()
        players[0].zero_grad()
        outputs = critic(maker(torch.randn(BATCH, LATENT)))
        (softplus(-outputs) if kind == "dcgan" else -outputs).mean().backward()
        players[0].step()
        steps += 1
        done = steps / most if most else (time.process_time() - begun) / end
        if done >= moments[0]:
            found[f"at {moments.pop(0):g}"] = drawn(maker)
    np.savez(out, steps=steps, **found)


if __name__ == "__main__":
    main()
