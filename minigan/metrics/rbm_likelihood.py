"""How likely does an RBM find data? The exact answer where it can be had, and two estimates around it where it cannot.

log p(v) = −F(v) − log Z. F is easy; Z = Σ_v e^−F(v) has 2^n terms. Three ways to it:

**Enumeration.** Either layer can be summed by hand, so only the states of the smaller one are listed, 2^20 at most:

    log Z = logsumexp over h of  cᵀh + log Σ_v e^(bᵀv + vᵀW h)     (or over v of −F(v))

**Annealed importance sampling.** Walk from a machine whose Z_0 is known (W = 0) to the one in question, through machines
with β W, β c and (1 − β) b_0 + β b; each step gains the log weight F_β(v) − F_β′(v) and then moves v by a Gibbs round at β′.
The mean of e^(log weight) over many walks is an unbiased estimate of Z / Z_0; by Jensen's inequality its
logarithm underestimates log Z on average.

**Reverse AIS** walks the other way, from samples of the machine itself; its mean estimates Z_0 / Z, so it
overestimates log Z on average. In expectation the truth lies between the two: one pair of estimates is no bound, but their
distance says how far to trust either. The
start must be samples of the machine: exact ones where the hidden states can be enumerated, else the ends of long chains.

Sources: Neal 2001; Salakhutdinov & Murray 2008; Burda, Grosse & Salakhutdinov 2015 (the reverse).
`params` is [W, b, c] as in `models/bipartite.py`; everything is computed in float64.
"""

import math
from dataclasses import dataclass

import numpy as np

from minigan.arrays import namespace
from minigan.check import whole
from minigan.models.bipartite import Binary, free_energy, mean_hiddens, mean_visibles, sample_hiddens, sample_visibles
from minigan.nn.losses import softplus

MAX_UNITS = 20
BLOCK = 1 << 12  # states at a time: memory is bounded by BLOCK · (the larger layer), and one number for each state


@dataclass(frozen=True)
class Estimate:
    """log Z, and the standard error of that number."""

    log_z: float
    error: float


def log_partition(params, units=Binary):
    """log Z, exactly, by enumeration of the smaller layer (of the hidden one for Gaussian units); ≤ 20 units in it."""
    W, b, c = _float64(params)
    if units is Binary and W.shape[0] < W.shape[1]:
        W, b, c = W.T, c, b  # the energy is the same with the layers' roles exchanged
    return _logsumexp(namespace(W).concat([_log_weights([W, b, c], h, units) for h in _states(W, W.shape[1])]))


def log_likelihood(params, v, log_z, units=Binary):
    """log p(v) = −F(v) − log Z, (N,), in nats."""
    return -free_energy(_float64(params), namespace(v).astype(v, namespace(v).float64), units) - log_z


def exact_statistics(params, units=Binary):
    """(E[v hᵀ], E[v], E[h]) under the model, by enumeration of the smaller layer (of the hidden one for Gaussian units)."""
    W, b, c = params = _float64(params)
    if units is Binary and W.shape[0] < W.shape[1]:
        hv, mean_h, mean_v = exact_statistics([W.T, c, b])
        return hv.T, mean_v, mean_h
    xp, log_z = namespace(W), log_partition(params, units)
    vh, mean_v, mean_h = xp.zeros_like(W), xp.zeros_like(b), xp.zeros_like(c)
    for h in _states(W, W.shape[1]):
        p = xp.exp(_log_weights(params, h, units) - log_z)[:, None]  # p(h)
        v = mean_visibles(params, h, units)
        vh, mean_v, mean_h = vh + (p * v).T @ h, mean_v + xp.sum(p * v, axis=0), mean_h + xp.sum(p * h, axis=0)
    return vh, mean_v, mean_h


def exact_grad(params, v, units=Binary):
    """∂(−mean log p(v))/∂[W, b, c], exactly: what contrastive divergence estimates."""
    params = _float64(params)
    xp = namespace(v)
    v = xp.astype(v, xp.float64)
    h = mean_hiddens(params, v)
    vh, mean_v, mean_h = exact_statistics(params, units)
    return [vh - v.T @ h / v.shape[0], mean_v - xp.mean(v, axis=0), mean_h - xp.mean(h, axis=0)]


def exact_samples(params, n, rng, units=Binary):
    """n independent samples v of the machine itself: h by its enumerated probability, then v ~ p(v | h)."""
    params = _float64(params)
    W = params[0]
    xp = namespace(W)
    states = xp.concat(list(_states(W, W.shape[1])), axis=0)
    log_p = xp.concat([_log_weights(params, h, units) for h in _states(W, W.shape[1])])
    cumulative = xp.cumulative_sum(xp.exp(log_p - _logsumexp(log_p)))
    chosen = xp.searchsorted(cumulative, rng.random(size=(n,), dtype="float64") * cumulative[-1], side="right")
    return sample_visibles(params, xp.take(states, chosen, axis=0), rng, units)


def ais(params, rng, *, chains=100, betas=None, base=None):
    """Annealed importance sampling of log Z, binary units -> Estimate: on average below the truth, if the walk is short.

    betas: the schedule from 0 to 1, 1,000 equal steps by default. base: visible biases b_0 (n_visible,) of the machine at
    β = 0; the machine's own b by default. Good: the log-odds of the data's means.
    """
    params, betas, base = _prepare(params, betas, base)
    xp = namespace(params[0])
    half = xp.full((whole("chains", chains), params[2].shape[0]), 0.5, dtype=xp.float64)
    v = sample_visibles(_at(params, base, 0.0), half, rng)  # at β = 0 the hidden state does not matter
    log_w = xp.zeros(chains, dtype=xp.float64)
    for beta, following in zip(betas, betas[1:]):
        now, then = _at(params, base, beta), _at(params, base, following)
        log_w += free_energy(now, v) - free_energy(then, v)
        v = sample_visibles(then, sample_hiddens(then, v, rng), rng)
    log_mean, error = _log_mean(log_w)
    return Estimate(_base_log_z(params, base) + log_mean, error)


def reverse_ais(params, rng, start, *, betas=None, base=None):
    """The walk from the machine down to the base -> Estimate: on average above the truth, if the walk is short.

    start: samples of the machine, (chains, n_visible). betas, base: as for `ais`.
    """
    params, betas, base = _prepare(params, betas, base)
    xp = namespace(start)
    v, log_w = xp.astype(start, xp.float64), xp.zeros(start.shape[0], dtype=xp.float64)
    for beta, following in zip(betas[::-1], betas[-2::-1]):
        now, then = _at(params, base, beta), _at(params, base, following)
        v = sample_visibles(now, sample_hiddens(now, v, rng), rng)
        log_w += free_energy(now, v) - free_energy(then, v)
    log_mean, error = _log_mean(log_w)
    return Estimate(_base_log_z(params, base) - log_mean, error)


def _prepare(params, betas, base):
    params = _float64(params)
    betas = [float(beta) for beta in (np.linspace(0, 1, 1001) if betas is None else betas)]
    if len(betas) < 2 or betas[0] != 0 or betas[-1] != 1 or not all(a < b for a, b in zip(betas, betas[1:])):
        raise ValueError("betas: want numbers that grow from 0 to 1")
    base = params[1] if base is None else base
    if base.shape != params[1].shape:
        raise ValueError(f"base has the shape {tuple(base.shape)}: want {tuple(params[1].shape)}, a bias for each visible unit")
    return params, betas, base


def _at(params, base, beta):
    """The machine at β: between the base (W = 0, c = 0, visible biases base) and params."""
    W, b, c = params
    return [beta * W, (1.0 - beta) * base + beta * b, beta * c]


def _base_log_z(params, base):
    """log Z of the base machine: each visible unit by itself, and 2^n_hidden states of hidden units that say nothing."""
    return float(namespace(base).sum(softplus(base))) + params[2].shape[0] * math.log(2.0)


def _log_weights(params, h, units):
    """log Σ_v e^−E(v, h) for rows of hidden states, (states,)."""
    W, b, c = params
    xp, a = namespace(W), h @ W.T
    if units is Binary:
        return h @ c + xp.sum(softplus(a + b), axis=1)
    n = b.shape[0]  # ∫ exp(−½‖v − b‖² + vᵀa) dv = (2π)^(n/2) exp(bᵀa + ½‖a‖²)
    return h @ c + a @ b + 0.5 * xp.sum(a * a, axis=1) + 0.5 * n * math.log(2.0 * math.pi)


def _states(like, n):
    """All 2^n rows of zeros and ones, float64, in blocks."""
    if n > MAX_UNITS:
        raise ValueError(f"enumeration of {n} units means {2**n:.3g} states, {2 ** (n - MAX_UNITS):.3g} times more than for "
                         f"the {MAX_UNITS} that are the limit: use ais and reverse_ais")
    xp = namespace(like)
    bits = xp.asarray(2 ** np.arange(n), dtype=xp.int64)[None, :]
    for start in range(0, 2**n, BLOCK):
        index = xp.arange(start, min(start + BLOCK, 2**n), dtype=xp.int64)[:, None]
        yield xp.astype(xp.bitwise_and(index, bits) > 0, xp.float64)


def _float64(params):
    return [namespace(array).astype(array, namespace(array).float64) for array in params]


def _logsumexp(a):
    xp = namespace(a)
    top = float(xp.max(a))
    return top + math.log(float(xp.sum(xp.exp(a - top))))


def _log_mean(log_w):
    """log of the mean of e^log_w, and its standard error by the delta method."""
    xp, n = namespace(log_w), log_w.shape[0]
    top = float(xp.max(log_w))
    w = xp.exp(log_w - top)
    mean = float(xp.mean(w))
    variance = float(xp.sum((w - mean) ** 2)) / (n - 1) if n > 1 else math.inf
    return top + math.log(mean), math.sqrt(variance / n) / mean
