"""Sheet 6's picture: digits encoded and decoded by the student's autoencoder, and digits that it makes up."""

import numpy as np

from minigan import pictures
from minigan.data.digits import digits
from minigan.models.vae import VAE
from minigan.nn import LeakyReLU, Linear, Net

SHOWN, LATENT = 16, 6


def draw(path, steps=2500):
    """Train with one code a row, and with five; then digits, what both keep of them, and what both make of the prior."""
    images, _ = digits()
    train, test = images[:-SHOWN], images[-SHOWN:]
    kept, made = [], []
    for samples in (1, 5):
        encoder = Net(Linear(64, 64), LeakyReLU(), Linear(64, 2 * LATENT))
        decoder = Net(Linear(LATENT, 64), LeakyReLU(), Linear(64, 64))
        vae = VAE(encoder, decoder, LATENT, samples=samples)
        rng = np.random.default_rng(0)
        for _ in range(steps):
            vae.step(train[rng.integers(len(train), size=64)], check=False)
        kept.append(vae.reconstruct(test))
        made.append(vae.sample(SHOWN, seed=1))
    pictures.save_image(path, pictures.tile(np.concatenate([test, *kept, *made]), columns=SHOWN))
