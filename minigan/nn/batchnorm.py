"""Batch normalisation: give every feature mean 0 and variance 1 over the batch, then let it choose its own.

For each feature (column) of x (N, n); in images (N, h, w, n) every pixel of every example is a row of its own:

    μ = 1/N Σ x        v = 1/N Σ (x − μ)²        x̂ = (x − μ) / √(v + eps)        y = γ x̂ + β

γ and β (n,) are learned. Training uses the statistics of the batch itself, so the examples of a batch do meet here. That
is why a training batch needs two rows at least, and why the backward pass has three terms and not one.

Backward. Every x_m moves μ and v, and through them every x̂_n. With dx̂ = γ dy, and r = 1/√(v + eps):

    dγ = Σ dy x̂        dβ = Σ dy
    dx = r (dx̂ − mean(dx̂) − x̂ mean(dx̂ x̂)) = γ r (dy − dβ/N − x̂ dγ/N)

The subtractions remove from the gradient what cannot matter: shifting a whole column does nothing (μ follows), stretching
it does nothing (v follows). In inference μ and v are constants, so dx = γ r dy.

For inference we keep running statistics, as an explicit value `stats` = [mean, variance] that the caller holds:
stats ← (1 − momentum) · stats + momentum · batch's, the variance with N − 1 below (the unbiased one), as torch does.
Source: Ioffe & Szegedy 2015, algorithms 1 and 2; its section 3 has the gradients.
"""

from minigan.arrays import backend_module, namespace
from minigan.check import number, whole
from minigan.nn.describe import words


class BatchNorm:
    """y = γ (x − μ) / √(v + eps) + β for every one of n features.

    n: int, how many features.
    eps: float > 0, added to the variance.
    momentum: float in (0, 1], the share of a new batch in the running statistics.
    """

    min_batch = 2  # the variance of one row is 0: there is nothing to learn from it
    __repr__ = words

    def __init__(self, n, *, eps=1e-5, momentum=0.1):
        self.n = self.n_in = self.n_out = whole("BatchNorm: n", n)
        self.eps = number("BatchNorm: eps", eps, above=0)
        self.momentum = number("BatchNorm: momentum", momentum, above=0, most=1)
        self.shapes = ((self.n,), (self.n,))  # gamma, beta
        self.stats_shapes = ((self.n,), (self.n,))  # running mean, running variance

    def init(self, rng, dtype):
        """γ = 1, β = 0: at the start every feature has mean 0 and variance 1. Nothing is drawn."""
        xp = namespace(rng)
        return [xp.ones(self.n, dtype=getattr(xp, dtype)), xp.zeros(self.n, dtype=getattr(xp, dtype))]

    def init_stats(self, dtype, backend):
        """The running statistics before any batch: mean 0, variance 1."""
        xp = backend_module(backend)
        return [xp.zeros(self.n, dtype=getattr(xp, dtype)), xp.ones(self.n, dtype=getattr(xp, dtype))]

    def check_stats(self, stats):
        """Raise ValueError where a running variance is below 0."""
        if bool(namespace(stats[1]).any(stats[1] < 0)):
            raise ValueError(f"the running variance of {self!r} is below 0 somewhere: want 0 or more")

    def forward(self, params, x, stats=None):
        """x (N, n) or (…, n) -> y of the same shape, and the cache. With stats = [mean, variance] those serve instead of the
        batch's.

        The cache is (x̂, r, batch), x̂ as rows (N, n): batch = (μ, v, N) in training, None in inference.
        """
        gamma, beta = params
        xp = namespace(x)
        rows = xp.reshape(x, (-1, self.n))
        if stats is None:
            N = rows.shape[0]
            if N < 2:
                raise ValueError("BatchNorm got a training batch of 1: its variance is 0. Give 2 rows or more, or pass "
                                 "running statistics: net.forward(theta, x, stats)")
            mean = xp.mean(rows, axis=0)
            centred = rows - mean
            variance = xp.mean(centred * centred, axis=0)
            batch = (mean, variance, N)
        else:
            (mean, variance), batch = stats, None
            centred = rows - mean
        r = 1.0 / xp.sqrt(variance + self.eps)
        x_hat = centred * r
        return xp.reshape(gamma * x_hat + beta, x.shape), (x_hat, r, batch)

    def backward(self, params, cache, dy, *, want_dx=True, want_dparams=True):
        """dy (N, n) or (…, n) -> dx of the same shape, [dγ, dβ]; None in the place of what is not wanted."""
        gamma, _ = params
        x_hat, r, batch = cache
        xp, shape = namespace(dy), dy.shape
        dy = xp.reshape(dy, x_hat.shape)
        dgamma, dbeta = xp.sum(dy * x_hat, axis=0), xp.sum(dy, axis=0)
        dx, N = None, x_hat.shape[0]
        if want_dx and batch is None:
            dx = gamma * r * dy
        elif want_dx:
            dx = gamma * r * (dy - dbeta / N - x_hat * (dgamma / N))
        return dx if dx is None else xp.reshape(dx, shape), [dgamma, dbeta] if want_dparams else None

    def track(self, stats, cache):
        """The running statistics after the training pass that left this cache."""
        if cache[2] is None:
            raise ValueError("this tape is of an inference pass, which has no batch statistics: track a training pass")
        mean, variance, N = cache[2]
        keep, take = 1.0 - self.momentum, self.momentum
        return [keep * stats[0] + take * mean, keep * stats[1] + (take * N / (N - 1)) * variance]

    def to_torch(self, params, stats=()):
        """Weights and, where given, running statistics under torch's names."""
        named = dict(zip(("weight", "bias", "running_mean", "running_var"), [*params, *stats]))
        return named | ({"num_batches_tracked": 0} if stats else {})

    def from_torch(self, named):
        """The way back: [γ, β]."""
        return [named["weight"], named["bias"]]

    def stats_from_torch(self, named):
        """The way back: [running mean, running variance]."""
        return [named["running_mean"], named["running_var"]]
