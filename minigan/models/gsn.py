"""A denoiser as a generator: the Markov chain of the generative stochastic network.

Spoil an image a little, C(x̃|x); train a network to say what it was, P(x|x̃), by log-likelihood. That is a denoising
autoencoder. It is a far easier task than p(x): given x̃, few images are plausible. And it is enough, for the chain

    x_0 → spoil → x̃_1 → draw x_1 ~ P(x|x̃_1) → spoil → x̃_2 → draw x_2 → …

has, if P is right and the chain can reach every image, the data's own distribution as its stationary one (Bengio et al. 2013):
start anywhere, wait, and the x_t are samples. They are samples in a row, each near the one before; how slowly the chain wanders
is its autocorrelation. The network here draws each pixel by itself, given x̃, which the true P(x|x̃) does only where x̃ leaves
little doubt. So the chain is an approximation: more noise makes it mix faster, and P worse.

Spoiling, for binary or grey pixels in [0, 1]: salt and pepper, every pixel replaced with probability `noise` by 0 or 1, at
random. The network gives a logit a pixel, P(x|x̃) = Π_i σ(l_i)^{x_i} (1 − σ(l_i))^{1 − x_i}.

**Walk-back.** The chain goes to places where spoiled training images do not: after a few rounds it can be trapped far from
the data, where P was never trained. So let it walk some rounds from each x while training, and at every round ask for the x
it started from:

    loss = mean over rounds r = 1 … walkback of  −log P(x | x̃_r) / n,     x̃_1 = spoil(x),  x̃_{r+1} = spoil(draw of P(·|x̃_r))

Each round is a training example of its own. The draws are inputs, and no gradient runs through them.
Sources: Vincent et al. 2008; Bengio et al. 2013 ("Generalized denoising auto-encoders", walk-back), 2014 (GSN).
"""

from minigan.arrays import INIT, namespace
from minigan.check import instance, number, whole
from minigan.models.autoencoder import spoil
from minigan.models.bipartite import bernoulli
from minigan.models.model import Learner, Model
from minigan.nn import Adam, Net
from minigan.nn.activations import sigmoid
from minigan.nn.losses import bce_with_logits


def denoising_grad(net, theta, x, spoiled):
    """−log P(x|x̃), mean over rows and pixels -> loss, logits, dθ."""
    logits, tape = net.forward(theta, spoiled)
    loss, dlogits = bce_with_logits(logits, x)
    return loss, logits, net.backward(theta, tape, dlogits, want_dx=False)[1]


class GSN(Model):
    """A denoising autoencoder whose chain generates.

    net: Net, spoiled images (N, n) -> logits (N, n).
    noise: float in (0, 1), the probability that a pixel is replaced.
    walkback: int, rounds of the chain for each batch in training.
    optimizer: a pattern; Adam(1e-3, beta1=0.9) if None.
    seed: int ≥ 0. backend: "numpy" or "cupy". dtype: "float32" or "float64".
    """

    parts = ("learner",)
    range = (0.0, 1.0)

    def __init__(self, net, noise=0.4, walkback=3, optimizer=None, seed=0, backend="numpy", dtype="float32"):
        super().__init__(seed=seed, backend=backend, dtype=dtype)
        instance("net", net, Net)
        if net.output_shapes[-1] != (net.n_in,) or len(net.input_shape) > 1 or net.range is not None or net.min_batch > 1:
            raise ValueError(f"the network makes {net.output_shapes[-1]} of {net.input_shape}, in {net.range or 'any range'}: "
                             "want logits (n,) of rows (n,), as many, no last activation, and no BatchNorm. For images begin "
                             "with Reshape(h, w, c) and end with Flatten()")
        self.net, self.noise, self.walkback = net, number("noise", noise, above=0, below=1), whole("walkback", walkback)
        self.optimizer, self.width = Adam(1e-3, beta1=0.9) if optimizer is None else optimizer, net.n_in
        self.learner = Learner(net, self.optimizer, net.init(self.rng(INIT), dtype))

    def step(self, x, *, check=True):
        """One step on x (N, n): `walkback` rounds from it, their mean gradient. -> {"loss": −log P of a pixel, mean over
        the rounds}.
        """
        if check:
            self.check(x)
        rng, state, losses, gradients = self.rng(), x, 0.0, 0.0
        for _ in range(self.walkback):
            loss, logits, dtheta = denoising_grad(self.net, self.learner.theta, x, spoil(state, rng, self.noise))
            losses, gradients = losses + loss, gradients + dtheta
            state = bernoulli(sigmoid(logits), rng)
        self.learner.step(gradients * (1.0 / self.walkback))
        self.steps += 1
        return {"loss": losses / self.walkback}

    def reconstruct(self, x):
        """P(x_i = 1 | x̃) of each pixel, (N, n), for spoiled images x̃."""
        self.check(x)
        return sigmoid(self.learner.infer(x))

    def chain(self, x, rounds, seed=None):
        """The chain from x (N, n): (rounds, N, n), of each round the probabilities P(x|x̃_t): better to look at than draws."""
        self.check(x)
        rng, seen = self.sampler(seed), []
        for _ in range(whole("rounds", rounds)):
            seen.append(self.reconstruct(spoil(x, rng, self.noise)))
            x = bernoulli(seen[-1], rng)
        return namespace(x).stack(seen)

    def sample(self, n, seed=None, *, rounds=100):
        """n samples (n, pixels): the last round of n chains that start from pixels drawn at random."""
        rng = self.sampler(seed)
        half = namespace(self.learner.theta).full((whole("n", n), self.width), 0.5, dtype=self.learner.theta.dtype)
        x = bernoulli(half, rng)
        for _ in range(whole("rounds", rounds)):
            p = self.reconstruct(spoil(x, rng, self.noise))
            x = bernoulli(p, rng)
        return p
