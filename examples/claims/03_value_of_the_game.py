"""At the best D the value is −log 4 + 2·JSD(p_data, p_g); at equilibrium D = ½ everywhere and the value is −log 4.

    python examples/claims/03_value_of_the_game.py

The data are N(0, 1), G stands still at N(m, 1), and D is trained. The value E log D(x) + E log(1 − D(G(z))) on 200,000 new
points, beside the formula by integration, for m from 4 down to 0, where G is the data. The crosses are a D with a tenth of
the steps: a D that is not the best one has a smaller value, so a GAN's loss_d is no measure of the distance while D learns.
"""

import math

import numpy as np
from claim import arguments, report
from matplotlib.figure import Figure

from minigan.arrays import generator
from minigan.models.gan import d_grad
from minigan.nn import Adam, Cosine, Linear, Net, Tanh
from minigan.nn.activations import sigmoid
from minigan.nn.losses import bce_with_logits

args = arguments(__file__, __doc__, steps=300)
D = Net(Linear(1, 16), Tanh(), Linear(16, 16), Tanh(), Linear(16, 1))
line = np.linspace(-10, 14, 4801)


def formula(m):
    """−log 4 + 2·JSD(N(0, 1), N(m, 1)), nats: the integral of p log p/(p + q) + q log q/(p + q)."""
    p, q = (np.exp(-0.5 * (line - at) ** 2) / math.sqrt(2 * math.pi) for at in (0, m))
    return float(np.sum(p * np.log(p / (p + q)) + q * np.log(q / (p + q))) * (line[1] - line[0]))


def measured(m, seed, steps):
    """The value of a D trained for that many steps, and the largest |D − ½| from −2 to 2."""
    rng, adam = generator(seed), Adam(1e-2, beta1=0.9, schedule=Cosine(steps, to=0.01))
    theta = D.init(rng)

    def draw(n, at):
        return rng.standard_normal((n, 1), "float32") + np.float32(at)

    for _ in range(steps):
        theta = adam.step(theta, d_grad(D, theta, draw(2048, 0), draw(2048, m))[1])
    losses = [bce_with_logits(D.forward(theta, draw(200_000, at))[0], target)[0] for at, target in ((0, 1.0), (m, 0.0))]
    answers = sigmoid(D.forward(theta, np.linspace(-2, 2, 81, dtype="float32")[:, None])[0])
    return -float(sum(losses)), float(abs(answers - 0.5).max())


means = np.arange(0, 4.5, 0.5)
figure = Figure(figsize=(6, 4), layout="constrained")
axes = figure.subplots()
axes.plot(means, [formula(m) for m in means], "k-", label="−log 4 + 2·JSD, by integration")
worst, half, weak = [], [], []
for seed in range(args.seeds):
    found = [measured(m, seed, args.steps) for m in means]
    early = [measured(m, seed, args.steps // 10)[0] for m in means]
    axes.plot(means, [value for value, _ in found], "o", color="C0", mfc="none", label="D trained" if seed == 0 else None)
    axes.plot(means, early, "x", color="C1", label=f"D after {args.steps // 10} steps" if seed == 0 else None)
    worst.append(max(abs(value - formula(m)) for m, (value, _) in zip(means, found)))
    weak.append(max(formula(m) - value for m, value in zip(means, early)))
    half.append(found[0][1])
axes.axhline(-math.log(4), color="0.6", linestyle=":", label="−log 4: D = ½ everywhere")
axes.axhline(0, color="0.8", linestyle=":", label="0: D is always right")
axes.set(xlabel="m: the data are N(0, 1), G draws N(m, 1)", ylabel="value of the game, nats")
axes.legend()
figure.savefig(args.picture, dpi=110)

figures = {"largest distance of the value from the formula, nats": worst, "largest |D − ½| on [−2, 2] for G = data": half,
           f"the same distance for a D of {args.steps // 10} steps, nats": weak}  # fmt: skip
holds = max(worst) < 0.02
report(args, figures, f"{'Holds' if holds else 'Does not hold'}: the value is within {max(worst):.3f} nats of the formula.")
