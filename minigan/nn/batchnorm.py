"""Batch normalisation: give every feature mean 0 and variance 1 over the batch, then let it choose its own.

For each feature (column) of x (N, n):

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

from minigan.arrays import namespace


class BatchNorm:
    """y = γ (x − μ) / √(v + eps) + β for every one of n features."""

    min_batch = 2  # the variance of one row is 0: there is nothing to learn from it

    def __init__(self, n, *, eps=1e-5, momentum=0.1):
        if n < 1 or eps <= 0 or not 0 < momentum <= 1:
            raise ValueError(f"BatchNorm({n}, eps={eps}, momentum={momentum}): want n ≥ 1, eps > 0, 0 < momentum ≤ 1")
        self.n_in = self.n_out = n
        self.eps, self.momentum = float(eps), float(momentum)
        self.shapes = ((n,), (n,))  # gamma, beta
        self.stats_shapes = ((n,), (n,))  # running mean, running variance

    def init(self, rng, dtype):
        """γ = 1, β = 0: at the start every feature has mean 0 and variance 1. Nothing is drawn."""
        xp = namespace(rng)
        return [xp.ones(self.n_in, dtype=getattr(xp, dtype)), xp.zeros(self.n_in, dtype=getattr(xp, dtype))]

    def init_stats(self, xp, dtype):
        """The running statistics before any batch: mean 0, variance 1."""
        return [xp.zeros(self.n_in, dtype=dtype), xp.ones(self.n_in, dtype=dtype)]

    def forward(self, params, x, stats=None):
        """x (N, n) -> y (N, n), and the cache. With stats = [mean, variance] given, those serve instead of the batch's.

        The cache is (x̂, r, batch): batch = (μ, v, N) in training, None in inference.
        """
        if x.ndim != 2 or x.shape[1] != self.n_in:
            raise ValueError(f"BatchNorm({self.n_in}) got x of shape {x.shape}, wants (N, {self.n_in})")
        gamma, beta = params
        xp = namespace(x)
        if stats is None:
            if x.shape[0] < 2:
                raise ValueError("BatchNorm got a training batch of 1: its variance is 0. Give 2 rows or more, or pass "
                                 "running statistics: net.forward(theta, x, stats)")
            mean = xp.mean(x, axis=0)
            x_hat = x - mean
            variance = xp.mean(x_hat * x_hat, axis=0)
            batch = (mean, variance, x.shape[0])
        else:
            mean, variance = stats
            x_hat = x - mean
            batch = None
        r = 1.0 / xp.sqrt(variance + self.eps)
        x_hat *= r
        y = x_hat * gamma
        y += beta
        return y, (x_hat, r, batch)

    def backward(self, params, cache, dy, *, want_dx=True, want_dparams=True):
        """dy (N, n) -> dx (N, n), [dγ, dβ]; None in the place of what is not wanted."""
        gamma, _ = params
        x_hat, r, batch = cache
        xp = namespace(dy)
        dgamma = xp.sum(dy * x_hat, axis=0)
        dbeta = xp.sum(dy, axis=0)
        dx = None
        if want_dx and batch is None:
            dx = dy * (gamma * r)
        elif want_dx:
            N = dy.shape[0]
            dx = x_hat * (dgamma / -N)
            dx += dy
            dx -= dbeta / N
            dx *= gamma * r
        return dx, [dgamma, dbeta] if want_dparams else None

    def track(self, stats, cache):
        """The running statistics after the training pass that left this cache."""
        if cache[2] is None:
            raise ValueError("this tape is of an inference pass, which has no batch statistics: track a training pass")
        mean, variance, N = cache[2]
        keep, take = 1.0 - self.momentum, self.momentum
        return [keep * stats[0] + take * mean, keep * stats[1] + (take * N / (N - 1)) * variance]
