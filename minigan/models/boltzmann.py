"""The Boltzmann machine, unrestricted: every unit may be joined to every other.

States s in {0, 1}ⁿ, some of them visible and some hidden, which makes no difference to the dynamics:

    E(s) = −bᵀs − ½ sᵀW s,     W symmetric with a zero diagonal,     p(s) = e^−E(s) / Z

Each unit sees all the others: p(s_i = 1 | the rest) = σ(b_i + (W s)_i). So they must be drawn one after the other: n small
steps for one sweep, where the restricted machine draws a whole layer at once: that is what the restriction buys. Units that
pull each other towards agreement hold each other in place, and the chain mixes slowly, in both machines. `autocorrelation`
measures it.
Source: Ackley, Hinton & Sejnowski 1985.
"""

import numpy as np

from minigan.arrays import generator, namespace
from minigan.check import whole
from minigan.nn.activations import sigmoid


def energy(W, b, s):
    """E(s) of the rows of s (N, n): (N,)."""
    return -(s @ b) - 0.5 * namespace(s).sum((s @ W) * s, axis=1)


def gibbs_sweep(W, b, s, rng):
    """Draw every unit of every row of s (N, n) once, in order, given the others as they are by then. -> the new s."""
    xp = namespace(s)
    columns = [s[:, i] for i in range(s.shape[1])]
    uniform = rng.random(size=s.shape, dtype="float64")
    for i in range(s.shape[1]):
        a = b[i] + sum(W[j, i] * columns[j] for j in range(len(columns)) if j != i)
        columns[i] = xp.astype(uniform[:, i] < sigmoid(a), s.dtype)
    return xp.stack(columns, axis=1)


def from_rbm(params):
    """The W (n, n) and b (n,) of an RBM's [W, b, c] seen as a general machine: visibles first, then hiddens."""
    W, b, c = params
    xp = namespace(W)
    n, m = W.shape
    top = xp.concat([xp.zeros((n, n), dtype=W.dtype), W], axis=1)
    bottom = xp.concat([W.T, xp.zeros((m, m), dtype=W.dtype)], axis=1)
    return xp.concat([top, bottom], axis=0), xp.concat([b, c])


def chain(W, b, sweeps, *, rows=1, seed=0):
    """The states after each of `sweeps` sweeps, numpy (sweeps, rows, n), from a random start."""
    rng, sweeps, rows = generator(seed), whole("sweeps", sweeps), whole("rows", rows)
    s = np.round(rng.random((rows, len(b))))
    states = np.empty((sweeps, rows, len(b)))
    for t in range(sweeps):
        states[t] = s = gibbs_sweep(W, b, s, rng)
    return states


def autocorrelation(series, lags):
    """The correlation of a stationary series (time, rows) with itself `lag` steps later, for each lag; mean over rows.

    lags: whole numbers, 0 … time − 1. The mean is that of all rows: with its own mean, a chain that is stuck seems to forget.
    """
    lags = [whole("a lag", lag, 0, len(series) - 1) for lag in lags]
    centred = series - series.mean()
    variance = np.mean(centred**2)
    if not variance > 0:
        raise ValueError("the series does not change, or holds NaN: it has no correlation")
    return np.array([np.mean(centred[: len(series) - lag] * centred[lag:]) / variance for lag in lags])
