"""Samples are not memorised training images.

    python examples/claims/08_not_memorised.py

A GAN learns 800 digits; 800 others, from the same writers, are laid aside. How many samples are nearer to a training image
than to any that was laid aside? (How near they are does not decide it: blurred images lie near to everything.) If nothing
was copied, the two halves are alike for the samples, and any other split of the 1,600 does as well: p is the share of 999
random splits that give as large a number; of all seeds together, as large a mean. Beside the samples: digits that nobody
has seen, and planted memorisers, for which all samples, or a fifth of the GAN's, are training images with noise. They count
as caught where p < 0.05 with every seed; the GAN as clean where p of all seeds together is at least 0.05. Where it is less,
the excess over ½, doubled, is the share of copies that would do the same. The picture is the first seed's.
"""

import numpy as np
from claim import arguments, digit_gan, report, shuffled_digits, trained
from matplotlib.figure import Figure

from minigan import pictures
from minigan.arrays import generator
from minigan.metrics.neighbours import nearest

args = arguments(__file__, __doc__, seeds=10, steps=1500)
HALF, SPLITS = 800, 999


def nearer(rows, both, rng):
    """The share of rows nearer to the first half of `both` than to the second, and what random splits give, (SPLITS,)."""
    index = nearest(rows, both)[0][:, 0]
    return (index < HALF).mean(), np.array([(rng.permutation(2 * HALF)[index] < HALF).mean() for _ in range(SPLITS)])


def p_of(share, others):
    """How many of the random splits, and of this one, give as large a share."""
    return float((1 + (others >= share).sum()) / (1 + len(others)))


names = ("unseen images", "samples of the GAN", "a fifth copies", "planted memoriser")
shares, splits = {name: [] for name in names}, {name: [] for name in names}
for seed in range(args.seeds):
    images, _ = shuffled_digits(seed)
    both, known, unseen, rng = images[: 2 * HALF], images[:HALF], images[2 * HALF :], generator(seed)
    samples = trained(digit_gan(seed, args.steps), known, args.steps, seed).sample(500, seed=1)
    copies = np.clip(known[:500] + 0.1 * rng.standard_normal((500, 64), "float32"), 0, 1)
    groups = dict(zip(names, (unseen, samples, np.concatenate([copies[:100], samples[100:]]), copies)))
    for name, rows in groups.items():
        share, others = nearer(rows, both, rng)
        shares[name].append(float(share))
        splits[name].append(others)
    if seed == 0:
        figure = Figure(figsize=(11.5, 5), layout="constrained")
        axes = figure.subplots(2, 3, height_ratios=[2, 1])
        for (plot, strip), name in zip(axes.T, (names[0], names[1], names[3])):
            (index, near), (_, far) = (nearest(groups[name], part) for part in (known, images[HALF : 2 * HALF]))
            plot.plot(near, far, ".", markersize=4, alpha=0.6)
            plot.plot([0, 3], [0, 3], color="0.6")
            plot.text(0.15, 2.7, "nearer to a training image", color="0.4")
            plot.set(title=f"{name}:\n{(near < far).mean():.0%} above the line", xlim=(0, 3), ylim=(0, 3),
                     xlabel="distance to the nearest training image", ylabel="to the nearest one laid aside")  # fmt: skip
            strip.imshow(pictures.tile(np.concatenate([groups[name][:8], known[index[:8, 0]]]), columns=8), cmap="gray_r")
            strip.set(xticks=[], yticks=[4.5, 13.5], yticklabels=["image", "nearest\ntraining"])
        figure.savefig(args.picture, dpi=100)

ps = {name: [*map(p_of, shares[name], splits[name])] for name in names}
together = {name: p_of(np.mean(shares[name]), np.mean(splits[name], axis=0)) for name in names}
caught, clean = max(ps[names[2]] + ps[names[3]]) < 0.05, together[names[1]] >= 0.05
means = [np.mean(values) for values in shares.values()]
verdict = ("Holds" if caught else "Not decided") if clean else "Holds in part" if means[1] < means[2] else "Does not hold"
figures = {f"{name}: share nearer to a training image": values for name, values in shares.items()}
figures |= {f"{name}: p": values for name, values in ps.items()}
figures |= {f"{name}: p of all seeds together": [p] for name, p in together.items()}
copied = "" if clean else f", p = {together[names[1]]:.2g}: as if {2 * means[1] - 1:.0%} were copies"
report(args, figures, f"{verdict}: {means[0]:.0%} of unseen images and {means[1]:.0%} of the samples are nearer to a training "
       f"image{copied}. The planted memorisers, {means[2]:.0%} and {means[3]:.0%}, are {'' if caught else 'not all '}caught.")
