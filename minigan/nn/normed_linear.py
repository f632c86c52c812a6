"""Weight normalisation with fixed lengths: a linear layer that learns directions only.

    y = x W + b          W_j = s v_j / ‖v_j‖          x (N, n_in)   V (n_in, n_out)   b (n_out,)   y (N, n_out)

v_j is column j of V, the weights of output j. Its length does not count, for W_j always has the length s: an output says how
far x reaches into a direction, and what is learnt is the direction (and b). So a loss that would gain from ever larger outputs
cannot have them. It is made for the semi-supervised GAN (`models/ssgan.py`; docs/results.md has its losses without it).

Backward. dW = xᵀ dy as in `linear.py`. When v_j changes by t, the unit vector u_j = v_j / ‖v_j‖ changes by what t has at a
right angle to u_j, divided by ‖v_j‖. So

    dv_j = s / ‖v_j‖ (dW_j − u_j (u_jᵀ dW_j))

The gradient has no part along v_j: to make v_j longer changes nothing. Each step of gradient descent is at a right angle to v_j
and so makes it a little longer, and the next ones turn it less.
Source: Salimans & Kingma 2016, "Weight normalization", eq. 2 and 3, where s is learnt too.
"""

import numpy as np

from minigan.arrays import namespace
from minigan.check import number
from minigan.nn.initialise import he
from minigan.nn.linear import Linear

SHORTEST = 1e-12  # ‖v‖ is not taken for less


class NormedLinear(Linear):
    """y = x W + b, the columns of W being s v / ‖v‖ for the columns v of V (n_in, n_out).

    n_in: int, features of x.
    n_out: int, features of y.
    scale: float > 0, s. √2 keeps the size of a signal through layers of ReLU.
    init: how V starts, a function of `minigan.nn.initialise`. b starts at 0.
    """

    def __init__(self, n_in, n_out, *, scale=2.0**0.5, init=he):
        super().__init__(n_in, n_out, init=init)
        self.scale = number("NormedLinear: scale", scale, above=0)

    def weights(self, V):
        """W (n_in, n_out), and s / ‖v_j‖ (n_out,). A column of zeros has no direction: W_j is 0 there, and dv_j is s / 10⁻¹²
        times dW_j, so do not start there.
        """
        xp = namespace(V)
        stretch = self.scale / xp.maximum(xp.sqrt(xp.sum(V * V, axis=0)), SHORTEST)
        return V * stretch, stretch

    def forward(self, params, x):
        """x (…, n_in) -> y (…, n_out), and the cache for backward."""
        W, stretch = self.weights(params[0])
        y, cache = super().forward([W, params[1]], x)
        return y, (W, stretch, cache)

    def tangent(self, params, cache, t):
        """t (…, n_in), a change of x -> the change of y (…, n_out), and the cache for backward."""
        W, stretch = self.weights(params[0])  # not the cache's W: the tangent, too, is a function of V
        moved, after = super().tangent([W, params[1]], cache[2], t)
        return moved, (W, stretch, after)

    def backward(self, params, cache, dy, *, want_dx=True, want_dparams=True):
        """dy (…, n_out) -> dx (…, n_in), [dV, db]; None in the place of what is not wanted."""
        W, stretch, cache = cache
        dx, dparams = super().backward([W, params[1]], cache, dy, want_dx=want_dx, want_dparams=want_dparams)
        if not want_dparams:
            return dx, None
        (dW, db), u = dparams, W * (1.0 / self.scale)
        return dx, [stretch * (dW - u * namespace(W).sum(u * dW, axis=0)), db]

    def to_torch(self, params):
        """The weights under the names of torch's nn.utils.parametrizations.weight_norm(nn.Linear(…)): lengths, V and b."""
        V, b = params
        lengths = np.full((self.n_out, 1), self.scale, V.dtype)
        return {"parametrizations.weight.original0": lengths, "parametrizations.weight.original1": V.T, "bias": b}

    def from_torch(self, named):
        """The way back; ValueError where some length is not s."""
        lengths = named["parametrizations.weight.original0"]
        if lengths.shape != (self.n_out, 1) or not (abs(lengths / self.scale - 1.0) <= 1e-6).all():
            raise ValueError(f"original0, the lengths, is {np.unique(lengths)[:5]} in the shape {lengths.shape}: {self!r} "
                             f"wants ({self.n_out}, 1), each {self.scale:g}; train with them fixed")
        return [named["parametrizations.weight.original1"].T, named["bias"]]
