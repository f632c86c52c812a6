"""Standing in for a function: how one error is not punished twice.

A backward pass needs the cache of its forward pass. If a student's forward is wrong, the backward is graded with the right
one in its place: not with its code, which no student's process ever sees, but with its *answers*. The grader runs the task on
the library and notes every call of the forward, what went in and what came out; in the student's process the failed function
looks its answer up. So here are a recorder and a player, and `replaced`, which puts either in the place of a function.

A function may have been imported under its name by many modules. So it is not the name that is changed but the function
object itself, which gets another code, for as long as the `with` block lasts.
"""

import importlib
import inspect
import types
from contextlib import contextmanager

import numpy as np

SUBSTITUTES = {}  # qualified name -> what is called in the function's place
TRAMPOLINE = """def call(*args, **kwargs):
    from minigan.homework.stand_in import SUBSTITUTES
    return SUBSTITUTES[{!r}](*args, **kwargs)"""


def find(name):
    """(owner, function) of a qualified name: the module or class that holds it, and what it holds. AttributeError if gone."""
    parts = name.split(".")
    for i in range(len(parts) - 1, 0, -1):
        try:
            owner = importlib.import_module(".".join(parts[:i]))
        except ModuleNotFoundError:
            continue
        for part in parts[i:-1]:
            owner = getattr(owner, part)
        return owner, getattr(owner, parts[-1])
    raise AttributeError(f"{name} is gone")


def trampoline(name):
    """A function that passes its call on to SUBSTITUTES[name], and that any other function can take the code of."""
    made = {}
    exec(TRAMPOLINE.format(name), made)
    return made["call"]


@contextmanager
def replaced(name, make):
    """For the time of the block, calls of the function of that name go to make(the function as it was)."""
    owner, function = find(name)
    if not isinstance(function, types.FunctionType) or function.__closure__:  # what a decorator or super() has made
        SUBSTITUTES[name] = make(function)
        setattr(owner, name.rpartition(".")[2], trampoline(name))
        try:
            yield
        finally:
            setattr(owner, name.rpartition(".")[2], function)
        return
    original = types.FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__)
    original.__kwdefaults__ = function.__kwdefaults__
    SUBSTITUTES[name] = make(original)
    function.__code__, function.__defaults__, function.__kwdefaults__ = trampoline(name).__code__, None, None
    try:
        yield
    finally:
        function.__code__ = original.__code__
        function.__defaults__, function.__kwdefaults__ = original.__defaults__, original.__kwdefaults__


def recorder(calls):
    """A `make` for `replaced`: the function itself, and each call's [arguments, result] is appended to calls."""

    def make(original):
        def record(*args, **kwargs):
            given = arguments(original, args, kwargs)
            result = original(*args, **kwargs)
            calls.append([given, plain(result)])
            return result

        return record

    return make


def player(name, calls):
    """A `make` for `replaced`: the recorded result of the call with the same arguments; LookupError if there was none."""

    def make(original):
        def play(*args, **kwargs):
            given = arguments(original, args, kwargs)
            for recorded, result in calls:
                if same(given, recorded):
                    return plain(result)
            raise LookupError(f"{name} failed, so its right answers stand in for it, and no right call has these arguments")

        return play

    return make


def arguments(function, args, kwargs):
    """The arguments of a call by their names, as plain values, so that f(x, k=1) and f(x, 1) are the same call."""
    bound = inspect.signature(function).bind(*args, **kwargs)
    bound.apply_defaults()
    return plain(dict(bound.arguments))


def plain(value):
    """A value of arrays, numbers, texts, None, lists, tuples and dicts, copied; of anything else, the name of what it is."""
    if isinstance(value, np.ndarray):
        return np.array(value)
    if isinstance(value, np.generic):
        return value.item()
    if type(value) in (list, tuple):
        return type(value)(plain(part) for part in value)
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return getattr(value, "__qualname__", type(value).__name__)  # of a class or function its own name, such as Gaussian


def same(a, b):
    """Whether two plain values agree, numbers to 1e-5: enough to tell calls apart, and blind to the rounding before them."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.shape(a) == np.shape(b) and bool(np.allclose(a, b, rtol=1e-5, atol=1e-8))
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return abs(a - b) <= 1e-8 + 1e-5 * abs(b)
    return a == b
