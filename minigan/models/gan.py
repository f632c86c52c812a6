"""The generative adversarial network: a forger and a critic, trained against each other.

`adversarial.py` has the two gradients; here is the game: who moves when, and all the state. One step of alternating descent is

    k times:  fresh noise, a fresh real batch;  θ_D ← θ_D − η ∂L_D/∂θ_D
    once:     fresh noise;                      θ_G ← θ_G − η ∂L_G/∂θ_G, D standing still

with the plain gradient step replaced by an optimizer's. D moves first: what G follows is worth what D knows.
Source: Goodfellow et al. 2014, algorithm 1.
"""

from minigan.arrays import INIT, MONITOR, NOISE, SAMPLE, backend_module, copy_of, generator, namespace
from minigan.models.adversarial import d_grad, g_grad, loss_function, packed
from minigan.models.check import check_batch, check_count, check_state, fresh_optimizer, optimizer_from
from minigan.models.networks import vanilla_discriminator, vanilla_generator
from minigan.nn import Adam
from minigan.nn.activations import sigmoid
from minigan.nn.penalty import penalty_grad, zero_slope

__all__ = ["GAN", "d_grad", "g_grad", "vanilla_discriminator", "vanilla_generator"]


class GAN:
    """A generator, a discriminator and all the state of their game.

    G: a Net, noise (N, latent) -> samples. D: a Net, samples -> logits (N, 1). k: steps of D for one of G.
    loss: G's, "non-saturating" or "minimax". optimizer_g, optimizer_d: patterns, of which the model makes its own
    copies; Adam() if None. Two learning rates give two time scales (Heusel et al. 2017): a D that learns faster stays near
    its best answer, and G follows a gradient that means something. seed: of the first θs and of all noise. backend:
    "numpy" or "cupy". dtype: "float32" or "float64".

    Remedies, all off by default. smooth: one-sided label smoothing, see `d_grad`. r1: the weight γ of a penalty on D's slope
    at the real data, which keeps D from turning ever steeper around them (`nn/penalty.py`). pack: D judges this many
    samples together (Lin et al. 2018); its n_in is pack times that of a sample.
    """

    def __init__(self, G, D, latent=10, k=1, loss="non-saturating", optimizer_g=None, optimizer_d=None, seed=0,
                 backend="numpy", dtype="float32", *, smooth=0.0, r1=0.0, pack=1):
        for name, number in (("k", k), ("pack", pack)):
            if not isinstance(number, int) or number < 1:
                raise ValueError(f"{name} is {number!r}: want a whole number, 1 or more")
        if not 0 <= smooth < 0.5 or not r1 >= 0:
            raise ValueError(f"smooth is {smooth}, r1 is {r1}: want 0 ≤ smooth < 0.5 and r1 ≥ 0")
        if G.n_in != latent:
            raise ValueError(f"G takes {G.n_in} inputs, latent is {latent}: make them equal")
        if pack * G.n_out != D.n_in:
            raise ValueError(f"G makes samples of {G.n_out} numbers, D takes {D.n_in}: want {pack} times as many (pack={pack})")
        if D.n_out != 1:
            raise ValueError(f"D gives {D.n_out} numbers, want one logit: end it in Linear(n, 1)")
        if D.range is not None:
            raise ValueError(f"D ends in values in {D.range}, want a logit: leave out its last activation")
        loss_function(loss)
        backend_module(backend)
        if r1:
            D.check_tangent()
        self.smooth, self.r1, self.pack = float(smooth), float(r1), pack
        self.G, self.D, self.latent, self.k, self.loss = G, D, latent, k, loss
        self.seed, self.backend, self.dtype = seed, backend, dtype
        check_count("seed", seed)
        rng = generator([INIT, seed], backend)
        self.theta_g, self.theta_d = G.init(rng, dtype), D.init(rng, dtype)
        self.stats_g = G.init_stats(dtype, backend)
        self.optimizer_g = fresh_optimizer(optimizer_g, Adam())
        self.optimizer_d = fresh_optimizer(optimizer_d, Adam())
        self.steps = 0

    @property
    def range(self):
        """Between which values the samples lie, and the data must: (low, high), or None for anywhere."""
        return self.G.range

    @property
    def batches_per_step(self):
        """How many minibatches of real data one step uses up: one for each step of D."""
        return self.k

    def step(self, real, *, check=True):
        """One step of the game: k of D, one of G. Returns {"loss_d": …, "loss_g": …}, scalars that stay on the device.

        real: (k·N, G.n_out), k fresh batches one under the other. check=False leaves out the look at every value, for
        data that `check` has seen.
        """
        if check:
            self.check(real)
        rng = generator([NOISE, self.seed, self.steps], self.backend)
        for batch in self._batches(real):
            loss_d = self.step_d(batch, rng)
        loss_g = self.step_g(batch.shape[0], rng)
        self.steps += 1
        return {"loss_d": loss_d, "loss_g": loss_g}

    def step_d(self, batch, rng):
        """One step of D on a real batch and as many fakes -> L_D. `step` is made of these."""
        fake, tape = self.G.forward(self.theta_g, self.noise(rng, batch.shape[0]))
        loss, dtheta = self._d_grad(packed(batch, self.pack), packed(fake, self.pack), rng)
        self.theta_d = self._move_d(dtheta)
        self.stats_g = self.G.track(self.stats_g, tape)
        return loss

    def step_g(self, n, rng):
        """One step of G on n noise vectors, D standing still -> L_G."""
        loss, dtheta = self._g_grad(self.noise(rng, n))
        self.theta_g = self.optimizer_g.step(self.theta_g, dtheta)
        return loss

    def _d_grad(self, real, fake, rng):
        loss, dtheta = d_grad(self.D, self.theta_d, real, fake, self.smooth)
        if self.r1:
            dtheta += penalty_grad(self.D, self.theta_d, real, zero_slope, self.r1)[1]
        return loss, dtheta

    def _move_d(self, dtheta):
        return self.optimizer_d.step(self.theta_d, dtheta)

    def _g_grad(self, z):
        return g_grad(self.G, self.theta_g, self.D, self.theta_d, z, self.loss, self.pack)

    def noise(self, rng, n):
        """z ~ N(0, 1), (n, latent)."""
        return rng.standard_normal(size=(n, self.latent), dtype=self.dtype)

    def check(self, real):
        """Raise unless `real` can be a batch of this model: shape, dtype, backend, finite, within G's range."""
        low, high = self.range or (-float("inf"), float("inf"))
        rows = self.k * self.pack * max(self.G.min_batch, self.D.min_batch)
        check_batch(real, width=self.G.n_out, backend=self.backend, dtype=self.dtype, low=low, high=high, rows=rows)

    def _batches(self, real):
        """Cut (k·N, n) into k batches of whole packs; where k does not divide them, the sizes differ by one pack."""
        packs = real.shape[0] // self.pack
        cuts = [i * packs // self.k * self.pack for i in range(self.k + 1)]
        return [real[start:stop, :] for start, stop in zip(cuts, cuts[1:])]

    def sample(self, n, seed=None):
        """n samples, (n, G.n_out), by G in inference: each depends on its own noise alone. The model does not change.

        seed: the same seed gives the same noise; None gives new noise each time.
        """
        if n < 1:
            raise ValueError(f"n is {n}: want one sample at least")
        return self._sample(n, generator(None if seed is None else [SAMPLE, seed], self.backend))

    def _sample(self, n, rng):
        return self.G.forward(self.theta_g, self.noise(rng, n), self.stats_g)[0]

    def monitor(self, real):
        """What there is to see, on some real rows and as many samples: a dict of scalars on the device.

        The opinions of D, then spread: how much the samples differ from each other, as a share of how much the data do; and
        gradient_d, gradient_g: the lengths of the two gradients.
        """
        rng = generator([MONITOR, self.seed, self.steps], self.backend)
        real = real[: real.shape[0] // self.pack * self.pack, :]
        fake = self._sample(real.shape[0], rng)
        xp = namespace(real)
        seen = self._opinions(packed(real, self.pack), packed(fake, self.pack))
        seen["spread"] = xp.mean(xp.std(fake, axis=0)) / (xp.mean(xp.std(real, axis=0)) + 1e-12)
        _, dtheta_d = self._d_grad(packed(real, self.pack), packed(fake, self.pack), rng)
        _, dtheta_g = self._g_grad(self.noise(rng, real.shape[0]))
        lengths = {"gradient_d": dtheta_d, "gradient_g": dtheta_g}
        return seen | {name: xp.sqrt(xp.sum(dtheta * dtheta)) for name, dtheta in lengths.items()}

    def _opinions(self, real, fake):
        """{"d_real": mean D(x), "d_fake": mean D(G(z))}, both → ½ when fakes cannot be told any more."""
        logits = {"d_real": self.D.forward(self.theta_d, real)[0], "d_fake": self.D.forward(self.theta_d, fake)[0]}
        return {name: namespace(real).mean(self.opinion(logit)) for name, logit in logits.items()}

    def opinion(self, score):
        """D's output as a number in [0, 1], 1 meaning real: σ(logit)."""
        return sigmoid(score)

    def state(self):
        """All that changes while training, as a dict of arrays and numbers. It stays as it is when training goes on."""
        copied = {name: copy_of(getattr(self, name)) for name in ("theta_g", "theta_d", "stats_g")}
        return {**copied, "optimizer_g": self.optimizer_g.state(), "optimizer_d": self.optimizer_d.state(),
                "steps": self.steps, "seed": self.seed}  # fmt: skip

    def config(self):
        """What two runs must have in common for one to go on with the other's state: a dict of plain values."""
        settings = {name: getattr(self, name) for name in ("latent", "k", "loss", "dtype", "seed", "smooth", "r1", "pack")}
        optimizers = {name: getattr(self, name).settings() for name in ("optimizer_g", "optimizer_d")}
        return {"kind": type(self).__name__, "G": self.G.describe(), "D": self.D.describe(), **settings, **optimizers}

    def networks(self):
        """{name: (network, its θ in the state, its running statistics there or None)}, for a checkpoint."""
        return {"G": (self.G, "theta_g", "stats_g"), "D": (self.D, "theta_d", None)}

    def load_state(self, state):
        """Go on from what `state()` gave: the next steps are those that would have followed. All or nothing."""
        names = ("theta_g", "theta_d", "stats_g")
        check_state(state, self.state(), arrays=names)
        optimizers = [optimizer_from(self.optimizer_g, state["optimizer_g"], self.theta_g),
                      optimizer_from(self.optimizer_d, state["optimizer_d"], self.theta_d)]  # fmt: skip
        self.optimizer_g, self.optimizer_d = optimizers
        self.theta_g, self.theta_d, self.stats_g = (copy_of(state[name]) for name in names)
        self.steps, self.seed = state["steps"], state["seed"]
