"""Training is unstable, and results hang on the start and the seed.

    python examples/claims/05_start_and_seed.py

One GAN, one data set (a ring of 8 Gaussians), one setting. What differs: the start, the first θ of both players (rows), and
the luck, the noise and the order of the data (columns). Each panel shows where the samples lie, how many of the 8 modes
they found, and how unevenly (reverse KL: 0 if all are equally frequent). If only the start mattered, a row would look
alike; if only the luck did, a column. The last row has the start of the first, the same luck, and a penalty on D's slope
(R1).
"""

import numpy as np
from claim import arguments, report
from matplotlib.figure import Figure

from minigan.data.toy import ring
from minigan.metrics.modes import mode_statistics
from minigan.models.gan import GAN
from minigan.models.networks import plain_network
from minigan.nn import Adam, Straight
from minigan.train import train

args = arguments(__file__, __doc__, seeds=4, steps=2000)
world = ring()
data = world.sample(50_000)


def outcome(start, luck, r1=0.0):
    """Samples of a GAN with the first θs of seed `start`, and noise and order of seed `luck`; and its statistics."""
    adam = Adam(0.005, schedule=Straight(args.steps, to=0.1))
    gan, other = (GAN(plain_network(8, 64, 64, 2), plain_network(2, 64, 64, 1), 8, r1=r1, seed=seed, optimizer_g=adam,
                      optimizer_d=adam) for seed in (luck, start))  # fmt: skip
    gan.generator.theta, gan.discriminator.theta = other.generator.theta, other.discriminator.theta
    train(gan, data, steps=args.steps, batch_size=64, seed=luck, progress=False, intervals=5)
    samples = gan.sample(2500, seed=1)
    seen = mode_statistics(samples, world)
    return samples, seen["modes"], seen["reverse_kl"]


n = args.seeds
rows = [(f"start {start}", start, 0.0) for start in range(n)] + [("start 0, R1", 0, 0.1)]
figure = Figure(figsize=(1.8 * n, 1.9 * len(rows)), layout="constrained")
axes = figure.subplots(len(rows), n, squeeze=False, sharex=True, sharey=True)
modes, uneven = np.zeros((len(rows), n)), np.zeros((len(rows), n))
for i, (name, start, r1) in enumerate(rows):
    for luck, panel in enumerate(axes[i]):
        samples, modes[i, luck], uneven[i, luck] = outcome(start, luck, r1)
        panel.plot(*samples[:500].T, ".", color="purple", markersize=1.5)
        panel.plot(*world.centres.T, "+", color="C2")
        panel.set(xlim=(-1.6, 1.6), ylim=(-1.6, 1.6), aspect="equal", xticks=[], yticks=[])
        panel.set_title(f"{modes[i, luck]:.0f} of 8 modes, reverse KL {uneven[i, luck]:.3f}", fontsize=7)
        panel.set_xlabel(f"luck {luck}" if i == n else "")
    axes[i, 0].set_ylabel(name)
figure.suptitle("one GAN, one ring (+), equal training", fontsize=10)
figure.savefig(args.picture, dpi=100)

plain, calm = uneven[:n], uneven[n]
figures = {"modes of 8: all starts and lucks": modes[:n].ravel(), "modes of 8: R1, one start, all lucks": modes[n],
           "reverse KL: all starts and lucks": plain.ravel(), "reverse KL: R1, one start, all lucks": calm,
           "range of the reverse KL in a row: one start": np.ptp(plain, axis=1),
           "range of the reverse KL in a column: one luck": np.ptp(plain, axis=0)}  # fmt: skip
holds = np.ptp(plain) > 3 * np.ptp(calm)
verdict = "Holds" if holds else "Does not hold"
report(args, figures, f"{verdict}: {modes[:n].min():.0f} to {modes[:n].max():.0f} modes, reverse KL {plain.min():.2f} to "
       f"{plain.max():.2f}, by start and by luck; with R1 {calm.min():.3f} to {calm.max():.3f}.")  # fmt: skip
