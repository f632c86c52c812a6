"""Is this argument possible? One small set of checks for counts, numbers and choices.

Each returns the argument as a plain Python number, so that no numpy.float64 turns float32 arrays into float64 later, and raises
ValueError that says what came and what is wanted.
"""

import math
import operator

import numpy as np


def whole(name, value, least=1):
    """A whole number ≥ least, as int. Python's and NumPy's integers are taken; True, 3.0 and "3" are not."""
    try:
        if isinstance(value, bool) or (number := operator.index(value)) < least:
            raise TypeError
    except TypeError:
        raise ValueError(f"{name} is {value!r}: want a whole number, {least} or more") from None
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
    """One of the options, as it is."""
    if not any(value is option or value == option for option in options):
        raise ValueError(f"{name} is {value!r}: want one of {', '.join(map(repr, options))}")
    return value


def pair(name, value, least=1):
    """(rows, columns) of a whole number, which counts for both, or of two, each ≥ least."""
    two = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(two) != 2:
        raise ValueError(f"{name} is {value!r}: want a whole number or two of them, (rows, columns)")
    return tuple(whole(name, part, least) for part in two)
