"""Optimizers: from a gradient to the next θ.

Each sees θ and dθ as flat vectors, so nothing about layers is left here. `step(theta, dtheta)` returns the new θ and
changes none of its arguments. With g = dθ and learning rate η:

    SGD        u ← momentum · u + g                 θ ← θ − η u
    RMSProp    v ← ρ v + (1 − ρ) g²                 θ ← θ − η g / (√v + eps)
    Adam       m ← β₁ m + (1 − β₁) g                a running mean of the gradient …
               v ← β₂ v + (1 − β₂) g²               … and of its square
               θ ← θ − η m̂ / (√v̂ + eps)            m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)

m and v start at 0, and t steps of averaging have brought in only the share 1 − βᵗ of the truth: the hats undo that.
The vectors u, v, m and the count t are an optimizer's state. It belongs to one θ: each network needs an optimizer of its
own, and a model starts a `fresh` one of the kind it is given.
Sources: Polyak 1964; Tieleman & Hinton 2012, lecture 6.5; Kingma & Ba 2015, algorithm 1.
"""

import copy
import math

import numpy as np

from minigan.arrays import copy_of, namespace

BLOCK = 65536  # numbers: a few vectors of them fit a processor's cache


def in_blocks(*vectors):
    """Yield matching pieces of long vectors, small enough that all steps of a formula find them in the cache.

    The pieces are views, so what is written in place stays written. On a GPU the one piece is the whole: each operation
    costs a launch there.
    """
    if not isinstance(vectors[0], np.ndarray):
        yield vectors
        return
    for start in range(0, vectors[0].size, BLOCK):
        yield [vector[start : start + BLOCK] for vector in vectors]


class Optimizer:
    """What the three share: the checks, the state, and the walk over the vectors in blocks."""

    count = 0  # how many vectors an optimizer keeps

    def __init__(self, lr):
        if not 0 < lr < math.inf:
            raise ValueError(f"lr={lr}: want a learning rate above 0")
        self.lr, self.t, self.moments = float(lr), 0, None

    def fresh(self):
        """An optimizer of the same settings that has not taken a step."""
        other = copy.copy(self)
        other.t, other.moments = 0, None
        return other

    def step(self, theta, dtheta):
        """θ, dθ -> the new θ."""
        xp = namespace(theta, dtheta)
        if theta.ndim != 1 or dtheta.shape != theta.shape or dtheta.dtype != theta.dtype:
            raise ValueError(f"dtheta is {dtheta.shape} of {dtheta.dtype}, theta {theta.shape} of {theta.dtype}: want "
                             "the same flat shape and dtype")
        if self.moments is None:
            self.moments = [xp.zeros_like(theta) for _ in range(self.count)]
        if any(moment.shape != theta.shape for moment in self.moments):
            raise ValueError(f"this {type(self).__name__} belongs to a theta of shape {self.moments[0].shape}, got "
                             f"{theta.shape}: give each network an optimizer of its own")
        self.t += 1
        new = xp.empty_like(theta)
        for new_part, theta_part, g, *moments in in_blocks(new, theta, dtheta, *self.moments):
            new_part[...] = theta_part
            new_part -= self.change(g, *moments)
        return new

    def settings(self):
        """The kind and its numbers, as a text: "Adam(lr=0.0002, beta1=0.5, …)"."""
        numbers = {name: value for name, value in vars(self).items() if name not in ("t", "moments", "count")}
        return f"{type(self).__name__}({', '.join(f'{name}={value}' for name, value in numbers.items())})"

    def state(self):
        """The step count and copies of the vectors: a dict for `load_state`."""
        return {"kind": type(self).__name__, "t": self.t, "moments": [copy_of(moment) for moment in self.moments or []]}

    def load_state(self, state):
        """Take over what the `state()` of an optimizer of the same kind gave."""
        kind, t, moments = (state.get(name) for name in ("kind", "t", "moments"))
        if kind != type(self).__name__ or not isinstance(t, int) or t < 0 or len(moments) != (self.count if t else 0):
            raise ValueError(f"the state is of {kind}, t {t}: {type(self).__name__} wants its own kind, a count t ≥ 0 and "
                             f"{self.count} vectors once t > 0")
        self.t = t
        self.moments = [copy_of(moment) for moment in moments] if t else None


class SGD(Optimizer):
    """Gradient descent, with momentum if wanted: u ← momentum · u + g, θ ← θ − lr · u."""

    def __init__(self, lr=0.01, momentum=0.0):
        super().__init__(lr)
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum={momentum}: want 0 ≤ momentum < 1")
        self.momentum = float(momentum)
        self.count = 1 if momentum else 0  # without momentum u is g, and nothing has to be kept

    def change(self, g, u=None):
        if u is None:
            return g * self.lr
        u *= self.momentum
        u += g
        return u * self.lr


class RMSProp(Optimizer):
    """v ← rho · v + (1 − rho) g², θ ← θ − lr · g / (√v + eps)."""

    count = 1

    def __init__(self, lr=1e-3, rho=0.99, eps=1e-8):
        super().__init__(lr)
        if not 0 <= rho < 1 or eps < 0:
            raise ValueError(f"rho={rho}, eps={eps}: want 0 ≤ rho < 1 and eps ≥ 0")
        self.rho, self.eps = float(rho), float(eps)

    def change(self, g, v):
        v *= self.rho
        v += (1.0 - self.rho) * g * g
        below = namespace(v).sqrt(v)
        below += self.eps
        change = g / below
        change *= self.lr
        return change


class Adam(Optimizer):
    """Adam (Kingma & Ba 2015). The defaults are those of the DCGAN paper, which all GANs here use."""

    count = 2

    def __init__(self, lr=2e-4, beta1=0.5, beta2=0.999, eps=1e-8):
        super().__init__(lr)
        if not (0 <= beta1 < 1 and 0 <= beta2 < 1) or eps < 0:
            raise ValueError(f"beta1={beta1}, beta2={beta2}, eps={eps}: want both betas in [0, 1) and eps ≥ 0")
        self.beta1, self.beta2, self.eps = float(beta1), float(beta2), float(eps)

    def change(self, g, m, v):
        # m̂ / (√v̂ + eps) with the hats' scalars moved out of the vectors: below is √v + eps·√(1 − β₂ᵗ)
        root = math.sqrt(1.0 - self.beta2**self.t)
        m *= self.beta1
        m += (1.0 - self.beta1) * g
        square = g * g
        square *= 1.0 - self.beta2
        v *= self.beta2
        v += square
        below = namespace(v).sqrt(v)
        below += self.eps * root
        change = m / below
        change *= self.lr * root / (1.0 - self.beta1**self.t)
        return change
