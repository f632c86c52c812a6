"""Probes of sheet 1: layers and their losses."""

import numpy as np

from minigan.homework.probes import cached, column_sums_vanish, halves, normal, parts
from minigan.nn import BatchNorm, LeakyReLU, Linear, Sigmoid, bce, bce_with_logits
from minigan.nn.activations import sigmoid

SIZES = (("float64", 5, 3, 4), ("float64", 2, 6, 1), ("float32", 7, 4, 3))  # dtype, N, n_in, n_out
SHAPES = [(dtype, (N,), n_in, n_out) for dtype, N, n_in, n_out in SIZES] + [("float64", (2, 3), 4, 5)]  # the last: two of batch


def _axes(batch):
    """What sets the case with more axes of batch apart, for the student."""
    return {"axes of x": len(batch) + 1} if len(batch) > 1 else {}


class LinearForward:
    """y = x W + b, and the cache (x, 1.0)."""

    def cases(rng):
        for dtype, batch, n_in, n_out in SHAPES:
            yield {**normal(rng, dtype, x=(*batch, n_in), W=(n_in, n_out), b=(n_out,)), **_axes(batch)}

    def run(x, W, b, **axes):
        y, cache = parts(Linear(*W.shape).forward([W, b], x), "y, cache")
        kept, constant = cached(cache, "x, 1.0")
        return {"y": y, "x in the cache": kept, "the constant in the cache": constant}


class LinearBackward:
    """dx, dW, db, of a batch that was not the last to go forward."""

    def cases(rng):
        for dtype, batch, n_in, n_out in SHAPES:
            x, dy, W, b = (*batch, n_in), (*batch, n_out), (n_in, n_out), (n_out,)
            yield {**normal(rng, dtype, x=x, W=W, b=b, dy=dy, other=x), **_axes(batch)}

    def run(x, W, b, dy, other, **axes):
        layer = Linear(*W.shape)
        _, cache = parts(layer.forward([W, b], x), "y, cache")
        layer.forward([W, b], other)
        dx, dparams = parts(layer.backward([W, b], cache, dy), "dx, [dW, db]")
        dW, db = parts(dparams, "dW, db")
        return {"dx": dx, "dW": dW, "db": db, **halves(layer, [W, b], cache, dy, "dW, db")}


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
        y, cache = parts(LeakyReLU(slope).forward([], x), "y, cache")
        return {"y": y, "the cache": cache}


class LeakyReLUBackward:
    """dx."""

    def cases(rng):
        for dtype, N, n_in, _ in SIZES:
            slope = 0.1 + 0.3 * rng.random()
            yield {"x": _with_kinks(rng, dtype, N, n_in), **normal(rng, dtype, dy=(N, n_in)), "slope": slope}

    def run(x, dy, slope):
        layer = LeakyReLU(slope)
        _, cache = parts(layer.forward([], x), "y, cache")
        layer.forward([], -x)
        dx, _ = parts(layer.backward([], cache, dy), "dx, []")
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
        y, cache = parts(Sigmoid().forward([], x), "y, cache")
        log = np.log(np.maximum(value, 1e-200))  # e⁻⁵⁰⁰ is as good as 0
        return {"sigmoid(x)": value, "the logarithm of sigmoid(x)": log, "y": y, "the cache": cache}

    def laws(inputs, answer):
        y = answer["sigmoid(x)"]
        yield "a probability lies between 0 and 1", bool(((y >= 0) & (y <= 1)).all())


class SigmoidBackward:
    """dx."""

    def cases(rng):
        for dtype, N, n_in, _ in SIZES:
            inputs = normal(rng, dtype, x=(N, n_in), dy=(N, n_in))
            y = sigmoid(inputs["x"])
            yield {**inputs, "y": y, "1 − y": 1 - y}  # the last two are for the judge: has a factor been left out?

    def run(x, dy, **factors):
        layer = Sigmoid()
        _, cache = parts(layer.forward([], x), "y, cache")
        layer.forward([], -2.0 * x)
        dx, _ = parts(layer.backward([], cache, dy), "dx, []")
        return {"dx": dx}


class Bce:
    """Loss and gradient of probabilities, 0 and 1 among them where the target agrees."""

    def cases(rng):
        for dtype, N, n_in, _ in SIZES:
            yield {"p": rng.uniform(0.05, 0.95, (N, n_in)).astype(dtype), "target": rng.random((N, n_in)).astype(dtype)}
            yield {"p": rng.uniform(0.05, 0.95, (N, 1)).astype(dtype), "target": float(rng.integers(2))}
        target = rng.integers(2, size=(4, 3)).astype(float)
        yield {"p": np.where(rng.random((4, 3)) < 0.5, target, 0.5), "target": target}
        yield {"p": np.array([[0.0, 0.5]]), "target": np.array([[1.0, 1.0]])}  # infinitely wrong
        for shape in ((3, 3), (5, 1)):  # that NumPy would broadcast against each other
            p, target = rng.uniform(0.05, 0.95, shape), rng.random(shape[:1])
            yield {"p": p, "target": target, "refused": "a target (N,) for p (N, n) must raise ValueError"}

    def run(p, target):
        loss, dp = parts(bce(p, target), "loss, dp")
        return {"loss": loss, "dp": dp}


class BceWithLogits:
    """Loss and gradient, against a number and against an array, and at huge logits."""

    def cases(rng):
        for dtype, N, n_in, _ in SIZES:
            yield {**normal(rng, dtype, logits=(N, n_in)), "target": rng.random((N, n_in)).astype(dtype)}
            yield {**normal(rng, dtype, logits=(N, 1)), "target": float(rng.integers(2))}
        yield {"logits": 1e4 * rng.choice([-1.0, 1.0], (4, 3)), "target": rng.integers(2, size=(4, 3)).astype(float)}
        for logits in ((3, 3), (5, 1)):  # shapes that NumPy would broadcast against each other
            other_shape = normal(rng, logits=logits, target=logits[:1])
            yield {**other_shape, "refused": "a target (N,) for logits (N, n) must raise ValueError"}

    def run(logits, target):
        return dict(zip(("loss", "dlogits"), parts(bce_with_logits(logits, target), "loss, dlogits")))


def _norm_inputs(rng, dtype, batch, n, **more):
    spread = {"x": rng.uniform(0.5, 3, n) * rng.standard_normal((*batch, n)) + 2 * rng.standard_normal(n)}
    spread |= {"mean": rng.standard_normal(n), "variance": 0.5 + rng.random(n)}
    inputs = {**{k: v.astype(dtype) for k, v in spread.items()}, **normal(rng, dtype, gamma=(n,), beta=(n,), **more)}
    return inputs | _axes(batch)


class BatchNormForward:
    """In training and in inference, and the cache of each."""

    def cases(rng):
        for dtype, batch, n, _ in SHAPES:
            yield {**_norm_inputs(rng, dtype, batch, n), "eps": 0.01 + rng.random()}

    def run(x, gamma, beta, mean, variance, eps, **axes):
        layer = BatchNorm(len(gamma), eps=eps)
        training, cache = parts(layer.forward([gamma, beta], x), "y, cache")
        inference, other = parts(layer.forward([gamma, beta], x, [mean, variance]), "y, cache")
        names = ("x_hat", "r", "batch")
        (x_hat, r, batch), other = (cached(one, ", ".join(names)) for one in (cache, other))
        mu, v, N = parts(batch, "μ, v, N", "batch in the cache must be")
        return {"y in training": training, "y in inference": inference, "x_hat in the cache": x_hat, "r in the cache": r,
                "μ in the cache": mu, "v in the cache": v, "N in the cache": N,
                **{f"{name} in the cache in inference": part for name, part in zip(names, other)}}  # fmt: skip

    def laws(inputs, answer):
        same = np.allclose(answer["y in training"], answer["y in inference"])
        yield "in inference, the running statistics that were given must serve, not those of the batch", not same


class BatchNormBackward:
    """dx, dgamma, dbeta in training, and dx in inference."""

    def cases(rng):
        for dtype, (N, *more), n, _ in SHAPES:
            batch = (max(N, 4), *more)
            yield _norm_inputs(rng, dtype, batch, n, dy=(*batch, n))

    def run(x, gamma, beta, dy, mean, variance, **axes):
        layer, params = BatchNorm(len(gamma)), [gamma, beta]
        _, cache = layer.forward(params, x)
        _, other_cache = layer.forward(params, x, [mean, variance])
        dx, dparams = parts(layer.backward(params, cache, dy), "dx, [dgamma, dbeta]")
        dgamma, dbeta = parts(dparams, "dgamma, dbeta")
        alone = halves(layer, params, cache, dy, "dgamma, dbeta")
        layer.forward(params, 2.0 * x + 1.0)
        dx_inference, (dgamma_inference, _) = layer.backward(params, other_cache, dy)
        return {"dx": dx, "dgamma": dgamma, "dbeta": dbeta, "dx in inference": dx_inference,
                "dgamma in inference": dgamma_inference, **alone}  # fmt: skip

    def laws(inputs, answer):
        n = inputs["x"].shape[-1]
        dx, x = answer["dx"].astype(float).reshape(-1, n), inputs["x"].astype(float).reshape(-1, n)
        yield ("every column of dx must sum to 0, since shifting a column of x changes nothing: is the way through the mean "
               "missing?", column_sums_vanish(dx))  # fmt: skip
        yield ("dx must be orthogonal to x in every column, since stretching a column changes nothing: is the way through the "
               "variance missing?", column_sums_vanish((x - x.mean(axis=0)) * dx, 0.01))  # fmt: skip


class BatchNormTrack:
    """The running statistics after one batch."""

    def cases(rng):
        for dtype, batch, n, _ in SHAPES:
            inputs = {**_norm_inputs(rng, dtype, batch, n), "momentum": 0.1 + 0.8 * rng.random()}
            yield {**inputs, "a pass of": "training"}
        yield {**inputs, "a pass of": "inference", "refused": "the cache of an inference pass must raise ValueError"}

    def run(x, gamma, beta, mean, variance, momentum, **more):
        layer = BatchNorm(len(gamma), momentum=momentum)
        _, cache = layer.forward([gamma, beta], x, *([[mean, variance]] if more["a pass of"] == "inference" else []))
        layer.forward([gamma, beta], 2.0 * x + 1.0)
        return dict(zip(("running mean", "running variance"), parts(layer.track([mean, variance], cache), "mean, variance")))
