"""Several small D steps a G step help.

    python examples/claims/06_more_steps_of_d.py

k = 1, 2 and 5 steps of D for each step of G, with equal numbers of G's steps, so that a larger k costs more. Two worlds.
The ring of 8 Gaussians: how many modes are found (one sample of 2,500 near it is enough), and the share of samples near one.
The digits: the share of samples that look real (precision), the share of the variety that is covered (recall), and how well a
nearest neighbour tells samples from unseen images (½ is the goal). On the ring and a grid, with longer training:
`benchmarks/modes.py`, in results.md.
"""

import numpy as np
from claim import arguments, digit_gan, falling, report, shuffled_digits, spread, trained
from matplotlib.figure import Figure

from minigan import pictures
from minigan.data.toy import ring
from minigan.metrics.modes import mode_statistics
from minigan.metrics.neighbours import precision_recall, two_sample_accuracy
from minigan.models.gan import GAN
from minigan.models.networks import plain_network

args = arguments(__file__, __doc__, steps=1200)
world, ks = ring(), (1, 2, 5)
points = world.sample(50_000)
figure = Figure(figsize=(8.5, 6), layout="constrained")
axes = figure.subplots(2, 3)
figures = {}
for k, (plane, tiles) in zip(ks, axes.T):
    found = {}
    for seed in range(args.seeds):
        adam_g, adam_d = falling(0.005, args.steps), falling(0.005, k * args.steps)
        gan = GAN(plain_network(8, 64, 64, 2), plain_network(2, 64, 64, 1), 8, k, "non-saturating", adam_g, adam_d, seed)
        drawn = trained(gan, points, args.steps, seed).sample(2500, seed=1)
        images, _ = shuffled_digits(seed)
        samples = trained(digit_gan(seed, args.steps, k), images[:1400], args.steps, seed).sample(397, seed=1)
        unseen, seen = images[1400:], mode_statistics(drawn, world)
        results = {"ring: modes of 8": seen["modes"], "ring: share near a mode": seen["high_quality"],
                   "digits: nearest neighbour's accuracy": two_sample_accuracy(unseen, samples),
                   **{f"digits: {name}": value for name, value in precision_recall(unseen, samples).items()}}  # fmt: skip
        for name, value in results.items():
            found.setdefault(f"{name}, k = {k}", []).append(value)
        if seed == 0:
            plane.plot(*drawn[:1000].T, ".", color="purple", markersize=1.5)
            plane.plot(*world.centres.T, "+", color="C2")
            tiles.imshow(pictures.tile(samples[:36]), cmap="gray_r")
    values = list(found.values())
    title = f"k = {k}: {spread(values[0])} modes,\n{np.mean(values[1]):.0%} of samples near one"
    plane.set_title(title, fontsize=10)
    plane.set( xlim=(-1.6, 1.6), ylim=(-1.6, 1.6), aspect="equal")
    tiles.set(title=f"told apart: {np.mean(values[2]):.0%}\n(goal: 50%)", xticks=[], yticks=[])
    figures |= found
figure.savefig(args.picture, dpi=100)

measures = {"ring: modes of 8": (1, ".1f"), "ring: share near a mode": (1, ".0%"),
            "digits: nearest neighbour's accuracy": (-1, ".1%"), "digits: precision": (1, ".0%"), "digits: recall": (1, ".0%")}
helped, not_helped = [], []
for name, (sign, form) in measures.items():
    one, two, five = (sign * np.array(figures[f"{name}, k = {k}"]) for k in ks)
    means = ", ".join(format(abs(values.mean()), form) for values in (one, two, five))
    (helped if max(two.min(), five.min()) > one.max() else not_helped).append(f"{name}, {means}")
verdict = "Holds in part" if helped and not_helped else "Holds" if helped else "Does not hold"
report(args, dict(sorted(figures.items())), f"{verdict}. Means with k = 1, 2, 5. Better, with every seed of k = 2 or of 5: "
       f"{'; '.join(helped) or 'nothing'}. Not better: {'; '.join(not_helped) or 'nothing'}.")  # fmt: skip
