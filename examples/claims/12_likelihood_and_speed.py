"""Explicit models give likelihoods, implicit ones do not; PixelCNN samples one pixel at a time, a GAN all at once.

    python examples/claims/12_likelihood_and_speed.py

Three models learn the same digits, each pixel drawn once, 1 with the grey level as the probability (so log-likelihoods do
not compare with those of docs/systems.md). What can be asked of each? The PixelCNN: log p(x), exactly. The VAE: a bound,
and an estimate of log p(x) by 100 importance samples, which is too low on average. The GAN: nothing; it draws, and has no
p(x) to look up. Samples a second of processor time: the median of five draws of 200; the PixelCNN makes one step for each
pixel, the two others a single pass.
"""

import time

import numpy as np
from claim import arguments, digit_gan, report, shuffled_digits, trained
from matplotlib.figure import Figure

from minigan import pictures
from minigan.arrays import generator
from minigan.models.bipartite import bernoulli
from minigan.models.networks import tanh_network
from minigan.models.pixelcnn import PixelCNN
from minigan.models.vae import VAE
from minigan.nn import Adam, Cosine

args = arguments(__file__, __doc__, steps=600)


def speed(model):
    """Samples a second."""
    times = []
    for seed in range(6):
        start = time.process_time()
        model.sample(200, seed=seed)
        times.append(time.process_time() - start)
    return 200 / np.median(times[1:])  # the first call warms up


nats, speeds = {}, {}
for seed in range(args.seeds):
    images, _ = shuffled_digits(seed)
    images = bernoulli(images, generator(seed))
    known, test = images[:1600], images[1600:]
    adam = Adam(2e-3, beta1=0.9, schedule=Cosine(args.steps, to=0.01))
    models = {"PixelCNN": PixelCNN((8, 8), channels=16, optimizer=adam, seed=seed),
              "VAE": VAE(tanh_network(64, 100, 16), tanh_network(8, 100, 64), 8, optimizer=adam, seed=seed),
              "GAN": digit_gan(seed, args.steps)}  # fmt: skip
    for name, model in models.items():
        trained(model, known, args.steps, seed)
        speeds.setdefault(f"{name}: samples a second", []).append(speed(model))
    for label, values in (("PixelCNN: log p(x), exact, nats", models["PixelCNN"].log_likelihood(test)),
                          ("VAE: log p(x), estimate, nats", models["VAE"].log_likelihood(test, 100, seed=0)),
                          ("VAE: bound, nats", models["VAE"].elbo(test, seed=0))):  # fmt: skip
        nats.setdefault(label, []).append(float(values.mean()))
    if seed == 0:
        drawn = {name: model.sample(12, seed=1) for name, model in models.items()}

figure = Figure(figsize=(9, 5), layout="constrained")
grid = figure.add_gridspec(2, 2, height_ratios=[1.4, 1])
fast, likely, shown = (figure.add_subplot(place) for place in (grid[0, 0], grid[0, 1], grid[1, :]))
for i, values in enumerate(speeds.values()):
    fast.plot([i] * args.seeds, values, "o", color=f"C{i}")
fast.set(title="samples a second of processor time, a dot a seed", yscale="log", xticks=range(3), xticklabels=models,
         xlim=(-0.5, 2.5))
for i, values in enumerate(nats.values()):
    likely.plot([i] * args.seeds, values, "o", color=f"C{min(i, 1)}")
likely.axvspan(2.6, 3.4, color="0.92")
likely.text(3, np.mean([*nats.values()]), "no likelihood", rotation=90, ha="center", va="center")
likely.set(title="log p(x) of test images, nats, a dot a seed", xlim=(-0.5, 3.5), xticks=range(4),
           xticklabels=["PixelCNN\nexact", "VAE\nestimate", "VAE\nbound", "GAN"])  # fmt: skip
shown.imshow(pictures.tile(np.concatenate([*drawn.values()]), columns=12), cmap="gray_r")
shown.set(title="samples (of the VAE: the pixels' means)", xticks=[], yticks=[5, 14, 23], yticklabels=drawn)
figure.savefig(args.picture, dpi=100)

pixel, vae, gan = (np.mean(values) for values in speeds.values())
holds = gan > 5 * pixel
verdict = "Holds" if holds else "Does not hold"
report(args, nats | speeds, f"{verdict}: the GAN draws {gan / pixel:.0f} times as many samples a second as the PixelCNN; the "
       f"VAE, which has a bound, {vae / pixel:.0f} times.")  # fmt: skip
