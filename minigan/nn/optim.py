"""Optimizers: from a gradient to the next θ.

Each sees θ and dθ as flat vectors, so nothing about layers is left here. `step(theta, dtheta)` returns the new θ and
changes none of its arguments. With g = dθ and learning rate η:

    SGD        u ← momentum · u + g                 θ ← θ − η u
    RMSProp    v ← ρ v + (1 − ρ) g²                 θ ← θ − η g / (√v + eps)
    Adam       m ← β₁ m + (1 − β₁) g                a running mean of the gradient …
               v ← β₂ v + (1 − β₂) g²               … and of its square
               θ ← θ − η m̂ / (√v̂ + eps)            m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)

m and v start at 0, and t steps of averaging have brought in only the share 1 − βᵗ of the truth: the hats undo that.
Two options go with each of them. A `schedule` multiplies η at step t (`schedule.py`). With `average` = α > 0 it also keeps

    θ̄ ← α θ̄ + (1 − α) θ           starting at the first θ

a running mean of where θ has been, about 1/(1 − α) steps long. Training never sees θ̄; a model samples with it, since a θ that
circles around a good point is on average nearer to it (the plain mean: Polyak & Juditsky 1992; this one, for GANs: Yazıcı et
al. 2019). The vectors u, v, m, θ̄ and the count t are an optimizer's state. It belongs to one θ: each network needs an
optimizer of its own, and a model starts a `fresh` one of the kind it is given.
Sources: Polyak 1964; Tieleman & Hinton 2012, lecture 6.5; Kingma & Ba 2015, algorithm 1.
"""

import copy
import math

import numpy as np

from minigan.arrays import copy_of, namespace
from minigan.check import number, whole
from minigan.nn.describe import words
from minigan.nn.schedule import check_schedule, scheduled

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

    count = 0  # how many vectors `change` keeps
    squares = ()  # which of them are means of squares

    __repr__ = words

    def __init__(self, lr, schedule=None, average=0.0):
        self.lr, self.schedule = number("lr, the learning rate,", lr, above=0), check_schedule("schedule", schedule)
        self.average = number("average", average, least=0, below=1)
        self.t, self.moments, self.mean = 0, None, None

    def fresh(self, theta=None):
        """An optimizer of the same settings that has not taken a step; with θ given, its vectors are there from the start."""
        other = copy.copy(self)
        other.t, other.moments, other.mean = 0, None, None
        if theta is not None:
            other._start(theta)
        return other

    def _start(self, theta):
        self.moments = [namespace(theta).zeros_like(theta) for _ in range(self.count)]
        self.mean = copy_of(theta) if self.average else None

    def step(self, theta, dtheta):
        """θ, dθ -> the new θ."""
        xp = namespace(theta, dtheta)
        if theta.ndim != 1 or dtheta.shape != theta.shape or dtheta.dtype != theta.dtype:
            raise ValueError(f"dtheta is {dtheta.shape} of {dtheta.dtype}, theta {theta.shape} of {theta.dtype}: want "
                             "the same flat shape and dtype")
        if self.moments is None or (self.average and self.mean is None):
            self._start(theta)
        if any(moment.shape != theta.shape for moment in self.moments):
            raise ValueError(f"this {type(self).__name__} belongs to a theta of shape {self.moments[0].shape}, got "
                             f"{theta.shape}: give each network an optimizer of its own")
        rate = scheduled(self.lr, self.schedule, self.t + 1)
        self.t += 1
        new = xp.empty_like(theta)
        for new_part, theta_part, g, *moments in in_blocks(new, theta, dtheta, *self.moments):
            new_part[...] = theta_part
            new_part -= self.change(rate, g, *moments)
        if self.average:
            self.mean = self.average * self.mean + (1.0 - self.average) * new
        return new

    def averaged(self, theta):
        """θ̄ where an average is kept, else θ itself."""
        return self.mean if self.average and self.mean is not None else theta

    def state(self):
        """The step count and copies of the vectors: a dict for `load_state`."""
        vectors = {"moments": [copy_of(moment) for moment in self.moments or []]}
        return {"t": self.t, **vectors} | ({"mean": copy_of(self.mean)} if self.mean is not None else {})

    def check_state(self, state):
        """Raise unless `state` can be that of an optimizer of these settings."""
        names = set(state) if isinstance(state, dict) else set()
        moments = state["moments"] if names - {"mean"} == {"t", "moments"} else None
        averages = "mean" in names or not (self.average and names and state["t"])
        if not isinstance(moments, (list, tuple)) or len(moments) not in (0, self.count) or not averages:
            raise ValueError(f"the state has {sorted(names)}: {self!r} wants t ≥ 0, {self.count} moments, and a mean if it "
                             "averages")
        whole("t", state["t"], 0)
        theirs = [*moments, *(state[name] for name in names & {"mean"})]
        ours = [*(self.moments or []), *([] if self.mean is None else [self.mean])]
        if len(shapes := {tuple(vector.shape) for vector in theirs + ours}) > 1:
            raise ValueError(f"the vectors of the state and of {self!r} have the shapes {sorted(shapes)}: want the same")
        if len(dtypes := {str(vector.dtype) for vector in theirs + ours}) > 1:
            raise ValueError(f"the vectors of the state and of {self!r} are {' and '.join(sorted(dtypes))}: want one dtype")
        if "mean" in names and not bool(namespace(state["mean"]).all(namespace(state["mean"]).isfinite(state["mean"]))):
            raise ValueError(f"the mean of {self!r} is not finite: want a state as it was saved")
        for i, moment in enumerate(moments):
            xp, least = namespace(moment), 0.0 if i in self.squares else -math.inf
            if not bool(xp.all(xp.isfinite(moment))) or bool(xp.any(moment < least)):
                raise ValueError(f"moment {i} of {self!r} is not finite, or a mean of squares below 0: want a state as it was "
                                 "saved")

    def load_state(self, state):
        """Take over what the `state()` of an optimizer of the same settings gave."""
        self.check_state(state)
        moments = [copy_of(moment) for moment in state["moments"]]
        self.t, self.moments = int(state["t"]), moments if len(moments) == self.count else None
        self.mean = copy_of(state["mean"]) if "mean" in state else None


class SGD(Optimizer):
    """Gradient descent, with momentum if wanted: u ← momentum · u + g, θ ← θ − lr · u.

    lr: float > 0, the learning rate η. momentum: float in [0, 1). schedule, average: see above; none by default.
    """

    def __init__(self, lr=0.01, momentum=0.0, *, schedule=None, average=0.0):
        super().__init__(lr, schedule, average)
        self.momentum = number("momentum", momentum, least=0, below=1)
        self.count = 1 if momentum else 0  # without momentum u is g, and nothing has to be kept

    def change(self, rate, g, u=None):
        if u is None:
            return g * rate
        u *= self.momentum
        u += g
        return u * rate


class RMSProp(Optimizer):
    """v ← rho · v + (1 − rho) g², θ ← θ − lr · g / (√v + eps).

    lr: float > 0. rho: float in [0, 1). eps: float > 0: g and v may both be 0. schedule, average: see above; none by default.
    """

    count, squares = 1, (0,)

    def __init__(self, lr=1e-3, rho=0.99, eps=1e-8, *, schedule=None, average=0.0):
        super().__init__(lr, schedule, average)
        self.rho, self.eps = number("rho", rho, least=0, below=1), number("eps", eps, above=0)

    def change(self, rate, g, v):
        v *= self.rho
        v += (1.0 - self.rho) * g * g
        return rate * g / (namespace(v).sqrt(v) + self.eps)


class Adam(Optimizer):
    """Adam (Kingma & Ba 2015). The default lr and beta1 are those of the DCGAN paper (Radford et al. 2016).

    lr: float > 0. beta1, beta2: floats in [0, 1). eps: float > 0. schedule, average: see above; none by default.
    """

    count, squares = 2, (1,)

    def __init__(self, lr=2e-4, beta1=0.5, beta2=0.999, eps=1e-8, *, schedule=None, average=0.0):
        super().__init__(lr, schedule, average)
        self.beta1, self.beta2 = number("beta1", beta1, least=0, below=1), number("beta2", beta2, least=0, below=1)
        self.eps = number("eps", eps, above=0)

    def change(self, rate, g, m, v):
        # In place: 13 passes over a block that stays in the cache; as one expression each pass would take new memory.
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
        change *= rate * root / (1.0 - self.beta1**self.t)
        return change
