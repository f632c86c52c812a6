"""Sheet 3's picture: the student's machine completes digits of which the lower half is hidden."""

import numpy as np

from minigan import pictures
from minigan.data.digits import digits
from minigan.models.bipartite import cd_grad
from minigan.models.completion import complete

HIDDEN, SHOWN = 64, 16


def draw(path, epochs=60):
    """Train with CD-1; then from top to bottom: what is given, the mean field's answer, Gibbs sampling's, the truth."""
    images, _ = digits()
    train, test = (images[:-SHOWN] > 0.5).astype(np.float32), (images[-SHOWN:] > 0.5).astype(np.float32)
    rng = np.random.default_rng(0)
    W = 0.1 * rng.standard_normal((64, HIDDEN), dtype=np.float32)
    params = [W, np.zeros(64, np.float32), np.zeros(HIDDEN, np.float32)]
    for _ in range(epochs):
        for rows in np.array_split(rng.permutation(len(train)), len(train) // 50):
            gradient, _, _ = cd_grad(params, train[rows], rng)
            params = [part - 0.1 * g for part, g in zip(params, gradient)]

    observed = np.zeros(test.shape, bool)
    observed[:, :32] = True
    given = np.where(observed, test, np.float32(0.5))
    answers = [complete(params, test, observed, rng, method=method) for method in ("mean_field", "gibbs")]
    pictures.save_image(path, pictures.tile(np.concatenate([given, *answers, test]), columns=SHOWN))
