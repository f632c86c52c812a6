"""Images one pixel at a time: an exact likelihood, by the chain rule of probability.

    p(x) = Π_i p(x_i | x_1, …, x_{i−1})          pixels in raster order, row by row from the upper left corner

No approximation, and no normalising constant Z as in an RBM. A network gets the whole image and says at each pixel a
distribution; it is built so that what it says at pixel i depends on earlier pixels alone. Then one forward pass gives all
factors at once, and training climbs log p(x) itself:

    binary pixels   one logit l at each pixel:       log p = Σ_i x_i l_i − softplus(l_i)        ∂/∂l = x − σ(l)
    L grey levels   L logits at each, a softmax:     log p = Σ_i l_i[x_i] − log Σ_c e^{l_i[c]}  ∂/∂l = onehot(x) − softmax(l)

**Sampling** is slow by nature: pixel i must be drawn before pixel i + 1 can be. Done naively, each pixel costs a pass over
the whole image. But nothing that was computed for earlier pixels changes when a later one is drawn. So the sampler walks once
over the image and computes, at each pixel, each layer at this pixel only, from what the layers keep of earlier ones
(`memory`, `at`). The n pixels are drawn in turn; together they cost the products of one forward pass, not of n.

A model of this kind is a Net; `pixelcnn.py` and `pixelrnn.py` build theirs.
Sources: Frey et al. 1996; Larochelle & Murray 2011 (NADE); van den Oord et al. 2016.
"""

import math

import numpy as np

from minigan.arrays import INIT, namespace, row_blocks, to
from minigan.check import whole
from minigan.models.model import Learner, Model
from minigan.nn import Adam
from minigan.nn.activations import sigmoid
from minigan.nn.losses import log_softmax, softplus

ROWS = 100  # images at a time in log_likelihood


def pixel_log_p(logits, x):
    """log p(x) of each row, (N,), in nats, and its derivative with respect to the logits.

    logits: (N, T) of binary pixels, or (N, T, L). x: (N, T), 0 and 1, or levels k/(L − 1).
    """
    xp = namespace(logits)
    if logits.ndim == 2:
        return xp.sum(x * logits - softplus(logits), axis=1), x - sigmoid(logits)
    L = logits.shape[2]
    log_p = log_softmax(logits)
    level = xp.round(x * (L - 1.0))[:, :, None]
    onehot = xp.astype(level == xp.arange(L, dtype=logits.dtype), logits.dtype)
    return xp.sum(xp.sum(onehot * log_p, axis=2), axis=1), onehot - xp.exp(log_p)


def draw_pixel(logits, uniform):
    """One pixel of each row from its logits (N, 1) or (N, L), by uniform numbers (N, 1): 0 or 1, or k/(L − 1), (N, 1)."""
    xp, L = namespace(logits), logits.shape[1]
    if L == 1:
        return xp.astype(uniform < sigmoid(logits), logits.dtype)
    passed = xp.cumulative_sum(xp.exp(log_softmax(logits)), axis=1) <= uniform  # the first level whose sum is above uniform
    return xp.sum(xp.astype(passed[:, : L - 1], logits.dtype), axis=1, keepdims=True) * (1.0 / (L - 1.0))


class Autoregressive(Model):
    """What PixelCNN and PixelRNN share: all but the network.

    net: Net, images (N, h·w) -> logits (N, …, 1) of binary pixels, or (N, …, levels), in raster order, each a function of
        earlier pixels alone.
    """

    parts = ("learner",)
    range = (0.0, 1.0)

    def __init__(self, image, levels, net, optimizer, seed, backend, dtype):
        super().__init__(seed=seed, backend=backend, dtype=dtype)
        self.image, self.levels, self.optimizer = image, levels, Adam(1e-3, beta1=0.9) if optimizer is None else optimizer
        self.network, self.width = net, math.prod(image)
        self.learner = Learner(net, self.optimizer, net.init(self.rng(INIT), dtype))

    def check(self, x):
        """Raise unless x is (N, h·w), every number one of the grey levels 0, 1/(L − 1), …, 1."""
        super().check(x)
        xp, top = namespace(x), self.levels - 1.0
        if bool(xp.any(xp.abs(x * top - xp.round(x * top)) > top * 2.0**-21)):  # a few roundings in float32
            raise ValueError(f"x has grey levels between those of levels={self.levels}: want multiples of 1/{self.levels - 1}, "
                             f"for instance numpy.round(x * {self.levels - 1}) / {self.levels - 1}")

    def step(self, x, *, check=True):
        """One step on images (N, h·w). -> {"loss": mean −log p(x), nats an image}."""
        if check:
            self.check(x)
        logits, tape = self.learner.forward(x)
        log_p, dlogits = pixel_log_p(self._in_order(logits), x)
        dlogits = namespace(x).reshape(dlogits, logits.shape) * (-1.0 / x.shape[0])
        self.learner.step(self.learner.backward(tape, dlogits, want_dx=False)[1])
        self.steps += 1
        return {"loss": -namespace(x).mean(log_p)}

    def _in_order(self, logits):
        """(N, …, 1) as (N, T), (N, …, L) as (N, T, L)."""
        shape = (logits.shape[0], self.width)
        return namespace(logits).reshape(logits, shape if self.levels == 2 else (*shape, self.levels))

    def log_likelihood(self, x):
        """log p(x) of each row, (N,), in nats: exact. Computed for a few rows at a time."""
        self.check(x)
        parts = [pixel_log_p(self._in_order(self.learner.infer(rows)), rows)[0] for _, rows in row_blocks(x, ROWS)]
        return namespace(x).concat(parts)

    def bits_per_dimension(self, x):
        """−log₂ p(x) / (h·w) of each row, (N,)."""
        return self.log_likelihood(x) * (-1.0 / (self.width * math.log(2.0)))

    def sample(self, n, seed=None, *, progress=False):
        """n images (n, h·w), pixel by pixel. seed: the same seed gives the same images; None draws anew. progress: a bar."""
        x = namespace(self.learner.theta).zeros((whole("n", n), self.width), dtype=self.learner.theta.dtype)
        return self._draw(x, 0, seed, progress)

    def complete(self, x, known, seed=None, *, progress=False):
        """x (N, h·w) with what is not known drawn, given what is.

        known: bool (h·w,), an upper part: all pixels up to one of them in raster order. What x has elsewhere is not looked at.
        """
        known = np.asarray(to(known, "numpy") if hasattr(known, "dtype") else known)
        count = int(known.sum()) if known.dtype == bool else -1
        if known.shape != (self.width,) or count < 0 or not known[:count].all():
            raise ValueError(f"known is {known.shape} of {known.dtype}: want bool ({self.width},), True for the first pixels "
                             "in raster order and False for the rest: this model can only go on from above")
        xp = namespace(x)
        if x.shape[1:] != known.shape:
            raise ValueError(f"x is {tuple(x.shape)}: want (N, {self.width}), one image a row")
        x = xp.where(xp.asarray(known), x, xp.zeros_like(x))
        self.check(x)
        return self._draw(x, count, seed, progress)

    def _draw(self, x, known, seed, progress):
        """A copy of x whose pixels from number `known` on are drawn; earlier ones only pass through the network."""
        xp, rng, N = namespace(x), self.sampler(seed), x.shape[0]
        walk = Walk(self.network, self.learner.averaged, N)
        columns, pixels = [], walk.pixels
        if progress:
            from tqdm import tqdm  # only where a bar is wanted: a browser has none

            pixels = tqdm(pixels, unit="pixel")
        for i, pixel in enumerate(pixels):
            logits, uniform = walk.at(pixel), rng.random(size=(N, 1), dtype=self.dtype)
            columns.append(x[:, i : i + 1] if i < known else draw_pixel(logits, uniform))
            walk.put(columns[-1])
        return xp.concat(columns, axis=1)


class Walk:
    """A causal network, asked pixel by pixel: `at(pixel)` gives its output there, `put(x)` then says what the pixel is.

    net: a Net whose first layer is Reshape and whose second looks at earlier pixels only. theta: its θ. N: images at a time.
    """

    def __init__(self, net, theta, N):
        reshape, *self.layers = net.layers
        self.params = net.unpack(theta)[1:]
        self.pixels = list(np.ndindex(reshape.shape[:-1]))
        shapes = net.output_shapes
        self.memories = [layer.memory(N, shape, theta) if hasattr(layer, "at") else None
                         for layer, shape in zip(self.layers, shapes)]  # fmt: skip
        self.unknown = namespace(theta).zeros((N, 1), dtype=theta.dtype)

    def at(self, pixel):
        """The output at a pixel, (N, n_out)."""
        x, self.pixel = self.unknown, pixel
        for layer, params, memory in zip(self.layers, self.params, self.memories):
            x = layer.at(params, memory, pixel, x) if memory is not None else layer.forward(params, x)[0]
        return x

    def put(self, x):
        """The pixel last asked about is x (N, 1)."""
        self.layers[0].put(self.memories[0], self.pixel, x)
