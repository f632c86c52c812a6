"""What does the restriction of the Boltzmann machine buy? Memory and cost of Gibbs sampling, with equal weights.

    python examples/boltzmann_mixing.py

20 units and 100 bonds that pull towards agreement: weights |N(0, strength²)|, and biases for which "all on" and "all off" are
equally likely. The same 100 weights are placed twice: across two layers of ten, an RBM, and on 100 of all 190 pairs. A sweep
draws every unit once, in 20 chains. Measured are the memory of the share of units that are on, 1 + 2 Σ autocorrelation(lag):
that many sweeps are worth one independent sample; and the time of a sweep. Medians over draws of the weights, and each draw.

With 8 draws the memory grows with the strength from 1.7 to about 13 sweeps, in the RBM too, and is about the same in both.
The RBM's gain is the cost of a sweep: given one layer, the units of the other are independent, so two matrix products draw all;
otherwise each unit waits for the one before and needs a product of its own. The curves are in mixing.png.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from minigan.arrays import generator
from minigan.models import bipartite
from minigan.models.boltzmann import autocorrelation
from minigan.nn.activations import sigmoid

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--sweeps", type=int, default=4000)
parser.add_argument("--draws", type=int, default=8, help="of the weights")
parser.add_argument("--out", default="runs/boltzmann_mixing")
args = parser.parse_args()
Path(args.out).mkdir(parents=True, exist_ok=True)


def general_sweep(W, s, rng):
    """One unit after the other, as boltzmann.gibbs_sweep does, but in place: a small product for each."""
    s, uniform, b = s.copy(), rng.random(s.shape), -0.5 * W.sum(axis=1)
    for i in range(20):
        s[:, i] = uniform[:, i] < sigmoid(s @ W[:, i] + b[i])
    return s


def restricted_sweep(W, s, rng):
    """A layer at once."""
    params = [W[:10, 10:], -0.5 * W[:10].sum(axis=1), -0.5 * W[10:].sum(axis=1)]
    v = bipartite.sample_visibles(params, s[:, 10:], rng)
    return np.concatenate([v, bipartite.sample_hiddens(params, v, rng)], axis=1)


def memory_and_cost(sweep, W, rng):
    """The memory in sweeps, and the median milliseconds of a sweep."""
    s, shares, times = np.round(rng.random((20, 20))), [], []
    for _ in range(args.sweeps):
        start = time.perf_counter()
        s = sweep(W, s, rng)
        times.append(1000 * (time.perf_counter() - start))
        shares.append(s.mean(axis=1))
    lags = np.arange(1, args.sweeps // 2)
    sums = 1 + 2 * np.cumsum(autocorrelation(np.array(shares[args.sweeps // 10 :]), lags))
    enough = np.flatnonzero(lags >= 5 * sums)  # beyond five times the sum there is only noise (Sokal 1997)
    return sums[enough[0] if len(enough) else -1], np.median(times)


def two_machines(strength, seed):
    """The same weights across two layers, and on pairs chosen from all: memory and cost of both."""
    rng, results = generator(seed), []
    weights, pairs = strength * np.abs(rng.standard_normal(100)), np.transpose(np.triu_indices(20, 1))
    across = pairs[(pairs[:, 0] < 10) & (pairs[:, 1] >= 10)]
    for sweep, chosen in ((restricted_sweep, across), (general_sweep, rng.permutation(pairs)[:100])):
        W = np.zeros((20, 20))
        W[tuple(chosen.T)] = weights
        results.append(memory_and_cost(sweep, W + W.T, rng))
    return results


def spread(values, digits):
    return f"{np.median(values):.{digits}f} ({np.min(values):.{digits}f} … {np.max(values):.{digits}f})"


strengths = (0.2, 0.3, 0.4, 0.5, 0.6)
found = np.array([[two_machines(strength, seed) for seed in range(args.draws)] for strength in strengths])
memory, cost = found[..., 0], found[..., 1]  # (strengths, draws, 2 machines)
print(f"memory in sweeps, median of {args.draws} draws (least … most): RBM | any pairs | any pairs / RBM, draw by draw")
for strength, m in zip(strengths, memory):
    print(f"strength {strength}: {spread(m[:, 0], 1)} | {spread(m[:, 1], 1)} | {spread(m[:, 1] / m[:, 0], 2)}")
print(f"ms a sweep: {spread(cost[..., 0], 3)} | {spread(cost[..., 1], 3)} | {spread(cost[..., 1] / cost[..., 0], 1)}")
figure = Figure(figsize=(10, 3.8), layout="constrained")
left, right = figure.subplots(1, 2)
for axes, values in ((left, memory), (right, memory * np.median(cost, axis=(0, 1)))):
    for i, label in enumerate(("RBM: a layer at once", "any pairs: unit by unit")):
        axes.plot(strengths, np.median(values[..., i], axis=1), color=f"C{i}", label=label)
        axes.plot(strengths, values[..., i], ".", color=f"C{i}", alpha=0.5)
    axes.set(xlabel="strength of the weights", xticks=strengths, yscale="log")
    axes.yaxis.set_minor_formatter("")
    axes.grid(alpha=0.3)
    axes.legend()
left.set(ylabel="memory, sweeps", title="20 units, the same 100 weights; a dot for each draw")
left.set_yticks((2, 5, 10, 20), (2, 5, 10, 20))
right.set(ylabel="memory × time of a sweep, ms", title="time for one independent sample of 20 chains")
right.set_yticks((0.1, 0.2, 0.5, 1, 2), (0.1, 0.2, 0.5, 1, 2))
figure.savefig(Path(args.out) / "mixing.png", dpi=120)
print(f"mixing.png is in {args.out}")
