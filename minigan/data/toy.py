"""Worlds of two dimensions, where everything can be seen.

A `World` draws points of the plane and, where it has them, knows its modes: the centres of its clusters and their
standard deviation. Rings and grids of Gaussians are the classic tests for mode collapse: a generator that has found three of
eight clusters can fool a discriminator for a while, but not a person with a picture.
Sources: Metz et al. 2017 and Lin et al. 2018 (PacGAN) for ring and grid; the other shapes are scikit-learn's classics.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from minigan.check import number, whole
from minigan.check import path as path_of
from minigan.data.images import on_white, open_image

FINEST = 1000  # pixels of a drawing's longer side


@dataclass(frozen=True)
class World:
    """draw(rng, n) -> float64 (n, 2); centres (K, 2) and deviation of its Gaussians, None and 0 where it has none."""

    name: str
    draw: Callable
    centres: np.ndarray | None = None
    deviation: float = 0.0

    def sample(self, n, seed=0):
        """n points, float32 (n, 2)."""
        return self.draw(np.random.default_rng(whole("seed", seed, 0)), whole("n", n)).astype(np.float32)


def gaussians(name, centres, deviation):
    """A mixture, with equal weights, of round Gaussians around centres (K, 2)."""
    centres, deviation = np.array(centres, float), number("deviation", deviation, least=0)
    if centres.ndim != 2 or centres.shape[1] != 2 or not np.isfinite(centres).all():
        raise ValueError(f"centres is {centres.shape}: want finite (K, 2)")

    def draw(rng, n):
        return centres[rng.integers(len(centres), size=n)] + deviation * rng.standard_normal((n, 2))

    return World(name, draw, centres, deviation)


def ring(modes=8, radius=1.0, deviation=0.01):
    """Gaussians on a circle."""
    modes, radius = whole("modes", modes), number("radius", radius)
    angles = 2 * np.pi * np.arange(modes) / modes
    return gaussians("ring", radius * np.stack([np.cos(angles), np.sin(angles)], axis=1), deviation)


def grid(side=5, step=2.0, deviation=0.05):
    """Gaussians on a side×side grid around 0; by default on {−4, −2, 0, 2, 4}²."""
    side, step = whole("side", side), number("step", step)
    places = step * (np.arange(side) - (side - 1) / 2)
    return gaussians("grid", np.stack(np.meshgrid(places, places), axis=-1).reshape(-1, 2), deviation)


def swiss_roll(noise=0.02):
    """A spiral of one and a half turns, of outer radius about 1."""
    noise = number("noise", noise, least=0)

    def draw(rng, n):
        angle = 1.5 * np.pi * (1 + 2 * rng.random(n))
        spiral = np.stack([angle * np.cos(angle), angle * np.sin(angle)], axis=1) / (4.5 * np.pi)
        return spiral + noise * rng.standard_normal((n, 2))

    return World("swiss roll", draw)


def two_moons(noise=0.05):
    """Two half circles that reach into each other, around 0."""
    noise = number("noise", noise, least=0)

    def draw(rng, n):
        angle, lower = np.pi * rng.random(n), rng.random(n) < 0.5
        x = np.where(lower, 1 - np.cos(angle), np.cos(angle)) - 0.5
        y = np.where(lower, 0.5 - np.sin(angle), np.sin(angle)) - 0.25
        return np.stack([x, y], axis=1) + noise * rng.standard_normal((n, 2))

    return World("two moons", draw)


def checkerboard(fields=4):
    """The dark squares of a board of fields×fields over [−1, 1]², uniformly."""
    fields = whole("fields", fields)
    dark = np.array([(column, row) for column in range(fields) for row in range(fields) if (column + row) % 2 == 0])

    def draw(rng, n):
        return 2 * (dark[rng.integers(len(dark), size=n)] + rng.random((n, 2))) / fields - 1

    return World("checkerboard", draw)


def drawing(path):
    """Whatever the user has drawn in an image file, dark on light: points fall where it is dark; the longer side is [−1, 1].

    A longer side of more than 1,000 pixels is made smaller. ValueError for a file that is no image, or has nothing dark.
    """
    paper = open_image(path_of("path", path))
    paper.thumbnail((FINEST, FINEST))
    ink = 255.0 - np.asarray(on_white(paper).convert("L"), float)
    ink[ink < 64] = 0.0
    if ink.sum() == 0:
        raise ValueError(f"{path} has no dark pixels: draw something dark on a light ground")
    rows, columns = np.nonzero(ink)
    weights = ink[rows, columns] / ink.sum()
    height, width = ink.shape

    def draw(rng, n):
        chosen = rng.choice(len(rows), size=n, p=weights)
        pixels = np.stack([columns[chosen] - width / 2, height / 2 - rows[chosen] - 1], axis=1)
        return 2 * (pixels + rng.random((n, 2))) / max(height, width)

    return World("drawing", draw)


WORLDS = {"ring": ring, "grid": grid, "swiss-roll": swiss_roll, "two-moons": two_moons, "checkerboard": checkerboard}
