"""One trial: a task's probe, put to the functions as they are in this process.

A probe has `cases(rng)`, which yields dicts of inputs, and `run(**inputs)`, a few lines that call the task's functions and
return what they give, by name. The same `run` on the library gives the right answers (`key.py`), in the student's process the
student's (`inside.py`), and in the student's folder what `check` looks at.
"""

import importlib
import linecache
import traceback
from contextlib import ExitStack

import numpy as np

from minigan.homework.stand_in import plain, player, replaced


def get_probe(sheet_probes, name):
    """The class of a task's probe."""
    return getattr(importlib.import_module(sheet_probes), name)


def attempt(probe, inputs, stand_ins=None):
    """{"answer": {name: value}, "after": the inputs as they are now}, or {"error": {...}} for what was raised.

    stand_ins: {qualified name: recorded calls} of functions that are to be stood in for.
    """
    inputs = plain(inputs)
    try:
        with ExitStack() as stack, np.errstate(all="ignore"):
            for name, calls in (stand_ins or {}).items():
                stack.enter_context(replaced(name, player(name, calls)))
            answer = probe.run(**inputs)
        return {"answer": {name: bare(value) for name, value in answer.items()}, "after": inputs}
    except BaseException as error:  # SystemExit and KeyboardInterrupt too: a student's code may raise whatever it likes
        return {"error": describe(error)}


def bare(value):
    """An array as it is, a number as an array without dimensions, and of anything else the name of its type, a text."""
    if type(value) is np.ndarray and value.dtype.name in ("float32", "float64", "int32", "int64", "bool"):
        return value
    if isinstance(value, (bool, int, float, np.bool_, np.integer, np.floating)):
        return np.array(float(value))
    if type(value) is np.ndarray:
        return f"an array of {value.dtype}"
    return "None" if value is None else f"a {type(value).__name__}"


def words(error):
    """What `describe` has made, as one sentence. It may come from a student's process, and be anything."""
    if not isinstance(error, dict):
        return "it raised an error"
    kind, message, where = (str(error.get(name, "")) for name in ("type", "message", "where"))
    if kind == "NotImplementedError":
        return f"not done yet: {message}"
    return f"{kind}: {message}" + (f" ({where})" if where else "")


def describe(error):
    """What was raised, and where: {"type", "message", "where"}; the last line that is not of the homework package itself."""
    where = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if "homework" not in frame.filename and "minigan" in frame.filename:
            name = frame.filename[frame.filename.rindex("minigan") :]
            where = f"{name}, line {frame.lineno}: {linecache.getline(frame.filename, frame.lineno).strip()}"
    try:
        message = str(error)
    except Exception:
        message = "(its message cannot be read)"
    return {"type": type(error).__name__, "message": message[:500], "where": where[:300]}
