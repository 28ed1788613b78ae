"""Sets of images, and the judge of samples that the benchmarks share."""

from __future__ import annotations

import gzip
import io
import time
import zipfile

import numpy as np
from PIL import Image

import equipoise as eq
from equipoise.evaluate.images import frechet_distance, kernel_distance
from equipoise.evaluate.images.features import ClassifierFeatures
from equipoise.evaluate.images.neighbours import nearness


def read(path):
    """Return the array of bytes of a file in the IDX format."""
    with gzip.open(path) as file:
        content = file.read()
    dimensions = content[3]
    shape = np.frombuffer(content, ">u4", dimensions, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def fashion(folder, part):
    """Return images and labels of a part of Fashion-MNIST, "train" or "t10k" (Debian's dataset-fashion-mnist)."""
    return read(folder / f"{part}-images-idx3-ubyte.gz"), read(folder / f"{part}-labels-idx1-ubyte.gz")


def cifar(path, seed=0):
    """Return the 10,000 JPEG images of CIFAR-10's test part and their labels, in a random order."""
    images, labels = [], []
    with zipfile.ZipFile(path) as archive:
        for name in sorted(name for name in archive.namelist() if name.endswith(".jpg")):
            images.append(np.asarray(Image.open(io.BytesIO(archive.read(name))).convert("RGB")))
            labels.append(name.split("/")[-2])
    order = np.random.default_rng(seed).permutation(len(images))
    return np.stack(images)[order], np.unique(labels, return_inverse=True)[1][order]


def shrunk(images, times=2):
    """Return images with so many pixels a side averaged to one."""
    n, height, width = images.shape[:3]
    blocks = images.reshape(n, height // times, times, width // times, times, *images.shape[3:])
    return np.rint(blocks.mean(axis=(2, 4))).astype(np.uint8)


def scaled(images):
    """Return bytes as floats from -1 to 1, with an axis of channels."""
    rows = images.astype(np.float32) / 127.5 - 1.0
    return rows if rows.ndim == 4 else rows[..., None]


def length(options):
    """Return how long the options say to train, as a generator's settings."""
    return {"minutes": options.minutes} if options.steps is None else {"steps": options.steps}


def trained(images, options, name, **settings):
    """Return a GAN fitted as long as the options say, and how that went; a picture of samples is kept if wanted."""
    began = time.perf_counter()
    gan = eq.ImageGAN(**length(options), **settings).fit(images)
    seconds = time.perf_counter() - began
    if options.pictures is not None:
        gan.grid(100, seed=gan.seed).save(options.pictures / f"{name}-{gan.seed}.png")
    return gan, f"{gan.steps_} steps, {seconds:.0f} s, {gan.ended_ or 'not saturated'}"


class Judge:
    """Distances on the hidden layer of a classifier of other real images, so that distances of all runs compare."""

    def __init__(self, images, labels, test, floor, steps=2000):
        self.features = ClassifierFeatures(scaled(images), labels, steps=steps)
        self.test = self.features(scaled(test))
        self.floor = self.scores(floor)

    def scores(self, images):
        """Return the distances of images from the test images."""
        vectors = self.features(scaled(images))
        return {"frechet": frechet_distance(self.test, vectors), "kernel": kernel_distance(self.test, vectors)}

    def nearness(self, train, samples):
        """Return the probability that a sample is nearer to its training images than a test image."""
        return nearness(self.features(scaled(train)), self.features(scaled(samples)), self.test)[0]
