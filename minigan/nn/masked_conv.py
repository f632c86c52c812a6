"""The masked convolution: a window that sees only what comes earlier.

A picture can be read pixel by pixel, row by row from the upper left corner. A network for p(pixel | all earlier pixels) must
not look ahead: its output at a pixel may depend on earlier pixels alone. So of a k×k window only these taps remain:

    1 1 1        mask "A": the rows above, and what stands left of the centre in its row. For the first layer.
    1 · 0        mask "B": the same, and the centre itself, whose features already describe earlier pixels only.
    0 0 0

A chain of one A and any number of B's is causal: by induction, every feature at a pixel is a function of earlier pixels. But
each look to the right goes at most (k − 1)/2 columns, and at least one row up: some earlier pixels, far to the right in the
rows just above, are never seen. That is the *blind spot* (van den Oord et al. 2016 b, Gated PixelCNN).

**Colours.** The colours of one pixel come in order too: red, then green given red, then blue given both. With `colours` = 3 the
channels, in and out, are cut into three groups in this order, and at the centre tap group g of the output sees, of the input,
the groups before g (A), or up to g (B).

Taps behind the centre have no weights at all: W is (taps, n_in, n_out), and the layer is `Conv2d` with fewer taps. So nothing
is multiplied by zero, and nothing can leak. Only for colours the centre's weights are multiplied by a pattern of 0 and 1.
Source: van den Oord et al. 2016, "Pixel recurrent neural networks", section 3.4.
"""

from collections.abc import Callable

import numpy as np

from minigan.arrays import namespace
from minigan.check import choice, instance, pair, whole
from minigan.nn.conv import Window, check_image, convolve, convolve_dW, convolve_dx
from minigan.nn.describe import words
from minigan.nn.initialise import glorot
from minigan.nn.shapes import sum_rows


class MaskedConv2d:
    """y = patches(x) W + b with the earlier taps only; x (N, h, w, n_in) -> y (N, h, w, n_out).

    n_in, n_out: int, channels of x and y.
    kernel: int, or (rows, columns), odd, so that there is a centre.
    mask: "A" (without the centre) or "B" (with it).
    colours: int, how many groups the channels form, 1 where pixels are grey. It must divide n_in and n_out.
    init: how W starts, a function of `minigan.nn.initialise`. b starts at 0.
    """

    __repr__ = words

    def __init__(self, n_in, n_out, kernel, *, mask="A", colours=1, init=glorot):
        self.n_in, self.n_out = whole("MaskedConv2d: n_in", n_in), whole("MaskedConv2d: n_out", n_out)
        self.kernel, self.colours = kernel, whole("MaskedConv2d: colours", colours)
        size = pair("MaskedConv2d: kernel", kernel, 1)
        if any(k % 2 == 0 for k in size):
            raise ValueError(f"MaskedConv2d: kernel is {kernel}: want odd numbers, so that there is a centre")
        choice("MaskedConv2d: mask", mask, ("A", "B"))  # without the centre, or with it
        if n_in % colours or n_out % colours:
            raise ValueError(f"MaskedConv2d: {n_in} and {n_out} channels do not form {colours} groups of one size")
        self.mask, self.init_weights = mask, instance("MaskedConv2d: init", init, Callable)
        centre = tuple(k // 2 for k in size)
        taps = [(a, b) for a, b in np.ndindex(size) if (a, b) < centre]
        group_in, group_out = np.arange(n_in) * colours // n_in, np.arange(n_out) * colours // n_out
        sees = group_in[:, None] < group_out if mask == "A" else group_in[:, None] <= group_out
        self.centre = sees if sees.any() and not sees.all() else None  # the centre's pattern, where some see and some do not
        if sees.any():
            taps.append(centre)
        if not taps:
            raise ValueError(f"{self!r} sees nothing: want a larger kernel, or mask 'B'")
        self.window = Window(taps, size, (1, 1), centre)
        self.input_shape = (None, None, self.n_in)
        self.shapes = ((len(taps), self.n_in, self.n_out), (self.n_out,))

    def output_shape(self, shape):
        """(h, w, n_in) -> (h, w, n_out)."""
        return (*check_image(self, shape), self.n_out)

    def init(self, rng, dtype):
        """The first [W, b], drawn with rng."""
        W = self.init_weights(rng, self.shapes[0], dtype)
        W = namespace(W).reshape(self.pattern(W), W.shape)
        return [W, namespace(W).zeros(self.n_out, dtype=W.dtype)]

    def pattern(self, W):
        """W (taps, n_in, n_out) as (taps·n_in, n_out), with zeros at the centre where a colour must not see another."""
        xp = namespace(W)
        matrix = xp.reshape(W, (-1, self.n_out))
        if self.centre is None:
            return matrix
        ones = np.ones((W.shape[0] - 1) * self.n_in * self.n_out, bool)
        sees = xp.reshape(xp.asarray(np.concatenate([ones, self.centre.reshape(-1)])), matrix.shape)
        return matrix * xp.astype(sees, W.dtype)

    def forward(self, params, x):
        """x (N, h, w, n_in) -> y (N, h, w, n_out), and the cache for backward."""
        W, b = params
        return convolve(x, self.pattern(W), self.window) + b, (x, 1.0)

    def tangent(self, params, cache, t):
        """t, a change of x -> the change of y, and the cache for backward; b plays no part."""
        return convolve(t, self.pattern(params[0]), self.window), (t, 0.0)

    def backward(self, params, cache, dy, *, want_dx=True, want_dparams=True):
        """dy (N, h, w, n_out) -> dx (N, h, w, n_in), [dW, db]; None in the place of what is not wanted."""
        (W, _), (x, constant) = params, cache
        xp = namespace(dy)
        dx = convolve_dx(dy, self.pattern(W), self.window, x.shape[1:3]) if want_dx else None
        if not want_dparams:
            return dx, None
        dW = xp.reshape(self.pattern(xp.reshape(convolve_dW(x, dy, self.window), W.shape)), W.shape)
        return dx, [dW, sum_rows(dy) if constant else xp.zeros_like(params[1])]

    def memory(self, N, shape, like):
        """What `at` keeps, for N images (h, w, n_in): x of the pixels so far, with zeros around the image."""
        (h, w, c), (rows, columns) = shape, self.window.padding
        return namespace(like).zeros((N, h + 2 * rows, w + 2 * columns, c), dtype=like.dtype)

    def put(self, memory, pixel, x):
        """x (N, n_in) at a pixel (i, j)."""
        (i, j), (rows, columns) = pixel, self.window.padding
        memory[:, i + rows, j + columns, :] = x

    def at(self, params, memory, pixel, x):
        """y at one pixel (i, j), (N, n_out), given x there, (N, n_in), and what was called for earlier pixels."""
        self.put(memory, pixel, x)
        (W, b), (i, j) = params, pixel
        seen = [memory[:, i + a, j + left : j + right, :] for a, left, right in self._runs()]
        flat = [namespace(x).reshape(part, (x.shape[0], -1)) for part in seen]
        return namespace(x).concat(flat, axis=1) @ self.pattern(W) + b

    def _runs(self):
        """The taps row by row: (row, first column, behind the last)."""
        rows = {}
        for a, b in self.window.taps:
            rows.setdefault(a, []).append(b)
        return [(a, min(columns), max(columns) + 1) for a, columns in rows.items()]

    def to_torch(self, params):
        """The weights as those of an nn.Conv2d whose masked taps are 0: (n_out, n_in, k, k)."""
        W, b = params
        whole = np.zeros((*self.window.kernel, self.n_in, self.n_out), W.dtype)
        whole[tuple(np.array(self.window.taps).T)] = self.pattern(W).reshape(W.shape)
        return {"weight": whole.transpose(3, 2, 0, 1), "bias": b}

    def from_torch(self, named):
        """The way back; what stands at masked taps is not looked at."""
        whole = named["weight"].transpose(2, 3, 1, 0)
        return [whole[tuple(np.array(self.window.taps).T)], named["bias"]]
