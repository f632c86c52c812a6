"""D and G push each other until fakes cannot be told from real data.

    python examples/claims/07_fakes_like_real.py

A GAN of the digits. While it learns: the accuracy of D on held-out images and as many new samples; ½ is a guess. The first
five of 15 looks after the start are compared with the last five. That D is a player, and a moving one: it may say ½ only
because it is weak. So in the end G stands still and a new D, with the same network, learns against it alone; its accuracy
is the honest figure. On the line, where G can become the data exactly, `02_best_discriminator.py` ends at ½.
"""

import numpy as np
from claim import arguments, digit_gan, report, shuffled_digits, trained
from matplotlib.figure import Figure

from minigan import pictures
from minigan.arrays import generator
from minigan.models.adversarial import d_grad
from minigan.nn import Adam

args = arguments(__file__, __doc__, steps=1500)
LOOKS, THIRD = 15, 5
figure = Figure(figsize=(8, 5), layout="constrained")
grid = figure.add_gridspec(2, 4, height_ratios=[2, 1])
axes, shown = figure.add_subplot(grid[0, :]), {0: 0, 1: 1, THIRD: 2, LOOKS: 3}
when = np.arange(LOOKS + 1) * (args.steps // LOOKS)


def accuracy(D, theta, real, fake):
    """Of a D on as many real as generated images."""
    return float(((D.forward(theta, real)[0] > 0).mean() + (D.forward(theta, fake)[0] < 0).mean()) / 2)


figures = {name: [] for name in ("D's accuracy, first third", "D's accuracy, last third", "a new D's against the last G")}
for seed in range(args.seeds):
    images, _ = shuffled_digits(seed)
    known, unseen = images[:1400], images[1400:]
    gan, curve = digit_gan(seed, args.steps), []
    for look in range(LOOKS + 1):
        fake = gan.sample(len(unseen), seed=look)
        curve.append(accuracy(gan.D, gan.discriminator.theta, unseen, fake))
        if seed == 0 and look in shown:
            panel = figure.add_subplot(grid[1, shown[look]])
            panel.imshow(pictures.tile(fake[:12], columns=4), cmap="gray_r")
            panel.set(title=f"step {when[look]}", xticks=[], yticks=[])
        if look < LOOKS:
            trained(gan, known, args.steps // LOOKS, seed=LOOKS * seed + look)
    rng, adam = generator(seed), Adam(1e-3, beta1=0.9)
    theta = gan.D.init(rng)
    for _ in range(args.steps // 2):
        real = known[rng.integers(len(known), size=64)]
        theta = adam.step(theta, d_grad(gan.D, theta, real, gan.sample(64, seed=int(rng.integers(1 << 30))))[1])
    new = accuracy(gan.D, theta, unseen, gan.sample(len(unseen), seed=99))
    for name, value in zip(figures, (np.mean(curve[1 : 1 + THIRD]), np.mean(curve[-THIRD:]), new)):
        figures[name].append(value)
    axes.plot(when, curve, color="C0", label="D while playing, a line for each seed" if seed == 0 else None)
    axes.plot(when[-1], new, "D", color="C1", label="a new D against the last G" if seed == 0 else None)
axes.axhline(0.5, color="0.6", linestyle=":", label="½: a guess")
axes.set(xlabel="step", ylabel="accuracy of D", ylim=(0.4, 1.02))
axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)
figure.savefig(args.picture, dpi=100)

first, last, new = (np.mean(values) for values in figures.values())
verdict = "Holds" if new < 0.55 else "Holds in part" if last < first - 0.05 else "Does not hold"
report(args, figures, f"{verdict}: D falls from {first:.0%} to {last:.0%}; a new D is right in {new:.0%}, and ½ is the goal.")
