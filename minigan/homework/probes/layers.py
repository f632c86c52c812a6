"""Probes of sheet 1: layers and their losses."""

import numpy as np

from minigan.homework.probes import column_sums_vanish, normal, pair, refused
from minigan.nn import BatchNorm, LeakyReLU, Linear, Sigmoid, bce, bce_with_logits
from minigan.nn.activations import sigmoid

SIZES = (("float64", 5, 3, 4), ("float64", 2, 6, 1), ("float32", 7, 4, 3))  # dtype, N, n_in, n_out


class LinearForward:
    """y = x W + b, and a ValueError for an x of another width."""

    def cases(rng):
        for dtype, N, n_in, n_out in SIZES:
            yield normal(rng, dtype, x=(N, n_in), W=(n_in, n_out), b=(n_out,))

    def run(x, W, b):
        y, _ = pair(Linear(*W.shape).forward([W, b], x), "y, cache")
        wider = refused(Linear(*W.shape).forward, [W, b], np.hstack([x, x]))
        return {"y": y, "an_x_of_another_width_is_a_ValueError": wider}


def _halves(layer, params, cache, dy):
    """What backward gives when the caller wants one of the two only."""
    no_dx, dparams = layer.backward(params, cache, dy, want_dx=False)
    dx, no_dparams = layer.backward(params, cache, dy, want_dparams=False)
    return {"dx_alone": dx, "first_parameter_alone": dparams[0] if dparams else None,
            "what_the_caller_does_not_want_is_None": no_dx is None and no_dparams is None}  # fmt: skip


class LinearBackward:
    """dx, dW, db, of a batch that was not the last to go forward."""

    def cases(rng):
        for dtype, N, n_in, n_out in SIZES:
            yield normal(rng, dtype, x=(N, n_in), W=(n_in, n_out), b=(n_out,), dy=(N, n_out), other=(N, n_in))

    def run(x, W, b, dy, other):
        layer = Linear(*W.shape)
        _, cache = pair(layer.forward([W, b], x), "y, cache")
        layer.forward([W, b], other)
        dx, dparams = pair(layer.backward([W, b], cache, dy), "dx, [dW, db]")
        dW, db = pair(dparams, "dW, db")
        return {"dx": dx, "dW": dW, "db": db, **_halves(layer, [W, b], cache, dy)}


def _with_kinks(rng, dtype, *shape):
    """Standard normal numbers, a few of which are 0."""
    x = rng.standard_normal(shape).astype(dtype)
    x[0, :2] = 0.0
    return x


class LeakyReLUForward:
    """y = x, or slope · x."""

    def cases(rng):
        for dtype, N, n_in, _ in SIZES:
            yield {"x": _with_kinks(rng, dtype, N, n_in), "slope": 0.1 + 0.3 * rng.random()}

    def run(x, slope):
        y, _ = pair(LeakyReLU(slope).forward([], x), "y, cache")
        return {"y": y}


class LeakyReLUBackward:
    """dx."""

    def cases(rng):
        for dtype, N, n_in, _ in SIZES:
            slope = 0.1 + 0.3 * rng.random()
            yield {"x": _with_kinks(rng, dtype, N, n_in), **normal(rng, dtype, dy=(N, n_in)), "slope": slope}

    def run(x, dy, slope):
        layer = LeakyReLU(slope)
        _, cache = pair(layer.forward([], x), "y, cache")
        layer.forward([], -x)
        dx, _ = pair(layer.backward([], cache, dy), "dx, []")
        return {"dx": dx}


class SigmoidForward:
    """σ, small and large, without overflow, and with a small *relative* error: hence its logarithm far out."""

    def cases(rng):
        for dtype, N, n_in, _ in SIZES:
            yield normal(rng, dtype, x=(N, n_in))
        yield {"x": rng.uniform(20, 80, (4, 3)) * rng.choice([-1.0, 1.0], (4, 3))}
        yield {"x": 800.0 * rng.choice([-1.0, 1.0], (4, 3)) * (1 + rng.random((4, 3)))}

    def run(x):
        with np.errstate(over="raise"):
            value = sigmoid(x)
        y, _ = pair(Sigmoid().forward([], x), "y, cache")
        return {"sigmoid": value, "log_of_sigmoid": np.log(np.maximum(value, 1e-300)), "y": y}

    def laws(inputs, answer):
        y = answer["sigmoid"]
        yield "a probability lies between 0 and 1", bool(((y >= 0) & (y <= 1)).all())


class SigmoidBackward:
    """dx."""

    def cases(rng):
        for dtype, N, n_in, _ in SIZES:
            yield normal(rng, dtype, x=(N, n_in), dy=(N, n_in))

    def run(x, dy):
        layer = Sigmoid()
        _, cache = pair(layer.forward([], x), "y, cache")
        layer.forward([], -2.0 * x)
        dx, _ = pair(layer.backward([], cache, dy), "dx, []")
        return {"dx": dx}


class BceWithLogits:
    """Loss and gradient, against a number and against an array, and at huge logits."""

    def cases(rng):
        for dtype, N, n_in, _ in SIZES:
            yield {**normal(rng, dtype, logits=(N, n_in)), "target": rng.random((N, n_in)).astype(dtype)}
            yield {**normal(rng, dtype, logits=(N, 1)), "target": float(rng.integers(2))}
        yield {"logits": 1e4 * rng.choice([-1.0, 1.0], (4, 3)), "target": rng.integers(2, size=(4, 3)).astype(float)}

    def run(logits, target):
        loss, dlogits = pair(bce_with_logits(logits, target), "loss, dlogits")
        other_shape = refused(bce_with_logits, logits, logits[:, 0])
        return {"loss": loss, "dlogits": dlogits, "a_target_of_another_shape_is_a_ValueError": other_shape}


class Bce:
    """Loss and gradient of probabilities, 0 and 1 among them where the target agrees."""

    def cases(rng):
        for dtype, N, n_in, _ in SIZES:
            yield {"p": rng.uniform(0.05, 0.95, (N, n_in)).astype(dtype), "target": rng.random((N, n_in)).astype(dtype)}
            yield {"p": rng.uniform(0.05, 0.95, (N, 1)).astype(dtype), "target": float(rng.integers(2))}
        target = rng.integers(2, size=(4, 3)).astype(float)
        yield {"p": np.where(rng.random((4, 3)) < 0.5, target, 0.5), "target": target}
        yield {"p": np.array([[0.0, 0.5]]), "target": np.array([[1.0, 1.0]])}  # infinitely wrong

    def run(p, target):
        loss, dp = pair(bce(p, target), "loss, dp")
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
        training, _ = pair(layer.forward([gamma, beta], x), "y, cache")
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
        _, other_cache = layer.forward(params, x, [mean, variance])
        dx, dparams = pair(layer.backward(params, cache, dy), "dx, [dgamma, dbeta]")
        dgamma, dbeta = pair(dparams, "dgamma, dbeta")
        halves = _halves(layer, params, cache, dy)
        layer.forward(params, 2.0 * x + 1.0)
        dx_inference, (dgamma_inference, _) = layer.backward(params, other_cache, dy)
        return {"dx": dx, "dgamma": dgamma, "dbeta": dbeta, "dx_in_inference": dx_inference,
                "dgamma_in_inference": dgamma_inference, **halves}  # fmt: skip

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
        layer.forward([gamma, beta], 2.0 * x + 1.0)
        running_mean, running_variance = pair(layer.track([mean, variance], cache), "mean, variance")
        _, inference = layer.forward([gamma, beta], x, [mean, variance])
        without_batch = refused(layer.track, [mean, variance], inference)
        return {"running_mean": running_mean, "running_variance": running_variance,
                "the_cache_of_an_inference_pass_is_a_ValueError": without_batch}  # fmt: skip
