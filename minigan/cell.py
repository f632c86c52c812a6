"""One cell of a sweep: one run, in the process of a worker, and the folder that it leaves.

    output.txt     what the run printed
    result.json    its settings, seed, figures and seconds: the cell is done, and is not run again
    error.txt      why it failed: this cell only, and it is tried again when the sweep is started again
    lock           held while the run goes on: two sweeps in one folder share the work

A cell that was killed has neither result nor error. A file is written as a whole or not at all (`files.py`). The lock
is the operating system's: it ends with the process that holds it, however that ends.
"""

import contextlib
import hashlib
import json
import numbers
import re
import time
import traceback

from filelock import FileLock, Timeout
from threadpoolctl import threadpool_limits

from minigan.files import replace

RESULT, ERROR, OUTPUT = "result.json", "error.txt", "output.txt"


def name_of(cell):
    """A folder's name: the settings as one can read them, and a hash that tells apart what looks alike."""
    words = re.sub(r"[^\w.=]+", "-", ",".join(f"{name}={value}" for name, value in cell.items()))
    return f"{words[:80]}-{hashlib.sha256(json.dumps(cell, sort_keys=True).encode()).hexdigest()[:8]}"


def attempt(run, cell, folder, patience):
    """One cell, in a process of a worker. -> whether it has ended, and is not being run by another sweep."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "lock", timeout=patience), threadpool_limits(1, user_api="blas"):
            if not (folder / RESULT).exists():
                _keep(run, cell, folder)
    except Timeout:
        return False
    return True


def _keep(run, cell, folder):
    """Call `run`, and keep its figures or its error."""
    fresh, start = not (folder / OUTPUT).exists(), time.perf_counter()
    (folder / ERROR).unlink(missing_ok=True)
    try:
        with open(folder / OUTPUT, "a", encoding="utf-8") as output, contextlib.redirect_stdout(output):
            figures = run(folder, **cell)
        if not isinstance(figures, dict) or not all(isinstance(value, numbers.Real) for value in figures.values()):
            raise TypeError(f"{run.__qualname__} returned {figures!r}: want {{name: number}}")
        if taken := set(figures) & {*cell, "seconds", "error"}:
            raise ValueError(f"{run.__qualname__} returned figures named {sorted(taken)}: these names are taken")
        figures = {name: int(value) if isinstance(value, numbers.Integral) else float(value) for name, value in figures.items()}
        seconds = round(time.perf_counter() - start, 2) if fresh else None
        replace(folder / RESULT, json.dumps(cell | figures | {"seconds": seconds}, ensure_ascii=False).encode())
    except (Exception, SystemExit):  # argparse leaves by the latter
        replace(folder / ERROR, traceback.format_exc().encode())


def outcome(folder):
    """The figures of a cell, or {"error": the last line of why there are none}."""
    if (folder / RESULT).exists():
        return json.loads((folder / RESULT).read_text(encoding="utf-8"))
    if (folder / ERROR).exists():
        return {"error": (folder / ERROR).read_text(encoding="utf-8").strip().splitlines()[-1]}
    raise RuntimeError(f"{folder} has neither a result nor an error: do all workers see this folder?")
