"""Shapes of one example, and the layers that only change them.

Between layers, an example is an array: a row (n,), an image (h, w, c), a sequence (T, n). The batch is in front of it, and the
last axis has the features. `output_shape(layer, shape)` says what a layer makes of one example, or raises ValueError where the
example does not fit; so a `Net` knows every shape from the day it is built. An axis of unknown length is None: a network that
begins with a convolution takes images of any size.

Models, data and pictures keep examples as rows. A network that wants images begins with Reshape and ends with Flatten:

    Reshape(h, w, c)    (N, h·w·c) -> (N, h, w, c)        Flatten()    (N, h, w, c) -> (N, h·w·c)

Nothing moves in memory, and backward is the same step the other way.
"""

import math

from minigan.arrays import namespace
from minigan.check import whole
from minigan.nn.describe import words


def as_rows(x):
    """(…, n) as (N, n), all axes but the last being batch: one large product is faster than many small ones."""
    return namespace(x).reshape(x, (-1, x.shape[-1]))


def sum_rows(x):
    """(…, n) -> (n,): the sum over all axes but the last; a product with ones, since NumPy adds up short rows slowly."""
    rows = as_rows(x)
    return namespace(x).ones(rows.shape[0], dtype=x.dtype) @ rows


def output_shape(layer, shape):
    """What a layer makes of an example of this shape.

    A layer with `output_shape` says it; one with `n_in` and `n_out` changes the last axis; any other leaves the shape as it is.
    """
    if hasattr(layer, "output_shape"):
        return layer.output_shape(shape)
    if not hasattr(layer, "n_in"):
        return shape
    if shape[-1] != layer.n_in:
        raise ValueError(f"{layer!r} takes {layer.n_in} features on the last axis, and gets the shape {shape}")
    return (*shape[:-1], layer.n_out)


def shapes_behind(layers, shape=None):
    """(the shape of an input, [the shape behind each layer]); ValueError that names both layers where one does not fit.

    shape: of an input; by default what the first layer that knows its input wants.
    """
    if shape is None:
        # the features are those of the first layer that has any; the other axes those of the first that asks for some shape
        shape = next((layer.input_shape for layer in layers if hasattr(layer, "input_shape")), (None,))
        features = (layer.n_in if hasattr(layer, "n_in") else layer.input_shape[-1]
                    for layer in layers if hasattr(layer, "n_in") or hasattr(layer, "input_shape"))  # fmt: skip
        shape = (*shape[:-1], next(features, None))
    shapes = [shape]
    for before, layer in zip(["the input", *layers], layers):
        try:
            shapes.append(output_shape(layer, shapes[-1]))
        except ValueError as error:
            raise ValueError(f"{before!s} gives the shape {shapes[-1]}, which does not fit what follows: {error}") from error
    return shapes[0], shapes[1:]


class Reshape:
    """Rows (N, n) as examples of another shape, (N, *shape), in the same order. shape: as in Reshape(28, 28, 1)."""

    shapes = ()
    __repr__ = words

    def __init__(self, *shape):
        self.shape = tuple(whole("Reshape: a length", length) for length in shape)
        if not shape:
            raise ValueError("Reshape(): want the shape of one example, as in Reshape(28, 28, 1)")
        self.input_shape = (math.prod(self.shape),)

    def output_shape(self, shape):
        """(n,) -> shape, which must hold n numbers."""
        if shape != self.input_shape:
            raise ValueError(f"{self!r} wants rows of {self.input_shape[0]} numbers, and gets the shape {shape}")
        return self.shape

    def forward(self, params, x):
        return namespace(x).reshape(x, (x.shape[0], *self.shape)), x.shape

    def backward(self, params, cache, dy):
        return namespace(dy).reshape(dy, cache), []

    def tangent(self, params, cache, t):
        return self.forward(params, t)


class Flatten:
    """Examples of any shape as rows, (N, …) -> (N, n)."""

    shapes = ()
    __repr__ = words

    def output_shape(self, shape):
        """(a, b, …) -> (a·b·…,)."""
        if None in shape:
            raise ValueError(f"Flatten() gets the shape {shape}, of unknown size: begin the network with Reshape(h, w, c)")
        return (math.prod(shape),)

    def forward(self, params, x):
        return namespace(x).reshape(x, (x.shape[0], -1)), x.shape

    def backward(self, params, cache, dy):
        return namespace(dy).reshape(dy, cache), []

    def tangent(self, params, cache, t):
        return self.forward(params, t)


class Shift:
    """Sequences (N, T, n), one step later: y_1 = 0, y_t = x_{t−1}. What then reads y at step t has seen x before t only."""

    shapes = ()
    __repr__ = words

    def __init__(self, n):
        self.n = self.n_in = self.n_out = whole("Shift: n", n)
        self.input_shape = (None, self.n)

    def forward(self, params, x):
        xp = namespace(x)
        return xp.concat([xp.zeros_like(x[:, :1, :]), x[:, :-1, :]], axis=1), None

    def backward(self, params, cache, dy):
        xp = namespace(dy)
        return xp.concat([dy[:, 1:, :], xp.zeros_like(dy[:, :1, :])], axis=1), []

    def tangent(self, params, cache, t):
        return self.forward(params, t)

    def memory(self, N, shape, like):
        """What `at` keeps: x of the step before."""
        return [namespace(like).zeros((N, self.n), dtype=like.dtype)]

    def put(self, memory, step, x):
        """x (N, n) at a step."""
        memory[0] = x

    def at(self, params, memory, step, x):
        """y at one step, (N, n): what was put before."""
        return memory[0]
