"""Noise on what passes, while a network learns.

    y = x + s ε          ε ~ N(0, 1), drawn anew for every number in every training pass          dx = dy

The layer above never sees an example twice alike: it cannot rely on small differences, and few examples are harder to learn
by heart. In inference y = x.

The draws come from a generator that the caller hands in, `net.forward(theta, x, rng=rng)`, so that a pass is a function of what
it is given. A training pass without one is refused: a model that knows nothing of the noise would leave it out.
Source: Bishop 1995, "Training with noise is equivalent to Tikhonov regularization".
"""

from minigan.arrays import dtype_name
from minigan.check import number
from minigan.nn.describe import words


class Noise:
    """y = x + scale · ε in training, y = x in inference.

    scale: float ≥ 0, the standard deviation.
    """

    shapes = ()
    draws = True
    __repr__ = words

    def __init__(self, scale):
        self.scale = number("Noise: scale", scale, least=0)

    def forward(self, params, x, rng=None):
        """x -> x + scale · ε with ε from rng; without rng x itself."""
        return (x if rng is None else x + self.scale * rng.standard_normal(size=x.shape, dtype=dtype_name(x))), None

    def backward(self, params, cache, dy):
        return dy, []

    def tangent(self, params, cache, t):
        return t, None
