"""The row LSTM: an LSTM that reads an image row by row, all pixels of a row at once.

Time is the row number. Each pixel of row r has an h and a memory c of its own, and it hears from row r − 1 at its own column
and at both neighbours', so that what is known spreads in a triangle, a pixel wider to each side with every row:

    a[r, j] = W_x over (x[r, j − 1], x[r, j])  +  W_h over (h[r − 1, j − 1], h[r − 1, j], h[r − 1, j + 1])  +  b
    h[r, j], c[r, j] = cell(a[r, j], c[r − 1, j])                                     `cell` of lstm.py, 4n gates

Input to state is a masked convolution along the row (mask "B", `masked_conv.py`), made for all rows at once. State to state
is a convolution 1×3 of the row before, which needs no mask: all of that row is earlier.

Backward walks the rows from the last to the first, as in `lstm.py`; the only difference is that da W_hᵀ is folded back onto
three neighbours (`Window.fold`).
Source: van den Oord et al. 2016, "Pixel recurrent neural networks", section 3.1.
"""

from minigan.arrays import namespace
from minigan.check import whole
from minigan.nn.conv import Window
from minigan.nn.describe import words
from minigan.nn.initialise import glorot
from minigan.nn.lstm import cell, cell_backward
from minigan.nn.masked_conv import MaskedConv2d
from minigan.nn.shapes import as_rows

NEIGHBOURS = Window([(0, 0), (0, 1), (0, 2)], (1, 3), (1, 1), (0, 1))  # left, itself, right, in one row


class RowLSTM:
    """Images (N, h, w, n_in) -> (N, h, w, n_out).

    n_in: int, channels of x.
    n_out: int, n, the size of h and of the memory at each pixel.
    init: how the weights start, a function of `minigan.nn.initialise`. b starts at 0, but at 1 for the gate f.
    """

    __repr__ = words

    def __init__(self, n_in, n_out, *, init=glorot):
        self.n_in, self.n_out = whole("RowLSTM: n_in", n_in), whole("RowLSTM: n_out", n_out)
        self.from_x = MaskedConv2d(self.n_in, 4 * self.n_out, (1, 3), mask="B", init=init)
        self.input_shape = self.from_x.input_shape
        self.shapes = (*self.from_x.shapes, (3 * self.n_out, 4 * self.n_out))  # W_x, b, W_h
        self.init_weights = init

    def output_shape(self, shape):
        """(h, w, n_in) -> (h, w, n_out)."""
        return (*self.from_x.output_shape(shape)[:2], self.n_out)

    def init(self, rng, dtype):
        """The first [W_x, b, W_h], drawn with rng."""
        W_x, _ = self.from_x.init(rng, dtype)
        zeros = namespace(W_x).zeros(self.n_out, dtype=W_x.dtype)
        b = namespace(W_x).concat([zeros, zeros + 1.0, zeros, zeros])
        return [W_x, b, self.init_weights(rng, self.shapes[2], dtype)]

    def forward(self, params, x):
        """x (N, h, w, n_in) -> y (N, h, w, n_out), and the cache for backward."""
        W_x, b, W_h = params
        xp, (N, rows, w, _) = namespace(x), x.shape
        a, cache_x = self.from_x.forward([W_x, b], x)
        y = xp.empty((N, rows, w, self.n_out), dtype=x.dtype)
        h = c = xp.zeros((N, 1, w, self.n_out), dtype=x.dtype)
        caches = []
        for r in range(rows):
            from_h = xp.reshape(NEIGHBOURS.patches(h) @ W_h, (N, 1, w, -1))
            h, c, cache = cell(a[:, r : r + 1, :, :] + from_h, c)
            y[:, r : r + 1, :, :] = h
            caches.append(cache)
        return y, (cache_x, y, caches)

    def backward(self, params, cache, dy, *, want_dx=True, want_dparams=True):
        """dy (N, h, w, n_out) -> dx (N, h, w, n_in), [dW_x, db, dW_h]; None in the place of what is not wanted."""
        W_x, b, W_h = params
        cache_x, y, caches = cache
        xp, (N, rows, w, n) = namespace(dy), dy.shape
        da = xp.empty((N, rows, w, 4 * n), dtype=dy.dtype)
        dh = dc = xp.zeros((N, 1, w, n), dtype=dy.dtype)
        dW_h = xp.zeros_like(W_h)
        for r in reversed(range(rows)):
            step, dc = cell_backward(caches[r], dh + dy[:, r : r + 1, :, :], dc)
            da[:, r : r + 1, :, :] = step
            dh = NEIGHBOURS.fold(as_rows(step) @ W_h.T, (1, w))
            if r > 0 and want_dparams:
                dW_h = dW_h + NEIGHBOURS.patches(y[:, r - 1 : r, :, :]).T @ as_rows(step)
        dx, dparams = self.from_x.backward([W_x, b], cache_x, da, want_dx=want_dx, want_dparams=want_dparams)
        return dx, [*dparams, dW_h] if want_dparams else None

    def memory(self, N, shape, like):
        """What `at` keeps, for N images (h, w, n_in): of the masked convolution, h of all pixels, and c of one row."""
        xp, (h, w, _) = namespace(like), shape
        states = xp.zeros((N, h + 1, w + 2, self.n_out), dtype=like.dtype)  # a row above and a column on each side stay 0
        return self.from_x.memory(N, shape, like), states, xp.zeros((N, w, self.n_out), dtype=like.dtype)

    def at(self, params, memory, pixel, x):
        """y at one pixel (r, j), (N, n_out), given x there, (N, n_in), and what was called for earlier pixels."""
        (W_x, b, W_h), (r, j), (inside, states, c) = params, pixel, memory
        xp = namespace(x)
        above = xp.reshape(states[:, r, j : j + 3, :], (x.shape[0], -1))  # row r − 1 stands in place r
        h, c[:, j, :], _ = cell(self.from_x.at([W_x, b], inside, pixel, x) + above @ W_h, c[:, j, :])
        states[:, r + 1, j + 1, :] = h
        return h

    def to_torch(self, params):
        """The weights as those of two nn.Conv2d, "from_x" and "from_h"; the gates are in the order i, f, o, g."""
        W_x, b, W_h = params
        named = {f"from_x.{name}": array for name, array in self.from_x.to_torch([W_x, b]).items()}
        return named | {"from_h.weight": W_h.reshape(1, 3, self.n_out, -1).transpose(3, 2, 0, 1)}

    def from_torch(self, named):
        """The way back."""
        W_x, b = self.from_x.from_torch({name: named[f"from_x.{name}"] for name in ("weight", "bias")})
        return [W_x, b, named["from_h.weight"].transpose(2, 3, 1, 0).reshape(self.shapes[2])]
