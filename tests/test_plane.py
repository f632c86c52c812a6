"""The field of the plane: what D says in inference, wherever it is asked."""

import numpy as np
import pytest

from minigan.arrays import generator
from minigan.models.gan import GAN
from minigan.models.networks import plane_generator
from minigan.nn import Adam, BatchNorm, Linear, Net, ReLU
from minigan.plane import field


def test_the_field_of_a_D_with_batchnorm_is_that_of_its_running_statistics_and_its_averaged_theta():
    """So a point's opinion does not hang on the other points, and one fake alone has a push."""
    D = Net(Linear(2, 8), BatchNorm(8), ReLU(), Linear(8, 1))
    gan = GAN(plane_generator(), D, latent=2, optimizer_d=Adam(1e-2, average=0.9))
    for step in range(5):
        gan.step(generator(step).standard_normal((16, 2), "float32"))
    opinion, push = field(gan, (-1, 1, -2, 2), gan.sample(1, seed=0), 5)
    x, y = np.meshgrid(np.linspace(-1, 1, 5), np.linspace(-2, 2, 5))
    points = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
    assert opinion.ravel() == pytest.approx(gan.opinion(gan.discriminator.infer(points))[:, 0], abs=1e-6)
    assert np.linalg.norm(push) == pytest.approx(1, abs=1e-6)
