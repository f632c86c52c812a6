"""As `gradients.py`, for the layers of images and sequences: each check takes the module under test, a generator and sizes, and
returns the largest relative error. The planted faults use the same checks.
"""

import importlib

from gradients import normal

from minigan.arrays import generator, namespace
from minigan.nn import BatchNorm, Linear, ReLU, gradcheck


def error_on(layer, rng, *shape):
    params = [normal(rng, *parameter) for parameter in layer.shapes]
    return max(gradcheck.check_layer(layer, params, normal(rng, *shape), rng).values())


def tangent_error(layer, rng, *shape):
    """For a linear layer, y(x + t) − y(x) is the tangent; and its backward is that of the layer without its bias."""
    params, (x, t) = [normal(rng, *parameter) for parameter in layer.shapes], (normal(rng, *shape) for _ in range(2))
    y, cache = layer.forward(params, x)
    moved, tape = layer.tangent(params, cache, t)
    xp, dy = namespace(x), normal(rng, *y.shape)
    change = layer.forward(params, x + t)[0] - y
    error = float(xp.max(xp.abs(change - moved))) / float(xp.max(xp.abs(change)))
    dparams = layer.backward(params, tape, dy)[1]
    dW = gradcheck.vjp_error(lambda W: layer.tangent([W, *params[1:]], cache, t)[0], params[0], dy, dparams[0], rng)
    return max(error, dW, float(xp.max(xp.abs(dparams[1]))))


def adjoint_error(window, rng, N, h, w, c):
    """⟨patches(x), c⟩ = ⟨x, fold(c)⟩ for random x and c: the difference, relative to ‖x‖ ‖c‖."""
    x = normal(rng, N, h, w, c)
    patches = window.patches(x)
    columns = normal(rng, *patches.shape)
    xp = namespace(x)
    left, right = xp.sum(patches * columns), xp.sum(x * window.fold(columns, (h, w)))
    return abs(float(left - right)) / float(xp.sqrt(xp.sum(x * x) * xp.sum(columns * columns)))


def conv(module, rng, N=2, places=(2, 3), kernel=(3, 2), stride=(2, 1), padding=(1, 0), n_in=2, n_out=3):
    """With this stride, where dx is folded, and pixel by pixel, where it is gathered.

    The image is one that the windows fill without a rest: places − 1 steps of `stride`, plus a kernel, less the padding.
    """
    errors, together = [], module.BLOCK
    for steps in (stride, (1, 1)):
        h, w = (s * (n - 1) + k - 2 * p for n, k, s, p in zip(places, kernel, steps, padding))
        if min(h, w) < 1:  # all of the image would be padding
            continue
        layer = module.Conv2d(n_in, n_out, kernel, stride=steps, padding=padding)
        try:
            for module.BLOCK in (1, together):  # one image at a time, and all in one block
                errors += [error_on(layer, rng, N, h, w, n_in), tangent_error(layer, rng, N, h, w, n_in)]
        finally:
            module.BLOCK = together
        errors.append(adjoint_error(module.Window(layer.window.taps, kernel, steps, padding), rng, N, h, w, n_in))
    return max(errors)


def conv_transpose(module, rng, N=2, h=2, w=3, kernel=(4, 3), stride=(2, 1), padding=(1, 0), n_in=2, n_out=3):
    layer = module.ConvTranspose2d(n_in, n_out, kernel, stride=stride, padding=padding)
    return max(error_on(layer, rng, N, h, w, n_in), tangent_error(layer, rng, N, h, w, n_in))


def masked_conv(module, rng, N=2, h=4, w=4, kernel=3, mask="B", colours=3, groups_in=2, groups_out=1):
    layer = module.MaskedConv2d(colours * groups_in, colours * groups_out, kernel, mask=mask, colours=colours)
    return max(error_on(layer, rng, N, h, w, layer.n_in), tangent_error(layer, rng, N, h, w, layer.n_in))


def lstm(module, rng, N=3, T=4, n_in=2, n_out=3):
    return error_on(module.LSTM(n_in, n_out), rng, N, T, n_in)


def row_lstm(module, rng, N=2, h=3, w=4, n_in=2, n_out=3):
    return error_on(module.RowLSTM(n_in, n_out), rng, N, h, w, n_in)


def residual(module, rng, N=3, n=4):
    curved = error_on(module.Residual(Linear(n, n), BatchNorm(n, eps=1e-2)), rng, N, n)
    layer = module.Residual(Linear(n, n), ReLU())
    params, x, t = [normal(rng, *layer.shapes[0])], normal(rng, N, n), 1e-6 * normal(rng, N, n)
    y, cache = layer.forward(params, x)
    xp, (moved, _) = namespace(x), layer.tangent(params, cache, t)
    change = layer.forward(params, x + t)[0] - y
    return max(curved, 1e-2 * float(xp.max(xp.abs(change - moved))) / float(xp.max(xp.abs(change))))  # rounding of 1e-16 / 1e-6


def normed_linear(module, rng, N=5, n_in=4, n_out=3):
    layer = module.NormedLinear(n_in, n_out, scale=1.5)
    return max(error_on(layer, rng, N, n_in), tangent_error(layer, rng, N, n_in))


def noise(module, rng, N=5, n=4):
    """With the same draws in every pass."""
    layer, seed = module.Noise(0.5), 3

    class Drawn:
        shapes = ()
        forward = staticmethod(lambda params, x: layer.forward(params, x, generator(seed, namespace(x).__name__)))
        backward = layer.backward

    return error_on(Drawn, rng, N, n)


def shapes(module, rng, N=2, h=2, w=3, c=2):
    layers = [(module.Reshape(h, w, c), (N, h * w * c)), (module.Flatten(), (N, h, w, c)), (module.Shift(c), (N, h, c))]
    return max(error_on(layer, rng, *shape) for layer, shape in layers)


LAYERS = (conv, conv_transpose, masked_conv, lstm, row_lstm, residual, normed_linear, noise, shapes)
CHECKS = {f"minigan.nn.{check.__name__}": check for check in LAYERS}


def error_of(name, rng, **sizes):
    name = f"minigan.nn.{name}"
    return CHECKS[name](importlib.import_module(name), rng, **sizes)
