"""Contenders side by side: a process for each, the same rules for all, in turns.

A contender is a function in a benchmark's file. It imports what it needs inside, so that no library is loaded beside another,
prepares everything, and returns a step, a callable without arguments:

    def numpy_product(n):
        import numpy as np
        a = np.random.default_rng(0).random((n, n), dtype="float32")
        return lambda: a @ a

    if __name__ == "__main__":
        harness.compare(__file__, ["numpy_product", "torch_product"], harness.arguments(__doc__).parse_args(), n=512)

The first one is compared with all others. A step may have an attribute `afterwards`: a function whose text ends the line.

**Processes.** Each contender is a fresh interpreter with the same number of threads. It stays alive between its turns: so the
turns of a round follow each other at once and a slow minute hits them all; with a fresh process for each turn, imports and
warm-up would lie between. One process can be lucky (where its memory lies), so all are started anew `--starts` times.
After its turn a contender answers only when its threads rest (below a tenth of a core), and then it waits on a pipe.

**Turns.** A B C A B C … A turn is `--warm` steps without a clock, since the others have emptied the cache, and `--steps` with
one; it counts with their median. OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE, which make OpenBLAS run another processor's kernel,
are taken out of the contenders' environment. All keep the memory that they free, as `train` does (minigan/memory.py): without
that, page faults take a fifth of torch's time of a convolution, and two fifths of minigan's of an LSTM. What runs is printed at
the end, as the contenders see it.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from minigan import memory

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(memory.LARGEST), "MALLOC_TRIM_THRESHOLD_": str(memory.KEPT)}
REMOVED = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def arguments(doc, **defaults):
    """A parser of what every comparison needs; a benchmark adds its own, and may have other defaults."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    for name, value in ({"rounds": 10, "steps": 10, "warm": 3, "starts": 3, "threads": 1} | defaults).items():
        parser.add_argument(f"--{name}", type=int, default=value)
    return parser


def compare(file, names, args, **settings):
    """Time the contenders `names` of `file`, each called with `settings`; print a table. -> {name: milliseconds of turns}."""
    environment = {key: value for key, value in os.environ.items() if key not in REMOVED}
    environment |= dict.fromkeys(THREADS, str(args.threads)) | MEMORY
    times = {name: [] for name in names}
    for _ in range(args.starts):
        with contextlib.ExitStack() as processes:  # at its end their pipes are closed, and they end
            running = {name: processes.enter_context(start(file, name, settings, environment)) for name in times}
            for name, process in list(running.items()):
                if missing := answer(name, process).get("missing"):
                    print(f"without {name}: {missing}")
                    del times[name], running[name]
            for _ in range(args.rounds):
                for name, process in running.items():
                    times[name].append(answer(name, process, f"{args.warm} {args.steps}")["milliseconds"])
            last = {name: answer(name, process, "end") for name, process in running.items()}
    names = list(times)  # those that there are
    if not names:
        raise RuntimeError("no contender could run: install what is missing, as it says above")
    print(f"{settings}: {args.starts} starts × {args.rounds} turns of {args.steps} steps, median (least … most)")
    print(f"{'':18} {'milliseconds':26} {f'{names[0]} / this':22} peak MB: first turn, last")
    for name, turns in times.items():
        ratios = summary([ours / theirs for ours, theirs in zip(times[names[0]], turns)]) if name != names[0] else ""
        megabytes = "{:.0f}, {:.0f}".format(*last[name]["megabytes"])
        print(f"{name:18} {summary(turns):26} {ratios:22} {megabytes}  {last[name]['afterwards']}".rstrip())
    print("\n".join(dict.fromkeys(line for name in times for line in last[name]["about"])), end="\n\n", flush=True)
    return times


def summary(values):
    """Median (least … most)."""
    return f"{statistics.median(values):.2f} ({min(values):.2f} … {max(values):.2f})"


def start(file, name, settings, environment):
    """The process of a contender: contender.py, which has the other end of the pipe."""
    command = [sys.executable, str(Path(__file__).with_name("contender.py")), file, name, json.dumps(settings)]
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def answer(name, process, question=""):
    """What a contender says next; first, if there is a question, ask it."""
    if question:
        print(question, file=process.stdin, flush=True)
    if line := process.stdout.readline():
        return json.loads(line)
    raise RuntimeError(f"contender {name} has ended with exit code {process.wait()}; its error stands above")
