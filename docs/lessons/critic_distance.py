r"""
The critic's distance beside the samples' quality
=================================================

The losses of a plain GAN do not say how good its samples are. What the critic of a Wasserstein GAN maximises estimates a
distance; does it fall when the samples get better? Here both are drawn over the steps of one run (the ring, WGAN-GP, λ = 0.1,
seed 0). The quality is measured without the critic: the exact earth mover's distance between 500 samples and 500 real points,
by solving the assignment problem, and the share of samples within three standard deviations of a mode.
"""

import numpy as np
from matplotlib import pyplot
from scipy.optimize import linear_sum_assignment

from minigan.data.toy import ring
from minigan.metrics.modes import mode_statistics
from minigan.models.networks import plain_network, plane_generator
from minigan.models.wgan import WGAN
from minigan.nn import Adam
from minigan.train import train

world = ring()
shown = world.sample(500, 1)


def earth_mover(a, b):
    """The mean way of the cheapest plan between as many points (N, 2)."""
    cost = np.linalg.norm(a[:, None] - b[None], axis=2)
    return cost[linear_sum_assignment(cost)].mean()


rows = []
gan = WGAN(plane_generator(hidden=32), plain_network(2, 32, 32, 32, 1), 2, k=3, penalty=0.1, seed=0, optimizer_g=Adam(2e-3),
           optimizer_d=Adam(2e-3))  # fmt: skip
data = world.sample(20_000, 0)
for part in range(40):
    log = train(gan, data, steps=(part + 1) * 50 - gan.steps, batch_size=128, seed=part, intervals=1, progress=False)
    samples = gan.sample(500, seed=0)
    rows.append((gan.steps, log[-1]["distance"], earth_mover(samples, shown), mode_statistics(samples, world)["high_quality"]))
steps, critic, truth, quality = map(np.array, zip(*rows))

# %%
# The critic's slope may be above 1 (``minigan/models/wgan.py`` says by how much), so its scale is its own; the question is
# whether the two curves fall together.

figure, axes = pyplot.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
axes[0].plot(steps, critic, label="the critic's estimate")
axes[0].plot(steps, truth, label="earth mover's distance, exact")
axes[0].set(xlabel="step of G", ylabel="distance", yscale="log", title="what the critic says, and what is")
axes[0].legend()
axes[1].plot(steps, quality, color="purple")
axes[1].set(xlabel="step of G", ylabel="share of high quality", ylim=(0, 1), title="samples within 3σ of a mode")
pyplot.show()


def ranks(values):
    """0 for the smallest, 1 for the next, …"""
    return np.argsort(np.argsort(values))


print("rank correlation of the estimate with the exact distance:", np.corrcoef(ranks(critic), ranks(truth))[0, 1].round(2))
print("first and last estimate:", critic[0].round(3), critic[-1].round(3), "exact:", truth[0].round(3), truth[-1].round(3))
