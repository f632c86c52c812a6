"""Probes: how each task is tried. One file a sheet; each class is a task's probe.

`cases(rng)` yields dicts of inputs, `run(**inputs)` calls the task's functions and returns what they give, by name: arrays,
numbers, None. What is a fact about them is for the grader to find, never for `run`, which the student's process can forge. A
case with the key "refused" is one that must raise ValueError, in these words. `laws(inputs, answer)`, where there is one,
yields (a fact that a right answer obeys, whether this one does): words for the student. A probe is a bundle of functions, never
an object: that is why they have no `self`.

Shapes are all different, so that no transpose passes; there is a float32 case, so that no upcast does; what comes from above is
random. What a handout asks for and no case tries is not graded: for a new "must", write a case that fails without it.
"""

import re

import numpy as np


def normal(rng, dtype="float64", **shapes):
    """{name: array of standard normal numbers of that shape}."""
    return {name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}


def parts(value, names, what="want"):
    """The parts of what a function returned; TypeError, with what is wanted, unless there are as many as names: "y, cache"."""
    if not isinstance(value, (tuple, list)):
        raise TypeError(f"{what} ({names}), got {type(value).__name__}")
    if len(value) != re.sub(r"\[.*?\]", "", names).count(",") + 1:
        raise TypeError(f"{what} ({names}), got {len(value)} parts")
    return value


def cached(cache, names):
    """The parts of a cache, as `parts`."""
    return parts(cache, names, "the cache must be")


def halves(layer, params, cache, dy, names):
    """What backward gives when the caller wants one of the two only: the same, and None in the place of the rest."""
    no_dx, alone = parts(layer.backward(params, cache, dy, want_dx=False), "None, the gradients of the parameters")
    dx_alone, no_dparams = parts(layer.backward(params, cache, dy, want_dparams=False), "dx, None")
    gradients = zip(names.split(", "), parts(alone, names, "with want_dx=False, want None and"))
    return {"dx with want_dx=False": no_dx, **{f"{name} with want_dx=False": value for name, value in gradients},
            "dx with want_dparams=False": dx_alone, "dparams with want_dparams=False": no_dparams}  # fmt: skip


def column_sums_vanish(x, tolerance=1e-3):
    """Whether every column of x, all axes but the last being rows, sums to 0, next to the size of its entries."""
    x = x.reshape(-1, x.shape[-1])
    return bool(np.all(np.abs(x.sum(axis=0)) <= tolerance * np.abs(x).sum(axis=0)))
