"""The networks that the fully connected GANs here are made of.

The *vanilla GAN* throughout is the usual first GAN for MNIST: a generator of widths 10-128-256-512-1024-784 and a discriminator
of 784-512-256-128-1. Its architecture is that of many courses and of the best-known collections of GAN code.
"""

from minigan.check import whole
from minigan.nn import BatchNorm, LeakyReLU, Linear, Net, Noise, NormedLinear, ReLU, Sigmoid, Tanh
from minigan.nn.initialise import he


def vanilla_generator(latent=10, n_out=784, hidden=128):
    """The vanilla GAN's: four blocks of widths 1, 2, 4, 8 times hidden."""
    hidden = whole("hidden", hidden)
    return image_generator(latent, hidden, 2 * hidden, 4 * hidden, 8 * hidden, n_out)


def image_generator(*widths):
    """Blocks (Linear, BatchNorm, ReLU) of these widths, then Linear, Sigmoid. widths: of the noise first, of the image last."""
    if len(widths) < 2:
        raise ValueError(f"widths are {widths}: want two or more, of the noise first and of the image last")
    *hidden, n_out = widths
    return Net(*_blocks(hidden), Linear(hidden[-1], n_out), Sigmoid())


def _blocks(widths, momentum=0.1):
    """Linear, BatchNorm, ReLU from each width to the next."""
    layers = []
    for n_in, n in zip(widths, widths[1:]):
        layers += [Linear(n_in, n, init=he), BatchNorm(n, momentum=momentum), ReLU()]
    return layers


def vanilla_discriminator(n_in=784, hidden=128):
    """The vanilla GAN's: three blocks (Linear, LeakyReLU 0.2) of widths 4, 2, 1 times hidden, then Linear to one logit."""
    layers, width, hidden = [], n_in, whole("hidden", hidden)
    for n in (4 * hidden, 2 * hidden, hidden):
        layers += [Linear(width, n, init=he), LeakyReLU(0.2)]
        width = n
    return Net(*layers, Linear(width, 1))


def plain_network(*widths):
    """Linear layers of these widths with LeakyReLU(0.2) between them: generator or critic for points in the plane."""
    layers = []
    for n_in, n_out in zip(widths, widths[1:]):
        layers += [Linear(n_in, n_out, init=he), LeakyReLU(0.2)]
    return Net(*layers[:-1])


def plane_generator(latent=2, n_out=2, hidden=64, depth=4, momentum=0.1):
    """A generator for points in the plane: depth blocks (Linear, BatchNorm, ReLU), then Linear. Deep, since it must
    squeeze a connected cloud of noise into clusters with next to nothing between them. It is continuous, so some samples always
    lie between.

    momentum: BatchNorm's. Where a mode is narrow, noise in the running statistics of the last ten batches moves samples out of
    it; 0.01 averages over a hundred.
    """
    widths = [latent, *[hidden] * whole("depth", depth, most=1000)]
    return Net(*_blocks(widths, momentum), Linear(hidden, n_out))


def tanh_network(*widths):
    """Linear layers of these widths with Tanh between them: encoders and decoders."""
    layers = []
    for n_in, n_out in zip(widths, widths[1:]):
        layers += [Linear(n_in, n_out), Tanh()]
    return Net(*layers[:-1])


def relu_network(*widths):
    """Linear layers of these widths with ReLU between them: encoders, decoders, classifiers."""
    layers = []
    for n_in, n_out in zip(widths, widths[1:]):
        layers += [Linear(n_in, n_out, init=he), ReLU()]
    return Net(*layers[:-1])


def noisy_features(*widths, noise=0.3, inner=0.5):
    """The semi-supervised GAN's classifier up to its features: Noise, then NormedLinear and ReLU for each width, with Noise
    between the blocks.

    widths: of the image first, of the features last. noise, inner: standard deviations, on the image and between the blocks.
    Pixels are small, 0.3 to 0.5 in root mean square: columns of length 3 bring the first layer's outputs to between 1 and 2.
    """
    layers = [Noise(noise)]
    for i, (n_in, n_out) in enumerate(zip(widths, widths[1:])):
        layers += [NormedLinear(n_in, n_out) if i else NormedLinear(n_in, n_out, scale=3.0), ReLU(), Noise(inner)]
    return Net(*layers[:-1])
