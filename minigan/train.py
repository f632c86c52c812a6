"""One training loop for every model.

    for each epoch: shuffle the data, cut it into minibatches, model.step(minibatch)

A model is anything with `step(batch)`, `sample(n, seed)`, `check(data)`, `state()`, `load_state(state)` and `range`.
The data move to the model's backend once. The losses that `step` returns stay on the device; only once per logging
interval do they become numbers, together with what the model's `monitor(batch)` sees, if it has one. A number that is
not finite ends the run, with the state of the last interval that was good.

Each epoch's order comes from a generator of (seed, epoch), and each step's noise from one of (seed, step): a run that is
taken up at step t goes on as if it had never stopped.
"""

import csv
import math
import sys
from pathlib import Path

import numpy as np
from tqdm import tqdm

from minigan.arrays import generator, namespace, to

GRID = 64  # samples in the picture
FRAMES = 40  # pictures in the animation, at most


class TrainingFailed(RuntimeError):
    """The numbers became NaN or infinite; the model holds the last good state."""


def train(model, data, *, epochs=10, batch_size=128, out=None, seed=0, intervals=200, image=None, progress=True):
    """Train a model; return its log, a list of dicts {"step", "epoch", the scalars of step and monitor}.

    data: (N, n), float32 or what the model's dtype is. batch_size: rows in a minibatch; what is left of an epoch is not
    used in it. out: a folder for log.csv, samples.png, curves.png and training.gif. seed: of the shuffling. intervals:
    how many times, about, the run is logged. image: shape of a sample as a picture, (h, w) or (h, w, 3); the square that
    fits if None. progress: a bar on standard output.
    Ctrl-C ends the training early, and what there is, is kept and written. Raises TrainingFailed on NaN.
    """
    if epochs < 1 or batch_size < 1:
        raise ValueError(f"epochs={epochs}, batch_size={batch_size}: want 1 or more of both")
    data = to(data, model.backend)
    model.check(data)
    rows = batch_size * getattr(model, "batches_per_step", 1)
    if data.shape[0] < rows:
        raise ValueError(f"the data have {data.shape[0]} rows, one step takes {rows}: give more data or a smaller batch_size")
    record = Record(model, out, image)
    per_epoch = data.shape[0] // rows
    total = epochs * per_epoch
    interval = max(1, total // intervals)
    good = model.state()
    batches = _batches(data, rows, per_epoch, epochs, seed)
    bar = tqdm(batches, total=total, file=sys.stdout, disable=not progress, unit="step", mininterval=0.5)
    try:
        for i, batch in enumerate(bar, start=1):
            scalars = model.step(batch, check=False)
            if i % interval and i != total:
                continue
            if hasattr(model, "monitor"):
                scalars |= model.monitor(batch)
            row = {"step": i, "epoch": math.ceil(i / per_epoch)} | {name: float(x) for name, x in scalars.items()}
            if not all(map(math.isfinite, row.values())):
                model.load_state(good)
                raise TrainingFailed(f"step {i}: {_words(row)}. The model is back at its last good state. A smaller "
                                     "learning rate usually helps.")
            good = model.state()
            bar.set_postfix_str(_words(row, skip=("step", "epoch")), refresh=False)
            record.add(row, i * FRAMES // total)
    except KeyboardInterrupt:
        bar.close()
        print(f"interrupted after {bar.n} of {total} steps; the model keeps what it has learned")
    finally:
        bar.close()
        record.write()
    return record.log


def _batches(data, rows, per_epoch, epochs, seed):
    """Shuffled minibatches, epoch after epoch. The order is drawn on the host: CuPy's generator cannot permute."""
    xp = namespace(data)
    for epoch in range(epochs):
        order = generator([seed, epoch]).permutation(data.shape[0])[: per_epoch * rows]
        for chosen in np.split(order, per_epoch):
            yield xp.take(data, xp.asarray(chosen), axis=0)


def _words(row, skip=()):
    return ", ".join(f"{name} {value:.3g}" for name, value in row.items() if name not in skip)


class Record:
    """What a run leaves behind: the log, and a grid of samples from the same noise now and then."""

    def __init__(self, model, out, image):
        self.model, self.out, self.image = model, Path(out) if out else None, image
        self.log, self.frames, self.drawn = [], [], -1
        if self.out:
            self.out.mkdir(parents=True, exist_ok=True)

    def add(self, row, frame):
        """Log a row; take a picture if the run has come to the next frame."""
        self.log.append(row)
        if self.out and frame > self.drawn:
            self.frames.append(self._grid())
            self.drawn = frame

    def write(self):
        """log.csv, samples.png, curves.png, training.gif; nothing if there is no folder or no row yet."""
        if not (self.out and self.log):
            return
        from minigan import pictures

        with open(self.out / "log.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self.log[0])
            writer.writeheader()
            writer.writerows(self.log)
        pictures.save_curves(self.out / "curves.png", self.log)
        pictures.save_image(self.out / "samples.png", self._grid())
        pictures.save_animation(self.out / "training.gif", self.frames)

    def _grid(self):
        from minigan import pictures

        low, high = self.model.range or (0.0, 1.0)
        return pictures.tile(self.model.sample(GRID, seed=0), self.image, low=low, high=high)
