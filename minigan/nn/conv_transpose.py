"""The transposed convolution: the layer that makes images larger.

A convolution with stride 2 turns every window into one pixel. Its transpose turns every pixel into a window: the pixel's
features, times W, are laid over k×k pixels of the larger image, and where windows overlap, they add up:

    y = fold(x Wᵀ) + b          x (N, h, w, n_in)   W (k, k, n_out, n_in)   y (N, s·(h − 1) + k − 2p, …, n_out)

That is the gradient dx = fold(dy Wᵀ) of a `Conv2d` from n_out to n_in channels, with x in the place of dy. By the adjoint
equation ⟨patches(u), c⟩ = ⟨u, fold(c)⟩ of `conv.py` its backward is therefore made of the convolution's forward pass:

    d(x Wᵀ) = patches(dy)       dx = patches(dy) W       dW = patches(dy)ᵀ x       db = Σ dy

It does not undo a convolution: the shape comes back, the values do not. A kernel that the stride divides (4 for 2) lays the
same number of windows over every pixel; other kernels leave a checkerboard in the images (Odena et al. 2016). Source: Zeiler
et al. 2010; Radford et al. 2016 (DCGAN) for its use in a generator.
"""

from collections.abc import Callable

import numpy as np

from minigan.arrays import namespace
from minigan.check import instance, pair, whole
from minigan.nn.conv import Window, check_image, convolve, convolve_dW, convolve_dx
from minigan.nn.describe import words
from minigan.nn.initialise import glorot
from minigan.nn.shapes import sum_rows


class ConvTranspose2d:
    """y = fold(x Wᵀ) + b, on images (N, h, w, n_in).

    n_in, n_out: int, channels of x and y.
    kernel: int, or (rows, columns), the size of the window that a pixel becomes.
    stride: int, or (rows, columns), how far apart the windows of neighbours lie.
    padding: int, or (rows, columns), how much is cut off on each side.
    init: how W starts, a function of `minigan.nn.initialise`. b starts at 0.
    """

    __repr__ = words

    def __init__(self, n_in, n_out, kernel, *, stride=1, padding=0, init=glorot):
        self.n_in, self.n_out = whole("ConvTranspose2d: n_in", n_in), whole("ConvTranspose2d: n_out", n_out)
        self.kernel, self.stride, self.padding = kernel, stride, padding
        size = pair("ConvTranspose2d: kernel", kernel, 1)
        steps, cut = pair("ConvTranspose2d: stride", stride, 1), pair("ConvTranspose2d: padding", padding, 0)
        self.window = Window(np.ndindex(size), size, steps, cut)
        self.input_shape = (None, None, self.n_in)
        self.shapes = ((*size, self.n_out, self.n_in), (self.n_out,))
        self.init_weights = instance("ConvTranspose2d: init", init, Callable)

    def output_shape(self, shape):
        """(h, w, n_in) -> (s·(h − 1) + k − 2p, …, n_out)."""
        larger = tuple(n if n is None else s * (n - 1) + k - 2 * p for n, s, k, p in
                       zip(check_image(self, shape), self.window.stride, self.window.kernel, self.window.padding))  # fmt: skip
        if any(n is not None and n < 1 for n in larger):
            raise ValueError(f"{self!r} cuts off all of an image {shape}: want less padding or a larger kernel")
        return (*larger, self.n_out)

    def init(self, rng, dtype):
        """The first [W, b], drawn with rng."""
        # an initialiser wants the inputs before the outputs; all entries are drawn alike, so that they may change places
        W = self.init_weights(rng, (*self.window.kernel, self.n_in, self.n_out), dtype)
        xp = namespace(W)
        return [xp.reshape(W, self.shapes[0]), xp.zeros(self.n_out, dtype=W.dtype)]

    def matrix(self, W):
        """W (k, k, n_out, n_in) as the matrix (k·k·n_out, n_in) of the convolution whose transpose this is."""
        return namespace(W).reshape(W, (-1, self.n_in))

    def forward(self, params, x):
        """x (N, h, w, n_in) -> y, and the cache for backward."""
        W, b = params
        return self._fold(W, x) + b, (x, 1.0)

    def tangent(self, params, cache, t):
        """t, a change of x -> the change of y, and the cache for backward; b plays no part."""
        return self._fold(params[0], t), (t, 0.0)

    def _fold(self, W, x):
        return convolve_dx(x, self.matrix(W), self.window, self.output_shape(x.shape[1:])[:2])

    def backward(self, params, cache, dy, *, want_dx=True, want_dparams=True):
        """dy, of y's shape -> dx (N, h, w, n_in), [dW, db]; None in the place of what is not wanted."""
        (W, _), (x, constant) = params, cache
        xp = namespace(dy)
        dx = convolve(dy, self.matrix(W), self.window) if want_dx else None
        if not want_dparams:
            return dx, None
        dW = xp.reshape(convolve_dW(dy, x, self.window), W.shape)
        return dx, [dW, sum_rows(dy) if constant else xp.zeros_like(params[1])]

    def to_torch(self, params):
        """The weights under torch's names and in its layout: a kernel is (n_in, n_out, k, k)."""
        W, b = params
        return {"weight": W.transpose(3, 2, 0, 1), "bias": b}

    def from_torch(self, named):
        """The way back."""
        return [named["weight"].transpose(2, 3, 1, 0), named["bias"]]
