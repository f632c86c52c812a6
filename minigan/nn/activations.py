"""Activations: one curve, applied to every number by itself.

A chain of linear layers is one linear layer. What bends between them makes a network more than that. For y = f(x),
element by element, the chain rule is dx = dy · f′(x): no sums, no shapes to watch.

    ReLU          max(x, 0)              f′ = 1 where x > 0, else 0
    LeakyReLU     x, or slope·x if x<0   f′ = 1 where x > 0, else slope: the gradient never dies
    Sigmoid       σ(x) = 1 / (1 + e⁻ˣ)   f′ = y (1 − y)             values in (0, 1): probabilities, grey levels
    Tanh          tanh(x)                f′ = 1 − y²                values in (−1, 1)

The sigmoid must not overflow: with e = e^−|x|, whose exponent is never positive, σ(x) = 1 / (1 + e) for x ≥ 0, and
e / (1 + e) for x < 0. Sigmoid and Tanh have the derivative in terms of their own output y, so y is all that they keep. ReLU
and LeakyReLU have a kink at 0; there we take the left-hand slope, as everybody does.
A piecewise-linear activation also has a `tangent`: when x changes by a small t, y changes by f′(x) t, and as f′ is constant
around x, the same backward, with the same cache, is the tangent's own. For a curved f that would be wrong, so the curved
ones have none.
`range` says between which values the output lies, and so which data a generator that ends in it can imitate.
"""

from minigan.arrays import namespace
from minigan.check import number
from minigan.nn.describe import words


def sigmoid(x):
    """σ(x) = 1 / (1 + e⁻ˣ), with small relative error for any x and no overflow."""
    xp = namespace(x)
    e = xp.exp(-xp.abs(x))  # in [0, 1]
    return xp.maximum(e, xp.astype(x >= 0, x.dtype)) / (1.0 + e)  # above stands 1 where x ≥ 0, else e


class ReLU:
    """y = max(x, 0)."""

    shapes = ()
    __repr__ = words

    def forward(self, params, x):
        y = namespace(x).maximum(x, 0.0)
        return y, y

    def backward(self, params, cache, dy):
        y = cache
        return dy * namespace(dy).astype(y > 0, dy.dtype), []

    def tangent(self, params, cache, t):
        return self.backward(params, cache, t)[0], cache


class LeakyReLU:
    """y = x where x > 0, else slope · x, with 0 ≤ slope < 1 (Maas et al. 2013)."""

    shapes = ()
    __repr__ = words

    def __init__(self, slope=0.2):
        self.slope = number("LeakyReLU: slope", slope, least=0, below=1)

    def forward(self, params, x):
        return namespace(x).maximum(x, x * self.slope), x

    def backward(self, params, cache, dy):
        x, xp = cache, namespace(dy)
        return dy * xp.maximum(xp.astype(x > 0, dy.dtype), self.slope), []  # f′: 1 or slope

    def tangent(self, params, cache, t):
        return self.backward(params, cache, t)[0], cache


class Sigmoid:
    """y = 1 / (1 + e⁻ˣ)."""

    shapes = ()
    __repr__ = words
    range = (0.0, 1.0)

    def forward(self, params, x):
        y = sigmoid(x)
        return y, y

    def backward(self, params, cache, dy):
        y = cache
        return dy * y * (1.0 - y), []


class Tanh:
    """y = tanh(x)."""

    shapes = ()
    __repr__ = words
    range = (-1.0, 1.0)

    def forward(self, params, x):
        y = namespace(x).tanh(x)
        return y, y

    def backward(self, params, cache, dy):
        y = cache
        return dy * (1.0 - y * y), []
