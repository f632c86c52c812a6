"""A check of the checker: each fault below is planted into a copy of the source, one at a time, and must be caught.

A fault is a change of text in one file. The changed source is run as a module of its own, and the very checks that the
property tests use must find an error above the tolerance (or a shape that cannot be).
"""

import importlib
import inspect
import math
import types

import gradients
import pytest

from minigan.arrays import generator
from minigan.nn.gradcheck import TOLERANCE

LINEAR, ACTIVATIONS, BATCHNORM = "minigan.nn.linear", "minigan.nn.activations", "minigan.nn.batchnorm"
LOSSES, NET, GAN = "minigan.nn.losses", "minigan.nn.net", "minigan.models.adversarial"

FAULTS = [
    (LINEAR, "dx with W not transposed", "dy @ W.T", "dy @ W"),
    (LINEAR, "dW with the factors swapped", "[x.T @ dy,", "[dy.T @ x,"),
    (LINEAR, "dW with a sign", "[x.T @ dy,", "[-(x.T @ dy),"),
    (LINEAR, "db averaged, not summed", "constant * namespace(dy).sum(dy", "constant * namespace(dy).mean(dy"),
    (LINEAR, "dx of a wrong size", "dx = dy @ W.T", "dx = 2.0 * dy @ W.T"),
    (ACTIVATIONS, "LeakyReLU: slope and 1 swapped", "astype(x > 0, dy.dtype), self.slope", "astype(x < 0, dy.dtype), self.slope"),
    (ACTIVATIONS, "LeakyReLU: the slope left out", "xp.maximum(xp.astype(x > 0, dy.dtype), self.slope)", "xp.astype(x > 0, dy.dtype)"),
    (ACTIVATIONS, "ReLU: the mask left out", "dx = namespace(dy).astype(y > 0, dy.dtype)", "dx = namespace(dy).ones_like(dy)"),
    (ACTIVATIONS, "Sigmoid: σ′ without 1 − σ", "dx = 1.0 - y\n", "dx = namespace(y).ones_like(y)\n"),
    (ACTIVATIONS, "Sigmoid: σ′ without σ", "        dx *= y\n        dx *= dy", "        dx *= dy"),
    (ACTIVATIONS, "Tanh: 1 − y for 1 − y²", "1.0 - y * y", "1.0 - y"),
    (BATCHNORM, "the mean of dy not taken out", "            dx -= dbeta / N\n", ""),
    (BATCHNORM, "the part along x̂ not taken out", "dx = x_hat * (dgamma / -N)", "dx = 0.0 * x_hat"),
    (BATCHNORM, "dx without γ", "            dx *= gamma * r\n        return", "            dx *= r\n        return"),
    (BATCHNORM, "dγ from x, not from x̂", "xp.sum(dy * x_hat, axis=0)", "xp.sum(dy * x_hat / r, axis=0)"),
    (BATCHNORM, "dβ averaged, not summed", "dbeta = xp.sum(dy, axis=0)", "dbeta = xp.mean(dy, axis=0)"),
    (BATCHNORM, "inference treated as training", "if want_dx and batch is None", "if want_dx and False"),
    (BATCHNORM, "training treated as inference", "if want_dx and batch is None", "if want_dx"),
    (LOSSES, "bce_with_logits: no 1/N", "    dlogits /= logits.size\n", ""),
    (LOSSES, "bce_with_logits: 1/N of the rows only", "dlogits /= logits.size", "dlogits /= logits.shape[0]"),
    (LOSSES, "bce_with_logits: the sign", "    dlogits -= target", "    dlogits += target"),
    (LOSSES, "bce: one half forgotten", "((1.0 - t) / if_zero - t / if_one)", "(-t / if_one)"),
    (LOSSES, "mse: the 2 forgotten", "difference * (2.0 / y.size)", "difference * (1.0 / y.size)"),
    (LOSSES, "cross_entropy: onehot not taken off", "(xp.exp(log_p) - onehot) / N", "xp.exp(log_p) / N"),
    (NET, "the layers' gradients in reverse order", "grads[::-1]", "grads"),
    (NET, "a stale cache: each layer gets the first one's", "params[i], tape[i]", "params[i], tape[min(i, 3)]"),
    (NET, "the gradient of the layer above not passed on", "                dy, dparams = layer.backward(p, cache, dy)\n",
     "                _, dparams = layer.backward(p, cache, dy)\n"),
    (GAN, "d_grad: the ½ forgotten on one side", "tape, 0.5 * dlogits, want_dx=False)\n\n    logits", "tape, dlogits, want_dx=False)\n\n    logits"),
    (GAN, "d_grad: fakes left out", "dtheta_real + dtheta_fake", "dtheta_real"),
    (GAN, "d_grad: a stale tape for the fakes", "logits, tape = D.forward(theta_d, fake)", "logits, _ = D.forward(theta_d, fake)"),
    (GAN, "g_grad: not through D", "reshape(dfake, fake.shape)", "ones_like(fake)"),
    (GAN, "minimax: the sign of the gradient", "return -loss, -dlogits", "return -loss, dlogits"),
]  # fmt: skip


def module_with(name, old, new):
    source = inspect.getsource(importlib.import_module(name))
    assert source.count(old) == 1, f"{name} has {source.count(old)} places {old!r}: bring this fault up to date"
    faulty = types.ModuleType("faulty")
    exec(compile(source.replace(old, new), f"{name} with a fault", "exec"), vars(faulty))
    return faulty


NAMES = [f"{name.rpartition('.')[2]}: {fault}" for name, fault, *_ in FAULTS]


@pytest.mark.parametrize(("name", "fault", "old", "new"), FAULTS, ids=NAMES)
def test_a_planted_fault_is_caught(name, fault, old, new):
    try:
        error = gradients.CHECKS[name](module_with(name, old, new), generator(12345))
    except (TypeError, ValueError):  # what cannot fit together
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
