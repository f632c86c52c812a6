"""The convolution: one small linear layer, looking through a window that slides over the image.

    y[n, i, j, :] = Σ_a Σ_b x[n, s·i + a − p, s·j + b − p, :] W[a, b] + bias        a, b = 0 … k − 1

x (N, h, w, n_in), W (k, k, n_in, n_out), bias (n_out,), y (N, h′, w′, n_out), with stride s, and p rows and columns of zeros
around the image: h′ = (h + 2p − k) / s + 1. A pixel (a, b) of the window is called a *tap*.

**As one product.** Lay the pixels that a window sees side by side, k·k·n_in numbers, one row for each window: that is
`patches(x)`. With W as a matrix (k·k·n_in, n_out) the convolution is a `Linear` on patches,

    y = patches(x) W + bias

and so is its backward, dW = patches(x)ᵀ dy, d bias = Σ dy and d patches = dy Wᵀ.

**Back to the image.** Windows overlap, so a pixel has been copied into many patches. By the chain rule its gradient is the
sum over the copies. That is `fold`: every number of c is added to the pixel that it was copied from. `patches` is linear in
x, and fold is its transpose (its *adjoint*), which is one equation:

    ⟨patches(x), c⟩ = ⟨x, fold(c)⟩       for every x and c

So dx = fold(dy Wᵀ). And `ConvTranspose2d`, the layer that makes images larger, is this line used as a forward pass.

Where the window moves by one pixel, the same sum can be read from the pixel's side. Pixel (i, j) stands in the windows at
(i + p − a, j + p − b), once at each tap:

    dx[n, i, j, :] = Σ_a Σ_b dy[n, i + p − a, j + p − b, :] W[a, b]ᵀ

That is a convolution of dy, with the kernel turned by 180° and k − 1 − p zeros around. It takes the same products, and adds
nothing up in memory: half to two thirds of the time of fold.

Patches take k²/s² times the memory of x. So they are made for a few images at a time, used while they are in the processor's
cache, and made again in backward. On a GPU one block is the whole batch.
Sources: LeCun et al. 1989; Dumoulin & Visin 2016, "A guide to convolution arithmetic", chapter 4 (the transpose).
"""

import functools
from collections.abc import Callable

import numpy as np

from minigan.arrays import namespace, row_blocks
from minigan.check import instance, pair, whole
from minigan.nn.describe import words
from minigan.nn.initialise import glorot
from minigan.nn.shapes import as_rows, sum_rows

BLOCK = 1 << 20  # numbers of patches at a time on a processor: 4 MB of float32


class Window:
    """The geometry of a sliding window: taps (a list of (a, b)) of a kernel, stride and padding, each (rows, columns)."""

    def __init__(self, taps, kernel, stride, padding):
        self.taps, self.kernel, self.stride, self.padding = tuple(taps), kernel, stride, padding

    def places(self, shape, name="the window"):
        """(h′, w′): how many places the window has on an image (h, w); ValueError where it does not fit. None stays None."""
        places = []
        for axis, n, k, s, p in zip(("high", "wide"), shape, self.kernel, self.stride, self.padding):
            if n is None:
                places.append(None)
                continue
            size = f"the image is {n} {axis}, {n + 2 * p} with its padding"
            if n + 2 * p < k:
                raise ValueError(f"{size}, and the kernel {k}: {name} needs a larger image, a smaller kernel or more padding")
            if over := (n + 2 * p - k) % s:
                raise ValueError(f"{size}: a kernel of {k} in steps of {s} leaves {over} over at the end; {name} needs another "
                                 "stride, kernel or padding")
            places.append((n + 2 * p - k) // s + 1)
        return tuple(places)

    def turned(self):
        """The window that gathers dx from dy, for stride 1: the kernel turned by 180°."""
        (rows, columns), (top, left) = self.kernel, self.padding
        taps = [(rows - 1 - a, columns - 1 - b) for a, b in reversed(self.taps)]
        return Window(taps, self.kernel, (1, 1), (rows - 1 - top, columns - 1 - left))

    def padded(self, x):
        """x (N, h, w, c) with zeros around each image."""
        (rows, columns), (N, h, w, c) = self.padding, x.shape
        if not rows and not columns:
            return x
        larger = namespace(x).zeros((N, h + 2 * rows, w + 2 * columns, c), dtype=x.dtype)
        larger[:, rows : rows + h, columns : columns + w, :] = x
        return larger

    def patches(self, x):
        """x (N, h, w, c) -> (N·h′·w′, taps·c): the pixels under each window, tap by tap."""
        N, h, w, c = x.shape
        x, xp = self.padded(x), namespace(x)
        index = _pixels(xp, x.shape[1:3], self.places((h, w)), self.stride, self.taps)
        flat = xp.reshape(x, (N, x.shape[1] * x.shape[2], c))
        return xp.reshape(xp.take(flat, index, axis=1), (-1, len(self.taps) * c))

    def fold(self, columns, shape):
        """columns (N·h′·w′, taps·c) -> (N, h, w, c), shape = (h, w): each number is added to its pixel; patches' adjoint."""
        (h, w), (rows, cols), (down, right) = shape, self.padding, self.stride
        xp, (high, wide) = namespace(columns), self.places(shape)
        columns = xp.reshape(columns, (-1, high, wide, len(self.taps), columns.shape[1] // len(self.taps)))
        x = xp.zeros((columns.shape[0], h + 2 * rows, w + 2 * cols, columns.shape[-1]), dtype=columns.dtype)
        below, beyond = down * (high - 1) + 1, right * (wide - 1) + 1  # from a tap's first pixel to behind its last
        for i, (a, b) in enumerate(self.taps):
            x[:, a : a + below : down, b : b + beyond : right, :] += columns[:, :, :, i, :]
        return x[:, rows : rows + h, cols : cols + w, :]


@functools.lru_cache(maxsize=64)
def _pixels(xp, shape, places, stride, taps):
    """Which pixel of a padded image, counted row by row, stands where in its patches: (h′·w′·taps,)."""
    top, left = (np.arange(n) * s for n, s in zip(places, stride))
    a, b = np.array(taps).T
    index = (top[:, None, None] + a) * shape[1] + left[None, :, None] + b
    return xp.asarray(index.reshape(-1))


def block_rows(x, window, n_in):
    """How many images of x (N, h, w, c) to take at a time: all on a GPU, a few on a processor."""
    if namespace(x).__name__ == "cupy":
        return x.shape[0]
    high, wide = window.places(x.shape[1:3])
    return max(1, BLOCK // (high * wide * len(window.taps) * n_in))


def convolve(x, W, window):
    """Each window's pixels times W: x (N, h, w, n_in), W (taps·n_in, n_out) -> (N, h′, w′, n_out)."""
    xp, places = namespace(x), window.places(x.shape[1:3])
    y = xp.empty((x.shape[0], *places, W.shape[1]), dtype=x.dtype)
    for start, part in row_blocks(x, block_rows(x, window, x.shape[3])):
        y[start : start + part.shape[0], ...] = xp.reshape(window.patches(part) @ W, (-1, *places, W.shape[1]))
    return y


def convolve_dW(x, dy, window):
    """The gradient of W, (taps·n_in, n_out), for x (N, h, w, n_in) and dy (N, h′, w′, n_out)."""
    dW = 0.0
    for start, part in row_blocks(x, block_rows(x, window, x.shape[3])):
        dW = dW + window.patches(part).T @ as_rows(dy[start : start + part.shape[0], ...])
    return dW


def convolve_dx(dy, W, window, shape):
    """The gradient of x, (N, h, w, n_in), for dy (N, h′, w′, n_out) and W (taps·n_in, n_out). shape: (h, w)."""
    xp, n_in = namespace(dy), W.shape[0] // len(window.taps)
    if window.stride == (1, 1) and all(p < k for p, k in zip(window.padding, window.kernel)):
        taps = xp.reshape(W, (len(window.taps), n_in, -1))
        return convolve(dy, xp.concat([taps[i, ...].T for i in reversed(range(len(window.taps)))]), window.turned())
    x = xp.empty((dy.shape[0], *shape, n_in), dtype=dy.dtype)
    for start, part in row_blocks(dy, block_rows(x, window, n_in)):
        x[start : start + part.shape[0], ...] = window.fold(as_rows(part) @ W.T, shape)
    return x


class Conv2d:
    """y = patches(x) W + b, on images (N, h, w, n_in).

    n_in, n_out: int, channels of x and y.
    kernel: int, or (rows, columns), the size of the window.
    stride: int, or (rows, columns), how far the window moves at a time.
    padding: int, or (rows, columns), zeros on each side of the image.
    init: how W starts, a function of `minigan.nn.initialise`. b starts at 0.
    """

    __repr__ = words

    def __init__(self, n_in, n_out, kernel, *, stride=1, padding=0, init=glorot):
        self.n_in, self.n_out = whole("Conv2d: n_in", n_in), whole("Conv2d: n_out", n_out)
        self.kernel, self.stride, self.padding = kernel, stride, padding
        size = pair("Conv2d: kernel", kernel, 1)
        self.window = Window(np.ndindex(size), size, pair("Conv2d: stride", stride, 1), pair("Conv2d: padding", padding, 0))
        self.input_shape = (None, None, self.n_in)
        self.shapes = ((*size, self.n_in, self.n_out), (self.n_out,))
        self.init_weights = instance("Conv2d: init", init, Callable)

    def output_shape(self, shape):
        """(h, w, n_in) -> (h′, w′, n_out)."""
        return (*self.window.places(check_image(self, shape), repr(self)), self.n_out)

    def init(self, rng, dtype):
        """The first [W, b], drawn with rng."""
        W = self.init_weights(rng, self.shapes[0], dtype)
        return [W, namespace(W).zeros(self.n_out, dtype=W.dtype)]

    def matrix(self, W):
        """W (k, k, n_in, n_out) as (k·k·n_in, n_out)."""
        return namespace(W).reshape(W, (-1, self.n_out))

    def forward(self, params, x):
        """x (N, h, w, n_in) -> y (N, h′, w′, n_out), and the cache for backward."""
        W, b = params
        return convolve(x, self.matrix(W), self.window) + b, (x, 1.0)

    def tangent(self, params, cache, t):
        """t, a change of x -> the change of y, and the cache for backward; b plays no part."""
        return convolve(t, self.matrix(params[0]), self.window), (t, 0.0)

    def backward(self, params, cache, dy, *, want_dx=True, want_dparams=True):
        """dy (N, h′, w′, n_out) -> dx (N, h, w, n_in), [dW, db]; None in the place of what is not wanted."""
        (W, _), (x, constant) = params, cache
        xp = namespace(dy)
        dx = convolve_dx(dy, self.matrix(W), self.window, x.shape[1:3]) if want_dx else None
        if not want_dparams:
            return dx, None
        dW = xp.reshape(convolve_dW(x, dy, self.window), W.shape)
        return dx, [dW, sum_rows(dy) if constant else xp.zeros_like(params[1])]

    def to_torch(self, params):
        """The weights under torch's names and in its layout: a kernel is (n_out, n_in, k, k)."""
        W, b = params
        return {"weight": W.transpose(3, 2, 0, 1), "bias": b}

    def from_torch(self, named):
        """The way back."""
        return [named["weight"].transpose(2, 3, 1, 0), named["bias"]]


def check_image(layer, shape):
    """(h, w) of an image's shape; ValueError unless it is (h, w, n_in)."""
    if len(shape) != 3 or shape[2] != layer.n_in:
        raise ValueError(f"{layer!r} takes images (h, w, {layer.n_in}), and gets the shape {shape}: begin the network with "
                         "Reshape(h, w, c), and let the channels match")
    return shape[:2]
