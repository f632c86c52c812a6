"""How a decoder's output becomes a probability of pixels: log p(x | y), and its derivative.

    Bernoulli   y are logits:  log p = Σ x y − softplus(y)                        ∂/∂y = x − σ(y)          x in [0, 1]
    Gaussian    y are means:   log p = −½ Σ (x − y)²/σ² − n log(σ √(2π))          ∂/∂y = (x − y)/σ²

The sums run over the n pixels of a row. For grey levels in (0, 1) the Bernoulli formula is the binary cross-entropy, no
density.
"""

import math

from minigan.arrays import namespace
from minigan.nn.activations import sigmoid
from minigan.nn.losses import softplus


class Bernoulli:
    """Pixels that are 1 with probability σ(y)."""

    range = (0.0, 1.0)

    def __init__(self, sigma=1.0):
        """sigma belongs to Gaussian pixels, and is not looked at."""

    @staticmethod
    def mean(y):
        """E[x], (N, n)."""
        return sigmoid(y)

    @staticmethod
    def log_p(y, x):
        """log p(x|y) of each row, (…,), and ∂/∂y, (…, n). x: of y's shape, or of one that broadcasts to it."""
        return namespace(y).sum(x * y - softplus(y), axis=-1), x - sigmoid(y)


class Gaussian:
    """Pixels N(y, σ²). sigma: float, σ."""

    range = None

    def __init__(self, sigma=1.0):
        self.sigma = sigma

    @staticmethod
    def mean(y):
        """E[x], (N, n)."""
        return y

    def log_p(self, y, x):
        """log p(x|y) of each row, (…,), and ∂/∂y, (…, n). x: of y's shape, or of one that broadcasts to it."""
        scaled = (x - y) * (1.0 / self.sigma)
        log_p = -0.5 * namespace(y).sum(scaled * scaled, axis=-1) - x.shape[-1] * math.log(self.sigma * math.sqrt(2 * math.pi))
        return log_p, scaled * (1.0 / self.sigma)


LIKELIHOODS = {"bernoulli": Bernoulli, "gaussian": Gaussian}
