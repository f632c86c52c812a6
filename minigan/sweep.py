"""Sweeps: one run for each setting and each seed, on all the processes or machines that there are.

**A claim about training is a claim about many seeds.** A seed fixes the first θ, the noise and the order of the data; with
another one the same setting gives another result. So a figure of a setting is a random variable, and a run is one draw of it.
That one run is better than another says little: the two settings may have the same distribution. What can be compared are
draws: n seeds of each setting, their mean, and their spread. The standard error of the mean falls as 1/√n.

A sweep takes a function that does one run, a grid of settings and some seeds. Each cell of grid × seeds is one call:

    def run(folder, seed, loss, k):
        gan = GAN(…, loss=loss, k=k, seed=seed)
        train(gan, images, seed=seed, out=folder, resume=True, progress=False)
        return {"confident": coverage(classifier, gan.sample(2000, seed=1))["confident"]}

    rows = sweep(run, {"loss": ["non-saturating", "minimax"], "k": [1, 2]}, seeds=4, out="runs/losses", jobs=2)

    python -m minigan.sweep losses.py:run --set loss non-saturating minimax --set k 1 2 --seeds 4 --jobs 2 --out runs/losses

`joblib.Parallel` carries the cells out: by itself in processes of this machine, and inside `joblib.parallel_config("dask")` (or
"ray") on a cluster, whose machines must all see the folder. Each run has one BLAS thread; so neither the engine nor the number of
jobs changes a figure, on machines of one kind.

Into the folder: sweep.json, whose sweep it is; table.csv and spread.png (`spread.py`); and for each cell a folder with what the
run writes, and

    output.txt     what it printed
    result.json    its figures: the cell is done, and is not run again
    error.txt      why it failed: this cell only, and it is tried again when the sweep is started again
    lock           held while the run goes on: two sweeps in one folder share the work

A cell that was killed has neither result nor error. It runs again when the sweep is started again, from the last checkpoint if
`run` resumes. Whether the code of `run` has changed since, nobody checks: results of other code belong into another folder.
"""

import argparse
import contextlib
import hashlib
import inspect
import itertools
import json
import numbers
import re
import runpy
import signal
import socket
import sys
import threading
import time
import traceback
from pathlib import Path

from filelock import FileLock, Timeout
from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky.process_executor import TerminatedWorkerError
from joblib.parallel import get_active_backend
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from minigan import spread
from minigan.check import whole
from minigan.files import replace


def sweep(run, grid, seeds, out, *, jobs=None, progress=True):
    """Run every cell that is not done yet. -> one row a cell, in the order of the grid: a dict of its settings, seed, figures
    and seconds; a cell that failed has "error" instead of figures.

    run: a function (folder, seed, **setting) -> {name: number}; folder is the cell's own, a pathlib.Path.
    grid: {name of a setting: list of its values}; values are what JSON can hold.
    seeds: int n, for 0 … n − 1, or the seeds themselves.
    out: the folder of the sweep.
    jobs: int, runs at a time; if None as `joblib.parallel_config` says, and one without it.
    progress: bool, a bar on standard output.

    `seconds` is None for a cell that was resumed. Raises ValueError before anything runs where a setting is not one of `run`,
    or the folder is another sweep's; RuntimeError where a process was killed.
    """
    cells, out = _cells(run, grid, seeds), Path(out)
    _claim(out, {"run": f"{Path(run.__code__.co_filename).stem}.{run.__qualname__}", "settings": sorted(grid)})
    folders = [out / _name(cell) for cell in cells]
    backend, _ = get_active_backend()
    how = "generator_unordered" if backend.supports_return_generator else "list"
    with tqdm(total=len(cells), file=sys.stdout, disable=not progress, unit="run") as bar:
        for patience in (0, -1):  # first all that nobody else is at, then wait for what others have begun
            ended = ("result.json",) if patience == 0 else ("result.json", "error.txt")
            todo = [i for i, folder in enumerate(folders) if not any((folder / name).exists() for name in ended)]
            bar.update(len(cells) - len(todo) - bar.n)
            calls = (delayed(_attempt)(run, cells[i], folders[i], patience) for i in todo)
            try:
                for finished in Parallel(n_jobs=jobs, return_as=how)(calls):
                    bar.update(finished)
            except TerminatedWorkerError as error:
                raise RuntimeError("a process of the sweep was killed (too little memory for this many jobs?). The same sweep, "
                                   "started again, goes on from here") from error
    rows = [cell | _outcome(folder) for cell, folder in zip(cells, folders)]
    spread.save_table(out / "table.csv", rows)
    spread.save_picture(out / "spread.png", rows, list(grid))
    for row, folder in zip(rows, folders):
        if "error" in row:
            print(f"failed: {row['error']}\n    see {folder / 'error.txt'}")
    return rows


def _cells(run, grid, seeds):
    """The cells as dicts of the settings and the seed; ValueError where `run` could not be called with them."""
    seeds = [whole("a seed", seed, 0) for seed in (range(whole("seeds", seeds)) if isinstance(seeds, int) else seeds)]
    empty = [name for name, values in grid.items() if not isinstance(values, (list, tuple)) or not values]
    if empty or not seeds or len(set(seeds)) < len(seeds):
        raise ValueError(f"settings without values: {empty}; seeds {seeds}: want {{name: [value, …]}} and seeds that differ")
    cells = [dict(zip([*grid, "seed"], cell)) for cell in itertools.product(*grid.values(), seeds)]
    try:
        inspect.signature(run).bind(Path(), **cells[0])
    except TypeError as error:
        raise ValueError(f"{run.__qualname__}{inspect.signature(run)} cannot be called with a folder, a seed and the settings "
                         f"{list(grid)}: {error}") from None
    try:
        names = {_name(cell) for cell in cells}
    except TypeError as error:
        raise ValueError(f"the values of the grid must be numbers, texts, or lists and dicts of them: {error}") from None
    if len(names) < len(cells):
        raise ValueError(f"a value stands twice in the grid {grid}")
    return cells


def _name(cell):
    """A folder's name: the settings as one can read them, and a hash that tells apart what looks alike."""
    words = re.sub(r"[^\w.=]+", "-", ",".join(f"{name}={value}" for name, value in cell.items()))
    return f"{words[:80]}-{hashlib.sha256(json.dumps(cell, sort_keys=True).encode()).hexdigest()[:8]}"


def _claim(out, about):
    """Make the folder this sweep's, or see that it is."""
    theirs = out / "sweep.json"
    if theirs.exists():
        if (found := json.loads(theirs.read_text(encoding="utf-8"))) != about:
            raise ValueError(f"{out} is the folder of another sweep, {found}; this one is {about}: choose another folder")
    elif out.exists() and any(out.iterdir()):
        raise ValueError(f"{out} has files in it that are no sweep's: choose a new folder")
    else:
        out.mkdir(parents=True, exist_ok=True)
        replace(theirs, json.dumps(about).encode())


def _attempt(run, cell, folder, patience):
    """One cell, in a process of a worker. -> whether it has ended, and is not being run by another sweep."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "lock", timeout=patience), threadpool_limits(1):
            if not (folder / "result.json").exists():
                _run(run, cell, folder)
    except Timeout:
        return False
    return True


def _run(run, cell, folder):
    """Call `run`, and keep its figures or its error."""
    fresh, start = not (folder / "output.txt").exists(), time.perf_counter()
    (folder / "error.txt").unlink(missing_ok=True)
    try:
        with open(folder / "output.txt", "a", encoding="utf-8") as output, contextlib.redirect_stdout(output), _not_half():
            figures = run(folder, **cell)
        if not isinstance(figures, dict) or not all(isinstance(value, numbers.Real) for value in figures.values()):
            raise TypeError(f"{run.__qualname__} returned {figures!r}: want {{name: number}}")
        if taken := set(figures) & {*cell, "seconds", "error"}:
            raise ValueError(f"{run.__qualname__} returned figures named {sorted(taken)}: these names are taken")
        figures = {name: int(value) if isinstance(value, numbers.Integral) else float(value) for name, value in figures.items()}
        seconds = round(time.perf_counter() - start, 2) if fresh else None
        replace(folder / "result.json", json.dumps(cell | figures | {"seconds": seconds}, ensure_ascii=False).encode())
    except Exception:
        replace(folder / "error.txt", traceback.format_exc().encode())


@contextlib.contextmanager
def _not_half():
    """Raise KeyboardInterrupt behind a run in which Ctrl-C or SIGTERM came. `train` then stops early and returns, and the run
    would hand over figures of half a training. train's handler takes the signal, but Python also writes its number into the
    wakeup file.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # train leaves signals alone there
        return
    here, there = socket.socketpair()
    with here, there:
        here.setblocking(False)
        there.setblocking(False)
        before = signal.set_wakeup_fd(there.fileno())
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
        with contextlib.suppress(BlockingIOError):
            if {signal.SIGINT, signal.SIGTERM} & set(here.recv(4096)):
                raise KeyboardInterrupt


def _outcome(folder):
    """The figures of a cell, or {"error": the last line of why there are none}."""
    if (folder / "result.json").exists():
        return json.loads((folder / "result.json").read_text(encoding="utf-8"))
    if (folder / "error.txt").exists():
        return {"error": (folder / "error.txt").read_text(encoding="utf-8").strip().splitlines()[-1]}
    raise RuntimeError(f"{folder} has neither a result nor an error: do all workers see this folder?")


def add_arguments(parser, out):
    """What every command with a sweep takes. out: the default folder."""
    parser.add_argument("--seeds", type=int, default=5, help="how many")
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time")
    parser.add_argument("--dask", metavar="ADDRESS", help="a scheduler, or its file; instead of --jobs")
    parser.add_argument("--out", default=out, help="the folder: what is done there is not run again")


def run_command(run, grid, args):
    """The sweep that a command line asks for. args: parsed, with what `add_arguments` added. -> rows, as from `sweep`."""
    with contextlib.ExitStack() as engine:
        if args.dask:
            from dask.distributed import Client

            place = {"scheduler_file": args.dask} if Path(args.dask).exists() else {"address": args.dask}
            engine.enter_context(Client(**place))
            engine.enter_context(parallel_config("dask"))
        return sweep(run, grid, args.seeds, args.out, jobs=None if args.dask else args.jobs)


def main():
    """The command: a sweep of a function in a file; the table on standard output; exit code 1 if a cell failed."""
    parser = argparse.ArgumentParser(prog="python -m minigan.sweep", description=__doc__.splitlines()[0])
    parser.add_argument("function", metavar="FILE:FUNCTION", help="does one run: (folder, seed, **setting) -> {name: number}")
    parser.add_argument("--set", nargs="+", action="append", default=[], metavar=("NAME", "VALUE"), help="a setting's values")
    add_arguments(parser, "runs/sweep")
    args = parser.parse_args()
    file, _, name = args.function.rpartition(":")
    rows = run_command(runpy.run_path(file)[name], {key: [_value(text) for text in texts] for key, *texts in args.set}, args)
    print(spread.markdown(rows, [key for key, *_ in args.set]))
    sys.exit(any("error" in row for row in rows))


def _value(text):
    """3 and 0.1, true and null as JSON has them; else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


if __name__ == "__main__":
    main()
