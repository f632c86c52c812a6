"""Probes: how each task is tried. One file a sheet; each class is a task's probe.

`cases(rng)` yields dicts of inputs, `run(**inputs)` calls the task's functions and returns what they give, by name.
`laws(inputs, answer)`, where there is one, yields (a fact that a right answer obeys, whether this one does): words for the
student. A truth in the answer is such a fact too, with its name for words. A probe is a bundle of functions, never an object:
that is why they have no `self`.

Shapes are all different, so that no transpose passes; there is a float32 case, so that no upcast does; what comes from above is
random. What a handout asks for and no case tries is not graded: for a new "must", write a case that fails without it.
"""

import numpy as np


def normal(rng, dtype="float64", **shapes):
    """{name: array of standard normal numbers of that shape}."""
    return {name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}


def pair(value, names):
    """The two parts of what a function returned; TypeError, with the names of what is wanted, unless it is a pair."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise TypeError(f"want ({names}), got {'a tuple' if isinstance(value, tuple) else type(value).__name__}")
    return value


def refused(function, *args, **kwargs):
    """Whether the call raises ValueError."""
    try:
        function(*args, **kwargs)
    except ValueError:
        return True
    return False


def column_sums_vanish(x, tolerance=1e-3):
    """Whether every column of x sums to 0, next to the size of its entries."""
    return bool(np.all(np.abs(x.sum(axis=0)) <= tolerance * np.abs(x).sum(axis=0)))
