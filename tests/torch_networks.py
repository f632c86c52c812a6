"""The vanilla GAN's networks in torch."""

from torch import nn


def torch_generator(latent, n_out, hidden):
    layers, width = [], latent
    for n in (hidden, 2 * hidden, 4 * hidden, 8 * hidden):
        layers += [nn.Linear(width, n), nn.BatchNorm1d(n), nn.ReLU()]
        width = n
    return nn.Sequential(*layers, nn.Linear(width, n_out), nn.Sigmoid()).double()


def torch_discriminator(n_in, hidden):
    layers, width = [], n_in
    for n in (4 * hidden, 2 * hidden, hidden):
        layers += [nn.Linear(width, n), nn.LeakyReLU(0.2)]
        width = n
    return nn.Sequential(*layers, nn.Linear(width, 1)).double()
