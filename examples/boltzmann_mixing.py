"""What does the restriction of the Boltzmann machine buy? Memory and cost of Gibbs sampling, with equal weights.

    python examples/boltzmann_mixing.py

20 units and 100 bonds, which pull towards agreement (weights |N(0, strength²)|, biases for which "all on" and "all off" are
equally likely). The same 100 weights are placed twice: across two layers of ten, an RBM, and on 100 of all 190 pairs. A sweep
draws every unit once. Measured for several draws of the weights: the memory 1 + 2 Σ ρ(lag) of the share of units that are on (ρ:
autocorrelation), which is how many sweeps are worth one independent sample; and the time of a sweep of 20 chains.

The finding goes to the screen and into mixing.png. The memory grows with the weights, in the RBM too, and is about the same for
both. What the RBM has is a cheaper sweep: given one layer, the units of the other are independent, so two matrix products draw
everything; otherwise each unit needs a product of its own, after the one before.
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
    for i in range(len(W)):
        s[:, i] = uniform[:, i] < sigmoid(s @ W[:, i] + b[i])
    return s


def restricted_sweep(W, s, rng):
    """A layer at once."""
    n = len(W) // 2
    params = [W[:n, n:], -0.5 * W[:n].sum(axis=1), -0.5 * W[n:].sum(axis=1)]
    v = bipartite.sample_visibles(params, s[:, n:], rng)
    return np.concatenate([v, bipartite.sample_hiddens(params, v, rng)], axis=1)


def placed(weights, pairs, units):
    W = np.zeros((units, units))
    W[pairs[:, 0], pairs[:, 1]] = weights
    return W + W.T


def two_machines(units, strength, rng):
    """The same weights across two layers and on pairs chosen from all. -> [(sweep, W), (sweep, W)]."""
    weights = strength * np.abs(rng.standard_normal(units * units // 4))
    pairs = np.transpose(np.triu_indices(units, 1))
    across = pairs[(pairs[:, 0] < units // 2) & (pairs[:, 1] >= units // 2)]
    anywhere = rng.permutation(pairs)[: len(weights)]
    return [(restricted_sweep, placed(weights, across, units)), (general_sweep, placed(weights, anywhere, units))]


def run(sweep, W, rng, sweeps):
    """The share of units that are on, (sweeps, 20 chains), and the median milliseconds of a sweep."""
    s, shares, times = np.round(rng.random((20, len(W)))), [], []
    for _ in range(sweeps):
        start = time.perf_counter()
        s = sweep(W, s, rng)
        times.append(1000 * (time.perf_counter() - start))
        shares.append(s.mean(axis=1))
    return np.array(shares), np.median(times)


def memory(shares):
    """1 + 2 Σ ρ(lag), summed to the first lag that is five times the sum: beyond, there is only noise (Sokal 1997)."""
    lags = np.arange(1, len(shares) // 2)
    sums = 1 + 2 * np.cumsum(autocorrelation(shares, lags))
    return sums[np.argmax(lags >= 5 * sums)]


def spread(values, digits):
    return f"{np.median(values):.{digits}f} ({min(values):.{digits}f} … {max(values):.{digits}f})"


NAMES, strengths, units = ("RBM: a layer at once", "any pairs: unit by unit"), (0.2, 0.3, 0.4, 0.5, 0.6), (20, 40, 80, 160)
figure = Figure(figsize=(10, 3.8), layout="constrained")
left, right = figure.subplots(1, 2)
found = np.array([[[memory(run(sweep, W, generator(seed), args.sweeps)[0][args.sweeps // 10 :])
                    for sweep, W in two_machines(20, strength, generator(seed))]
                   for seed in range(args.draws)] for strength in strengths])  # fmt: skip
cost = np.array([[[run(sweep, W, generator(seed), args.sweeps // 20)[1] for sweep, W in two_machines(n, 0.3, generator(seed))]
                  for seed in range(args.draws)] for n in units])  # fmt: skip
for i, name in enumerate(NAMES):
    print(f"{name}: memory in sweeps, median of {args.draws} draws (least … most)")
    for strength, values in zip(strengths, found[..., i]):
        print(f"    strength {strength}: {spread(values, 1)}")
    print("  milliseconds a sweep: " + ", ".join(f"{n} units {spread(values, 3)}" for n, values in zip(units, cost[..., i])))
    for axes, x, values in ((left, strengths, found[..., i]), (right, units, cost[..., i])):
        axes.plot(x, np.median(values, axis=1), color=f"C{i}", label=name)
        axes.plot(x, values, ".", color=f"C{i}", alpha=0.5)
print("memory, any pairs / RBM, of the same draw: " + spread((found[..., 1] / found[..., 0]).ravel(), 2))
print("time of a sweep of 20 units, any pairs / RBM: " + spread(cost[0, :, 1] / cost[0, :, 0], 1))
left.set(xlabel="strength of the weights", ylabel="memory, sweeps", yscale="log", title="20 units, the same 100 weights")
right.set(xlabel="units", ylabel="ms a sweep of 20 chains", xscale="log", yscale="log", title="what a sweep costs")
right.set_xticks(units, units)
for axes in (left, right):
    axes.grid(alpha=0.3)
    axes.legend()
figure.savefig(Path(args.out) / "mixing.png", dpi=120)
print(f"mixing.png is in {args.out}")
