"""The variational autoencoder: a generator with a likelihood that one can bound from below.

The model draws a code z ~ N(0, I) and decodes it, x ~ p(x|z). So p(x) = ∫ p(x|z) p(z) dz has no closed form, and an average
over codes from the prior needs far too many: for nearly all z, p(x|z) is almost 0. An encoder q(z|x) = N(μ(x), diag σ²(x))
proposes codes that do. For any q,

    log p(x) = E_q log [p(x, z) / q(z|x)] + KL(q(z|x) ‖ p(z|x))          take log p(x) = log p(x, z) − log p(z|x) under E_q
             ≥ E_q log p(x|z) − KL(q(z|x) ‖ p(z))                        the last KL is ≥ 0; p(x, z) = p(x|z) p(z)

The three terms: how well the code explains x; how far the proposals are from the prior; and, dropped, how far they are from the
true posterior. The bound (ELBO) is what training climbs, for q's parameters and for p's. For Gaussians the KL is known:

    KL = ½ Σ (μ² + σ² − 1 − log σ²)          ∂KL/∂μ = μ          ∂KL/∂log σ² = ½ (σ² − 1)

**Reparametrisation.** E_q depends on q's parameters through the draw itself. Write the draw as z = μ + σ ε, ε ~ N(0, I): now
ε is just an input, and the chain rule runs through z on two paths, with σ = e^(½ log σ²):

    dμ = dz          d log σ² = dz · ½ σ ε

**Importance weights.** With K codes of one x, w_k = p(x, z_k) / q(z_k|x),

    L_K = E log (1/K) Σ_k w_k ≤ log p(x),     L_1 = ELBO,     L_K grows with K towards log p(x)

is a better bound; with large K it estimates log p(x) itself, and with small K one can train on it. Its gradient is
Σ_k w̃_k ∂ log w_k, with w̃ = w / Σ w: the softmax is the derivative of log Σ exp. As (z − μ)/σ = ε,

    log w = log p(x|z) + ½ Σ (ε² + log σ² − z²)

Sources: Kingma & Welling 2014; Rezende et al. 2014; Burda, Grosse & Salakhutdinov 2016 (L_K).
"""

import math

from minigan.arrays import INIT, namespace, row_blocks
from minigan.check import choice, flag, instance, number, whole
from minigan.models.bipartite import bernoulli
from minigan.models.check import check_batch
from minigan.models.likelihoods import LIKELIHOODS
from minigan.models.model import Learner, Model
from minigan.nn import Adam, Net

CODES = 1 << 10  # decoded at a time in log_likelihood: their pixels fit the cache


def split(encoded):
    """(μ, log σ²), each (N, latent), of the encoder's output (N, 2·latent)."""
    latent = encoded.shape[1] // 2
    return encoded[:, :latent], encoded[:, latent:]


def gaussian_kl(mean, logvar):
    """KL(N(μ, σ²) ‖ N(0, 1)) of each row, (N,), and its gradients (dμ, d log σ²), each (N, latent)."""
    xp = namespace(mean)
    variance = xp.exp(logvar)
    kl = 0.5 * xp.sum(mean * mean + variance - 1.0 - logvar, axis=1)
    return kl, (mean, 0.5 * (variance - 1.0))


def reparametrise(mean, logvar, noise):
    """z = μ + σ ε. noise: ε, (…, N, latent)."""
    return mean + namespace(mean).exp(0.5 * logvar) * noise


def reparametrise_backward(logvar, noise, dz):
    """(dμ, d log σ²) of z = μ + σ ε, both of dz's shape."""
    return dz, dz * (0.5 * namespace(dz).exp(0.5 * logvar)) * noise


def elbo_grad(encoder, theta_q, decoder, theta_p, x, noise, likelihood, beta=1.0):
    """−ELBO, its mean over the rows of x (N, n), with one code each; noise: ε, (N, latent). β multiplies the KL.

    -> loss, mean KL, dθ of the encoder, dθ of the decoder.
    """
    xp, N = namespace(x), x.shape[0]
    encoded, tape_q = encoder.forward(theta_q, x)
    mean, logvar = split(encoded)
    decoded, tape_p = decoder.forward(theta_p, reparametrise(mean, logvar, noise))
    log_p, dlog_p = likelihood.log_p(decoded, x)
    kl, (kl_dmean, kl_dlogvar) = gaussian_kl(mean, logvar)
    loss = xp.mean(beta * kl - log_p)

    dz, dtheta_p = decoder.backward(theta_p, tape_p, dlog_p * (-1.0 / N))
    dmean, dlogvar = reparametrise_backward(logvar, noise, dz)
    dencoded = xp.concat([dmean + (beta / N) * kl_dmean, dlogvar + (beta / N) * kl_dlogvar], axis=1)
    _, dtheta_q = encoder.backward(theta_q, tape_q, dencoded, want_dx=False)
    return loss, xp.mean(kl), dtheta_q, dtheta_p


def log_weights(mean, logvar, noise, z, log_p):
    """log w, (K, N). log_p: log p(x|z), (K, N). noise, z: (K, N, latent); mean, logvar: (N, latent)."""
    return log_p + 0.5 * namespace(z).sum(noise * noise + logvar - z * z, axis=2)


def iw_grad(encoder, theta_q, decoder, theta_p, x, noise, likelihood):
    """−L_K, its mean over the rows of x (N, n), with K codes each; noise: ε, (K, N, latent).

    -> loss, mean KL, dθ of the encoder, dθ of the decoder.
    """
    xp, (K, N, latent) = namespace(x), noise.shape
    encoded, tape_q = encoder.forward(theta_q, x)
    mean, logvar = split(encoded)
    z = reparametrise(mean, logvar, noise)
    decoded, tape_p = decoder.forward(theta_p, xp.reshape(z, (K * N, latent)))
    log_p, dlog_p = likelihood.log_p(xp.reshape(decoded, (K, N, -1)), x)  # (K, N) and (K, N, n): each x with its K codes
    log_w = log_weights(mean, logvar, noise, z, log_p)
    top = xp.max(log_w, axis=0, keepdims=True)
    w = xp.exp(log_w - top)
    bound = top[0, :] + xp.log(xp.mean(w, axis=0))
    share = w / xp.sum(w, axis=0, keepdims=True) * (-1.0 / N)  # ∂loss/∂log w = −w̃ / N

    dz, dtheta_p = decoder.backward(theta_p, tape_p, xp.reshape(dlog_p * share[:, :, None], decoded.shape))
    dz = xp.reshape(dz, z.shape) - share[:, :, None] * z  # through log p(x|z), and through −½ z²
    dmean, dlogvar = reparametrise_backward(logvar, noise, dz)
    dlogvar = xp.sum(dlogvar, axis=0) - 0.5 / N  # + ½ log σ² in log w, and the shares sum to −1 / N
    dencoded = xp.concat([xp.sum(dmean, axis=0), dlogvar], axis=1)
    _, dtheta_q = encoder.backward(theta_q, tape_q, dencoded, want_dx=False)
    return -xp.mean(bound), xp.mean(gaussian_kl(mean, logvar)[0]), dtheta_q, dtheta_p


class VAE(Model):
    """A variational autoencoder.

    encoder: Net, x (N, n) -> (N, 2·latent), the means and then the log-variances of the code.
    decoder: Net, z (N, latent) -> (N, n), logits of Bernoulli pixels, or means of Gaussian ones.
    latent: int, dimensions of the code.
    likelihood: "bernoulli", for data in [0, 1], or "gaussian".
    sigma: float > 0, the standard deviation of Gaussian pixels.
    beta: float ≥ 0, the weight of the KL (Higgins et al. 2017); 1 is the bound. Only with samples = 1.
    samples: int, K: codes for each x in training. 1 climbs the ELBO, more the importance-weighted bound.
    binarise: bool, draw every x anew as 0 or 1 with its grey level as the probability, at every step.
    optimizer: a pattern, for encoder and decoder; Adam(1e-3, beta1=0.9) if None.
    seed: int ≥ 0. backend: "numpy" or "cupy". dtype: "float32" or "float64".
    """

    parts = ("q", "p")

    def __init__(self, encoder, decoder, latent, likelihood="bernoulli", *, sigma=1.0, beta=1.0, samples=1, binarise=False,
                 optimizer=None, seed=0, backend="numpy", dtype="float32"):
        super().__init__(seed=seed, backend=backend, dtype=dtype)
        self.encoder, self.decoder = instance("encoder", encoder, Net), instance("decoder", decoder, Net)
        self.latent = whole("latent", latent)
        self.likelihood = choice("likelihood", likelihood, LIKELIHOODS)
        self.sigma, self.beta = number("sigma", sigma, above=0), number("beta", beta, least=0)
        self.samples, self.binarise = whole("samples", samples), flag("binarise", binarise)
        self.pixels = LIKELIHOODS[likelihood](self.sigma)
        self.width, self.range = encoder.n_in, (0.0, 1.0) if binarise else self.pixels.range
        self._check_networks()
        self.optimizer = Adam(1e-3, beta1=0.9) if optimizer is None else optimizer
        rng = self.rng(INIT)
        self.q = Learner(encoder, self.optimizer, encoder.init(rng, dtype))
        self.p = Learner(decoder, self.optimizer, decoder.init(rng, dtype))

    def _check_networks(self):
        encoder, decoder, latent = self.encoder, self.decoder, self.latent
        if encoder.output_shapes[-1] != (2 * latent,):
            raise ValueError(f"the encoder makes {encoder.output_shapes[-1]}, latent is {latent}: want (2·latent,) = "
                             f"({2 * latent},), the means and the log-variances of the code")
        if decoder.input_shape != (latent,) or decoder.output_shapes[-1] != encoder.input_shape:
            raise ValueError(f"the decoder makes {decoder.output_shapes[-1]} of {decoder.input_shape}, want "
                             f"{encoder.input_shape} of ({latent},)")
        if self.likelihood == "bernoulli" and decoder.range is not None:
            raise ValueError(f"the decoder ends in values in {decoder.range}, want logits: leave out its last activation")
        if max(encoder.min_batch, decoder.min_batch) > 1:
            raise ValueError("a layer joins the rows of a batch (BatchNorm): then there is no bound for one x. Leave it out")
        if self.beta != 1 and self.samples > 1:
            raise ValueError(f"beta is {self.beta}, samples is {self.samples}: the importance-weighted bound has no KL to "
                             "weigh")

    def step(self, x, *, check=True):
        """One step on a batch x (N, n). -> {"loss": −bound, with β times the KL, "kl": KL(q(z|x) ‖ p(z))}, means in nats.
        """
        if check:
            self.check(x)
        rng = self.rng()
        if self.binarise:
            x = bernoulli(x, rng)
        networks = (self.encoder, self.q.theta, self.decoder, self.p.theta)
        if self.samples == 1:
            noise = rng.standard_normal(size=(x.shape[0], self.latent), dtype=self.dtype)
            loss, kl, dtheta_q, dtheta_p = elbo_grad(*networks, x, noise, self.pixels, self.beta)
        else:
            noise = rng.standard_normal(size=(self.samples, x.shape[0], self.latent), dtype=self.dtype)
            loss, kl, dtheta_q, dtheta_p = iw_grad(*networks, x, noise, self.pixels)
        self.q.step(dtheta_q)
        self.p.step(dtheta_p)
        self.steps += 1
        return {"loss": loss, "kl": kl}

    def encode(self, x):
        """(μ, log σ²) of the code, each (N, latent)."""
        self.check(x)
        return split(self.q.infer(x))

    def decode(self, z):
        """E[x|z], (N, n), of codes z (N, latent)."""
        check_batch(z, width=self.latent, backend=self.backend, dtype=self.dtype)
        return self.pixels.mean(self.p.infer(z))

    def reconstruct(self, x):
        """E[x|μ(x)], (N, n): the data as the code keeps them."""
        return self.decode(self.encode(x)[0])

    def sample(self, n, seed=None):
        """E[x|z] for n codes from the prior, (n, pixels). seed: the same seed gives the same codes; None draws anew."""
        return self.decode(self.sampler(seed).standard_normal(size=(whole("n", n), self.latent), dtype=self.dtype))

    def elbo(self, x, seed=None):
        """The bound for each row, (N,), in nats, estimated with one code: E_q log p(x|z) − KL."""
        mean, logvar = self.encode(x)
        z = reparametrise(mean, logvar, self.sampler(seed).standard_normal(size=mean.shape, dtype=self.dtype))
        return self.pixels.log_p(self.p.infer(z), x)[0] - gaussian_kl(mean, logvar)[0]

    def log_likelihood(self, x, samples=100, seed=None):
        """log (1/K) Σ_k w_k of each row, (N,), in nats, with K = samples codes: on average a lower bound of log p(x), which
        grows with K towards it. Computed for a few rows at a time.
        """
        K, rng, parts = whole("samples", samples), self.sampler(seed), []
        mean, logvar = self.encode(x)
        xp = namespace(x)
        for start, rows in row_blocks(x, max(1, CODES // K)):
            N = rows.shape[0]
            m, v = mean[start : start + N, :], logvar[start : start + N, :]
            chunks = []
            for first in range(0, K, CODES):
                k = min(CODES, K - first)
                noise = rng.standard_normal(size=(k, N, self.latent), dtype=self.dtype)
                z = reparametrise(m, v, noise)
                decoded = xp.reshape(self.p.infer(xp.reshape(z, (k * N, self.latent))), (k, N, -1))
                chunks.append(log_weights(m, v, noise, z, self.pixels.log_p(decoded, rows)[0]))
            log_w = xp.concat(chunks, axis=0)
            top = xp.max(log_w, axis=0)
            parts.append(top + xp.log(xp.sum(xp.exp(log_w - top), axis=0)) - math.log(K))
        return xp.concat(parts)
