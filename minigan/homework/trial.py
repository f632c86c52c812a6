"""One trial: a task's probe, put to the functions as they are in this process.

A probe has `cases(rng)`, which yields dicts of inputs, and `run(**inputs)`, a few lines that call the task's functions and
return what they give, by name. The same `run` on the library gives the right answers (`key.py`), in the student's process the
student's (`inside.py`), and in the student's folder what `check` looks at.
"""

import importlib
import os
import re
import traceback
from contextlib import ExitStack

import numpy as np

from minigan.homework.stand_in import plain, player, replaced
from minigan.homework.wire import DTYPES

NOT_DONE = "not done yet"


def get_probe(sheet_probes, name):
    """The class of a task's probe."""
    return getattr(importlib.import_module(sheet_probes), name)


def attempt(probe, inputs, stood_in=(), ask=None):
    """{"answer": {name: value}, "after": the inputs as they are now}, or {"error": {...}} for what was raised.

    stood_in: qualified names of functions that are stood in for; ask: who knows their right answers, as in `stand_in.player`.
    """
    inputs = plain(inputs)
    try:
        with ExitStack() as stack, np.errstate(all="ignore"):
            for name in stood_in:
                stack.enter_context(replaced(name, player(name, ask)))
            answer = probe.run(**inputs)
        return {"answer": {name: bare(value) for name, value in answer.items()}, "after": inputs}
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: a student's code may raise whatever it likes
        return {"error": describe(error)}


def bare(value):
    """An array as it is, a number or a truth as an array without dimensions, of anything else the name of its type, a text."""
    if type(value) is np.ndarray and value.dtype.name in DTYPES:
        return value
    if isinstance(value, (bool, np.bool_)):
        return np.array(bool(value))
    if isinstance(value, (int, float, np.integer, np.floating)):
        return np.array(float(value))
    if type(value) is np.ndarray:
        return f"an array of {value.dtype}"
    return "None" if value is None else f"a {type(value).__name__}"


def case_words(inputs):
    """What sets a case apart from the others: its dtype and its numbers and texts, such as "float32, slope = 0.27"."""
    found = sorted({value.dtype.name for value in inputs.values() if isinstance(value, np.ndarray) and value.dtype.kind == "f"})
    for name, value in inputs.items():
        if isinstance(value, (int, float, str)) and name != "seed":
            found.append(f"{name} = {value:.3g}" if isinstance(value, float) else f"{name} = {value}")
    return f" [{', '.join(found)}]" if found else ""


def raised(error, inputs):
    """What `describe` has made, as one sentence. It may come from a student's process, and be anything."""
    if not isinstance(error, dict):
        return "it raised an error"
    kind, message, where = (str(error.get(name, "")) for name in ("type", "message", "where"))
    if kind == "NotImplementedError":
        return f"{NOT_DONE}: {message}"
    if sizes := re.search(r"matmul.*size (\d+) is different from (\d+)", message):
        message = f"in a matrix product A B the inner sizes do not match, {sizes[2]} and {sizes[1]}: must one be transposed?"
    return f"{kind}: {message}" + (f" ({where})" if where else "") + case_words(inputs)


def describe(error):
    """What was raised, and where: {"type", "message", "where", "traceback"}, without the frames of the homework package."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if f"minigan{os.sep}homework" not in frame.filename]
    own = [frame for frame in frames if f"{os.sep}minigan{os.sep}" in frame.filename]
    where = ""
    if own:
        name = own[-1].filename[own[-1].filename.rindex(f"minigan{os.sep}") :]
        where = f"{name}, line {own[-1].lineno}: {own[-1].line}"
    try:
        message = str(error)
    except Exception:
        message = "(its message cannot be read)"
    lines = "".join(traceback.format_list(frames[-20:]))
    return {"type": type(error).__name__, "message": message[:500], "where": where[:300], "traceback": lines[:5000]}
