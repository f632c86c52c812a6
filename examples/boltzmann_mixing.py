"""Why the Boltzmann machine was restricted: Gibbs chains with and without bonds within a layer, side by side.

    python examples/boltzmann_mixing.py

Two machines of ten visible and ten hidden units that pull each other towards agreement. The second has the bonds of the first,
all across, and bonds of the same size within the layers too. What is compared is how long the share of units that are on
remembers itself, sweep by sweep (its autocorrelation, in mixing.png, and the sum of that), and what a sweep costs: without
bonds in a layer, all its units can be drawn at once.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from minigan.arrays import generator
from minigan.models import bipartite
from minigan.models.boltzmann import autocorrelation, from_rbm, gibbs_sweep

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--sweeps", type=int, default=3000)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--out", default="runs/boltzmann_mixing")
args = parser.parse_args()
Path(args.out).mkdir(parents=True, exist_ok=True)

rng = generator(args.seed)
bonds = 0.35 * np.abs(rng.standard_normal((20, 20)))
W = bonds[:10, 10:]
across, _ = from_rbm([W, np.zeros(10), np.zeros(10)])
everywhere = np.where(across > 0, across, np.triu(bonds, 1) + np.triu(bonds, 1).T)


def balanced(weights):
    """Biases for which all on and all off are equally likely."""
    return -0.5 * weights.sum(axis=1)


def restricted_sweep(s, rng):
    v = bipartite.gibbs([W, balanced(across)[:10], balanced(across)[10:]], s[:, :10], rng)
    return np.concatenate([v, bipartite.sample_hiddens([W, balanced(across)[:10], balanced(across)[10:]], v, rng)], axis=1)


def general_sweep(s, rng):
    return gibbs_sweep(everywhere, balanced(everywhere), s, rng)


lags = np.arange(101)
figure = Figure(figsize=(6, 3.5), layout="constrained")
axes = figure.subplots()
for name, sweep in (("bonds across the layers only", restricted_sweep), ("and within the layers", general_sweep)):
    s, rng, share = np.round(rng.random((20, 20))), generator(args.seed), []
    start = time.perf_counter()
    for _ in range(args.sweeps):
        s = sweep(s, rng)
        share.append(s.mean(axis=1))
    milliseconds = 1000 * (time.perf_counter() - start) / args.sweeps
    correlation = autocorrelation(np.array(share[args.sweeps // 10 :]), lags)
    axes.plot(lags, correlation, label=name)
    print(f"{name}: a memory of {1 + 2 * correlation[1:].sum():.0f} sweeps, {milliseconds:.2f} ms a sweep of 20 chains")
axes.set(xlabel="sweeps", ylabel="autocorrelation", title="the share of units that are on")
axes.grid(alpha=0.3)
axes.legend()
figure.savefig(Path(args.out) / "mixing.png", dpi=120)
print(f"mixing.png is in {args.out}")
