"""Sheet 1's picture: a network of the student's layers tells two moons apart."""

import numpy as np
from matplotlib.figure import Figure

from minigan.nn import SGD, BatchNorm, LeakyReLU, Linear, Net, Sigmoid, bce, bce_with_logits


def two_moons(rng, n):
    """n points on two half circles that reach into each other (n, 2), and on which each lies, 0 or 1, (n, 1)."""
    angle, lower = np.pi * rng.random((n, 1)), rng.random((n, 1)) < 0.5
    x = np.where(lower, 1 - np.cos(angle), np.cos(angle)) - 0.5
    y = np.where(lower, 0.5 - np.sin(angle), np.sin(angle)) - 0.25
    points = np.hstack([x, y]) + 0.15 * rng.standard_normal((n, 2))
    return points.astype(np.float32), lower.astype(np.float32)


def draw(path, steps=400):
    """Train, then draw the network's opinion of every point: blue and red, white where it is unsure."""
    rng, optimizer = np.random.default_rng(0), SGD(lr=0.1, momentum=0.9)
    points, labels = two_moons(rng, 1000)
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
    colours = {"cmap": "RdBu", "vmin": 0, "vmax": 1, "alpha": 0.7}
    shown = axes.imshow(opinion.reshape(x.shape), extent=(-2, 2, -1.5, 1.5), origin="lower", **colours)
    for label, colour in ((0, "darkred"), (1, "navy")):
        axes.plot(*points[labels[:, 0] == label].T, ".", color=colour, markersize=3)
    axes.set(title=f"what a network of your layers thinks of every point (loss {loss:.3f})", aspect="equal")
    figure.colorbar(shown, label="probability of blue")
    figure.savefig(path, dpi=110)
