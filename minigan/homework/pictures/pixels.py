"""Sheet 7's picture: the student's PixelCNN goes on with half digits, and draws digits from nothing."""

import numpy as np

from minigan import pictures
from minigan.data.digits import digits
from minigan.models.pixelcnn import PixelCNN

SHOWN, LEVELS = 16, 4


def draw(path, steps=1000):
    """Train; then from top to bottom: digits, two completions of their upper halves, digits from nothing."""
    images = np.round(digits()[0] * (LEVELS - 1)) / np.float32(LEVELS - 1)
    train, test = images[:-SHOWN], images[-SHOWN:]
    model, rng = PixelCNN((8, 8), LEVELS, channels=24, blocks=3), np.random.default_rng(0)
    for _ in range(steps):
        model.step(train[rng.integers(len(train), size=64)], check=False)
    completed = [model.complete(test, np.arange(64) < 32, seed=seed) for seed in (1, 2)]
    pictures.save_image(path, pictures.tile(np.concatenate([test, *completed, model.sample(SHOWN, seed=3)]), columns=SHOWN))
