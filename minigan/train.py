"""One training loop for every model.

    for each epoch: shuffle the data, cut it into minibatches, model.step(minibatch)

A model is anything with `step(batch, check=…)`, `sample(n, seed)`, `check(data)`, `state()`, `load_state(state)`, `range` and
`backend`.
The data move to the model's backend once. The losses that `step` returns stay on the device; only once per logging
interval do they become numbers, together with what the model's `monitor(batch)` sees, if it has one. A number that is
not finite ends the run, with the state of the last interval that was good; `health.py` looks at the others.

Each epoch's order comes from a generator of (seed, epoch), and each step's noise, in the model, from one of (seed, step), so
that a seed fixes the whole run.
"""

import contextlib
import math
import signal
import sys
import threading

import numpy as np
from tqdm import tqdm

from minigan.arrays import ORDER, generator, namespace, to
from minigan.health import Health
from minigan.record import Record

FRAMES = 40  # pictures in the animation, about


class TrainingFailed(RuntimeError):
    """The numbers became NaN or infinite; the model holds the last good state."""


def train(model, data, *, epochs=10, batch_size=128, out=None, resume=False, seed=0, intervals=200, image=None, progress=True):
    """Train a model; return its log, a list of dicts {"step", "epoch", the scalars of step and monitor}.

    data: (N, n), float32 or what the model's dtype is. batch_size: rows in a minibatch; what is left of an epoch is not
    used in it. out: a folder for log.csv, samples.png, curves.png, training.gif and checkpoint.safetensors. resume: go on from
    the checkpoint there, if there is one, as if the run had never stopped. seed: of the shuffling. intervals:
    how many times, about, the run is logged. image: shape of a sample as a picture, (h, w) or (h, w, 3); the square that
    fits if None. progress: a bar on standard output.
    Ctrl-C ends the training after the step that is under way; what there is, is kept and written.
    Raises TrainingFailed where a number became NaN or infinite; BadCheckpoint where resume finds one of another run.
    """
    for name, number in (("epochs", epochs), ("batch_size", batch_size), ("intervals", intervals)):
        if number < 1:
            raise ValueError(f"{name} is {number}: want 1 or more")
    data = to(data, model.backend)
    model.check(data)
    rows = batch_size * getattr(model, "batches_per_step", 1)
    if data.shape[0] < rows:
        raise ValueError(f"the data have {data.shape[0]} rows, one step takes {rows}: give more data or a smaller batch_size")
    model.check(data[:rows, :])  # one step's share may be too small where all the data are not
    record = Record(model, out, image, width=data.shape[1])
    per_epoch = data.shape[0] // rows
    total = epochs * per_epoch
    interval = max(1, total // intervals)
    run = {"batch_size": batch_size, "order": seed, "rows": data.shape[0]}
    start = record.resume(run) if resume else 0
    good, i, health = model.state(), start, Health()
    with (
        tqdm(total=total, initial=start, file=sys.stdout, disable=not progress, unit="step", mininterval=0.5) as bar,
        np.errstate(over="ignore", invalid="ignore", divide="ignore"),  # the check below says it in words
        _ctrl_c_waits() as interrupted,
    ):
        for i, batch in enumerate(_batches(data, rows, per_epoch, epochs, seed, start), start=start + 1):
            scalars = model.step(batch, check=False)
            bar.update()
            if i % interval == 0 or i == total:
                row = _numbers(model, batch, scalars, step=i, epoch=math.ceil(i / per_epoch))
                if not all(map(math.isfinite, row.values())):
                    model.load_state(good)
                    record.write(run)
                    raise TrainingFailed(f"step {i}: {_words(row)}. The model is back at its last good state. A smaller "
                                         "learning rate usually helps.")
                good = model.state()
                for line in health.look(row):
                    bar.write(f"step {i}: {line}", file=sys.stdout)
                bar.set_postfix_str(_words(row, skip=("step", "epoch")), refresh=False)
                record.add(row, (i - 1) * FRAMES // total, run)
            if interrupted.is_set():
                break
        record.write(run)
    if interrupted.is_set():
        how = f"; go on with resume=True and out={str(out)!r}" if out else ""
        print(f"interrupted after {i} of {total} steps; the model keeps what it has learned{how}")
    return record.log


def _batches(data, rows, per_epoch, epochs, seed, start):
    """Shuffled minibatches, epoch after epoch, from step `start` on. The order is drawn on the host: CuPy's generator cannot
    permute.
    """
    xp = namespace(data)
    for epoch in range(start // per_epoch, epochs):
        order = generator([ORDER, seed, epoch]).permutation(data.shape[0])[: per_epoch * rows]
        first = max(0, start - epoch * per_epoch)
        for chosen in np.split(order, per_epoch)[first:]:
            yield xp.take(data, xp.asarray(chosen), axis=0)


def _numbers(model, batch, scalars, **row):
    """One row of the log; here, and only here, scalars are fetched from the device."""
    if hasattr(model, "monitor"):
        scalars = scalars | model.monitor(batch)
    return row | {name: float(value) for name, value in scalars.items()}


def _words(row, skip=()):
    return ", ".join(f"{name} {value:.3g}" for name, value in row.items() if name not in skip)


@contextlib.contextmanager
def _ctrl_c_waits():
    """An event that Ctrl-C sets: a step is never torn in the middle. The second Ctrl-C acts as usual."""
    pressed = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield pressed  # signals go to the main thread alone
        return

    def press(number, frame):
        pressed.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, press)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)
