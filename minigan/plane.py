"""A GAN in the plane, drawn: what both players see, and what each will do next.

Left: the background is D's opinion, blue where it says "real", red where "fake", white at ½; the colours are stretched to its
firmest opinion. Green are real points, violet generated ones; the arrows show where D pushes the generated points,
∂(D's score)/∂x, which is the direction that G learns to follow.
Middle: the square grid of the noise as G warps it into the plane. Right: the log, as it grows; reverse KL beyond 1 is cut off.
After GAN Lab (Kahng et al. 2019).
"""

import numpy as np

from minigan.arrays import to, to_numpy

FIELD = 60  # the background's resolution
ARROWS = 60
LINES = 13  # of the noise grid


def draw(gan, real, log, figure=None):
    """Draw the state of a GAN with 2-D samples on a matplotlib figure (a new one by default), and return it.

    real: (N, 2) real points, NumPy. log: rows of numbers, the last one being now.
    """
    from matplotlib.figure import Figure  # in a browser the rest of this file serves without it

    figure = figure or Figure(figsize=(13, 4.2), dpi=80)
    figure.clear()
    world, warp, curves = figure.subplots(1, 3)
    centre, half = real.mean(axis=0), 1.3 * np.abs(real - real.mean(axis=0)).max()
    extent = (centre[0] - half, centre[0] + half, centre[1] - half, centre[1] + half)
    fake = to_numpy(gan.sample(len(real), seed=0))
    opinion, push = field(gan, extent, fake[:ARROWS])
    contrast = max(np.abs(opinion - 0.5).max(), 0.05)
    bounds = {"vmin": 0.5 - contrast, "vmax": 0.5 + contrast}
    background = world.imshow(opinion, extent=extent, origin="lower", cmap="RdBu", alpha=0.6, **bounds)
    figure.colorbar(background, ax=world, label="D: fake … real", shrink=0.7)
    world.plot(*real.T, ".", color="limegreen", markersize=2, alpha=0.5, label="real")
    world.plot(*fake.T, ".", color="purple", markersize=3, label="generated")
    world.quiver(*fake[:ARROWS].T, *push.T, color="black", width=0.004, label="where D pushes")
    world.legend(fontsize=6, loc="upper right")
    world.set(title=f"step {log[-1]['step']}" if log else "", xlim=extent[:2], ylim=extent[2:])
    _draw_warp(warp, gan)
    warp.set(title="the grid of the noise, warped by G", xlim=extent[:2], ylim=extent[2:], aspect="equal")
    for name in [name for name in (log[0] if log else {}) if name not in ("step", "epoch", "modes")]:
        curves.plot([row["step"] for row in log], [row[name] for row in log], label=name)
    if log:
        curves.legend(fontsize=7, loc="upper right")
        curves.set_title(f"{log[-1]['modes']} modes found" if "modes" in log[-1] else "")
    curves.set(xlabel="step", xlim=(0, None), ylim=(0, 1) if log and "distance" not in log[0] else (0, None))
    figure.tight_layout()
    return figure


def as_image(figure):
    """The figure's pixels, (h, w, 3) in [0, 1]."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3] / 255.0


def field(gan, extent, fake, size=FIELD):
    """D's opinion on a square of size×size points over extent (left, right, bottom, top), in [0, 1], bottom row first; and the
    pushes on the fakes (N, 2), scaled to their longest.
    """
    x, y = np.meshgrid(np.linspace(*extent[:2], size), np.linspace(*extent[2:], size))
    square = np.stack([x.ravel(), y.ravel()], axis=1).astype(gan.dtype)
    score = _score(gan, square)[0]
    push = _slope(gan, fake)
    return gan.opinion(to_numpy(score)[:, 0]).reshape(size, size), push / (np.linalg.norm(push, axis=1).max() + 1e-12)


def _score(gan, points):
    """D's score in inference of points (N, 2), each packed with copies of itself, (N, 1), and the tape."""
    return gan.D.forward(gan.discriminator.averaged, to(np.tile(points, (1, gan.pack)), gan.backend), gan.discriminator.stats)


def _slope(gan, points):
    """The slope of D's score at points (N, 2), of that shape."""
    score, tape = _score(gan, points)
    slope, _ = gan.D.backward(gan.discriminator.averaged, tape, score * 0.0 + 1.0, want_dtheta=False)
    return to_numpy(slope).reshape(len(points), gan.pack, 2).mean(axis=1)


def warped_grid(gan, points=80):
    """The square grid over [−2, 2]² of a noise of two numbers as G warps it: (2·LINES, points, 2), a line a row."""
    side, fine = np.linspace(-2, 2, LINES), np.linspace(-2, 2, points)
    across = np.stack(np.meshgrid(side, fine, indexing="ij"), axis=-1)  # (LINES, points, 2)
    lines = np.concatenate([across, across[..., ::-1]])
    return to_numpy(gan.generate(to(lines.reshape(-1, 2).astype(gan.dtype), gan.backend))).reshape(lines.shape)


def _draw_warp(axes, gan):
    if gan.latent != 2:
        axes.text(0.5, 0.5, f"noise of {gan.latent} dimensions", ha="center", transform=axes.transAxes)
        return
    for line in warped_grid(gan):
        axes.plot(*line.T, color="purple", linewidth=0.5)
