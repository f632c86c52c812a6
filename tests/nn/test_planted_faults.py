"""A check of the checker: each fault below is planted into a copy of the source, one at a time, and must be caught.

A fault is a change of text in one file. The changed source is run as a module of its own, and the very checks that the
property tests use must find an error far above the tolerance, or arrays whose shapes or dtypes cannot belong together.
"""

import importlib
import inspect
import math
import re
import types

import gradients
import gradients_of_layers
import numpy as np
import pytest

from minigan.arrays import generator
from minigan.nn.gradcheck import TOLERANCE

LINEAR, ACTIVATIONS, BATCHNORM = "minigan.nn.linear", "minigan.nn.activations", "minigan.nn.batchnorm"
CONV, TRANSPOSE, MASKED = "minigan.nn.conv", "minigan.nn.conv_transpose", "minigan.nn.masked_conv"
LSTM, ROW_LSTM, RESIDUAL, SHAPES = "minigan.nn.lstm", "minigan.nn.row_lstm", "minigan.nn.residual", "minigan.nn.shapes"
NORMED, NOISE = "minigan.nn.normed_linear", "minigan.nn.noise"
LOSSES, NET, ADVERSARIAL = "minigan.nn.losses", "minigan.nn.net", "minigan.models.adversarial"

FAULTS = [
    (LINEAR, "dx with W not transposed", "dy @ W.T", "dy @ W"),
    (LINEAR, "dW with the factors swapped", "as_rows(x).T @ dy,", "dy.T @ as_rows(x),"),
    (LINEAR, "dW with a sign", "[as_rows(x).T @ dy,", "[-(as_rows(x).T @ dy),"),
    (LINEAR, "db averaged, not summed", "sum_rows(dy) if", "xp.mean(dy, axis=0) if"),
    (LINEAR, "db as for the tangent, whose constant is 0", "(x, 1.0)", "(x, 0.0)"),
    (LINEAR, "dx of a wrong size", "xp.reshape(dy @ W.T", "xp.reshape(2.0 * dy @ W.T"),
    (ACTIVATIONS, "LeakyReLU: slope and 1 swapped", "astype(x > 0, dy.dtype), self.slope", "astype(x < 0, dy.dtype), self.slope"),
    (ACTIVATIONS, "LeakyReLU: the slope left out", "xp.maximum(xp.astype(x > 0, dy.dtype), self.slope)", "xp.astype(x > 0, dy.dtype)"),
    (ACTIVATIONS, "ReLU: the mask left out", "dy * namespace(dy).astype(y > 0, dy.dtype)", "dy * 1.0"),
    (ACTIVATIONS, "ReLU: the kink in the wrong place", "y > 0, dy.dtype", "y > 1, dy.dtype"),
    (ACTIVATIONS, "Sigmoid: σ′ without 1 − σ", "dy * y * (1.0 - y)", "dy * y"),
    (ACTIVATIONS, "Sigmoid: σ′ without σ", "dy * y * (1.0 - y)", "dy * (1.0 - y)"),
    (ACTIVATIONS, "Tanh: 1 − y for 1 − y²", "1.0 - y * y", "1.0 - y"),
    (BATCHNORM, "the mean of dy not taken out", "(dy - dbeta / N - x_hat", "(dy - x_hat"),
    (BATCHNORM, "the part along x̂ not taken out", " - x_hat * (dgamma / N))", ")"),
    (BATCHNORM, "dx without γ", "dx = gamma * r * (dy", "dx = r * (dy"),
    (BATCHNORM, "dx without r", "dx = gamma * r * (dy", "dx = gamma * (dy"),
    (BATCHNORM, "dγ from x, not from x̂", "xp.sum(dy * x_hat, axis=0)", "xp.sum(dy * x_hat / r, axis=0)"),
    (BATCHNORM, "dβ averaged, not summed", "xp.sum(dy, axis=0)", "xp.mean(dy, axis=0)"),
    (BATCHNORM, "inference treated as training", "if want_dx and batch is None", "if want_dx and False"),
    (BATCHNORM, "training treated as inference", "if want_dx and batch is None", "if want_dx"),
    (LOSSES, "bce_with_logits: no 1/N", "(sigmoid(logits) - target) / logits.size", "(sigmoid(logits) - target)"),
    (LOSSES, "bce_with_logits: 1/N of the rows only", "(sigmoid(logits) - target) / logits.size", "(sigmoid(logits) - target) / logits.shape[0]"),
    (LOSSES, "bce_with_logits: the sign", "(sigmoid(logits) - target)", "(sigmoid(logits) + target)"),
    (LOSSES, "bce: one half forgotten", "((1.0 - t) / if_zero - t / if_one)", "(-t / if_one)"),
    (LOSSES, "mse: the 2 forgotten", "difference * (2.0 / y.size)", "difference * (1.0 / y.size)"),
    (LOSSES, "cross_entropy: onehot not taken off", "(xp.exp(log_p) - onehot) / N", "xp.exp(log_p) / N"),
    (NET, "the layers' gradients in reverse order", "grads[::-1]", "grads"),
    (NET, "a stale cache: the tape is kept in the network, and the next batch overwrites it", "        return x, [*tape, x.shape]",
     "        vars(self).setdefault('tape', [])[:] = [*tape, x.shape]\n        return x, self.tape"),
    (NET, "the gradient of the layer above not passed on", "                dy, dparams = layer.backward(p, cache, dy)\n",
     "                _, dparams = layer.backward(p, cache, dy)\n"),
    (ADVERSARIAL, "d_grad: the ½ forgotten in the gradient", "return 0.5 * loss, 0.5 * dlogits", "return 0.5 * loss, dlogits"),
    (ADVERSARIAL, "d_grad: the ½ forgotten in the loss", "return 0.5 * loss, 0.5 * dlogits", "return loss, 0.5 * dlogits"),
    (ADVERSARIAL, "d_grad: real and fake swapped where the scores are split",
     "losses.real(scores[:N, :])\n    loss_fake, dfake = losses.fake(scores[N:, :])",
     "losses.real(scores[N:, :])\n    loss_fake, dfake = losses.fake(scores[:N, :])"),
    (ADVERSARIAL, "d_grad: the two gradients joined in the wrong order", "[xp.concat([dreal, dfake], axis=0)]", "[xp.concat([dfake, dreal], axis=0)]"),
    (ADVERSARIAL, "d_grad: the batch joined in the wrong order", "[xp.concat([real, fake], axis=0)]", "[xp.concat([fake, real], axis=0)]"),
    (ADVERSARIAL, "d_grad: split in the middle, not behind the real rows", "    N = real.shape[0]\n", "    N = (real.shape[0] + fake.shape[0]) // 2\n"),
    (ADVERSARIAL, "d_grad: fakes left out of the joined gradient", "[xp.concat([dreal, dfake], axis=0)]", "[xp.concat([dreal, 0.0 * dfake], axis=0)]"),
    (ADVERSARIAL, "d_grad, rows joined: fakes left out", "sum(dthetas[1:], dthetas[0])", "dthetas[0]"),
    (ADVERSARIAL, "d_grad, rows joined: real and fake as one batch", "    batches = [real, fake] if D.min_batch > 1 else [xp", "    batches = [xp"),
    (ADVERSARIAL, "d_grad, rows joined: a stale tape for the fakes", "for tape, dscore in zip(tapes, dscores)", "for tape, dscore in zip(tapes[:1] * 2, dscores)"),
    (ADVERSARIAL, "g_grad: not through D", "reshape(dfake, fake.shape)", "ones_like(fake)"),
    (ADVERSARIAL, "g_grad: G judged by D's loss on fakes", "loss_function(loss)(scores)", "loss_function(loss)(scores)[0], fake_loss(scores)[1]"),
    (ADVERSARIAL, "minimax: the sign of the gradient", "return -loss, -dlogits", "return -loss, dlogits"),
    (ADVERSARIAL, "non-saturating: the target of the other loss", "return bce_with_logits(logits, 1.0)", "return bce_with_logits(logits, 1.0)[0], bce_with_logits(logits, 0.0)[1]"),
    (CONV, "dx: the kernel not flipped", "enumerate(self.taps)", "enumerate(self.taps[::-1])"),
    (CONV, "dx: the turned kernel not turned", "for i in reversed(range(len(window.taps)))", "for i in range(len(window.taps))"),
    (CONV, "dx: the turned window's padding", "(rows - 1 - top, columns - 1 - left))", "(top, left))"),
    (CONV, "dx: the window's offset forgotten", "x[:, a : a + below : down, b", "x[:, 0 : below : down, b"),
    (CONV, "dx: the padding cut off at one side only", "return x[:, rows : rows + h, cols", "return x[:, :h, cols"),
    (CONV, "patches: a tap's column forgotten", "left[None, :, None] + b", "left[None, :, None] + 0 * b"),
    (CONV, "the stride along one axis used for both", "(down, right) = shape, self.padding, self.stride",
     "(down, right) = shape, self.padding, self.stride[:1] * 2"),
    (CONV, "dW: every block with the first images' dy", "as_rows(dy[start : start + part.shape[0], ...])", "as_rows(dy[: part.shape[0], ...])"),
    (CONV, "dW: the last block alone", "dW = dW + window.patches", "dW = window.patches"),
    (CONV, "db averaged, not summed", "sum_rows(dy) if", "sum_rows(dy) / as_rows(dy).shape[0] if"),
    (TRANSPOSE, "dx from the wrong channels", "convolve(dy, self.matrix(W), self.window)", "convolve(dy, self.matrix(W[..., ::-1]), self.window)"),
    (TRANSPOSE, "dW without its sign", "dW = xp.reshape(convolve_dW(dy, x, self.window)", "dW = -xp.reshape(convolve_dW(dy, x, self.window)"),
    (TRANSPOSE, "b counted in the tangent's backward", "(t, 0.0)", "(t, 1.0)"),
    (MASKED, "dW of what the mask hides", "xp.reshape(self.pattern(xp.reshape(convolve_dW(x, dy, self.window), W.shape)), W.shape)",
     "xp.reshape(convolve_dW(x, dy, self.window), W.shape)"),
    (MASKED, "dx through what the mask hides", "convolve_dx(dy, self.pattern(W)", "convolve_dx(dy, xp.reshape(W, (-1, self.n_out))"),
    (LSTM, "σ′ of a gate without 1 − i", "dc * g * i * (1.0 - i)", "dc * g * i"),
    (LSTM, "tanh′ of the memory left out", "dh * o * (1.0 - said * said)", "dh * o"),
    (LSTM, "the memory's path through time dropped", "axis=-1), dc * f", "axis=-1), 0.0 * dc"),
    (LSTM, "the memory's later gradient not added", "dc = dc + dh * o", "dc = dh * o"),
    (LSTM, "h's later gradient not added", "dh + dy[:, t, :]", "dy[:, t, :]"),
    (LSTM, "dW_h from the h of the same step", "as_rows(before).T", "as_rows(y).T"),
    (LSTM, "the gates f and o exchanged backward", "dc * c * f * (1.0 - f), dh * said * o * (1.0 - o)", "dh * said * o * (1.0 - o), dc * c * f * (1.0 - f)"),
    (ROW_LSTM, "h hears from the neighbours, but they get no gradient", "NEIGHBOURS.fold(as_rows(step) @ W_h.T, (1, w))", "0.0 * dh"),
    (ROW_LSTM, "dW_h from the row itself", "y[:, r - 1 : r, :, :]", "y[:, r : r + 1, :, :]"),
    (RESIDUAL, "the way past f dropped", "dy + dx if want_dx", "dx if want_dx"),
    (NORMED, "dV as if it were dW", "[stretch * (dW - u * namespace(W).sum(u * dW, axis=0)), db]", "[dW, db]"),
    (NORMED, "the part along v not taken out", "(dW - u * namespace(W).sum(u * dW, axis=0))", "dW"),
    (NORMED, "‖v‖ forgotten in dV", "[stretch * (dW", "[self.scale * (dW"),
    (NORMED, "u of length s", "u = dparams, W * (1.0 / self.scale)", "u = dparams, W"),
    (NORMED, "rows normed, not columns", "xp.sum(V * V, axis=0)", "xp.sum(V * V, axis=1, keepdims=True)"),
    (NOISE, "dx scaled with the noise", "return dy, []", "return self.scale * dy, []"),
    (SHAPES, "Shift: backward in the wrong direction", "[dy[:, 1:, :], xp.zeros_like(dy[:, :1, :])]", "[xp.zeros_like(dy[:, :1, :]), dy[:, :-1, :]]"),
]  # fmt: skip

# What Python, NumPy, or a check of ours says of arrays whose shapes or dtypes cannot belong together. A fault is caught by such
# an error too, and by no other: gradcheck's "not smooth", for one, would only say that nothing has been measured.
CANNOT_FIT = "|".join([
    r"matmul: .*mismatch in its core dimension",
    r"operands could not be broadcast together with shapes",
    r"cannot reshape array of size",
    r"the gradient is .* of .*, what it belongs to is",  # gradcheck: a gradient of another shape or dtype
    r"dy is .* of .*, the output was",  # Net.backward: likewise
])  # fmt: skip


def module_with(name, old, new):
    source = inspect.getsource(importlib.import_module(name))
    assert source.count(old) == 1, f"{name} has {source.count(old)} places {old!r}: bring this fault up to date"
    faulty = types.ModuleType("faulty")
    exec(compile(source.replace(old, new), f"{name} with a fault", "exec"), vars(faulty))
    return faulty


CHECKS = {**gradients.CHECKS, **gradients_of_layers.CHECKS}
NAMES = [f"{name.rpartition('.')[2]}: {fault}" for name, fault, *_ in FAULTS]


@pytest.mark.parametrize(("name", "fault", "old", "new"), FAULTS, ids=NAMES)
def test_a_planted_fault_is_caught(name, fault, old, new):
    try:
        error = CHECKS[name](module_with(name, old, new), generator(12345))
    except (TypeError, ValueError) as reason:
        assert re.search(CANNOT_FIT, str(reason)), f"stopped by something else than shapes or dtypes: {reason!r}"
        return
    assert error > 1000 * TOLERANCE or math.isnan(error)


def test_an_all_ones_covector_would_not_catch_a_batchnorm_of_zeros():
    """Why the covector is random: with ones, BatchNorm's true dx is 0."""
    from minigan.nn import BatchNorm

    rng = generator(0)
    layer, x = BatchNorm(4), rng.standard_normal(size=(6, 4))
    params = [rng.standard_normal(size=4), rng.standard_normal(size=4)]
    y, cache = layer.forward(params, x)
    dx, _ = layer.backward(params, cache, 0 * y + 1)
    assert abs(dx).max() < 1e-14
    dx, _ = layer.backward(params, cache, rng.standard_normal(size=y.shape))
    assert abs(dx).max() > 0.1


LEAKS = [
    ("the centre in mask A", "if (a, b) < centre]", "if (a, b) <= centre]"),
    ("the rest of the row", "if (a, b) < centre]", "if (a, b) < (centre[0] + 1, 0)]"),
    ("a colour sees itself in mask A", "group_in[:, None] < group_out if", "group_in[:, None] <= group_out if"),
]


@pytest.mark.parametrize(("leak", "old", "new"), LEAKS, ids=[leak for leak, *_ in LEAKS])
def test_a_planted_leak_is_seen(leak, old, new):
    """The Jacobian of a masked convolution with three colours, in order: what the source has, and what the fault lets through."""
    order = np.arange(27)  # pixel by pixel, and in each the three colours

    def sees(module):
        layer, rng = module.MaskedConv2d(3, 3, 3, mask="A", colours=3), generator(0)
        params = [rng.standard_normal(size=shape) for shape in layer.shapes]
        _, cache = layer.forward(params, rng.standard_normal(size=(27, 3, 3, 3)))
        dx, _ = layer.backward(params, cache, np.eye(27).reshape(27, 3, 3, 3))
        return dx.reshape(27, 27) != 0  # (output, input)

    later = order[None, :] >= order[:, None]
    assert not (sees(importlib.import_module(MASKED)) & later).any()
    assert (sees(module_with(MASKED, old, new)) & later).any()


def test_a_mask_b_that_acts_as_a_is_seen():
    """A pixel of mask B depends on the pixel itself; a fault that takes the centre away is no leak, but a blind network."""

    def sees_itself(module):
        layer, rng = module.MaskedConv2d(2, 2, 3, mask="B"), generator(0)
        params = [rng.standard_normal(size=shape) for shape in layer.shapes]
        x = rng.standard_normal(size=(1, 3, 3, 2))
        change = np.zeros((1, 3, 3, 2))
        change[0, 1, 1, :] = 1.0
        return (layer.forward(params, x + change)[0] != layer.forward(params, x)[0])[0, 1, 1, :].all()

    assert sees_itself(importlib.import_module(MASKED))
    assert not sees_itself(module_with(MASKED, "group_in[:, None] <= group_out", "group_in[:, None] < group_out"))
