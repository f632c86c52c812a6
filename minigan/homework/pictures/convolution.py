"""Sheet 5's picture: the student's convolutions clean digits, the student's LSTM goes on with half ones."""

import numpy as np

from minigan import pictures
from minigan.data.digits import digits
from minigan.nn import (
    LSTM,
    Adam,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    LeakyReLU,
    Linear,
    Net,
    Reshape,
    Sigmoid,
    bce,
    bce_with_logits,
)

SHOWN = 16


def draw(path, steps=600):
    """Train both, then from top to bottom: noisy digits, cleaned; digits with the lower half by the LSTM, the truth."""
    images, _ = digits()
    train, test = images[:-SHOWN], images[-SHOWN:]
    rng = np.random.default_rng(0)

    def noisy(x):
        return np.clip(x + 0.4 * rng.standard_normal(x.shape, dtype=np.float32), 0, 1)

    cleaner = Net(Reshape(8, 8, 1), Conv2d(1, 16, 3, padding=1), LeakyReLU(),
                  Conv2d(16, 32, 4, stride=2, padding=1), LeakyReLU(),
                  ConvTranspose2d(32, 16, 4, stride=2, padding=1), LeakyReLU(),
                  Conv2d(16, 1, 3, padding=1), Sigmoid(), Flatten())  # fmt: skip
    reader = Net(LSTM(8, 96), Linear(96, 8))  # from each row of a digit, and those above it, the logits of the next
    theta_cleaner, theta_reader = cleaner.init(rng), reader.init(rng)
    adam_cleaner, adam_reader = Adam(3e-3, 0.9), Adam(3e-3, 0.9)
    for _ in range(steps):
        batch = train[rng.integers(len(train), size=64)]
        y, tape = cleaner.forward(theta_cleaner, noisy(batch))
        _, dtheta = cleaner.backward(theta_cleaner, tape, bce(y, batch)[1], want_dx=False)
        theta_cleaner = adam_cleaner.step(theta_cleaner, dtheta)
        rows = batch.reshape(-1, 8, 8)
        logits, tape = reader.forward(theta_reader, rows[:, :-1])
        dlogits = bce_with_logits(logits, np.ascontiguousarray(rows[:, 1:]))[1]
        _, dtheta = reader.backward(theta_reader, tape, dlogits, want_dx=False)
        theta_reader = adam_reader.step(theta_reader, dtheta)

    given = noisy(test)
    read = test.reshape(-1, 8, 8)[:, :4]
    for _ in range(4):
        logits, _ = reader.forward(theta_reader, read)
        read = np.concatenate([read, Sigmoid().forward([], logits[:, -1:])[0]], axis=1)
    parts = [given, cleaner.forward(theta_cleaner, given)[0], read.reshape(-1, 64), test]
    pictures.save_image(path, pictures.tile(np.concatenate(parts), columns=SHOWN))
