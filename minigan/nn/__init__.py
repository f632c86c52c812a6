"""Layers, networks, losses and optimizers: everything here is a pure function of what it is given, or nearly so."""

from minigan.nn.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from minigan.nn.batchnorm import BatchNorm
from minigan.nn.linear import Linear
from minigan.nn.losses import bce, bce_with_logits, cross_entropy, mse
from minigan.nn.net import Net
from minigan.nn.optim import SGD, Adam, RMSProp

__all__ = [
           "SGD",
           "Adam",
           "BatchNorm",
           "LeakyReLU",
           "Linear",
           "Net",
           "RMSProp",
           "ReLU",
           "Sigmoid",
           "Tanh",
           "bce",
           "bce_with_logits",
           "cross_entropy",
           "mse",
]
