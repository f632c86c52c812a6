"""Layers, networks, losses and optimizers: everything here is a pure function of what it is given, or nearly so."""

from minigan.nn.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from minigan.nn.batchnorm import BatchNorm
from minigan.nn.conv import Conv2d
from minigan.nn.conv_transpose import ConvTranspose2d
from minigan.nn.linear import Linear
from minigan.nn.losses import bce, bce_with_logits, cross_entropy, mse
from minigan.nn.lstm import LSTM
from minigan.nn.masked_conv import MaskedConv2d
from minigan.nn.net import Net
from minigan.nn.noise import Noise
from minigan.nn.normed_linear import NormedLinear
from minigan.nn.optim import SGD, Adam, RMSProp
from minigan.nn.residual import Residual
from minigan.nn.row_lstm import RowLSTM
from minigan.nn.schedule import Cosine, Stairs, Straight
from minigan.nn.shapes import Flatten, Reshape, Shift

__all__ = [
    "LSTM",
    "SGD",
    "Adam",
    "BatchNorm",
    "Conv2d",
    "ConvTranspose2d",
    "Cosine",
    "Flatten",
    "LeakyReLU",
    "Linear",
    "MaskedConv2d",
    "Net",
    "Noise",
    "NormedLinear",
    "RMSProp",
    "ReLU",
    "Reshape",
    "Residual",
    "RowLSTM",
    "Shift",
    "Sigmoid",
    "Stairs",
    "Straight",
    "Tanh",
    "bce",
    "bce_with_logits",
    "cross_entropy",
    "mse",
]
