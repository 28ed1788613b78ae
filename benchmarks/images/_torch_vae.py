"""The fully connected networks of `ImageVAE` in PyTorch, for an interpreter that has it; equipoise is not imported.

python _torch_vae.py WAY IMAGES WIDTH LATENT BATCH EPOCHS prints seconds of wall clock and of the processor, an epoch.

    loop      a plain loop in eager mode
    compile   the loss compiled
    pythae    the same networks in pythae's VAE, by its BaseTrainer
"""

from __future__ import annotations

import sys
import tempfile
import time

import torch
from torch import nn

PIXELS = 784


def encoder(width, outputs):
    bend = nn.LeakyReLU(0.2)
    body = [nn.Linear(PIXELS, width), bend, nn.Linear(width, width), bend, nn.Linear(width, 2 * width), bend]
    return nn.Sequential(nn.Flatten(), *body, nn.Linear(2 * width, outputs))


def decoder(width, latent):
    bend = nn.ReLU()
    layers = [nn.Linear(latent, width), bend, nn.Linear(width, width), bend, nn.Linear(width, PIXELS), nn.Sigmoid()]
    return nn.Sequential(*layers)


class VAE(nn.Module):
    def __init__(self, width, latent):
        super().__init__()
        self.encoder, self.decoder = encoder(width, 2 * latent), decoder(width, latent)
        self.log_deviation = nn.Parameter(torch.tensor(-1.0))

    def forward(self, x):
        mean, log_variance = self.encoder(x).chunk(2, 1)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        off = (2 * self.decoder(z) - 1 - x.flatten(1)).square().sum(1)
        likelihood = -0.5 * off * torch.exp(-2 * self.log_deviation) - PIXELS * self.log_deviation
        kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1)
        return (kl - likelihood).mean()


def by_loop(way, images, width, latent, batch, epochs):
    net = VAE(width, latent)
    adam = torch.optim.Adam(net.parameters(), 2e-3)
    loss = torch.compile(net) if way == "compile" else net

    def epoch():
        for rows in torch.randperm(len(images)).split(batch):
            adam.zero_grad()
            loss(images[rows]).backward()
            adam.step()

    epoch()
    wall, used = time.perf_counter(), time.process_time()
    for _ in range(epochs):
        epoch()
    print((time.perf_counter() - wall) / epochs, (time.process_time() - used) / epochs)


def by_pythae(images, width, latent, batch, epochs):
    from pythae.data.datasets import BaseDataset
    from pythae.models import VAE as Model
    from pythae.models import VAEConfig
    from pythae.models.base.base_utils import ModelOutput
    from pythae.models.nn import BaseDecoder, BaseEncoder
    from pythae.trainers import BaseTrainer, BaseTrainerConfig

    class Encoder(BaseEncoder):
        def __init__(self):
            BaseEncoder.__init__(self)
            self.body = encoder(width, 2 * latent)

        def forward(self, x):
            mean, log_variance = self.body(x).chunk(2, 1)
            return ModelOutput(embedding=mean, log_covariance=log_variance)

    class Decoder(BaseDecoder):
        def __init__(self):
            BaseDecoder.__init__(self)
            self.body = decoder(width, latent)

        def forward(self, z):
            return ModelOutput(reconstruction=self.body(z).reshape(len(z), 1, 28, 28))

    config = VAEConfig(input_dim=(1, 28, 28), latent_dim=latent)
    model = Model(config, encoder=Encoder(), decoder=Decoder())
    with tempfile.TemporaryDirectory() as place:
        settings = BaseTrainerConfig(
            output_dir=place, num_epochs=epochs, learning_rate=2e-3, per_device_train_batch_size=batch, no_cuda=True
        )
        data = BaseDataset(images * 0.5 + 0.5, torch.zeros(len(images)))
        trainer = BaseTrainer(model, data, training_config=settings)
        wall, used = time.perf_counter(), time.process_time()
        trainer.train(log_output_dir=None)
        print((time.perf_counter() - wall) / epochs, (time.process_time() - used) / epochs)


def main():
    way, *numbers = sys.argv[1:]
    n, width, latent, batch, epochs = map(int, numbers)
    torch.manual_seed(0)
    torch.set_num_threads(1)
    images = torch.rand(n, 1, 28, 28) * 2 - 1
    if way == "pythae":
        by_pythae(images, width, latent, batch, epochs)
    else:
        by_loop(way, images, width, latent, batch, epochs)


if __name__ == "__main__":
    main()
