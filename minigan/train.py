"""One training loop for every model.

    for each epoch: shuffle the data, cut it into minibatches, model.step(minibatch)

**What a model is, to this loop.** `models/model.py` has all of it, and a model of twenty lines:

    step(batch, check=False)  one step; a dict of scalars, which may stay on the device
    check(batch)              raises where a batch cannot be one
    state(), load_state(s)    all that training changes, out and in
    config(), networks()      what it is, for a checkpoint
    seed, steps, backend, batches_per_step

and, where there is more to it: `begin(data)`, once before the first step; `monitor(batch)`, more scalars for the log;
`sample(n, seed)`, for pictures; `health()`, an object whose look(row) gives lines to print.

The data move to the model's backend once. The losses that `step` returns stay on the device; only once per logging
interval do they become numbers. A number that is not finite ends the run, with the state of the last interval that was good.

Each epoch's order comes from a generator of (seed, epoch), and each step's noise, in the model, from one of (seed, step), so
that a seed fixes the whole run.
"""

import contextlib
import math
import os
import signal
import sys
import threading

import numpy as np

from minigan import memory
from minigan.arrays import ORDER, generator, namespace, to
from minigan.check import flag, whole
from minigan.record import Record


class TrainingFailed(RuntimeError):
    """The numbers became NaN or infinite; the model holds the last good state."""


def train(model, data, *, epochs=10, steps=None, batch_size=128, out=None, resume=False, seed=0, intervals=200, image=None,
          picture=None, frames=40, progress=True):
    """Train a model; return its log, a list of dicts {"step", "epoch", the scalars of step and monitor}.

    data: (N, n), float32 or what the model's dtype is; or a tuple of arrays with N rows each, such as (images, labels).
    epochs: int, passes over the data. steps: int, instead of epochs.
    batch_size: int, rows in a minibatch; the last partial batch of an epoch is dropped.
    out: a folder for log.csv, samples.png, curves.png, training.gif and checkpoint.safetensors.
    resume: go on from the checkpoint there, if there is one, as if the run had never stopped.
    seed: int ≥ 0, of the shuffling.
    intervals: int, how many times, about, the run is logged.
    image: the shape of a sample as a picture, (h, w) or (h, w, 3); the square that fits if None.
    picture: a function model -> image, (h, w) or (h, w, 3) in [0, 1], to be drawn instead of samples.
    frames: int, pictures in the animation, about.
    progress: bool, a bar on standard output.

    On Linux the process keeps the memory of arrays that are dropped, up to 1 GiB (`memory.py`).
    Ctrl-C and SIGTERM end the training after the step that is under way; what there is, is kept and written, and then
    KeyboardInterrupt is raised, so that nobody goes on with half a training as if it were a whole one.
    Raises TrainingFailed where a number became NaN or infinite; BadCheckpoint where resume finds one of another run.
    """
    epochs, batch_size, seed = whole("epochs", epochs), whole("batch_size", batch_size), whole("seed", seed, 0)
    intervals, frames = whole("intervals", intervals), whole("frames", frames)
    steps, resume = steps if steps is None else whole("steps", steps), flag("resume", resume)
    if not (picture is None or callable(picture)):
        raise ValueError(f"picture is {picture!r}: want a function model -> image, or None")
    if resume and not out:
        raise ValueError("resume=True wants out, the folder of the run that is to go on")
    if out and not resume and model.steps:
        raise ValueError(f"the model has taken {model.steps} steps: begin a run with a new model, or with resume=True in the "
                         "folder of its checkpoint")
    data = to(data, model.backend)
    model.check(data)
    columns = data if isinstance(data, tuple) else (data,)
    n, rows = columns[0].shape[0], batch_size * model.batches_per_step
    if any(column.shape[0] != n for column in columns):
        raise ValueError(f"the arrays of data have {', '.join(str(column.shape[0]) for column in columns)} rows: want as many "
                         "in each")
    if n < rows:
        raise ValueError(f"the data have {n} rows, one step takes {rows}: give more data or a smaller batch_size")
    model.check(_rows(data, slice(rows)))  # one step's share may be too small where all the data are not
    per_epoch = n // rows
    total = steps or epochs * per_epoch
    run = {"batch_size": batch_size, "order": seed, "rows": n}
    record = Record(model, out, image, picture, frames, total, run, width=columns[0].shape[-1])
    if hasattr(model, "begin") and not model.steps:
        model.begin(data)
    record.rehearse()
    with record:
        return _run(model, data, rows, per_epoch, total, interval=max(1, total // intervals), seed=seed, record=record,
                    resume=resume, progress=progress)  # fmt: skip


def _run(model, data, rows, per_epoch, total, *, interval, seed, record, resume, progress):
    """The steps from where the record stands to `total`; -> the log."""
    memory.keep()
    start = record.resume() if resume else 0
    good, i = model.state(), start
    health = model.health() if hasattr(model, "health") else None
    with (
        _bar(total, start, progress) as bar,
        np.errstate(over="ignore", invalid="ignore", divide="ignore"),  # the check below says it in words
        _signals_wait() as interrupted,
    ):
        if model.backend != "cupy" and (advice := busy()):
            bar.write(advice, file=sys.stdout)
        for i, batch in enumerate(_batches(data, rows, per_epoch, total, seed, start), start=start + 1):
            scalars = model.step(batch, check=False)
            bar.update()
            if i % interval == 0 or i == total:
                row = _numbers(model, batch, scalars, step=i, epoch=math.ceil(i / per_epoch))
                state = model.state()
                if not (all(map(math.isfinite, row.values())) and _finite(state)):
                    model.load_state(good)
                    record.finish()
                    raise TrainingFailed(f"step {i}: {_words(row)}: not all is finite, here or in the parameters. The model is "
                                         "back at its last good state. A smaller learning rate usually helps.")
                good = state
                for line in health.look(row) if health else []:
                    bar.write(f"step {i}: {line}", file=sys.stdout)
                bar.set_postfix_str(_words(row, skip=("step", "epoch")), refresh=False)
                record.add(row)
            if interrupted.is_set():
                break
        if not _finite(model.state()):  # interrupted between two looks at the numbers
            model.load_state(good)
        record.finish()
    if interrupted.is_set():
        how = f"; go on with resume=True (an example: --resume) and out={str(record.out)!r}" if record.out else ""
        raise KeyboardInterrupt(f"interrupted after {i} of {total} steps; the model keeps what it has learned{how}")
    return record.log


def _bar(total, start, progress):
    """A bar of tqdm. tqdm is imported only where one is wanted: a browser has none."""
    if not progress:
        return _NoBar()
    from tqdm import tqdm

    return tqdm(total=total, initial=start, file=sys.stdout, unit="step", mininterval=0.5)


class _NoBar(contextlib.nullcontext):
    write = staticmethod(print)  # the lines of `health` are printed all the same

    def __enter__(self):
        return self

    def update(self):
        pass

    def set_postfix_str(self, text, refresh=True):
        pass


def _rows(data, rows):
    """Those rows of an array, or of each array of a tuple."""
    return tuple(_rows(part, rows) for part in data) if isinstance(data, tuple) else data[rows, ...]


def _batches(data, rows, per_epoch, total, seed, start):
    """Shuffled minibatches, epoch after epoch, from step `start` on. The order is drawn on the host, since CuPy's generator
    cannot permute, and goes to the device once an epoch.
    """
    columns = data if isinstance(data, tuple) else (data,)
    xp = namespace(columns[0])
    for epoch in range(start // per_epoch, math.ceil(total / per_epoch)):
        order = xp.asarray(generator(seed, "numpy", ORDER, epoch).permutation(columns[0].shape[0]))
        for i in range(max(0, start - epoch * per_epoch), min(per_epoch, total - epoch * per_epoch)):
            chosen = order[i * rows : (i + 1) * rows]
            batch = tuple(xp.take(column, chosen, axis=0) for column in columns)
            yield batch if isinstance(data, tuple) else batch[0]


def _numbers(model, batch, scalars, **row):
    """One row of the log; here, and only here, scalars are fetched from the device."""
    if hasattr(model, "monitor"):
        scalars = scalars | model.monitor(batch)
    if not scalars or set(scalars) & set(row):
        raise ValueError(f"step and monitor give the scalars {sorted(scalars)}: want one at least, and none named "
                         f"{' or '.join(row)}")
    return row | {name: float(value) for name, value in scalars.items()}


def _finite(state):
    """Are all numbers of a nest of arrays finite? Some losses are, whatever θ is."""
    if isinstance(state, dict):
        return all(map(_finite, state.values()))
    if isinstance(state, (list, tuple)):
        return all(map(_finite, state))
    return not hasattr(state, "dtype") or bool(namespace(state).all(namespace(state).isfinite(state)))


def busy():
    """A line of advice where other programs have the processors that several threads of products would share; else None."""
    load, cores = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0, os.cpu_count() or 1
    if load <= cores or cores == 1 or {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"} & os.environ.keys():
        return None
    return (f"{load:.1f} programs share the {cores} processors of this machine: threads that wait for each other cost time. "
            "OMP_NUM_THREADS=1 in the environment is usually faster here")


def _words(row, skip=()):
    return ", ".join(f"{name} {value:.3g}" for name, value in row.items() if name not in skip)


@contextlib.contextmanager
def _signals_wait():
    """An event that Ctrl-C or SIGTERM sets: a step is never torn in the middle. The second one acts as usual."""
    pressed = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield pressed  # signals go to the main thread alone
        return

    def press(number, frame):
        pressed.set()
        signal.signal(number, before[number])

    before = {number: signal.signal(number, press) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield pressed
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
