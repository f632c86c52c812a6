"""Contrastive divergence against the truth, on the smallest data set that is hard: bars and stripes, 3×3.

    python examples/rbm_bars_and_stripes.py

The likelihood is exact here, so one can see what the estimates do to it. Exact gradient ascent reaches the bound. CD-1, whose
dreams never leave the neighbourhood of the data, stalls below. PCD-1 at a high learning rate climbs and then falls: the
weights outrun the chains (Fischer & Igel 2012). The curves are in bars_and_stripes.png.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from minigan.arrays import generator
from minigan.data.patterns import bars_and_stripes, bars_and_stripes_bound
from minigan.metrics.likelihood import exact_grad, log_likelihood, log_partition
from minigan.models.rbm import RBM
from minigan.nn import Adam
from minigan.nn.flat import flatten, places, views

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--steps", type=int, default=20000)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--out", default="runs/rbm_bars_and_stripes")
args = parser.parse_args()
Path(args.out).mkdir(parents=True, exist_ok=True)

v = bars_and_stripes(3).astype(np.float64)  # 16 patterns, float64
when = np.unique(np.geomspace(1, args.steps, 60).astype(int))


def likelihood(params):
    return float(log_likelihood(params, v, log_partition(params)).sum())


def contrastive_divergence(persistent):
    rbm = RBM(16, learning_rate=0.1, batch_size=16, persistent=persistent, centred=False, random_state=args.seed)
    for step in range(1, args.steps + 1):
        rbm.step(v, check=False)
        if step in when:
            yield likelihood(rbm.params)


def exact_ascent():
    shapes, adam = places([((9, 16), (9,), (16,))]), Adam(0.01, beta1=0.9)
    theta = 0.1 * generator(args.seed).standard_normal(9 * 16 + 9 + 16)
    for step in range(1, args.steps + 1):
        theta = adam.step(theta, flatten(np, "float64", [exact_grad(views(theta, shapes)[0], v)]))
        if step in when:
            yield likelihood(views(theta, shapes)[0])


curves = {"exact gradient": exact_ascent(), "CD-1": contrastive_divergence(False), "PCD-1": contrastive_divergence(True)}
figure = Figure(figsize=(7, 4), layout="constrained")
axes = figure.subplots()
for name, values in curves.items():
    values = list(values)
    print(f"{name}: best {max(values):.2f}, last {values[-1]:.2f}")
    axes.semilogx(when, values, label=name)
bound = bars_and_stripes_bound(3)
print(f"the bound: {bound:.2f}")
axes.axhline(bound, color="black", linestyle=":", label="the bound")
axes.set(xlabel="step", ylabel="Σ log p over the 16 patterns, nats", ylim=(-150, -35))
axes.legend()
axes.grid(alpha=0.3)
figure.savefig(Path(args.out) / "bars_and_stripes.png", dpi=120)
print(f"bars_and_stripes.png is in {args.out}")
