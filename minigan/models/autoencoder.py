"""The autoencoder: squeeze an image through a few numbers, and draw it again from them.

    code = E(x)          x̂ = D(code)          loss = mean (x̂ − x)²

The gradient is one chain: from the loss back through D to the code, and on through E to its weights. With linear E and D,
trained to the end, the code spans the subspace of PCA, though not along its axes (`pca.py`); with curved ones it can follow the
data where they curve.

**Its decoder as a generator.** Draw a code, decode it. But from what distribution? Nothing in the loss asks the codes to be
anywhere in particular. Here they are drawn from a Gaussian with the mean and the covariance of the training codes, which are
followed while training. Between the data the decoder has never been asked anything: a Gaussian cloud also hits the holes, and
there the images are mixtures. The VAE repairs this: it asks the codes to be N(0, I), and the decoder to answer for a whole
neighbourhood of each.

**Its encoder as a start.** Its first layers know what varies in images without having seen one label. A classifier may start
from them, frozen or tuned further: `examples/few_labels.py`. But where the code is wide enough, copying is an answer too. So
spoil the image first, and ask for what it was: the *denoising autoencoder*,

    code = E(spoil(x))       loss = mean (D(code) − x)²

To fill in what is missing, the encoder must know which pixels go together.
Sources: Rumelhart, Hinton & Williams 1986; Hinton & Salakhutdinov 2006; Vincent et al. 2008 (denoising).
"""

import numpy as np

from minigan.arrays import INIT, dtype_name, namespace, to, to_numpy
from minigan.check import instance, number, whole
from minigan.models.bipartite import bernoulli
from minigan.models.check import check_batch
from minigan.models.model import Learner, Model
from minigan.nn import Adam, Net, mse

SLIDE = 0.01  # how much of a batch's codes enters their mean and covariance


def spoil(x, rng, noise):
    """x with every entry replaced, with probability `noise`, by 0 or 1, at random."""
    xp, dtype = namespace(x), dtype_name(x)
    struck = rng.random(size=x.shape, dtype=dtype) < noise
    return xp.where(struck, bernoulli(xp.full_like(x, 0.5), rng), x)


def reconstruction_grad(encoder, theta_e, decoder, theta_d, x, target):
    """mean (D(E(x)) − target)² -> loss, codes, dθ_E, dθ_D, and the tapes of both."""
    codes, tape_e = encoder.forward(theta_e, x)
    drawn, tape_d = decoder.forward(theta_d, codes)
    loss, ddrawn = mse(drawn, target)
    dcodes, dtheta_d = decoder.backward(theta_d, tape_d, ddrawn)
    _, dtheta_e = encoder.backward(theta_e, tape_e, dcodes, want_dx=False)
    return loss, codes, dtheta_e, dtheta_d, (tape_e, tape_d)


class Autoencoder(Model):
    """An autoencoder.

    encoder: Net, x (N, n) -> codes (N, q).
    decoder: Net, codes (N, q) -> (N, n).
    optimizer: a pattern, for encoder and decoder; Adam(1e-3, beta1=0.9) if None.
    noise: float in [0, 1), the share of pixels that become 0 or 1, at random, before the encoder sees them in training.
    seed: int ≥ 0. backend: "numpy" or "cupy". dtype: "float32" or "float64".
    """

    parts = ("coder", "drawer", "code_mean", "code_covariance")

    def __init__(self, encoder, decoder, optimizer=None, noise=0.0, seed=0, backend="numpy", dtype="float32"):
        super().__init__(seed=seed, backend=backend, dtype=dtype)
        instance("encoder", encoder, Net), instance("decoder", decoder, Net)
        if decoder.input_shape != encoder.output_shapes[-1] or decoder.output_shapes[-1] != encoder.input_shape:
            raise ValueError(f"the encoder makes {encoder.output_shapes[-1]} of {encoder.input_shape}, the decoder "
                             f"{decoder.output_shapes[-1]} of {decoder.input_shape}: want one to undo the other")
        if len(encoder.input_shape) > 1 or len(decoder.input_shape) > 1:
            raise ValueError(f"the encoder makes {decoder.input_shape} of {encoder.input_shape}: want a row (q,) of a row "
                             "(n,). For images begin with Reshape(h, w, c) and end with Flatten()")
        self.encoder, self.decoder, self.noise = encoder, decoder, number("noise", noise, least=0, below=1)
        self.optimizer = Adam(1e-3, beta1=0.9) if optimizer is None else optimizer
        self.width, self.range, self.rows = encoder.n_in, decoder.range, max(encoder.min_batch, decoder.min_batch)
        rng, q = self.rng(INIT), encoder.n_out
        self.coder = Learner(encoder, self.optimizer, encoder.init(rng, dtype))
        self.drawer = Learner(decoder, self.optimizer, decoder.init(rng, dtype))
        self.code_mean, self.code_covariance = to([np.zeros(q, dtype), np.eye(q, dtype=dtype)], backend)  # of codes so far

    def step(self, x, *, check=True):
        """One step on x (N, n). -> {"loss": mean squared error of a pixel}."""
        if check:
            self.check(x)
        networks = (self.encoder, self.coder.theta, self.decoder, self.drawer.theta)
        seen = spoil(x, self.rng(), self.noise) if self.noise else x
        loss, _, dtheta_e, dtheta_d, (tape_e, tape_d) = reconstruction_grad(*networks, seen, x)
        self.coder.step(dtheta_e)
        self.drawer.step(dtheta_d)
        self.coder.track(tape_e, seen)
        codes = self.coder.infer(x)  # of clean images, and by θ̄ where the optimizer averages: `sample` draws such codes
        self.drawer.track(tape_d, codes)
        xp, N, slide = namespace(x), x.shape[0], max(SLIDE, 1.0 / (self.steps + 1))  # a plain mean at first
        mean = xp.mean(codes, axis=0)
        centred, moved = codes - mean, mean - self.code_mean
        # C ← (1 − s) C + s C_batch + s (1 − s) (m_batch − m)(m_batch − m)ᵀ: the covariance of old and new codes together. Not
        # E[c cᵀ] − E[c] E[c]ᵀ, the difference of large numbers
        self.code_covariance = ((1.0 - slide) * self.code_covariance + (slide / N) * (centred.T @ centred)
                                + slide * (1.0 - slide) * moved[:, None] * moved[None, :])  # fmt: skip
        self.code_mean = self.code_mean + slide * moved
        self.steps += 1
        return {"loss": loss}

    def encode(self, x):
        """The codes of x (N, n), (N, q)."""
        self.check(x, rows=1)
        return self.coder.infer(x)

    def decode(self, codes):
        """What codes (N, q) draw, (N, n)."""
        check_batch(codes, width=self.encoder.n_out, backend=self.backend, dtype=self.dtype)
        return self.drawer.infer(codes)

    def reconstruct(self, x):
        """D(E(x)), (N, n)."""
        return self.decode(self.encode(x))

    def sample(self, n, seed=None):
        """n images (n, pixels) decoded from a Gaussian with the codes' mean and covariance. None draws anew."""
        variances, axes = np.linalg.eigh(to_numpy(self.code_covariance).astype(np.float64))  # small: on the host
        root = (axes * np.sqrt(np.maximum(variances, 0.0))).T.astype(self.dtype)
        z = self.sampler(seed).standard_normal(size=(whole("n", n), self.encoder.n_out), dtype=self.dtype)
        return self.decode(self.code_mean + z @ to(root, self.backend))
