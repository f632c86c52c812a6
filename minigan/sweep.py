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

`joblib.Parallel` carries the cells out: by itself in processes of this machine, and inside `joblib.parallel_config("dask")`
(or "ray") on a cluster, whose machines must all see the folder. Each run has one BLAS thread; so neither the engine nor the
number of jobs changes a figure, on machines of one kind.

Into the folder come sweep.json, whose sweep it is; table.csv and spread.png (`spread.py`); and a folder for each cell
(`cell.py`). A cell that is done is not run again; one that was killed or failed is, when the sweep is started again, and goes
on from its last checkpoint if `run` resumes. Two sweeps that run in one folder share its cells. Whether the code of `run` has
changed since, nobody checks: results of other code belong into another folder.
"""

import argparse
import contextlib
import inspect
import itertools
import json
import numbers
import runpy
import sys
from pathlib import Path

from filelock import FileLock
from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky.process_executor import TerminatedWorkerError
from joblib.parallel import get_active_backend
from tqdm import tqdm

from minigan import spread
from minigan.cell import ERROR, RESULT, attempt, name_of, outcome
from minigan.check import whole
from minigan.files import UNFINISHED, replace


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
    folders = [out / name_of(cell) for cell in cells]
    backend, _ = get_active_backend()
    how = "generator_unordered" if backend.supports_return_generator else "list"
    with tqdm(total=len(cells), file=sys.stdout, disable=not progress, unit="run") as bar:
        for patience in (0, -1):  # first all that nobody else is at, then wait for what others have begun
            ended = (RESULT,) if patience == 0 else (RESULT, ERROR)
            todo = [i for i, folder in enumerate(folders) if not any((folder / name).exists() for name in ended)]
            bar.update(len(cells) - len(todo) - bar.n)
            calls = (delayed(attempt)(run, cells[i], folders[i], patience) for i in todo)
            try:
                for finished in Parallel(n_jobs=jobs, return_as=how)(calls):
                    bar.update(finished)
            except TerminatedWorkerError as error:
                raise RuntimeError("a process of the sweep was killed (too little memory for this many jobs?). The same sweep, "
                                   "started again, goes on from here") from error
    rows = [cell | outcome(folder) for cell, folder in zip(cells, folders)]
    with FileLock(out / "lock"):
        spread.save_table(out / "table.csv", rows)
        spread.save_picture(out / "spread.png", rows, list(grid))
    for row, folder in zip(rows, folders):
        if "error" in row:
            print(f"failed: {row['error']}\n    see {folder / ERROR}")
    return rows


def _cells(run, grid, seeds):
    """The cells as dicts of the settings and the seed; ValueError where `run` could not be called with them."""
    if not inspect.isfunction(run):
        raise TypeError(f"run is {run!r}: want a function, def run(folder, seed, …), which a worker can import")
    many = not isinstance(seeds, numbers.Integral)
    seeds = [whole("a seed", seed, 0) for seed in (seeds if many else range(whole("seeds", seeds)))]
    empty = [name for name, values in grid.items() if not isinstance(values, (list, tuple)) or not values]
    if empty or not seeds or len(set(seeds)) < len(seeds):
        raise ValueError(f"settings without values: {empty}; seeds {seeds}: want {{name: [value, …]}} and seeds that differ")
    if taken := {"folder", "seed", "seconds", "error"} & set(grid):
        raise ValueError(f"settings named {sorted(taken)}: these names are taken")
    cells = [dict(zip([*grid, "seed"], cell)) for cell in itertools.product(*grid.values(), seeds)]
    try:
        inspect.signature(run).bind_partial(Path(), **cells[0])  # an unknown setting is named before a missing one
        inspect.signature(run).bind(Path(), **cells[0])
    except TypeError as error:
        raise ValueError(f"{run.__qualname__}{inspect.signature(run)} cannot be called with a folder, a seed and the settings "
                         f"{list(grid)}: {error}") from None
    try:
        names = {name_of(cell) for cell in cells}
    except TypeError as error:
        raise ValueError(f"the values of the grid must be numbers, texts, or lists and dicts of them: {error}") from None
    if len(names) < len(cells):
        raise ValueError(f"a value stands twice in the grid {grid}")
    return cells


def _claim(out, about):
    """Make the folder this sweep's, or see that it is."""
    theirs = out / "sweep.json"
    if out.exists() and not theirs.exists():
        others = [path for path in out.iterdir() if path.name != "lock" and not path.name.endswith(UNFINISHED)]
        if others and not theirs.exists():  # another sweep may begin in it at this moment
            raise ValueError(f"{out} has files in it that are no sweep's: choose a new folder")
    out.mkdir(parents=True, exist_ok=True)
    with FileLock(out / "lock"):
        if not theirs.exists():
            replace(theirs, json.dumps(about).encode())
    if (found := json.loads(theirs.read_text(encoding="utf-8"))) != about:
        raise ValueError(f"{out} is the folder of another sweep, {found}; this one is {about}: choose another folder")


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
    if not Path(file).is_file() or not inspect.isfunction((program := runpy.run_path(file)).get(name)):
        parser.error(f"{args.function}: there is no such file, or no such function in it; want FILE:FUNCTION")
    if empty := [key for key, *texts in args.set if not texts]:
        parser.error(f"--set {empty[0]}: want values behind the name, --set NAME VALUE …")
    names = [key for key, *_ in args.set]
    if twice := [name for name in names if names.count(name) > 1]:
        parser.error(f"--set {twice[0]} stands twice: want all its values behind one, --set NAME VALUE VALUE …")
    rows = run_command(program[name], {key: [_value(text) for text in texts] for key, *texts in args.set}, args)
    print(spread.markdown(rows, names))
    sys.exit(any("error" in row for row in rows))


def _value(text):
    """3 and 0.1, true and null as JSON has them; else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


if __name__ == "__main__":
    main()
