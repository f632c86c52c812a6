"""The GAN in the plane as the page plays it: one game, one step at a time, and all that the canvases draw.

Python here, JavaScript there: `worker.js` calls these methods inside Pyodide, with the minigan that was unpacked beside this
file. Nothing here is about learning; that is `minigan.models.gan`.
"""

import inspect
import math
import sys
import time

import numpy as np

from minigan import plane
from minigan.arrays import ORDER, generator
from minigan.data.toy import WORLDS, World
from minigan.metrics.modes import mode_statistics
from minigan.models import adversarial
from minigan.models.gan import GAN
from minigan.models.networks import plain_network, plane_generator
from minigan.models.wgan import WGAN
from minigan.nn import Adam, penalty

POOL, SHOWN, FIELD, COUNTED, FINE = 10_000, 400, 32, 500, 20
FUNCTIONS = (adversarial.d_grad_and_tapes, penalty.penalty_grad, adversarial.g_grad)


class Game:
    """world: a name of `WORLDS`, or "drawn" with points, a flat list x, y, x, y, …; the rest: as for GAN."""

    def __init__(self, world="ring", points=(), loss="non-saturating", k=1, lr_d=3e-3, lr_g=3e-3, r1=0.1, pack=1, seed=0,
                 hidden=32, batch=128):
        self.world = drawn(points) if world == "drawn" else WORLDS[world]()
        self.data = self.world.sample(POOL, seed).astype("float64")
        self.real = self.data[:SHOWN]
        optimizers = {"optimizer_g": Adam(lr_g), "optimizer_d": Adam(lr_d)}
        common = {"latent": 2, "k": k, "pack": pack, "seed": seed, "dtype": "float64", **optimizers}
        G, D = plane_generator(hidden=hidden, depth=3), plain_network(2 * pack, hidden, hidden, hidden, 1)
        if loss == "wgan-gp":
            self.gan = WGAN(G, D, penalty=0.1, **common)
        else:
            self.gan = GAN(G, D, loss=loss, r1=r1, **common)
        self.rows, self.seed = batch // pack * pack, seed
        self.rng, self.moved, self.losses, self.log, self.lines = None, 0, {}, [], {}

    def batch(self):
        """One real batch, a function of the seed, the step and how many times D has moved in it."""
        chosen = generator(self.seed, "numpy", ORDER, self.gan.steps, self.moved).integers(POOL, size=self.rows)
        return self.data[chosen]

    def step_d(self):
        """One step of D."""
        self.rng = self.rng or self.gan.rng()
        self.losses["loss_d"] = float(self.gan.step_d(self.batch(), self.rng))
        self.moved += 1

    def step_g(self):
        """One step of G. It ends a step of the game."""
        rng = self.rng or self.gan.rng()
        self.losses["loss_g"] = float(self.gan.step_g(self.rows, rng))
        self.gan.steps += 1
        self.rng, self.moved = None, 0

    def step(self):
        """k steps of D, those that are missing, and one of G: what `GAN.step` does."""
        while self.moved < self.gan.k:
            self.step_d()
        self.step_g()

    def watched(self, name):
        """The step of that name, with the lines of the gradients' functions looked at as they run."""
        watch = Watch()
        with watch:
            getattr(self, name)()
        self.lines |= watch.lines

    def run(self, seconds, most=10**9):
        """Steps until the time is over, the last one watched; -> how many."""
        end, n = time.perf_counter() + seconds, 0
        while n < most - 1 and time.perf_counter() < end:
            self.step()
            n += 1
        self.watched("step")
        return n + 1

    def look(self):
        """Numbers, arrays as flat float32, and the watched lines: all that is drawn."""
        half = 1.3 * float(np.abs(self.real - self.real.mean(axis=0)).max())
        x, y = self.real.mean(axis=0)
        extent = (x - half, x + half, y - half, y + half)
        fake = self.gan.sample(SHOWN, seed=0)
        opinion, push = plane.field(self.gan, extent, fake[: plane.ARROWS], FIELD)
        row = {name: float(value) for name, value in self.gan.opinions(*self.scores(fake)).items()} | self.losses
        if self.world.centres is not None:
            row |= mode_statistics(self.gan.sample(COUNTED, seed=1), self.world)
        if not all(map(math.isfinite, row.values())):
            raise ValueError("the losses are not finite any more: choose smaller learning rates and start again")
        row["step"] = self.gan.steps
        self.log.append(row)
        arrays = {"extent": np.array(extent), "field": opinion, "real": self.real, "fake": fake, "push": push,
                  "warp": plane.warped_grid(self.gan, FINE)}  # fmt: skip
        flat = {name: np.ascontiguousarray(array.ravel(), "float32") for name, array in arrays.items()}
        modes = 0 if self.world.centres is None else len(self.world.centres)
        return {**flat, "row": row, "of_modes": modes, "lines": self.lines, "moved": self.moved, "size": FIELD, "fine": FINE}

    def scores(self, fake):
        """D's scores of the shown real points and of fakes."""
        rows = self.rows // self.gan.pack * self.gan.pack
        both = (adversarial.packed(points[:rows], self.gan.pack) for points in (self.real, fake))
        return [self.gan.discriminator.infer(points) for points in both]


def drawn(points):
    """A world that was drawn with the mouse: its points, each blurred a little."""
    points = np.reshape(np.array(list(points), float), (-1, 2))
    if len(points) < 5:
        raise ValueError("draw more points first: 5 at least")

    def draw(rng, n):
        return points[rng.integers(len(points), size=n)] + 0.02 * rng.standard_normal((n, 2))

    return World("drawn", draw)


def sources():
    """[(name, first line, [lines])] of the functions that are watched, without their docstrings."""
    result = []
    for function in FUNCTIONS:
        lines, first = inspect.getsourcelines(function)
        text = "".join(lines)
        doc = function.__doc__
        begin = text.index('"""')
        end = text.index('"""', begin + 3) + 3
        hidden = range(text[:begin].count("\n"), text[:end].count("\n") + 1)
        kept = [(first + i, line.rstrip("\n")) for i, line in enumerate(lines) if not doc or i not in hidden]
        result.append({"name": function.__name__, "file": function.__module__, "lines": kept})
    return result


class Watch:
    """While it is entered, it notes after each line of `FUNCTIONS` what that line gave: {function: {line: text}}."""

    def __enter__(self):
        self.lines, self.codes = {}, {function.__code__: function.__name__ for function in FUNCTIONS}
        sys.settrace(self.called)
        return self

    def __exit__(self, *error):
        sys.settrace(None)

    def called(self, frame, event, argument):
        """A function begins: look at its lines if it is one of ours."""
        if frame.f_code not in self.codes:
            return None
        seen, noted = dict(frame.f_locals), self.lines.setdefault(self.codes[frame.f_code], {})
        at = frame.f_lineno

        def line(frame, event, argument):
            nonlocal at
            now = dict(frame.f_locals)
            new = {name: value for name, value in now.items() if name not in seen or seen[name] is not value}
            if new:
                noted[at] = ", ".join(filter(None, (described(name, value) for name, value in new.items())))
            if event == "return" and argument is not None:
                noted[at] = described("→", argument)
            seen.update(new)
            at = frame.f_lineno
            return line

        return line


def described(name, value):
    """An array by its shape and range, a number by its value, a returned tuple by both; "" for what has no numbers."""
    if name == "→" and isinstance(value, tuple):
        return f"→ {'; '.join(filter(None, (described('', part) for part in value)))}"
    if name == "_" or not isinstance(value, (np.ndarray, np.generic, float, int)) or getattr(value, "size", 1) == 0:
        return ""
    equals = f"{name} = " if name not in ("", "→") else f"{name} ".lstrip()
    if np.ndim(value) == 0:
        return f"{equals}{float(value):.4g}"
    return f"{equals}{value.shape}: {value.min():.3g} … {value.max():.3g}"
