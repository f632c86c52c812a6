"""Sheet 1's picture: a network of the student's layers tells two moons apart."""

import numpy as np
from matplotlib.figure import Figure

from minigan.data.toy import two_moons
from minigan.nn import Adam, BatchNorm, LeakyReLU, Linear, Net, Sigmoid, bce, bce_with_logits


def draw(path, steps=400):
    """Train, then draw the network's opinion of every point: blue and red, white where it is unsure."""
    points = two_moons(noise=0.1).sample(1000)
    labels = (points[:, :1] * 0.9 + points[:, 1:] * 2.0 * np.sign(np.cos(2 * points[:, :1])) > 0).astype(np.float32)
    rng, optimizer = np.random.default_rng(0), Adam(lr=0.02)
    net = Net(Linear(2, 32), BatchNorm(32), LeakyReLU(0.2), Linear(32, 32), BatchNorm(32), LeakyReLU(0.2), Linear(32, 1))
    theta, stats = net.init(rng), net.init_stats()
    for _ in range(steps):
        rows = rng.integers(len(points), size=128)
        logits, tape = net.forward(theta, points[rows])
        _, dlogits = bce_with_logits(logits, labels[rows])
        _, dtheta = net.backward(theta, tape, dlogits, want_dx=False)
        theta, stats = optimizer.step(theta, dtheta), net.track(stats, tape)

    whole = Net(*net.layers, Sigmoid())
    x, y = np.meshgrid(np.linspace(-2, 2, 160, dtype=np.float32), np.linspace(-1.5, 1.5, 120, dtype=np.float32))
    opinion, _ = whole.forward(theta, np.stack([x.ravel(), y.ravel()], axis=1), stats)
    loss, _ = bce(whole.forward(theta, points, stats)[0], labels)
    figure = Figure(figsize=(7, 5), layout="constrained")
    axes = figure.subplots()
    shown = axes.imshow(opinion.reshape(x.shape), extent=(-2, 2, -1.5, 1.5), origin="lower", cmap="RdBu", vmin=0, vmax=1, alpha=0.7)
    for label, colour in ((0, "darkred"), (1, "navy")):
        axes.plot(*points[labels[:, 0] == label].T, ".", color=colour, markersize=3)
    axes.set(title=f"what a network of your layers thinks of every point (loss {loss:.3f})", aspect="equal")
    figure.colorbar(shown, label="probability of blue")
    figure.savefig(path, dpi=110)
