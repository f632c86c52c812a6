"""Probes of sheet 6: two likelihoods, the KL, the two paths of reparametrisation, the bound and the importance-weighted bound.

The sizes are odd and all different, so that a sum over the wrong axis has another shape, and no mean is taken for a ½.
"""

import numpy as np

from minigan.homework.probes import normal, parts
from minigan.models.likelihoods import Bernoulli, Gaussian
from minigan.models.vae import elbo_grad, gaussian_kl, iw_grad, log_weights, reparametrise, reparametrise_backward
from minigan.nn import Linear, Net, Tanh

N, LATENT, PIXELS, K = 5, 3, 7, 4
ENCODER, DECODER = Net(Linear(PIXELS, 4), Tanh(), Linear(4, 2 * LATENT)), Net(Linear(LATENT, 6), Tanh(), Linear(6, PIXELS))


def _near(a, b):
    return np.allclose(a, b, rtol=1e-3, atol=1e-3)


class BernoulliLogP:
    """log p(x|y) and its derivative: binary pixels, grey ones, logits far from 0, and K outputs for each x."""

    def cases(rng):
        for dtype, pixels, size, batch in (("float64", "binary", 1.0, (N,)), ("float64", "grey", 1.0, (N,)),
                                           ("float64", "binary", 1000.0, (N,)), ("float32", "binary", 1.0, (K, N))):
            x = rng.random((N, PIXELS)) if pixels == "grey" else rng.integers(2, size=(N, PIXELS))
            y = size * rng.standard_normal((*batch, PIXELS))
            yield {"y": y.astype(dtype), "x": x.astype(dtype), "pixels": pixels, "axes of y": y.ndim}

    def run(y, x, **more):
        return dict(zip(("log p", "dy"), parts(Bernoulli().log_p(y, x), "log p, dy")))

    def laws(inputs, answer):
        if inputs["pixels"] == "binary":
            at_most_1 = bool((answer["log p"] <= 1e-6).all())
            yield "the probability of binary pixels is at most 1, its logarithm at most 0", at_most_1
            up = _near(np.minimum(answer["dy"] * (2 * inputs["x"] - 1), 0), 0)
            yield "a pixel that is 1 becomes more probable when its logit grows, one that is 0 less probable", up


class GaussianLogP:
    """The same of Gaussian pixels, narrow and wide."""

    def cases(rng):
        for dtype, sigma, batch in (("float64", 1.0, (N,)), ("float64", 0.1, (N,)), ("float64", 3.0, (K, N)),
                                    ("float32", 0.4, (N,))):  # fmt: skip
            yield {**normal(rng, dtype, y=(*batch, PIXELS), x=(N, PIXELS)), "sigma": sigma, "axes of y": len(batch) + 1}

    def run(y, x, sigma, **more):
        of_best, _ = parts(Gaussian(sigma).log_p(y, y), "log p, dy")
        return {**dict(zip(("log p", "dy"), parts(Gaussian(sigma).log_p(y, x), "log p, dy"))), "log p where x is y": of_best}

    def laws(inputs, answer):
        most = bool((answer["log p where x is y"] >= answer["log p"]).all())
        yield "the density is largest where x is y", most
        up = _near(np.minimum(answer["dy"] * (inputs["x"] - inputs["y"]), 0), 0)
        yield "y must move towards x to explain it better: dy has the sign of x − y", up


class GaussianKL:
    """KL and its gradients, at N(0, 1) itself and for variances that vanish too."""

    def cases(rng):
        yield {**{name: np.zeros((N, LATENT)) for name in ("mean", "logvar")}, "q": "the prior"}
        yield {"mean": np.zeros((N, LATENT)), "logvar": -800.0 * (1 + rng.random((N, LATENT))), "q": "nearly a point"}
        yield {"mean": rng.standard_normal((N, LATENT)), "logvar": np.zeros((N, LATENT)), "q": "of variance 1"}
        for dtype in ("float64", "float32"):
            yield {**normal(rng, dtype, mean=(N, LATENT), logvar=(N, LATENT)), "q": "any"}

    def run(mean, logvar, q):
        kl, gradients = parts(gaussian_kl(mean, logvar), "KL, gradients")
        return {"KL": kl, **dict(zip(("dmean", "dlogvar"), parts(gradients, "dmean, dlogvar")))}

    def laws(inputs, answer):
        yield "a KL is never negative", bool((answer["KL"] >= -1e-6).all())
        if inputs["q"] == "the prior":
            yield "N(0, 1) is at distance 0 from itself", not np.any(answer["KL"])
            yield "there the KL is smallest, so its gradient is 0", not (answer["dmean"].any() or answer["dlogvar"].any())
        if inputs["q"] == "of variance 1":
            yield "for any mean the best variance is 1: there dlogvar is 0", not answer["dlogvar"].any()


def _codes(rng, dtype, *batch):
    """Inputs around z: its shape is (*batch, LATENT), that of mean and logvar (N, LATENT)."""
    return normal(rng, dtype, mean=(N, LATENT), logvar=(N, LATENT), noise=(*batch, LATENT))


class Reparametrise:
    """z, with one code a row and with K; without noise; with noise 1."""

    def cases(rng):
        for dtype, batch, noise in (("float64", (N,), "0"), ("float64", (N,), "1"), ("float64", (N,), "any"),
                                    ("float64", (K, N), "any"), ("float32", (K, N), "any")):  # fmt: skip
            inputs = _codes(rng, dtype, *batch)
            if noise != "any":
                inputs["noise"][...] = float(noise)
            yield {**inputs, "ε": noise}

    def run(mean, logvar, noise, **more):
        return {"z": reparametrise(mean, logvar, noise)}

    def laws(inputs, answer):
        if inputs["ε"] == "0":
            yield "without noise z is μ", _near(answer["z"], inputs["mean"])
        if inputs["ε"] == "1":
            spread = np.log(np.abs(answer["z"] - inputs["mean"]))
            yield "where ε is 1, z − μ is σ: logvar is the logarithm of its square", _near(2 * spread, inputs["logvar"])


class ReparametriseBackward:
    """dμ and d log σ²; without noise too."""

    def cases(rng):
        for dtype, batch, noise in (("float64", (N,), "any"), ("float64", (K, N), "any"), ("float64", (N,), "0"),
                                    ("float32", (N,), "any")):  # fmt: skip
            sigma = rng.uniform(0.3, 2.0, size=(N, LATENT)).astype(dtype)
            inputs = normal(rng, dtype, noise=(*batch, LATENT), dz=(*batch, LATENT))
            inputs["noise"] *= noise == "any"
            yield {**inputs, "σ": sigma, "logvar": 2 * np.log(sigma), "ε": noise}  # σ is for the judge: has it been left out?

    def run(noise, dz, logvar, **more):
        return dict(zip(("dmean", "dlogvar"), parts(reparametrise_backward(logvar, noise, dz), "dmean, dlogvar")))

    def laws(inputs, answer):
        if inputs["ε"] == "0":
            yield "a code without noise does not feel σ: dlogvar is 0", not answer["dlogvar"].any()


class Table:
    """An encoder that has what it says in its θ, row by row: so the gradient of θ is that of μ and log σ²."""

    def forward(theta, x):
        return theta.reshape(x.shape[0], -1), x.shape

    def backward(theta, tape, dy, want_dx=True):
        return np.zeros(tape, dy.dtype) if want_dx else None, dy.reshape(-1)


def _bound(of, theta_p, x, mean, logvar, noise, pixels):
    """A bound's value, and its gradients with respect to μ, log σ² and θ_p. of: encoder, theta_q -> the function's result."""
    said = np.concatenate([mean, logvar], axis=1)
    loss, kl, dsaid, dtheta_p = parts(of(Table, said.reshape(-1)), "loss, mean KL, dtheta_q, dtheta_p")
    if np.shape(dsaid) != (said.size,):
        raise ValueError(f"dtheta_q has shape {np.shape(dsaid)}, theta_q has {(said.size,)}")
    dmean, dlogvar = np.split(dsaid.reshape(said.shape), 2, axis=1)
    return {"loss": loss, "mean KL": kl, "dmean": dmean, "dlogvar": dlogvar, "dtheta_p": dtheta_p}


def _pixels(pixels, sigma):
    return Bernoulli() if pixels == "Bernoulli" else Gaussian(sigma)


def _networks(rng, dtype, pixels, *batch):
    """Inputs of a bound."""
    inputs = {**_codes(rng, dtype, *batch), **normal(rng, dtype, theta_q=(ENCODER.size,), theta_p=(DECODER.size,))}
    x = rng.integers(2, size=(N, PIXELS)) if pixels == "Bernoulli" else rng.standard_normal((N, PIXELS))
    return {**inputs, "x": x.astype(dtype), "pixels": pixels}


class ElboGrad:
    """−ELBO and its gradients, of a table that is the encoder, and of a network."""

    def cases(rng):
        for dtype, pixels, beta, decoder in (("float64", "Bernoulli", 1.0, "sees z"), ("float64", "Gaussian", 2.5, "sees z"),
                                             ("float64", "Gaussian", 0.0, "sees z"), ("float64", "Bernoulli", 0.5, "ignores z"),
                                             ("float32", "Bernoulli", 1.0, "sees z")):  # fmt: skip
            inputs = _networks(rng, dtype, pixels, N)
            if decoder == "ignores z":
                inputs["theta_p"][: LATENT * 6] = 0.0
            shrinks = np.expm1(inputs["logvar"])  # of the judge: is a part that grows with it missing?
            yield {**inputs, "σ² − 1": shrinks, "sigma": 0.6, "beta": beta, "decoder": decoder}

    def run(theta_q, theta_p, x, mean, logvar, noise, pixels, sigma, beta, **more):
        def of(encoder, theta, *weight):
            return elbo_grad(encoder, theta, DECODER, theta_p, x, noise, _pixels(pixels, sigma), *weight)

        answer = _bound(lambda encoder, theta: of(encoder, theta, beta), theta_p, x, mean, logvar, noise, pixels)
        loss, _, dtheta_q, _ = of(ENCODER, theta_q)
        return {**answer, "loss of a network with beta = 1": loss, "dtheta_q of a network": dtheta_q}

    def laws(inputs, answer):
        if inputs["decoder"] == "ignores z":
            shrinks = bool((answer["dmean"] * inputs["mean"] >= 0).all())
            yield "where the decoder ignores z only the KL is left, and descent takes μ to 0", shrinks
            widens = bool((answer["dlogvar"] * inputs["logvar"] >= 0).all())
            yield "where the decoder ignores z only the KL is left, and descent takes σ² to 1", widens
        if inputs["beta"] == 0.0:
            yield "the decoder sees z, and z depends on μ: dmean is not 0, even without the KL", bool(answer["dmean"].any())
            yield "z depends on σ too: dlogvar is not 0, even without the KL", bool(answer["dlogvar"].any())


class LogWeights:
    """log w of K codes, of any q, and of one that is the prior."""

    def cases(rng):
        for dtype, q in (("float64", "the prior"), ("float64", "any"), ("float32", "any")):
            sigma = np.ones((N, LATENT)) if q == "the prior" else rng.uniform(0.3, 2.0, size=(N, LATENT))
            inputs = {**normal(rng, mean=(N, LATENT), noise=(K, N, LATENT), log_p=(K, N)), "logvar": 2 * np.log(sigma)}
            inputs["mean"] *= q == "any"
            inputs["z"] = inputs["mean"] + sigma * inputs["noise"]
            sums = {name: values.sum(axis=-1) + np.zeros((K, N)) for name, values in (
                ("Σ ε²", inputs["noise"] ** 2), ("Σ log σ²", inputs["logvar"]), ("Σ z²", inputs["z"] ** 2))}  # fmt: skip
            yield {**{name: value.astype(dtype) for name, value in (inputs | sums).items()}, "q": q}  # the sums: for the judge

    def run(mean, logvar, noise, z, log_p, **more):
        return {"log w": log_weights(mean, logvar, noise, z, log_p)}

    def laws(inputs, answer):
        if inputs["q"] == "the prior":
            yield "where q is the prior, w is p(x|z) alone", _near(answer["log w"], inputs["log_p"])


class IwGrad:
    """−L_K and its gradients: one code; several; several that are the same; where one explains x, or none."""

    def cases(rng):
        for dtype, pixels, codes in (("float64", "Gaussian", "all the same, and the decoder ignores z"),
                                     ("float64", "Gaussian", "only the first fits"), ("float64", "Gaussian", "none fits"),
                                     ("float64", "Gaussian", "one"), ("float64", "Bernoulli", "any"),
                                     ("float32", "Bernoulli", "any")):  # fmt: skip
            inputs = {**_networks(rng, dtype, pixels, 1 if codes == "one" else K, N), "sigma": 0.6}
            if codes == "none fits":
                inputs["sigma"] = 0.01
            if "all the same" in codes:
                inputs["noise"][...] = inputs["noise"][:1]
            if codes == "only the first fits":
                spread, inputs["sigma"] = rng.uniform(0.5, 1.0, size=(N, LATENT)), 0.01
                inputs["logvar"] = 2 * np.log(spread)
                fits, _ = DECODER.forward(inputs["theta_p"], inputs["mean"] + spread * inputs["noise"][0])
                inputs["x"] = fits + 0.01 * rng.standard_normal((N, PIXELS))
            if "ignores" in codes:
                inputs["theta_p"][: LATENT * 6] = 0.0
            yield {**inputs, "codes": codes}

    def run(theta_q, theta_p, x, mean, logvar, noise, pixels, sigma, codes):
        def of(encoder, theta, noise=noise):
            return iw_grad(encoder, theta, DECODER, theta_p, x, noise, _pixels(pixels, sigma))

        answer = _bound(of, theta_p, x, mean, logvar, noise, pixels)
        loss, _, dtheta_q, _ = of(ENCODER, theta_q)
        one = _bound(lambda encoder, theta: of(encoder, theta, noise[:1]), theta_p, x, mean, logvar, noise, pixels)
        return {**answer, "loss of a network": loss, "dtheta_q of a network": dtheta_q,
                **{f"{name} with the first code alone": value for name, value in one.items()}}  # fmt: skip

    def laws(inputs, answer):
        def as_of_the_first(*names):
            pairs = ((answer[name], answer[f"{name} with the first code alone"]) for name in names)
            return all(np.allclose(a, b, rtol=1e-3, atol=1e-6) for a, b in pairs)

        if "all the same" in inputs["codes"]:
            alike = as_of_the_first("dmean", "dlogvar", "dtheta_p")
            yield "K times the same code is one code: the weights in the gradient are shares, and sum to 1", alike
        if inputs["codes"] == "only the first fits":
            first = as_of_the_first("dmean", "dtheta_p")
            yield "where one code explains x and the others do not, its weight is 1: the gradient is its own", first
        if "ignores" in inputs["codes"]:
            pulled = bool(answer["dmean"].any())
            yield "the prior p(z) in w depends on μ through z: dmean is not 0 where the decoder ignores z", pulled
