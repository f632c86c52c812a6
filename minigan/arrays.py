"""Arrays: which module an array belongs to, moving arrays, random numbers.

The formulas of this library never say `np.`: they ask the array that they were given which module it comes from,

    xp = namespace(x)          # numpy, cupy, array_api_strict, …
    y = xp.exp(-xp.abs(x))     # so this line runs on the processor or on the GPU, wherever x lives

and uses only the functions that the Python array API standard has (https://data-apis.org/array-api), which all of
these modules share. This file holds the little that the standard lacks: finding the module, moving an array from one to
another, and random numbers. Nothing here is global and nothing is read from the environment: two models on two
backends can live in one process. CuPy is imported only when somebody asks for "cupy".
"""

import functools
import importlib
import sys

import numpy as np

from minigan.cuda import find_cupy

# What random numbers are drawn for. `generator` takes one of them first, so that no two purposes share their draws.
INIT, NOISE, SAMPLE, MONITOR, ORDER, CHAINS, DRAW = 1, 2, 3, 4, 5, 6, 7
PHILOX_STATES = 1 << 16  # CuPy's own default starts 17 MB of states for each generator; a multiple of 256
BACKENDS = ("numpy", "cupy", "array_api_strict")


def namespace(*arrays):
    """The module that the arrays belong to: numpy, cupy, array_api_strict or another module of the standard.

    A random generator counts as an array of the module that its draws belong to.
    Raises TypeError for something that is neither, and for arrays of two modules (mixed NumPy and CuPy).
    """
    first, *others = map(_module, arrays)
    if any(other is not first for other in others):
        names = " and ".join(sorted({module.__name__ for module in (first, *others)}))
        raise TypeError(f"got arrays of {names} together; move them to one with minigan.arrays.to(array, backend)")
    return first


def _module(array):
    if type(array) is np.ndarray:
        return np
    if _refused(array):
        raise TypeError(f"got a {type(array).__name__}: want a plain array, such as numpy.asarray(x); what is masked must be "
                        "filled first, x.filled(0)")
    if isinstance(array, (np.ndarray, np.generic, np.random.Generator)):
        return np
    cupy = sys.modules.get("cupy")  # an array of CuPy cannot exist unless CuPy has been imported
    if cupy is not None and isinstance(array, (cupy.ndarray, cupy.random.Generator)):
        return cupy
    if hasattr(array, "__array_namespace__"):
        return array.__array_namespace__()
    raise TypeError(f"got {type(array).__name__}, want an array, such as numpy.asarray(x, 'float32'), or where a random "
                    "generator is due, minigan.arrays.generator(seed)")


def _refused(array):
    """In a matrix * is another product, in a masked array entries are missing: no formula here means that."""
    masked = sys.modules.get("numpy.ma")  # a masked array cannot exist unless it has been imported, which takes a while
    return isinstance(array, np.matrix) or (masked is not None and isinstance(array, masked.MaskedArray))


def copy_of(array):
    """The same values in memory of their own."""
    return namespace(array).asarray(array, copy=True)


def row_blocks(x, rows):
    """(start, x[start : start + rows]) for one block of rows of x (N, …) after the other, to bound the memory of a formula."""
    for start in range(0, x.shape[0], rows):
        yield start, x[start : min(start + rows, x.shape[0]), ...]


def dtype_name(array):
    """The name of an array's dtype in any module: "float32", "int64", …"""
    return _name(array.dtype)


@functools.lru_cache(typed=True)  # a module's dtypes need not compare with another's
def _name(dtype):
    return str(dtype).rpartition(".")[2]


def backend_module(backend):
    """Import the module of a backend's name, "numpy" or "cupy" ("array_api_strict" in tests).

    Raises ValueError for another name, and when CuPy or the GPU is missing, with the line that would mend it.
    """
    if not isinstance(backend, str) or backend not in BACKENDS:
        raise ValueError(f"unknown backend {backend!r}: want one of {', '.join(BACKENDS)}")
    if backend == "numpy":
        return np
    return find_cupy() if backend == "cupy" else importlib.import_module(backend)


def to(value, backend):
    """Move an array to a backend: to(x, "cupy"), and to(x, "numpy") back. The dtype stays.

    Dicts, lists and tuples are walked through; what is no array (a number, a text, None) is left as it is.
    """
    xp = backend_module(backend)
    if isinstance(value, dict):
        return {key: to(item, backend) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(to(item, backend) for item in value)
    try:
        source = namespace(value)
    except TypeError:
        if _refused(value):
            raise
        return value
    if source is xp:
        return value
    return xp.asarray(to_numpy(value))


def to_numpy(array):
    """The same values as a numpy.ndarray: a copy from a GPU, the same memory where that is possible."""
    xp = namespace(array)
    if xp is np:
        return np.asarray(array)
    if xp.__name__ == "cupy":
        return xp.asnumpy(array)
    return np.from_dlpack(array)


def generator(seed, backend="numpy", *purpose):
    """A random generator with the methods `random`, `standard_normal` (arguments size, dtype) and `integers`.

    seed: a whole number ≥ 0; None asks the system for one.
    purpose: what it is for, whole numbers ≥ 0, as in generator(seed, backend, NOISE, step). Each purpose and each step has
        draws of its own, and generator(seed, backend) without any has others again. So a run can go on at any step knowing
        only its seed. They become the spawn key of a numpy.random.SeedSequence.
    -> a numpy.random.Generator; a cupy.random.Generator, whose draws live on the GPU; for another module a `HostGenerator`.

    The same arguments give the same draws on the same backend and machine, other draws on another backend. CuPy keeps 32 bits
    of all this: there two generators of a long run can, rarely, be the same.
    """
    for part in [*([] if seed is None else [seed]), *purpose]:
        if not isinstance(part, (int, np.integer)) or isinstance(part, bool) or part < 0:
            raise ValueError(f"seed is {seed!r}, purpose {purpose}: want whole numbers ≥ 0, or None for the seed")
    xp = backend_module(backend)
    sequence = np.random.SeedSequence(seed, spawn_key=purpose)
    if backend == "cupy":
        key = int(sequence.generate_state(1)[0])
        return xp.random.Generator(xp.random.Philox4x3210(key, size=PHILOX_STATES))  # the cheapest of CuPy's three to start
    return np.random.default_rng(sequence) if backend == "numpy" else HostGenerator(sequence, xp)


class HostGenerator:
    """Draws with NumPy and hands over arrays of another module: for a module without random numbers of its own."""

    def __init__(self, seed, xp):
        self._rng, self._xp = np.random.default_rng(seed), xp

    def __array_namespace__(self):
        return self._xp

    def __getattr__(self, name):
        draw = getattr(self._rng, name)
        return lambda *args, **options: self._xp.asarray(draw(*args, **options))
