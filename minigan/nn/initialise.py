"""Where the weights start.

A unit adds up fan_in products. If each weight has variance s², the sum has fan_in · s² times the variance of one input. So
the first weights decide whether a signal grows, dies or keeps its size on its way through many layers:

    glorot      s² = 2 / (fan_in + fan_out)   keeps forward and backward signals near size 1 through linear and tanh units
    he          s² = 2 / fan_in               the same for ReLU, which halves the mean square of its input
    normal(s)   the same small s everywhere; N(0, 0.02²) is what the DCGAN paper starts from

Each is a function (rng, shape, dtype) -> W. The shape is (…, n_in, n_out): for a kernel (k, k, n_in, n_out) each output adds
up k·k·n_in products, which is its fan_in, and fan_out is k·k·n_out. (In a transposed convolution of stride s only (k/s)²·n_in
products meet, so there the signal shrinks with glorot and he; the DCGAN uses normal.) Biases start at 0.
Sources: Glorot & Bengio 2010, eq. 16; He et al. 2015, eq. 10; Radford et al. 2016 (DCGAN), section 4.
"""

import functools
import math

from minigan.check import number


def fans(shape):
    """(fan_in, fan_out) of weights (…, n_in, n_out)."""
    taps = math.prod(shape[:-2])
    return taps * shape[-2], taps * shape[-1]


def glorot(rng, shape, dtype):
    """Uniform on ±√(6 / (fan_in + fan_out)), whose variance is 2 / (fan_in + fan_out)."""
    bound = (6.0 / sum(fans(shape))) ** 0.5
    return rng.random(size=shape, dtype=dtype) * (2.0 * bound) - bound


def he(rng, shape, dtype):
    """Normal with variance 2 / fan_in."""
    return rng.standard_normal(size=shape, dtype=dtype) * (2.0 / fans(shape)[0]) ** 0.5


def normal(scale=0.02):
    """The initialiser that draws from N(0, scale²)."""
    scale = number("normal: scale", scale, above=0)
    return functools.partial(_normal, scale)


def _normal(scale, rng, shape, dtype):
    return rng.standard_normal(size=shape, dtype=dtype) * scale
