"""The linear layer: every output is a weighted sum of all inputs, plus a bias.

    y = x W + b          x (N, n_in)   W (n_in, n_out)   b (n_out,)   y (N, n_out)

N is the batch: each row of x is one example, and the rows never meet.

Backward. We are given dy = ∂L/∂y, of y's shape, and want ∂L/∂x, ∂L/∂W, ∂L/∂b. One element is
y_nj = Σ_i x_ni W_ij + b_j, so

    ∂L/∂x_ni = Σ_j dy_nj W_ij        dx = dy Wᵀ         (N, n_in)
    ∂L/∂W_ij = Σ_n x_ni dy_nj        dW = xᵀ dy         (n_in, n_out)
    ∂L/∂b_j  = Σ_n dy_nj             db = Σ_n dy        (n_out,)

The shapes alone nearly force these formulas. The parameters serve every example, so their gradients are sums over N;
if the loss is a mean, its 1/N is already in dy.

The bias is the weight of one more input that is always 1. That is how the cache keeps it: (x, 1). In `tangent`, which is for
later (`penalty.py`), it is 0: when x changes by t, y changes by t W, and the constant input not at all.
"""

from minigan.arrays import namespace
from minigan.nn.initialise import glorot


class Linear:
    """y = x W + b, with W (n_in, n_out) and b (n_out,).

    init: how W starts, a function of `minigan.nn.initialise`: he before a ReLU, glorot elsewhere. b starts at 0.
    """

    def __init__(self, n_in, n_out, *, init=glorot):
        if n_in < 1 or n_out < 1:
            raise ValueError(f"Linear({n_in}, {n_out}): want at least one input and one output")
        self.n_in, self.n_out = n_in, n_out
        self.shapes = ((n_in, n_out), (n_out,))
        self._init = init

    def init(self, rng, dtype):
        """The first [W, b], drawn with rng."""
        W = self._init(rng, (self.n_in, self.n_out), dtype)
        return [W, namespace(W).zeros(self.n_out, dtype=W.dtype)]

    def forward(self, params, x):
        """x (N, n_in) -> y (N, n_out), and the cache for backward."""
        if x.ndim != 2 or x.shape[1] != self.n_in:
            raise ValueError(f"Linear({self.n_in}, {self.n_out}) got x of shape {x.shape}, wants (N, {self.n_in})")
        W, b = params
        y = x @ W
        y += b
        return y, (x, 1.0)

    def tangent(self, params, cache, t):
        """t (N, n_in), a change of x -> the change of y (N, n_out), and the cache for backward."""
        return t @ params[0], (t, 0.0)

    def backward(self, params, cache, dy, *, want_dx=True, want_dparams=True):
        """dy (N, n_out) -> dx (N, n_in), [dW, db]; None in the place of what is not wanted."""
        (W, _), (x, constant) = params, cache
        dx = dy @ W.T if want_dx else None
        dparams = [x.T @ dy, constant * namespace(dy).sum(dy, axis=0)] if want_dparams else None
        return dx, dparams
