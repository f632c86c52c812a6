"""Sheet 2's picture: the student's GAN learns a ring of eight Gaussians."""

import numpy as np

from minigan.data.toy import ring
from minigan.models.gan import GAN
from minigan.models.networks import plain_network, plane_generator
from minigan.nn import Adam
from minigan.plane import draw as draw_plane


def draw(path, steps=4000):
    """Train, then draw D's opinion, the samples and where D pushes them (`minigan/plane.py`)."""
    gan = GAN(plane_generator(), plain_network(2, 64, 64, 64, 1), latent=2, optimizer_g=Adam(3e-3), optimizer_d=Adam(3e-3))
    data, rng, log = ring().sample(20_000), np.random.default_rng(0), []
    for step in range(1, steps + 1):
        losses = gan.step(data[rng.integers(len(data), size=64)], check=False)
        if step % 50 == 0:
            log.append({"step": step, **{name: float(loss) for name, loss in losses.items()}})
    draw_plane(gan, data[:1000], log).savefig(path)
