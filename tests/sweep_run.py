"""The runs that the tests sweep. They append a line to started.txt in their folder each time they are called."""

import os
import signal
import time

import numpy as np

from minigan.data.digits import digits
from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
from minigan.train import train


def started(folder):
    """How often the run of that folder was called."""
    return len((folder / "started.txt").read_text().splitlines())


def gan_on_digits(folder, seed, loss, steps=40):
    with open(folder / "started.txt", "a") as file:
        file.write("called\n")
    G, D = vanilla_generator(4, n_out=64, hidden=4), vanilla_discriminator(64, hidden=4)
    gan = GAN(G, D, latent=4, loss=loss, seed=seed)
    images, _ = digits()
    train(gan, images, steps=steps, batch_size=32, seed=seed, out=folder, resume=True, intervals=10, progress=False,
          picture=lambda gan: np.zeros((2, 2)))  # fmt: skip
    theta = gan.generator.theta
    return {"first": theta[0], "norm": float((theta * theta).sum()), "steps": gan.steps}


def parabola(folder, seed, x, y=0):
    with open(folder / "started.txt", "a") as file:
        file.write("called\n")
    print("x is", x)
    if x == 3:
        raise ZeroDivisionError("three is too many")
    return {"height": x * x + seed + y, "half": 0.5}


class Pressed(GAN):
    """Ctrl-C is pressed in the sixth step, in a folder's first call."""

    def step(self, real, *, check=True):
        if self.steps == 5 and self.first:
            signal.raise_signal(signal.SIGINT)
        return super().step(real, check=check)


def interrupted(folder, seed):
    with open(folder / "started.txt", "a") as file:
        file.write("called\n")
    gan = Pressed(vanilla_generator(4, n_out=64, hidden=4), vanilla_discriminator(64, hidden=4), latent=4, seed=seed)
    gan.first = started(folder) == 1
    train(gan, digits()[0], steps=20, batch_size=32, out=folder, resume=True, frames=2, progress=False)
    return {"steps": gan.steps}


def threads(folder, seed):
    from threadpoolctl import threadpool_info

    return {"threads": max(pool["num_threads"] for pool in threadpool_info())}


def dies(folder, seed, x):
    if x == 1:
        os.kill(os.getpid(), 9)
    return {"x": x}


def slow(folder, seed):
    with open(folder / "started.txt", "a") as file:
        file.write("called\n")
    time.sleep(2)
    return {"seed_again": seed}
