"""The networks of the DCGAN follow the paper's guidelines, for images of any shape that can be halved."""

import numpy as np
import pytest

from minigan.arrays import generator
from minigan.models.dcgan import dcgan
from minigan.models.gan import GAN
from minigan.nn import BatchNorm, Conv2d, ConvTranspose2d, LeakyReLU, Linear, ReLU, Sigmoid

SHAPES = [(8, 8, 1), (28, 28, 1), (32, 32, 3), (7, 15, 2), (32, 64, 3)]


def kinds(net):
    """The layers that compute, as their types in order."""
    return [type(layer) for layer in net.layers if layer.shapes or isinstance(layer, (ReLU, LeakyReLU, Sigmoid))]


@pytest.mark.parametrize("image", SHAPES)
def test_the_guidelines(image):
    G, D = dcgan(image, latent=5, width=4)
    convolutions = [layer for net in (G, D) for layer in net.layers if isinstance(layer, (Conv2d, ConvTranspose2d))]
    assert {layer.stride for layer in convolutions} == {2}
    times = len(convolutions) // 2
    up, down = kinds(G), kinds(D)
    assert up == [Linear, BatchNorm, ReLU, *[ConvTranspose2d, BatchNorm, ReLU] * (times - 1), ConvTranspose2d, Sigmoid]
    assert down == [Conv2d, LeakyReLU, *[Conv2d, BatchNorm, LeakyReLU] * (times - 1), Linear]
    assert G.output_shapes[-1] == D.input_shape == (np.prod(image),)
    sides = [shape for shape in D.output_shapes if len(shape) == 3]
    assert max(sides[-1][:2]) <= 4 and sides[0] == image
    assert [shape[2] for shape in sides[1:]] == sorted(shape[2] for shape in sides[1:])  # the smaller, the more channels


@pytest.mark.parametrize("image", SHAPES)
def test_the_first_weights_are_small_and_a_step_moves_both(image):
    """N(0, 0.02²): over n weights the standard deviation has a relative error of 1/√(2n); five of those are allowed."""
    G, D = dcgan(image, latent=5, width=4)
    weights = np.concatenate([part[0].ravel() for net in (G, D) for layer, part in zip(net.layers, net.unpack(net.init(
        generator(0), "float64"))) if layer.shapes and not isinstance(layer, BatchNorm)])  # fmt: skip
    assert abs(weights.std() / 0.02 - 1) < 5 / np.sqrt(2 * weights.size)
    assert abs(weights.mean()) < 5 * 0.02 / np.sqrt(weights.size)
    gan = GAN(G, D, latent=5)
    before = gan.generator.theta.copy(), gan.discriminator.theta.copy()
    gan.step(generator(1).random((3, np.prod(image)), "float32"))
    assert (gan.generator.theta != before[0]).any() and (gan.discriminator.theta != before[1]).any()


@pytest.mark.parametrize(("image", "message"), [
    ((28, 28), r"want \(h, w, c\)"), ((4, 28, 1), "want sides of more than 4"), ((8, 9, 1), "cannot be halved together"),
    ((10, 28, 1), "cannot be halved together"), ((8, 8, 0), "image: a length is 0"),
])  # fmt: skip
def test_other_shapes_are_refused(image, message):
    with pytest.raises(ValueError, match=message):
        dcgan(image)
