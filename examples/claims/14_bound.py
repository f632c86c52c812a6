"""The VAE maximises a lower bound, never above the likelihood.

    python examples/claims/14_bound.py

With a code of two numbers the likelihood is no secret: p(x) = ∫ p(x|z) p(z) dz is a sum over a fine grid of the plane.
Pixels are drawn, 1 with the grey level as the probability: in training anew at each step, in 100 test images once. Beside
log p(x), for each test image: the bound, its mean over 200 codes, and L_K, the bound by K importance samples, which climbs
towards log p(x). L_1 is the bound too, by one code an image: noisier than the mean of 200. An estimate by one code may lie
above log p(x); its mean may not. The mean of 200 is allowed three standard errors. Each L_K is one estimate: by chance
L_1000 may come out below L_100.
"""

import math

import numpy as np
from claim import arguments, report, shuffled_digits, trained
from matplotlib.figure import Figure

from minigan.arrays import generator
from minigan.models.bipartite import bernoulli
from minigan.models.networks import tanh_network
from minigan.models.vae import VAE
from minigan.nn import Adam, Cosine

args = arguments(__file__, __doc__, steps=3000)
TEST, CODES, KS = 100, 200, (1, 10, 100, 1000)


def exact(vae, x, side=400, reach=5.0):
    """log p(x) of each row, by the midpoint rule on side × side codes from −reach to reach."""
    at = (np.arange(side, dtype="float32") + 0.5) * (2 * reach / side) - reach
    top, total = np.full(len(x), -np.inf), np.zeros(len(x))
    for row in at:  # one row of the grid at a time
        z = np.stack([at, np.full(side, row)], axis=1)
        logits = vae.p.infer(z).astype(np.float64)
        log_p = logits @ x.T.astype(np.float64) - np.logaddexp(0, logits).sum(axis=1, keepdims=True)  # log p(x|z), (side, N)
        log_p += (-0.5 * (z * z).sum(axis=1) - math.log(2 * math.pi))[:, None]
        new = np.maximum(top, log_p.max(axis=0))
        total = total * np.exp(top - new) + np.exp(log_p - new).sum(axis=0)
        top = new
    return top + np.log(total) + 2 * math.log(2 * reach / side)


figures = {f"log p(x) − L_K for K = {K}, nats": [] for K in KS} | {name: [] for name in (
    "log p(x), nats", "grid twice as coarse: change, nats", "log p(x) − bound, nats",
    "share of images whose bound is above, beyond three standard errors")}  # fmt: skip
figure = Figure(figsize=(10, 4.2), layout="constrained")
below, climb = figure.subplots(1, 2)
for seed in range(args.seeds):
    images, _ = shuffled_digits(seed)
    adam = Adam(2e-3, beta1=0.9, schedule=Cosine(args.steps, to=0.01))
    vae = VAE(tanh_network(64, 200, 200, 4), tanh_network(2, 200, 200, 64), 2, binarise=True, optimizer=adam, seed=seed)
    trained(vae, images[:1600], args.steps, seed)
    test = bernoulli(images[1600 : 1600 + TEST], generator(seed))
    log_p, coarse = exact(vae, test), exact(vae, test, side=200)
    estimates = np.array([vae.elbo(test, seed=i) for i in range(CODES)])
    bound, error = estimates.mean(axis=0), estimates.std(axis=0, ddof=1) / math.sqrt(CODES)
    means = [float(vae.log_likelihood(test, K, seed=0).mean()) for K in KS]
    values = (*(log_p.mean() - mean for mean in means), log_p.mean(), abs(coarse - log_p).max(), (log_p - bound).mean(),
              (bound - 3 * error > log_p).mean())  # fmt: skip
    for name, value in zip(figures, values):
        figures[name].append(value)
    below.plot(log_p, bound, ".", color=f"C{seed}", markersize=4, label=f"seed {seed}")
    climb.semilogx(KS, means, "o-", color=f"C{seed}")
    climb.axhline(log_p.mean(), color=f"C{seed}", linestyle=":")
ends = below.get_xlim()
below.plot(ends, ends, "k-", linewidth=0.8)
below.set(title="a dot a test image; line: bound = log p(x)", xlabel="log p(x), by integration, nats",
          ylabel="bound, nats")  # fmt: skip
below.legend()
climb.set(title="K importance samples; dotted: log p(x)", xlabel="K", ylabel="mean L_K, nats")
figure.savefig(args.picture, dpi=100)

gap, above = figures["log p(x) − bound, nats"], list(figures.values())[-1]
holds = min(gap) > 0 and max(above) < 0.01
verdict = "Holds" if holds else "Does not hold"
report(args, figures, f"{verdict}: the bound is {np.mean(gap):.2f} nats below log p(x) on average, and above it, beyond noise, "
       f"for {np.mean(above):.0%} of the images.")  # fmt: skip
