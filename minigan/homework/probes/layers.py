"""Probes of sheet 1: layers and their losses."""

import numpy as np

from minigan.homework.probes import column_sums_vanish, normal
from minigan.nn import BatchNorm, LeakyReLU, Linear, Sigmoid, bce, bce_with_logits
from minigan.nn.activations import sigmoid

SIZES = (("float64", 5, 3, 4), ("float64", 2, 6, 1), ("float32", 7, 4, 3))  # dtype, N, n_in, n_out


class LinearForward:
    """y = x W + b."""

    def cases(rng):
        for dtype, N, n_in, n_out in SIZES:
            yield normal(rng, dtype, x=(N, n_in), W=(n_in, n_out), b=(n_out,))

    def run(x, W, b):
        return {"y": Linear(*W.shape).forward([W, b], x)[0]}


class LinearBackward:
    """dx, dW, db, of a batch that was not the last to go forward."""

    def cases(rng):
        for dtype, N, n_in, n_out in SIZES:
            yield normal(rng, dtype, x=(N, n_in), W=(n_in, n_out), b=(n_out,), dy=(N, n_out), other=(N, n_in))

    def run(x, W, b, dy, other):
        layer = Linear(*W.shape)
        _, cache = layer.forward([W, b], x)
        layer.forward([W, b], other)
        dx, (dW, db) = layer.backward([W, b], cache, dy)
        return {"dx": dx, "dW": dW, "db": db}


class LeakyReLUForward:
    """y = x, or slope · x."""

    def cases(rng):
        for dtype, N, n_in, _ in SIZES:
            yield {**normal(rng, dtype, x=(N, n_in)), "slope": 0.1 + 0.3 * rng.random()}

    def run(x, slope):
        return {"y": LeakyReLU(slope).forward([], x)[0]}


class LeakyReLUBackward:
    """dx."""

    def cases(rng):
        for dtype, N, n_in, _ in SIZES:
            yield {**normal(rng, dtype, x=(N, n_in), dy=(N, n_in)), "slope": 0.1 + 0.3 * rng.random()}

    def run(x, dy, slope):
        layer = LeakyReLU(slope)
        _, cache = layer.forward([], x)
        layer.forward([], -x)
        return {"dx": layer.backward([], cache, dy)[0]}


class SigmoidForward:
    """σ, small and large."""

    def cases(rng):
        for dtype, N, n_in, _ in SIZES:
            yield normal(rng, dtype, x=(N, n_in))
        yield {"x": 800.0 * rng.choice([-1.0, 1.0], (4, 3)) * (1 + rng.random((4, 3)))}

    def run(x):
        return {"sigmoid": sigmoid(x), "y": Sigmoid().forward([], x)[0]}

    def laws(inputs, answer):
        y = answer["sigmoid"]
        yield "a probability lies between 0 and 1", bool(((y >= 0) & (y <= 1)).all())


class SigmoidBackward:
    """dx."""

    def cases(rng):
        for dtype, N, n_in, _ in SIZES:
            yield normal(rng, dtype, x=(N, n_in), dy=(N, n_in))

    def run(x, dy):
        _, cache = Sigmoid().forward([], x)
        return {"dx": Sigmoid().backward([], cache, dy)[0]}


class BceWithLogits:
    """Loss and gradient, against a number and against an array, and at huge logits."""

    def cases(rng):
        for dtype, N, n_in, _ in SIZES:
            yield {**normal(rng, dtype, logits=(N, n_in)), "target": rng.random((N, n_in)).astype(dtype)}
            yield {**normal(rng, dtype, logits=(N, 1)), "target": float(rng.integers(2))}
        yield {"logits": 1e4 * rng.choice([-1.0, 1.0], (4, 3)), "target": rng.integers(2, size=(4, 3)).astype(float)}

    def run(logits, target):
        loss, dlogits = bce_with_logits(logits, target)
        return {"loss": loss, "dlogits": dlogits}


class Bce:
    """Loss and gradient of probabilities, 0 and 1 among them where the target agrees."""

    def cases(rng):
        for dtype, N, n_in, _ in SIZES:
            yield {"p": rng.uniform(0.05, 0.95, (N, n_in)).astype(dtype), "target": rng.random((N, n_in)).astype(dtype)}
            yield {"p": rng.uniform(0.05, 0.95, (N, 1)).astype(dtype), "target": float(rng.integers(2))}
        target = rng.integers(2, size=(4, 3)).astype(float)
        yield {"p": np.where(rng.random((4, 3)) < 0.5, target, 0.5), "target": target}

    def run(p, target):
        loss, dp = bce(p, target)
        return {"loss": loss, "dp": dp}


def _norm_inputs(rng, dtype, N, n, **more):
    spread = {"x": rng.uniform(0.5, 3, n) * rng.standard_normal((N, n)) + 2 * rng.standard_normal(n)}
    return {**{k: v.astype(dtype) for k, v in spread.items()}, **normal(rng, dtype, gamma=(n,), beta=(n,), **more)}


class BatchNormForward:
    """In training and in inference."""

    def cases(rng):
        for dtype, N, n, _ in SIZES:
            stats = {"mean": rng.standard_normal(n).astype(dtype), "variance": (0.5 + rng.random(n)).astype(dtype)}
            yield {**_norm_inputs(rng, dtype, N, n), **stats, "eps": 0.01 + rng.random()}

    def run(x, gamma, beta, mean, variance, eps):
        layer = BatchNorm(len(gamma), eps=eps)
        training, _ = layer.forward([gamma, beta], x)
        inference, _ = layer.forward([gamma, beta], x, [mean, variance])
        return {"y_in_training": training, "y_in_inference": inference}

    def laws(inputs, answer):
        same = np.allclose(answer["y_in_training"], answer["y_in_inference"])
        yield "in inference, the running statistics that were given must serve, not those of the batch", not same


class BatchNormBackward:
    """dx, dgamma, dbeta in training, and dx in inference."""

    def cases(rng):
        for dtype, N, n, _ in SIZES:
            stats = {"mean": rng.standard_normal(n).astype(dtype), "variance": (0.5 + rng.random(n)).astype(dtype)}
            yield {**_norm_inputs(rng, dtype, max(N, 4), n, dy=(max(N, 4), n)), **stats}

    def run(x, gamma, beta, dy, mean, variance):
        layer, params = BatchNorm(len(gamma)), [gamma, beta]
        _, cache = layer.forward(params, x)
        dx, (dgamma, dbeta) = layer.backward(params, cache, dy)
        _, cache = layer.forward(params, x, [mean, variance])
        dx_inference, _ = layer.backward(params, cache, dy)
        return {"dx": dx, "dgamma": dgamma, "dbeta": dbeta, "dx_in_inference": dx_inference}

    def laws(inputs, answer):
        dx, x = answer["dx"].astype(float), inputs["x"].astype(float)
        yield ("every column of dx must sum to 0, since shifting a column of x changes nothing: is the way through the mean "
               "missing?", column_sums_vanish(dx))  # fmt: skip
        yield ("dx must be orthogonal to x in every column, since stretching a column changes nothing: is the way through the "
               "variance missing?", column_sums_vanish((x - x.mean(axis=0)) * dx, 0.01))  # fmt: skip


class BatchNormTrack:
    """The running statistics after one batch and after two."""

    def cases(rng):
        for dtype, N, n, _ in SIZES:
            stats = {"mean": rng.standard_normal(n).astype(dtype), "variance": (0.5 + rng.random(n)).astype(dtype)}
            yield {**_norm_inputs(rng, dtype, N, n), **stats, "momentum": 0.1 + 0.8 * rng.random()}

    def run(x, gamma, beta, mean, variance, momentum):
        layer = BatchNorm(len(gamma), momentum=momentum)
        _, cache = layer.forward([gamma, beta], x)
        running_mean, running_variance = layer.track([mean, variance], cache)
        return {"running_mean": running_mean, "running_variance": running_variance}
