"""The linear layer: every output is a weighted sum of all inputs, plus a bias.

    y = x W + b          x (N, n_in)   W (n_in, n_out)   b (n_out,)   y (N, n_out)

N is the batch: each row of x is one example, and the rows never meet. There may be more axes in front, as in (N, h, w, n_in):
they are all batch. So on an image this same layer is the 1×1 convolution: one and the same map for the channels of every pixel.

Backward. We are given dy = ∂L/∂y, of y's shape, and want ∂L/∂x, ∂L/∂W, ∂L/∂b. One element is
y_nj = Σ_i x_ni W_ij + b_j, so

    ∂L/∂x_ni = Σ_j dy_nj W_ij        dx = dy Wᵀ         (N, n_in)
    ∂L/∂W_ij = Σ_n x_ni dy_nj        dW = xᵀ dy         (n_in, n_out)
    ∂L/∂b_j  = Σ_n dy_nj             db = Σ_n dy        (n_out,)

The shapes alone nearly force these formulas. The parameters serve every example, so their gradients are sums over N;
if the loss is a mean, its 1/N is already in dy.

The bias is the weight of one more input, which is always 1. The cache has both, (x, 1). (`tangent` can be left for later, for
`penalty.py`: it says how y changes when x changes by t. That is t W. The constant input does not change: the cache is (t, 0).)
"""

from collections.abc import Callable

from minigan.arrays import namespace
from minigan.check import instance, whole
from minigan.nn.describe import words
from minigan.nn.initialise import glorot
from minigan.nn.shapes import as_rows, sum_rows


class Linear:
    """y = x W + b, with W (n_in, n_out) and b (n_out,).

    n_in: int, features of x.
    n_out: int, features of y.
    init: how W starts, a function of `minigan.nn.initialise`; he before a ReLU, glorot (the default) elsewhere. b starts at 0.
    """

    __repr__ = words

    def __init__(self, n_in, n_out, *, init=glorot):
        self.n_in, self.n_out = whole("Linear: n_in", n_in), whole("Linear: n_out", n_out)
        self.shapes = ((self.n_in, self.n_out), (self.n_out,))
        self.init_weights = instance("Linear: init", init, Callable)

    def init(self, rng, dtype):
        """The first [W, b], drawn with rng."""
        W = self.init_weights(rng, self.shapes[0], dtype)
        return [W, namespace(W).zeros(self.n_out, dtype=W.dtype)]

    def forward(self, params, x):
        """x (…, n_in) -> y (…, n_out), and the cache for backward."""
        W, b = params
        y = as_rows(x) @ W + b
        return namespace(x).reshape(y, (*x.shape[:-1], self.n_out)), (x, 1.0)

    def tangent(self, params, cache, t):
        """t (…, n_in), a change of x -> the change of y (…, n_out), and the cache for backward."""
        return namespace(t).reshape(as_rows(t) @ params[0], (*t.shape[:-1], self.n_out)), (t, 0.0)

    def backward(self, params, cache, dy, *, want_dx=True, want_dparams=True):
        """dy (…, n_out) -> dx (…, n_in), [dW, db]; None in the place of what is not wanted."""
        (W, _), (x, constant) = params, cache
        xp, dy = namespace(dy), as_rows(dy)
        dx = xp.reshape(dy @ W.T, x.shape) if want_dx else None
        return dx, [as_rows(x).T @ dy, sum_rows(dy) if constant else xp.zeros_like(params[1])] if want_dparams else None

    def to_torch(self, params):
        """The weights under torch's names and in its layout."""
        W, b = params
        return {"weight": W.T, "bias": b}

    def from_torch(self, named):
        """The way back."""
        return [named["weight"].T, named["bias"]]
