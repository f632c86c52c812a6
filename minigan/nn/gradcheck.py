"""Is this gradient right? Ask the function itself.

A backward pass claims: for y = f(x) and a gradient dy arriving from above, dx = f′(x)ᵀ dy. Take a random direction d of
length 1. Then two numbers must agree:

    ⟨dy, f′(x) d⟩      what f does along d, measured by central differences
    ⟨dx, d⟩            what the backward pass says it does

Both dy and d are random, and that matters. With dy all ones, the sum of a batch-normalised column does not depend on x
at all: the right answer is 0, and a backward that returns zeros passes.

Measured: c(h) = ⟨dy, f(x + h d) − f(x − h d)⟩ / 2h is off by order h², and (4 c(h) − c(2h)) / 3 by order h⁴ only
(Richardson). At h = 1e-5 what is left is rounding: eps ‖dy‖ ‖y‖ / h, with float64's eps = 2.2e-16 about 2e-11 ‖dy‖ ‖y‖.
The two numbers are compared as

    |measured − claimed| / max(|measured|, |claimed|, 1e-3 ‖dy‖ ‖y‖)

whose third term keeps a gradient that is truly 0 from being judged by that rounding. A right backward then comes out
near 1e-8 or below. A wrong one comes out near 1, since d touches every entry. `TOLERANCE` = 1e-6 lies between the two.

A kink, such as ReLU's at 0, that lies within 2h of x along d has no derivative to measure. It shows: c(h) and c(2h) then
disagree. Such a direction says nothing about the backward pass, and another one is drawn.

    errors = check_net(net, theta, x, rng)       {"x": 3e-10, "theta": 8e-11}
    assert max(errors.values()) <= TOLERANCE
"""

import math

from minigan.arrays import dtype_name, namespace

H = 1e-5
TOLERANCE = 1e-6


def vjp_error(f, x, dy, dx, rng, directions=2):
    """The largest relative error of the claim dx = f′(x)ᵀ dy, along random directions.

    f: a function of one float64 array, x -> y. x: where. dy: the covector, of y's shape; 1.0 if y is a scalar.
    dx: the claimed gradient. rng: a generator of x's backend. Raises TypeError or ValueError where x is not float64 (in
    float32 the differences drown in rounding), where dx has not x's shape and dtype, and where f has kinks all around x.
    """
    xp = namespace(x)
    if dtype_name(x) != "float64":
        raise TypeError(f"x is {x.dtype}: a gradient check needs float64")
    if dx.shape != x.shape or dx.dtype != x.dtype:
        raise ValueError(f"the gradient is {dx.shape} of {dx.dtype}, what it belongs to is {x.shape} of {x.dtype}")
    floor = 1e-3 * _norm(dy) * _norm(f(x))
    errors = []
    for _ in range(10 * directions):
        d = rng.standard_normal(size=x.shape, dtype="float64")
        d /= _norm(d)
        once, twice = (float(xp.sum(dy * (f(x + h * d) - f(x - h * d)))) / (2 * h) for h in (H, 2 * H))
        measured, claimed = (4 * once - twice) / 3, float(xp.sum(dx * d))
        if abs(once - twice) > TOLERANCE * max(abs(measured), floor):
            continue  # a kink
        difference = abs(measured - claimed)
        errors.append(difference / max(abs(measured), abs(claimed), floor) if difference else 0.0)
        if len(errors) == directions:
            return max(errors) if all(error == error for error in errors) else math.inf
    raise ValueError("f has a kink near x in nearly every direction: check it at another x")


def check_layer(layer, params, x, rng):
    """The errors of a layer's backward: {"x": …, "params[0]": …, …}, for a random covector.

    layer: an object with forward and backward. params: its parameters, float64. x: its input, float64 (N, n_in).
    """
    y, cache = layer.forward(params, x)
    dy = rng.standard_normal(size=y.shape, dtype="float64")
    dx, dparams = layer.backward(params, cache, dy)
    errors = {"x": vjp_error(lambda x: layer.forward(params, x)[0], x, dy, dx, rng)}
    for i, (value, gradient) in enumerate(zip(params, dparams, strict=True)):

        def f(changed, i=i):
            return layer.forward([*params[:i], changed, *params[i + 1 :]], x)[0]

        errors[f"params[{i}]"] = vjp_error(f, value, dy, gradient, rng)
    return errors


def check_net(net, theta, x, rng, stats=None):
    """The errors of a network's backward: {"x": …, "theta": …}, for a random covector; in inference if stats is given."""
    y, tape = net.forward(theta, x, stats)
    dy = rng.standard_normal(size=y.shape, dtype="float64")
    dx, dtheta = net.backward(theta, tape, dy)
    return {
        "x": vjp_error(lambda x: net.forward(theta, x, stats)[0], x, dy, dx, rng),
        "theta": vjp_error(lambda theta: net.forward(theta, x, stats)[0], theta, dy, dtheta, rng),
    }


def _norm(a):
    return abs(a) if isinstance(a, (int, float)) else float(namespace(a).sum(a * a)) ** 0.5
