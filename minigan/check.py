"""Is this argument possible? One small set of checks for counts, numbers, choices and data.

Each returns the argument as a plain Python value, so that no numpy.float64 turns float32 arrays into float64 later, and raises
an error that says what came and what is wanted.
"""

import math
import operator
from pathlib import Path

import numpy as np

from minigan.arrays import dtype_name, namespace

LARGEST = 2**128 - 1  # of a count or a seed: NumPy's seeds have 128 bits, and a float can still hold it


def whole(name, value, least=1, most=LARGEST):
    """A whole number, least ≤ it ≤ most, as int. Python's and NumPy's integers are taken; True, 3.0 and "3" are not."""
    try:
        if isinstance(value, bool) or not least <= (number := operator.index(value)) <= most:
            raise TypeError
    except TypeError:
        bound = f"{least} or more" if most == LARGEST else f"{least} to {most}"
        raise ValueError(f"{name} is {value!r}: want a whole number, {bound}") from None
    return number


def number(name, value, *, least=-math.inf, above=-math.inf, most=math.inf, below=math.inf):
    """A finite number with least ≤ it ≤ most, above < it < below, as float. Texts, True and NaN are not taken."""
    try:
        if isinstance(value, (bool, np.bool_, str, bytes)):
            raise TypeError
        result = float(value)
        if not (math.isfinite(result) and least <= result <= most and above < result < below):
            raise TypeError
    except (TypeError, OverflowError):
        bounds = [f"≥ {least:g}" if least > -math.inf else "", f"> {above:g}" if above > -math.inf else "",
                  f"≤ {most:g}" if most < math.inf else "", f"< {below:g}" if below < math.inf else ""]  # fmt: skip
        raise ValueError(f"{name} is {value!r}: want a number {' and '.join(filter(None, bounds))}".rstrip()) from None
    return result


def choice(name, value, options):
    """One of the options, which are texts or None."""
    if not any(isinstance(value, type(option)) and value == option for option in options):
        raise ValueError(f"{name} is {value!r}: want one of {', '.join(map(repr, options))}")
    return value


def flag(name, value):
    """True or False, as bool. The text "no" would count as true."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name} is {value!r}: want True or False")
    return bool(value)


def instance(name, value, kind):
    """An object of this class, as it is."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} is {value!r}: want a {kind.__name__}")
    return value


def path(name, value):
    """The name of a file or a folder, as Path."""
    try:
        return Path(value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}: want the name of a file or a folder, a text or a Path") from None


def pair(name, value, least=1):
    """(rows, columns) of a whole number, which counts for both, or of two, each ≥ least."""
    two = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(two) != 2:
        raise ValueError(f"{name} is {value!r}: want a whole number or two of them, (rows, columns)")
    return tuple(whole(name, part, least) for part in two)


def image(name, shape, n=None):
    """(h, w) or (h, w, 3) of a grey or a colour image; (h, w, 1) is (h, w). n: how many numbers it must hold."""
    parts = tuple(whole(f"{name}: a length", part) for part in shape) if isinstance(shape, (tuple, list)) else ()
    if len(parts) not in (2, 3) or parts[2:] not in ((), (1,), (3,)) or n not in (None, math.prod(parts)):
        fitting = "" if n is None else f", for {n} numbers"
        raise ValueError(f"{name} is {shape!r}: want (h, w) or (h, w, 3){fitting}")
    return parts[:2] if parts[2:] == (1,) else parts


def indices(name, values, size=1 << 63):
    """Whole numbers 0 … size − 1, (N,), at least one of them, as a NumPy array."""
    values = np.asarray(values)
    if values.ndim != 1 or not len(values) or values.dtype.kind not in "iu":
        raise ValueError(f"{name} is {values.shape} of {values.dtype}: want (N,) whole numbers, N ≥ 1")
    if values.min() < 0 or values.max() >= size:
        bound = "0 or more" if size == 1 << 63 else f"0 to {size - 1}"
        raise ValueError(f"{name} go from {values.min()} to {values.max()}: want {bound}")
    return values.astype(np.int64, copy=False)


def rows(name, x, width=None):
    """Finite numbers (N, n), one example a row, as float32 or float64. Whole numbers become float64: uint8 wraps around."""
    xp = namespace(x)
    if x.ndim != 2 or 0 in x.shape or width not in (None, x.shape[1]):
        raise ValueError(f"{name} has shape {tuple(x.shape)}: want (N, {width or 'n'}), one example a row")
    if dtype_name(x).startswith(("int", "uint", "bool", "float16")):
        x = xp.astype(x, xp.float64)
    if not xp.isdtype(x.dtype, "real floating") or not bool(xp.all(xp.isfinite(x))):
        raise ValueError(f"{name} holds NaN, infinite numbers or none at all ({x.dtype}): want finite numbers")
    return x
