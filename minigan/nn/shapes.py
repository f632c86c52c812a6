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
import operator

from minigan.arrays import namespace
from minigan.nn.describe import words


def check_count(name, number):
    """A whole number ≥ 1 as a Python int; ValueError for anything else."""
    try:
        if isinstance(number, bool) or (count := operator.index(number)) < 1:
            raise TypeError
    except TypeError:
        raise ValueError(f"{name} is {number!r}: want a whole number, 1 or more") from None
    return count


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
        first = next((layer for layer in layers if hasattr(layer, "input_shape") or hasattr(layer, "n_in")), None)
        shape = getattr(first, "input_shape", (getattr(first, "n_in", None),))
    shapes = [shape]
    for before, layer in zip(["the input", *layers], layers):
        try:
            shapes.append(output_shape(layer, shapes[-1]))
        except ValueError as error:
            raise ValueError(f"{before!s} gives the shape {shapes[-1]}, which does not fit what follows: {error}") from error
    return shapes[0], shapes[1:]


def pair(name, value, least):
    """(rows, columns) of a number, which counts for both, or of two; each a whole number ≥ least."""
    numbers = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    try:
        if len(numbers) != 2 or any(isinstance(n, bool) or operator.index(n) < least for n in numbers):
            raise TypeError
    except TypeError:
        raise ValueError(f"{name} is {value!r}: want a whole number, {least} or more, or two of them (rows, columns)") from None
    return tuple(map(operator.index, numbers))


class Reshape:
    """Rows (N, n) as examples of another shape, (N, *shape), in the same order. shape: its lengths, as in Reshape(28, 28, 1)."""

    shapes = ()
    __repr__ = words

    def __init__(self, *shape):
        self.shape = tuple(check_count("Reshape: a length", length) for length in shape)
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
