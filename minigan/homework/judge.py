"""The judge: is an answer right, and if not, what kind of fault is it?

An answer is compared with the right one as raw numbers: type, shape, dtype, finiteness, then values. What differs is then
looked at as a teacher would: is it minus the right answer, N times it, its transpose, right where x is positive? The first
explanation that accounts for *every* entry is what the student is told, together with what the probe's own `laws` find: facts
that the right answer must obey, such as "every column of dx sums to 0".

Tolerances: in float64 a sum of a thousand terms is right to 1e-13 of its largest, and a division by a small variance may cost
four more digits; 1e-8 lies above that and far below any wrong term. In float32 (eps 6e-8) the same reasoning gives 1e-3. Where
the right answer is 0, rounding of what went in may be left: 16 eps times the largest input is no error either.
"""

import numpy as np

from minigan.homework.stand_in import distance
from minigan.homework.trial import case_words, get_probe, raised

TOLERANCE = {"float32": 1e-3, "float64": 1e-8}


def try_task(sheet, task, cases, failed, answer):
    """None if a task is right, else the first fault in words.

    failed: numbers of tasks whose right answers stand in. answer(probe, inputs, noted calls of what is stood in for): a reply.
    """
    wrong = {name for other in sheet.tasks if other.number in failed for name in other.holes}
    for case in cases:
        notes = {name: calls for name, calls in case["calls"].items() if name in wrong}
        reply = answer(task.probe, case["inputs"], notes)
        if fault := judge(get_probe(sheet.probes, task.probe), case, reply):
            return fault
    return None


def judge(probe, case, reply):
    """None if a reply to a case of the key is right, else what is wrong, in words.

    reply: what `trial.attempt` has made of the case: {"answer", "after"}, or {"error"}. It may come from a student's process.
    """
    inputs, refused, error = case["inputs"], case["refused"], reply.get("error")
    if refused and isinstance(error, dict) and error.get("type") == "ValueError":
        return None
    if error is not None:
        return raised(error, inputs) + (f"; {refused}" if refused else "")
    fault = refused or _fault(probe, inputs, case["answer"], reply.get("answer"), reply.get("after"))
    return fault and fault + case_words(inputs)


@np.errstate(all="ignore")
def _fault(probe, inputs, right, got, after):
    for name in inputs:
        if distance(inputs[name], after.get(name) if isinstance(after, dict) else None):
            manners = "a function must leave what it is given as it is (y = x + b makes a new array, x += b does not)"
            return f"{name} was changed in place: {manners}"
    if not isinstance(got, dict) or got.keys() != right.keys():
        return f"the answer has the parts {sorted(got) if isinstance(got, dict) else got}, want {sorted(right)}"
    faults, parts = {}, {name: part.astype("float64") for name, part in right.items() if isinstance(part, np.ndarray)}
    for name in right:
        if not any(name.startswith(f"{other} with ") for other in faults):  # of the same function: the same once more
            if fault := difference(name, right[name], got[name], inputs, parts):
                faults[name] = fault
    if faults and all(_alike(right[name], got[name]) for name in right):
        faults |= {law: law for law, holds in getattr(probe, "laws", lambda *_: [])(inputs, got) if not holds}
    return "; ".join(faults.values()) or None


def _alike(right, got):
    """Can a law be asked of it: an array of the right one's shape and kind, finite where that is; or the same text."""
    if isinstance(right, str) or isinstance(got, str):
        return isinstance(right, str) and isinstance(got, str) and right == got
    same = np.shape(got) == np.shape(right) and np.asarray(got).dtype.kind == np.asarray(right).dtype.kind
    return same and bool((np.isfinite(got) | ~np.isfinite(right)).all())


def difference(name, right, got, inputs, parts=None):
    """None if `got` is the array `right`, to within rounding; else the fault in words. parts: all of the answer's arrays."""
    if isinstance(right, str):  # None
        said = got if isinstance(got, str) else "an array"
        return None if said == right else f"{name} is {said}, want {right}"
    if not isinstance(got, np.ndarray):
        return f"{name} is {got}, want an array of shape {right.shape}" if right.ndim else f"{name} is {got}, want a number"
    if got.shape != right.shape:
        return _wrong_shape(name, right, got, inputs)
    if right.ndim and got.dtype != right.dtype:
        cause = "something in it upcasts, such as a float64 array or a NumPy scalar"
        return f"{name} is {got.dtype}, its inputs are {right.dtype}: {cause}"
    bad = np.size(got) - int(np.isfinite(got).sum())
    if bad and np.isfinite(right).all():
        fault = "nan" if np.isnan(got).any() else "infinite"
        return f"{name} is {fault} in {bad} of {got.size} places: an overflow, a logarithm of 0 or a division by 0?"
    right, got, limits = right.astype("float64"), got.astype("float64"), _limits(inputs)
    return None if _close(right, got, limits) else f"{name} {_explanation(right, got, inputs, parts or {}, limits)}"


def _limits(inputs):
    """(relative tolerance, what rounding of the inputs alone can leave of a 0): those of float32 if an input is."""
    floats = [np.asarray(value) for value in inputs.values() if np.asarray(value).dtype.kind == "f"]
    kind = "float32" if any(value.dtype == "float32" for value in floats) else "float64"
    size = max((float(np.abs(value[np.isfinite(value)]).max(initial=0.0)) for value in floats), default=0.0)
    return TOLERANCE[kind], 16 * float(np.finfo(kind).eps) * size


def _agree(right, got, limits):
    """Where: to a tolerance relative to the largest entry; infinities and nans must stand in the same places."""
    scale = float(np.abs(right[np.isfinite(right)]).max(initial=0.0))
    return np.isclose(got, right, rtol=limits[0], atol=max(limits[0] * scale, limits[1]), equal_nan=True)


def _close(right, got, limits):
    return bool(_agree(right, got, limits).all())


def _wrong_shape(name, right, got, inputs):
    text = f"{name} has shape {got.shape}, "
    owner = inputs.get(name[1:]) if name.startswith("d") else None
    text += f"{name[1:]} has {owner.shape}" if isinstance(owner, np.ndarray) else f"want {right.shape}"
    if got.ndim == 2 and got.shape == right.shape[::-1]:
        return text + ": is it transposed?"
    if [n for n in got.shape if n != 1] == [n for n in right.shape if n != 1]:
        return text + ": an axis of length 1 too many, or one too few"
    if got.ndim == right.ndim + 1 or (got.ndim == 2 and got.shape[0] == got.shape[1] and 1 in right.shape):
        return text + ": have (N, 1) and (N,) been broadcast against each other, or a sum been left out?"
    if got.ndim < right.ndim:
        return text + ": was an axis summed away?"
    return text


@np.errstate(all="ignore")
def _explanation(right, got, inputs, parts, limits):
    """What is wrong with the numbers: the first hypothesis that explains all of them, or where they are wrong."""
    for hypothesis, candidate in _hypotheses(right, got, inputs, parts):
        if hypothesis and np.shape(candidate) == got.shape and _close(candidate, got, limits):
            return hypothesis
    if got.size > 1 and _close(np.sort(right, axis=None), np.sort(got, axis=None), limits):
        return "has the right entries in another order"
    return _where(~_agree(right, got, limits))


def _hypotheses(right, got, inputs, parts):
    """(what a wrong answer is, the array that it then is), with whatever factor or offset fits best."""
    same, parts = ({name: np.asarray(value, "float64") for name, value in values.items()  # a whole number tells nothing
                    if isinstance(value, (float, np.ndarray)) and np.shape(value) == got.shape and (got.size > 1 or value % 1)}
                   for values in (inputs, parts))  # fmt: skip
    yield "is 0 everywhere", np.zeros_like(right)
    yield "has the wrong sign: it is −1 times what is right", -right
    yield from ((f"is {name} itself", value) for name, value in same.items())
    yield from ((f"is what {name} should be: has one been taken for the other?", value) for name, value in parts.items())
    yield "is transposed", right.T
    for name, value in same.items():
        yield f"has the wrong sign in all but {name}", 2 * value - right
        yield f"has a factor {name} too many, element by element", right * value
    made = {"σ": 1 / (1 + np.exp(-right)), "tanh": np.tanh(right), "the exponential": np.exp(right), "the root": np.sqrt(right),
            "the logarithm": np.log(right), "the square": right**2, "the size": np.abs(right)}  # fmt: skip
    yield from ((f"is {word} of what is right", value) for word, value in made.items())
    logit = np.log(right / (1 - right))
    yield "is what goes into the σ that is right: is σ missing?", logit
    factor = _times(got, right)
    yield _factor(factor, inputs, alone=got.size == 1), factor * right
    for name, value in same.items() if right.ndim else ():
        signs = {"positive": value > 0, "negative": value < 0, "0": value == 0, "0 or negative": value <= 0}
        for sign, holds in signs.items():
            yield f"is wrong where {name} is {sign}, and right elsewhere", right if holds.all() else np.where(holds, got, right)
    many = {name: value for name, value in same.items() if value.size > 1 and value.any()}
    for name, value in many.items():
        yield f"is right but for a factor {name}, element by element: was it left out?", np.where(value, right / value, got)
        yield f"differs from what is right by a multiple of {name}: is it missing, or has it the wrong sign?", \
            right + _times(got - right, value) * value
        times = _times(got - value, right - value)
        yield f"is {name} and {times:.3g} times the change that is right", value + times * (right - value)
    if right.ndim > 1:
        a, b = (array.reshape(-1, right.shape[-1]) for array in (right, got))
        for axis, what in ((axis, what) for axis, what in enumerate(("column", "row")) if a.shape[axis] > 2):
            yield (f"is off by a factor of its own in every {what}: is a factor such as γ or 1/σ missing, or one too many?",
                   (a * np.median(b / a, axis=axis, keepdims=True)).reshape(right.shape))  # fmt: skip
            yield (f"is off by a number of its own in every {what}: is a bias or a mean missing, or one too many?",
                   (a + np.mean(b - a, axis=axis, keepdims=True)).reshape(right.shape))  # fmt: skip
        shift = np.mean(np.log(got / (1 - got)) - logit, axis=0)
        yield "is σ of what is off by a number of its own in every column: is a bias missing?", 1 / (1 + np.exp(-logit - shift))
    if right.size > 1:
        yield "is off by the same number everywhere: is a term missing, or one too many?", right + np.mean(got - right)
        for name, value in parts.items():
            yield f"differs from what is right by a multiple of {name}: is it missing, or one too many?", \
                right + _times(got - right, value) * value


def _times(a, b):
    """The factor that takes b nearest to a; 0 where b is 0."""
    return float(np.vdot(b, a)) / (float(np.vdot(b, b)) or np.inf)


def _factor(factor, inputs, alone):
    """A factor in words. Of a number that stands alone any factor would do, so there only a simple one is believed."""
    arrays = [value for value in inputs.values() if isinstance(value, np.ndarray) and value.ndim == 2]
    counts = {f"N = {array.shape[0]} being the number of rows": array.shape[0] for array in arrays}
    counts |= {f"{array.size} being the number of elements": array.size for array in arrays}
    counts |= {f"{array.shape[1]} being the number of columns": array.shape[1] for array in arrays}
    for words, count in counts.items():
        if count > 1 and abs(factor - count) < 1e-3 * count:
            return f"is {count} times what is right, {words}: is a mean missing, a sum where a mean is due?"
        if count > 1 and abs(factor - 1 / count) < 1e-3 / count:
            return f"is 1/{count} of what is right, {words}: is a mean taken twice, or a mean where a sum is due?"
    simple = any(abs(factor - number) < 1e-3 * abs(number) for number in (2, 0.5, -2, -0.5))
    return f"is off by a factor {factor:.4g} everywhere" if simple or not alone else None


def _where(wrong):
    """Which entries are wrong: those of an index or two along some axis, or how many and the first of them."""
    if wrong.ndim == 0:
        return "is not the right number"
    for axis, size in enumerate(wrong.shape if wrong.ndim > 1 else ()):
        bad = np.moveaxis(wrong, axis, 0).reshape(size, -1).any(axis=1)
        what, few = ("wrong", bad) if 2 * bad.sum() <= size else ("right", ~bad)
        if 0 < few.sum() <= 2:
            return f"is {what} only where axis {axis} has the index {' or '.join(map(str, np.flatnonzero(few)))}, of {size}"
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    return f"is wrong in {int(wrong.sum())} of {wrong.size} entries, the first at {list(first)}"
