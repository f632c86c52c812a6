"""The best discriminator is p / (p + q): a trained one beside the formula, and then the whole game, in one dimension.

    python examples/optimal_discriminator.py

First q stands still. D is trained between two densities on the line and compared with p/(p + q), and its value
E_p log D + E_q log(1 − D) with −log 4 + 2·JSD(p, q), by integration. Then the generator G(z) = a + b z moves, and D follows,
until q is p, D is ½ where there are data and the value is −log 4. optimal_discriminator.png shows both. Where p + q is next to
0 no sample ever falls, so D is not trained there and leaves the formula: that region is grey.
"""

import argparse
import math
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from minigan.arrays import generator
from minigan.models.gan import d_grad, g_grad
from minigan.nn import SGD, Adam, Linear, Net, Tanh
from minigan.nn.activations import sigmoid

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--steps", type=int, default=3000)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--out", default="runs/optimal_discriminator")
args = parser.parse_args()
Path(args.out).mkdir(parents=True, exist_ok=True)
rng = generator(args.seed)

line = np.linspace(-7, 7, 2801, dtype=np.float32)[:, None]
D = Net(Linear(1, 32), Tanh(), Linear(32, 32), Tanh(), Linear(32, 1))


def normal(mean, deviation):
    return np.exp(-0.5 * ((line[:, 0] - mean) / deviation) ** 2) / (deviation * math.sqrt(2 * math.pi))


def integral(f):
    return float(np.sum(f) * (line[1, 0] - line[0, 0]))


def draw_p(n):
    """Two humps: ½ N(−2, 0.7²) + ½ N(1, 1)."""
    left = rng.random((n, 1)) < 0.5
    return np.where(left, rng.normal(-2, 0.7, (n, 1)), rng.normal(1, 1, (n, 1))).astype(np.float32)


def train_discriminator(theta, adam, steps, real, fake, lr):
    for step in range(steps):
        adam.lr = lr * (1 + math.cos(math.pi * step / steps)) / 2 + 1e-5  # large steps first, then small ones to settle
        theta = adam.step(theta, d_grad(D, theta, real(4096), fake(4096))[1])
    return theta


figure = Figure(figsize=(11, 4.5), layout="constrained")
left, right = figure.subplots(1, 2)

# 1. q stands still
p, q = 0.5 * normal(-2, 0.7) + 0.5 * normal(1, 1), normal(0.5, 1.5)
theta = train_discriminator(D.init(rng), Adam(lr=2e-3, beta1=0.9), args.steps, draw_p,
                            lambda n: rng.normal(0.5, 1.5, (n, 1)).astype(np.float32), lr=1e-2)  # fmt: skip
trained, best = sigmoid(D.forward(theta, line)[0])[:, 0], p / (p + q)
carries = p + q > 0.01
jsd = 0.5 * integral(p * np.log(np.maximum(2 * best, 1e-30))) + 0.5 * integral(q * np.log(2 * q / (p + q)))
value = integral(p * np.log(trained) + q * np.log1p(-trained))
distance = np.abs(trained - best)[carries].max()
print(f"largest distance of D from p/(p + q) where p + q > 0.01: {distance:.4f}")
print(f"value of D {value:.4f}, −log 4 + 2·JSD {-math.log(4) + 2 * jsd:.4f}")
left.plot(line, p, "C0", label="p, the data")
left.plot(line, q, "C1", label="q, the generator")
left.plot(line, best, "k--", label="p / (p + q)")
left.plot(line, trained, "C2", label="D, trained")
left.axhline(0.5, color="0.7", linewidth=0.8)
left.text(6.8, 0.51, "½", color="0.4", ha="right")
left.fill_between(line[:, 0], 0, 1, where=~carries, color="0.92", label="p + q < 0.01: nothing to learn from")
left.set(title="the best answer to a generator that stands still", xlabel="x", ylabel="density, or probability")
left.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=3, fontsize=8, frameon=False)

# 2. G(z) = a + b z moves towards the data N(1, 0.5²), and D follows
G, theta_g = Net(Linear(1, 1)), np.array([1.5, -2.0], np.float32)  # b, a
theta_d, adam_d, sgd = D.init(rng), Adam(lr=2e-3, beta1=0.9), SGD(lr=0.05)
for round_ in range(args.steps // 10 + 1):
    b, a = (float(x) for x in theta_g)
    sgd.lr = 0.05 if round_ < args.steps // 15 else 0.01
    theta_d = train_discriminator(theta_d, adam_d, 5, lambda n: rng.normal(1, 0.5, (n, 1)).astype(np.float32),
                                  lambda n: G.forward(theta_g, rng.standard_normal((n, 1), "float32"))[0], 2e-3)  # fmt: skip
    if round_ % max(1, args.steps // 30) == 0:
        q = normal(a, abs(b))
        answer = sigmoid(D.forward(theta_d, line)[0])[:, 0].astype(np.float64)
        value = integral(normal(1, 0.5) * np.log(answer) + q * np.log1p(-answer))
        print(f"round {round_}: G(z) = {a:.2f} + {b:.2f} z, value {value:.3f}")
        shade = 0.25 + 0.75 * round_ / (args.steps // 10)
        right.plot(line, q, "C1", alpha=shade, label=f"q in round {round_}")
    theta_g = sgd.step(theta_g, g_grad(G, theta_g, D, theta_d, rng.standard_normal((2048, 1), np.float32))[1])
right.plot(line, normal(1, 0.5), "C0--", label="p, the data")
right.plot(line, answer, "C2", label="D at the end")
right.axhline(0.5, color="0.7", linewidth=0.8)
right.set(title="G moves, D follows: ½ in the end, where there are data", xlabel="x", ylabel="density, or probability",
          xlim=(-5, 5))  # fmt: skip
right.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=3, fontsize=8, frameon=False)
near = np.abs(line[:, 0] - 1) < 1
print(f"at the end, at the data: D from {answer[near].min():.3f} to {answer[near].max():.3f}; −log 4 = {-math.log(4):.3f}")
figure.savefig(Path(args.out) / "optimal_discriminator.png", dpi=110)
print(f"optimal_discriminator.png is in {args.out}")
