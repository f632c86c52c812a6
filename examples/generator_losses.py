"""Two losses for the generator with one aim: how strongly does each push where D rejects the fakes?

    python examples/generator_losses.py

Left: log(1 − D(G(z))) and −log D(G(z)) over D(G(z)). Middle: their slopes with respect to D's logit, −D and D − 1: where D
rejects the fake, D(G(z)) ≈ 0, the first is flat. Right: two runs of SGD with the same start, the same D and the same noise z
at each step; D was trained until it rejects all samples, and stands still. Mean D(G(z)) step by step, until it is 0.9: with
seeds 0 to 7 after 276 to 475 steps of −log D, and after 605 to 1,315 steps of log(1 − D) with six of the seeds; the other two
are not there after 1,500. Written to generator_losses.png.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from minigan.arrays import generator
from minigan.models.adversarial import GENERATOR_LOSSES, d_grad, g_grad
from minigan.models.networks import plain_network
from minigan.nn import SGD, Adam
from minigan.nn.activations import sigmoid

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--steps", type=int, default=1500)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--out", default="runs/generator_losses")
args = parser.parse_args()
Path(args.out).mkdir(parents=True, exist_ok=True)

FORMULAS = {"minimax": "log(1 − D(G(z)))", "non-saturating": "−log D(G(z))"}
figure = Figure(figsize=(13, 3.8), layout="constrained")
values, slopes, runs = figure.subplots(1, 3)
logits = np.linspace(-6, 6, 241)
for name, loss in GENERATOR_LOSSES.items():
    value, slope = zip(*(loss(np.array([logit])) for logit in logits))
    slope = np.concatenate(slope)
    values.plot(sigmoid(logits), value, label=f"{name}: {FORMULAS[name]}")
    slopes.plot(sigmoid(logits), slope, label=name)
values.set(title="the loss of one sample", xlabel="D(G(z))", ylabel="loss, nats")
slopes.set(title="its slope with respect to D's logit", xlabel="D(G(z))", ylabel="∂loss/∂logit")

rng = generator(args.seed)
G, D = plain_network(2, 32, 2), plain_network(2, 32, 1)
start_g, theta_d = G.init(rng), D.init(rng)


def real(n):
    return (rng.standard_normal((n, 2)) * 0.3 + 3).astype(np.float32)


def noise(rng, n=256):
    return rng.standard_normal((n, 2), np.float32)


adam = Adam(lr=0.02, beta1=0.9)
for _ in range(300):  # D alone, against the generator's first samples: the bad start
    theta_d = adam.step(theta_d, d_grad(D, theta_d, real(256), G.forward(start_g, noise(rng))[0])[1])

for name in GENERATOR_LOSSES:
    z_rng = generator(args.seed + 1)  # the same for both losses, so that they see the same noise
    theta_g, sgd, opinion = start_g, SGD(lr=1e-3), []
    size = np.linalg.norm(g_grad(G, start_g, D, theta_d, noise(z_rng, 4096), name)[1])
    for _ in range(args.steps):  # G alone, D stands still; it ends when D is taken in
        z = noise(z_rng)
        opinion.append(float(sigmoid(D.forward(theta_d, G.forward(theta_g, z)[0])[0]).mean()))
        if opinion[-1] > 0.9:
            break
        theta_g = sgd.step(theta_g, g_grad(G, theta_g, D, theta_d, z, name)[1])
    print(f"{name}: the first gradient has length {size:.2g}; mean D(G(z)) {opinion[0]:.2g} at first, {opinion[-1]:.2g} after "
          f"{len(opinion) - 1} steps")
    runs.semilogy(opinion, label=name)
runs.set(title="two runs: same start, same D, same noise", xlabel="step of G", ylabel="mean D(G(z)) of 256 samples")
for axes in (values, slopes, runs):
    axes.grid(alpha=0.3)
    axes.legend()
figure.savefig(Path(args.out) / "generator_losses.png", dpi=110)
print(f"generator_losses.png is in {args.out}")
