"""Is this gradient right? Ask the function itself.

A backward pass claims: for y = f(x) and a gradient dy arriving from above, dx = f′(x)ᵀ dy. Take a random direction d of
length 1. Then two numbers must agree:

    ⟨dy, f′(x) d⟩      what f does along d, measured by central differences
    ⟨dx, d⟩            what the backward pass says it does

dy (the covector) and d are both random, and that matters. With dy all ones, the sum of a batch-normalised column does not
depend on x at all: the right answer is 0, and a backward that returns zeros passes.

Measured: c(h) = ⟨dy, f(x + h d) − f(x − h d)⟩ / 2h is off by order h², and (4 c(h) − c(2h)) / 3 by order h⁴ only
(Richardson). At h = 1e-5 what is left is rounding: eps ‖dy‖ ‖y‖ / h, with float64's eps = 2.2e-16 about 2e-11 ‖dy‖ ‖y‖.
The two numbers are compared as

    |measured − claimed| / max(|measured|, |claimed|, 1e-3 ‖dy‖ ‖y‖)

whose third term keeps a gradient that is truly 0 from being judged by that rounding. A right backward then comes out
near 1e-8 or below. A wrong one comes out far above: d touches every entry, so if one entry of n is wrong by its own size the
error is about 1/√n, and if all are, about 1. `TOLERANCE` = 1e-6 lies between the two.

A kink, such as ReLU's at 0, that lies within 2h of x along d has no derivative to measure. It shows: c(h) and c(2h) disagree
or, if it lies at x itself, f(x + h d) − 2 f(x) + f(x − h d) does not shrink like h². Such a direction says nothing about the
backward pass, and another one is drawn.

`check_layer` and `check_net` also see to the manners of a pair of functions: between forward and backward they send another
batch through, which must not matter, and afterwards nothing that they handed in may have changed.

    errors = check_net(net, theta, x, rng)       {"x": 3e-10, "theta": 8e-11}
    assert max(errors.values()) <= TOLERANCE
"""

import math

from minigan.arrays import copy_of, dtype_name, namespace

H = 1e-5
TOLERANCE = 1e-6


def vjp_error(f, x, dy, dx, rng, directions=2):
    """The largest relative error of the claim dx = f′(x)ᵀ dy, along random directions.

    f: a function of one float64 array, x -> y. x: where. dy: the covector, of y's shape; 1.0 if y is a scalar.
    dx: the claimed gradient. rng: a generator of x's backend. Raises TypeError or ValueError where x is not float64 (in
    float32 the differences drown in rounding), where dx has not x's shape and dtype, and where f has kinks all around x.
    """
    xp = namespace(x)
    if not hasattr(rng, "standard_normal"):
        raise TypeError(f"rng is {rng!r}: want a generator that draws, such as minigan.arrays.generator(0)")
    if dtype_name(x) != "float64":
        raise TypeError(f"x is {x.dtype}: a gradient check needs float64")
    if getattr(dx, "shape", None) != x.shape or dx.dtype != x.dtype:
        raise ValueError(f"the gradient is {_describe(dx)}, what it belongs to is {_describe(x)}")

    def project(y):
        return float(xp.sum(dy * y))

    floor = 1e-3 * _norm(dy) * _norm(f(x))
    errors = []
    for _ in range(10 * directions):
        d = rng.standard_normal(size=x.shape, dtype="float64")
        d /= _norm(d)
        at = {step: f(x + step * H * d) for step in (-2, -1, 0, 1, 2)}
        once, twice = project(at[1] - at[-1]) / (2 * H), project(at[2] - at[-2]) / (4 * H)
        bend = project(at[2] - 2 * at[0] + at[-2]) - 4 * project(at[1] - 2 * at[0] + at[-1])  # of order h⁴, or h at a kink
        measured, claimed = (4 * once - twice) / 3, float(xp.sum(dx * d))
        if max(abs(once - twice), abs(bend) / H) > TOLERANCE * max(abs(measured), floor):
            continue  # a kink
        difference = abs(measured - claimed)
        errors.append(difference / max(abs(measured), abs(claimed), floor) if difference else 0.0)
        if len(errors) == directions:
            return max(errors) if all(error == error for error in errors) else math.inf
    raise ValueError("f is not smooth near x, in nearly every direction: has it a kink there? Check it at another x")


def check_layer(layer, params, x, rng):
    """The errors of a layer's backward: {"x": …, "params[0]": …, …}, for a random covector.

    layer: an object with forward and backward. params: its parameters, float64. x: its input, float64 (N, n_in).
    """
    before = [copy_of(array) for array in (x, *params)]
    y, cache = layer.forward(params, x)
    layer.forward(params, x * x + 1.0)  # another batch in between must not matter
    dy = rng.standard_normal(size=y.shape, dtype="float64")
    before_dy = copy_of(dy)
    answer = layer.backward(params, cache, dy)
    if not isinstance(answer, tuple) or len(answer) != 2 or len(answer[1]) != len(params):
        raise ValueError(f"backward gives {_describe(answer)}: want a pair (dx, dparams), dparams with a gradient for each of "
                         f"the {len(params)} parameters")
    dx, dparams = answer
    _check_untouched((x, *params, dy), (*before, before_dy))
    errors = {"x": vjp_error(lambda x: layer.forward(params, x)[0], x, dy, dx, rng)}
    for i, (value, gradient) in enumerate(zip(params, dparams, strict=True)):

        def f(changed, i=i):
            return layer.forward([*params[:i], changed, *params[i + 1 :]], x)[0]

        errors[f"params[{i}]"] = vjp_error(f, value, dy, gradient, rng)
    return errors


def check_net(net, theta, x, rng, stats=None):
    """The errors of a network's backward: {"x": …, "theta": …}, for a random covector; in inference if stats is given."""
    before = [copy_of(array) for array in (x, theta)]
    y, tape = net.forward(theta, x, stats)
    net.forward(theta, x * x + 1.0, stats)  # no mere shift, which a BatchNorm would take out again
    dy = rng.standard_normal(size=y.shape, dtype="float64")
    before_dy = copy_of(dy)
    dx, dtheta = net.backward(theta, tape, dy)
    _check_untouched((x, theta, dy), (*before, before_dy))
    return {
        "x": vjp_error(lambda x: net.forward(theta, x, stats)[0], x, dy, dx, rng),
        "theta": vjp_error(lambda theta: net.forward(theta, x, stats)[0], theta, dy, dtheta, rng),
    }


def _norm(a):
    return abs(a) if isinstance(a, (int, float)) else float(namespace(a).sum(a * a)) ** 0.5


def _check_untouched(arrays, copies):
    if not all(bool(namespace(array).all(array == copy)) for array, copy in zip(arrays, copies)):
        raise ValueError("forward or backward has written into an array that it was given: it must leave x, the parameters and "
                         "dy as they are")


def _describe(array):
    return f"{tuple(array.shape)} of {array.dtype}" if hasattr(array, "shape") else repr(array)
