"""The Parzen-window log-likelihood: the figure by which the first GANs were judged.

A GAN gives no likelihood. So one draws 10,000 samples x_j from it, puts a round Gaussian of width σ on each, and asks how
likely that mixture finds the test images:

    log p(x) = logsumexp over j of  −‖x − x_j‖² / 2σ²   − log M − n/2 · log(2πσ²)         (M samples of n numbers)

σ is the one among ten that the validation images like best. The protocol is that of the 2014 paper (section 5, from Breuleux
et al. 2011): σ from logspace(−1, 0, 10), chosen on the first 1,000 of the last 10,000 training images; the mean over the 10,000
test images, with its standard error; for MNIST it reported 225 ± 2.

Its faults are known (Theis et al. 2016): in 784 dimensions 10,000 samples are far too few, a model that repeats blurred
training means beats the data themselves, and the figure has little to do with how samples look. It is here because it was
published.
"""

import math

import numpy as np

from minigan.arrays import namespace, row_blocks
from minigan.check import number, rows

SIGMAS = np.logspace(-1, 0, 10)
BLOCK = 500  # test images at a time: memory is bounded by BLOCK · M, whatever the number of test images


def parzen_log_likelihood(samples, x, sigma):
    """log p(x) of each row of x (N, n) under Gaussians of width sigma at the samples (M, n): (N,), in nats, float64."""
    samples, x, sigma = rows("samples", samples), rows("x", x, samples.shape[-1]), number("sigma", sigma, above=0)
    xp = namespace(samples, x)
    centres = xp.astype(samples, xp.float64)
    middle = xp.mean(centres, axis=0)  # moved near 0, where less is lost in the difference below
    centres = centres - middle
    M, n = centres.shape
    lengths, parts = xp.sum(centres * centres, axis=1), []
    for _, part in row_blocks(x, BLOCK):
        block = xp.astype(part, xp.float64) - middle
        a = block @ centres.T  # −‖x − c‖² / 2σ² = (x·c − ‖x‖²/2 − ‖c‖²/2) / σ²
        a -= 0.5 * lengths
        a -= 0.5 * xp.sum(block * block, axis=1, keepdims=True)
        a /= sigma**2
        top = xp.max(a, axis=1, keepdims=True)
        a -= top
        parts.append(top[:, 0] + xp.log(xp.sum(xp.exp(a), axis=1)))
    return xp.concat(parts) - (math.log(M) + 0.5 * n * math.log(2 * math.pi * sigma**2))


def parzen(samples, validation, test, sigmas=SIGMAS):
    """{"log_likelihood": mean over test, "error": its standard error, "sigma": the width that validation likes best}."""
    means = [float(namespace(samples).mean(parzen_log_likelihood(samples, validation, sigma))) for sigma in sigmas]
    sigma = float(sigmas[int(np.argmax(means))])
    log_p = parzen_log_likelihood(samples, test, sigma)
    xp = namespace(log_p)
    N, mean = log_p.shape[0], float(xp.mean(log_p))
    variance = float(xp.sum((log_p - mean) ** 2)) / (N - 1) if N > 1 else math.inf
    return {"log_likelihood": mean, "error": math.sqrt(variance / N), "sigma": sigma}
