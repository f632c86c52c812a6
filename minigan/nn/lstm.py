"""The LSTM: a network that reads a sequence and keeps a memory.

At time t it sees x_t and what it said last, h_{t−1}, and it holds a memory c_{t−1}. Three gates, numbers in (0, 1), decide what
happens to the memory: i what enters, f what stays, o what is said.

    [a_i a_f a_o a_g] = x_t W_x + h_{t−1} W_h + b         x_t (N, n_in)   W_x (n_in, 4n)   W_h (n, 4n)   b (4n,)
    i, f, o = σ(a_i), σ(a_f), σ(a_o)        g = tanh(a_g)
    c_t = f c_{t−1} + i g                   h_t = o tanh(c_t)             c_t, h_t (N, n)

h_0 and c_0 are 0. The memory's path through time, c_t = f c_{t−1} + …, is a sum and not a product with a matrix: where f is
near 1 a gradient can pass many steps. In a plain recurrent network it passes a matrix product and a tanh at each step, and
usually dies or explodes.

**Back through time.** h_t is used twice, as the output y_t and in the next step; so is c_t. Walk from the last step to the
first with dh and dc, the gradients that come from later steps (0 behind the last one), and at each step

    dh ← dh + dy_t                                         dc ← dc + dh o (1 − tanh(c_t)²)
    da_i = dc g i (1 − i)       da_f = dc c_{t−1} f (1 − f)       da_o = dh tanh(c_t) o (1 − o)       da_g = dc i (1 − g²)
    dh ← da W_hᵀ                                           dc ← dc f             for the step before

W_x, W_h and b serve every step, so their gradients are sums over steps: once all da (N, T, 4n) are known, each is one product.
The product x W_x too is made for all steps at once, before the walk.
Sources: Hochreiter & Schmidhuber 1997; Gers et al. 2000 (the gate f).
"""

from collections.abc import Callable

import numpy as np

from minigan.arrays import namespace
from minigan.check import instance, whole
from minigan.nn.activations import sigmoid
from minigan.nn.describe import words
from minigan.nn.initialise import glorot
from minigan.nn.shapes import as_rows, sum_rows


def cell(a, c):
    """One step: a (…, 4n) and the memory c (…, n) -> h, the new c, and the cache for `cell_backward`."""
    n = c.shape[-1]
    xp = namespace(a)
    gates, g = sigmoid(a[..., : 3 * n]), xp.tanh(a[..., 3 * n :])
    i, f, o = gates[..., :n], gates[..., n : 2 * n], gates[..., 2 * n :]
    new = f * c + i * g
    said = xp.tanh(new)
    return o * said, new, (i, f, o, g, c, said)


def cell_backward(cache, dh, dc):
    """dh, dc (…, n), gradients of the new h and c -> da (…, 4n), and dc for the memory before."""
    i, f, o, g, c, said = cache
    dc = dc + dh * o * (1.0 - said * said)
    parts = [dc * g * i * (1.0 - i), dc * c * f * (1.0 - f), dh * said * o * (1.0 - o), dc * i * (1.0 - g * g)]
    return namespace(dh).concat(parts, axis=-1), dc * f


class LSTM:
    """(N, T, n_in) -> (N, T, n_out): h_1 … h_T.

    n_in: int, features of x.
    n_out: int, n, the size of h and of the memory.
    init: how W_x and W_h start, a function of `minigan.nn.initialise`. b starts at 0, but at 1 for the gate f: the memory stays
        (Jozefowicz et al. 2015).
    """

    __repr__ = words

    def __init__(self, n_in, n_out, *, init=glorot):
        self.n_in, self.n_out = whole("LSTM: n_in", n_in), whole("LSTM: n_out", n_out)
        self.input_shape = (None, self.n_in)
        self.shapes = ((self.n_in, 4 * self.n_out), (self.n_out, 4 * self.n_out), (4 * self.n_out,))
        self.init_weights = instance("LSTM: init", init, Callable)

    def output_shape(self, shape):
        """(T, n_in) -> (T, n_out)."""
        if len(shape) != 2 or shape[1] != self.n_in or shape[0] == 0:
            raise ValueError(f"{self!r} takes sequences (T, {self.n_in}) with T ≥ 1, and gets the shape {shape}")
        return shape[0], self.n_out

    def init(self, rng, dtype):
        """The first [W_x, W_h, b], drawn with rng."""
        W_x, W_h = (self.init_weights(rng, shape, dtype) for shape in self.shapes[:2])
        xp = namespace(W_x)
        zeros = xp.zeros(self.n_out, dtype=W_x.dtype)
        return [W_x, W_h, xp.concat([zeros, zeros + 1.0, zeros, zeros])]

    def forward(self, params, x):
        """x (N, T, n_in) -> y (N, T, n_out), and the cache for backward."""
        W_x, W_h, b = params
        xp, (N, T, _) = namespace(x), x.shape
        from_x = xp.reshape(as_rows(x) @ W_x + b, (N, T, 4 * self.n_out))
        y = xp.empty((N, T, self.n_out), dtype=x.dtype)
        h = c = xp.zeros((N, self.n_out), dtype=x.dtype)
        caches = []
        for t in range(T):
            h, c, cache = cell(from_x[:, t, :] + h @ W_h, c)
            y[:, t, :] = h
            caches.append(cache)
        return y, (x, y, caches)

    def backward(self, params, cache, dy, *, want_dx=True, want_dparams=True):
        """dy (N, T, n_out) -> dx (N, T, n_in), [dW_x, dW_h, db]; None in the place of what is not wanted."""
        (W_x, W_h, _), (x, y, caches) = params, cache
        xp, (N, T, n) = namespace(dy), dy.shape
        da = xp.empty((N, T, 4 * n), dtype=dy.dtype)
        dh = dc = xp.zeros((N, n), dtype=dy.dtype)
        for t in reversed(range(T)):
            step, dc = cell_backward(caches[t], dh + dy[:, t, :], dc)
            da[:, t, :] = step
            dh = step @ W_h.T
        dx = xp.reshape(as_rows(da) @ W_x.T, x.shape) if want_dx else None
        if not want_dparams:
            return dx, None
        before = xp.concat([xp.zeros_like(y[:, :1, :]), y[:, :-1, :]], axis=1)  # h_{t−1}, with h_0 = 0
        dW_h = as_rows(before).T @ as_rows(da)
        return dx, [as_rows(x).T @ as_rows(da), dW_h, sum_rows(da)]

    def memory(self, N, shape, like):
        """What `at` keeps, for N sequences: h and c."""
        zeros = namespace(like).zeros((N, self.n_out), dtype=like.dtype)
        return [zeros, zeros]

    def at(self, params, memory, step, x):
        """y at one step, (N, n_out), given x there, (N, n_in), and what was called for earlier steps."""
        W_x, W_h, b = params
        memory[0], memory[1], _ = cell(x @ W_x + b + memory[0] @ W_h, memory[1])
        return memory[0]

    def to_torch(self, params):
        """The weights under torch's names; torch has the gates in the order i, f, g, o, and two biases that are added."""
        W_x, W_h, b = params
        names = {"weight_ih_l0": W_x.T, "weight_hh_l0": W_h.T, "bias_ih_l0": b}
        return {name: self._swap(array) for name, array in names.items()} | {"bias_hh_l0": np.zeros_like(b)}

    def from_torch(self, named):
        """The way back."""
        weights = [self._swap(named[name]).T for name in ("weight_ih_l0", "weight_hh_l0")]
        return [*weights, self._swap(named["bias_ih_l0"] + named["bias_hh_l0"])]

    def _swap(self, array):
        """The gates along the first axis, (4n, …), with the last two exchanged: i, f, o, g <-> i, f, g, o."""
        i, f, third, fourth = np.split(array, 4)
        return np.concatenate([i, f, fourth, third])
