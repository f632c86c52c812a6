"""The generative adversarial network: a forger and an expert who looks for forgeries, trained against each other.

`adversarial.py` has the two gradients; here is the game: who moves when. One step of alternating descent is

    k times:  fresh noise, a fresh real batch;  θ_D ← θ_D − η ∂L_D/∂θ_D
    once:     fresh noise;                      θ_G ← θ_G − η ∂L_G/∂θ_G, D standing still

with the plain gradient step replaced by an optimizer's. D moves first: the gradient that G gets is only as good as D.
Source: Goodfellow et al. 2014, algorithm 1.
"""

from minigan.arrays import INIT, MONITOR, namespace
from minigan.check import choice, instance, number, whole
from minigan.models.adversarial import (
    GENERATOR_LOSSES,
    Losses,
    d_grad,
    d_grad_and_tapes,
    fake_loss,
    g_grad,
    loss_function,
    packed,
    real_loss,
)
from minigan.models.check import check_batch
from minigan.models.gan_health import Health
from minigan.models.model import Learner, Model
from minigan.models.networks import vanilla_discriminator, vanilla_generator
from minigan.nn import Adam, Net
from minigan.nn.activations import sigmoid
from minigan.nn.penalty import penalty_grad, zero_slope
from minigan.nn.schedule import check_schedule, scheduled

# All that the plain GAN is made of has this one address.
__all__ = ["GAN", "d_grad", "g_grad", "vanilla_discriminator", "vanilla_generator"]


class GAN(Model):
    """A generator, a discriminator and all the state of their game.

    G: Net, noise (N, latent) -> samples (N, n).
    D: Net, samples -> logits (N, 1).
    latent: int, dimensions of the noise.
    k: int, steps of D for one of G. D's optimizer counts its own, k in a step: a schedule of D's wants k times as many.
    loss: G's, "non-saturating" or "minimax".
    optimizer_g, optimizer_d: patterns, of which the model makes its own copies; Adam() if None. Two learning rates give two
        time scales (Heusel et al. 2017): a D that learns faster stays near its best answer, and G follows a gradient that
        means something.
    seed: int ≥ 0, of the first θs and of all noise.
    backend: "numpy" or "cupy".
    dtype: "float32" or "float64".

    Remedies, all off by default.
    smooth: float in [0, ½), one-sided label smoothing, see `real_loss`.
    r1: float ≥ 0, the weight γ of a penalty on D's slope at the real data, which keeps D from turning ever steeper around them
        (`nn/penalty.py`). r1_schedule: what multiplies γ at each step (`nn/schedule.py`). Let go late, and D may be steep
        between the modes that G has found.
    pack: int, D judges this many samples together (Lin et al. 2018); its n_in is pack times that of a sample.
    """

    parts = ("generator", "discriminator")

    def __init__(self, G, D, latent=10, k=1, loss="non-saturating", optimizer_g=None, optimizer_d=None, seed=0,
                 backend="numpy", dtype="float32", *, smooth=0.0, r1=0.0, r1_schedule=None, pack=1):
        super().__init__(seed=seed, backend=backend, dtype=dtype)
        self.G, self.D, self.latent, self.k, self.pack = G, D, whole("latent", latent), whole("k", k), whole("pack", pack)
        self.smooth, self.r1 = number("smooth", smooth, least=0, below=0.5), number("r1", r1, least=0)
        self.r1_schedule = check_schedule("r1_schedule", r1_schedule)
        if r1_schedule is not None and not self.r1:
            raise ValueError(f"r1_schedule is {r1_schedule!r}, and r1 is 0: give r1 > 0, whose schedule it is, or leave it out")
        self.loss = choice("loss", loss, GENERATOR_LOSSES)
        self.losses = Losses(real_loss(self.smooth), fake_loss, loss_function(loss))
        self._check_players()
        if self.r1:
            D.check_tangent()
        self.optimizer_g, self.optimizer_d = (Adam() if one is None else one for one in (optimizer_g, optimizer_d))
        rng = self.rng(INIT)
        self.generator = Learner(G, self.optimizer_g, G.init(rng, dtype))
        self.discriminator = Learner(D, self.optimizer_d, D.init(rng, dtype))
        self.range, self.width, self.batches_per_step = G.range, G.n_out, self.k
        self.rows = self.k * self.pack * max(G.min_batch, D.min_batch)

    def _check_players(self):
        G, D = instance("G", self.G, Net), instance("D", self.D, Net)
        if G.input_shape != (self.latent,):
            raise ValueError(f"G takes {G.input_shape}, latent is {self.latent}: make them equal, G from rows of noise")
        if len(G.output_shapes[-1]) != 1 or len(D.input_shape) != 1:
            raise ValueError(f"G makes {G.output_shapes[-1]}, D takes {D.input_shape}: want rows of numbers; end a G of images "
                             "in Flatten(), begin D with Reshape(h, w, c)")
        if self.pack * G.n_out != D.n_in:
            raise ValueError(f"G makes samples of {G.n_out} numbers, D takes {D.n_in}, and judges {self.pack} at a time: want "
                             f"{self.pack} · {G.n_out} = {self.pack * G.n_out}")
        if D.output_shapes[-1] != (1,):
            raise ValueError(f"D gives {D.output_shapes[-1]}, want one logit, (1,): end it in Linear(n, 1)")
        if D.range is not None:
            raise ValueError(f"D ends in values in {D.range}, want a logit: leave out its last activation")

    def step(self, real, *, check=True):
        """One step of the game: k of D, one of G. Returns {"loss_d": …, "loss_g": …}, scalars that stay on the device.

        real: (k·N, G.n_out), k fresh batches one under the other. check=False leaves out the look at every value, for
        data that `check` has seen.
        """
        if check:
            self.check(real)
        rng = self.rng()
        for batch in self.batches(real):
            loss_d = self.step_d(batch, rng)
        loss_g = self.step_g(batch.shape[0], rng)
        self.steps += 1
        return {"loss_d": loss_d, "loss_g": loss_g}

    def step_d(self, real, rng):
        """One step of D on a real batch and as many fakes -> L_D. `step` is made of these."""
        z = self.noise(rng, real.shape[0])
        fake, tape = self.generator.forward(z)
        real, fake = packed(real, self.pack), packed(fake, self.pack)
        loss, dtheta, tapes = self.d_grad(real, fake, rng)
        self.discriminator.step(dtheta)
        for seen, batch in zip(tapes, (real, fake)):
            self.discriminator.track(seen, batch)
        self.generator.track(tape, z)
        return loss

    def step_g(self, n, rng):
        """One step of G on n noise vectors, D standing still -> L_G."""
        loss, dtheta = self.g_grad(self.noise(rng, n))
        self.generator.step(dtheta)
        return loss

    def d_grad(self, real, fake, rng):
        """L_D, its gradient, with that of the penalty if there is one, and D's tapes. real, fake: packed."""
        loss, dtheta, tapes = d_grad_and_tapes(self.D, self.discriminator.theta, real, fake, self.losses)
        if gamma := scheduled(self.r1, self.r1_schedule, self.steps + 1):
            dtheta = dtheta + penalty_grad(self.D, self.discriminator.theta, real, zero_slope, gamma)[1]
        return loss, dtheta, tapes

    def g_grad(self, z):
        """L_G and its gradient."""
        theta_g, theta_d = self.generator.theta, self.discriminator.theta
        return g_grad(self.G, theta_g, self.D, theta_d, z, self.losses.generator, self.pack)

    def noise(self, rng, n):
        """z ~ N(0, 1), (n, latent)."""
        return rng.standard_normal(size=(n, self.latent), dtype=self.dtype)

    def batches(self, real):
        """Cut (k·N, n) into k batches of whole packs; where k does not divide them, the sizes differ by one pack."""
        packs = real.shape[0] // self.pack
        cuts = [i * packs // self.k * self.pack for i in range(self.k + 1)]
        return [real[start:stop, :] for start, stop in zip(cuts, cuts[1:])]

    def sample(self, n, seed=None):
        """n samples, (n, G.n_out), by G in inference: each depends on its own noise alone. The model does not change.

        seed: the same seed gives the same noise; None gives new noise each time.
        """
        return self.generate(self.noise(self.sampler(seed), whole("n", n)))

    def generate(self, z):
        """G(z), (n, G.n_out), in inference, for noise of one's own (n, latent)."""
        check_batch(z, width=self.latent, backend=self.backend, dtype=self.dtype)
        return self.generator.infer(z)

    def monitor(self, real):
        """What there is to see, on some real rows and as many samples: a dict of scalars on the device.

        The opinions of D, then spread: how much the samples differ from each other, as a share of how much the data do (of two
        rows or more); and gradient_d, gradient_g: the lengths of the two gradients.
        """
        rng = self.rng(MONITOR)
        real = real[: real.shape[0] // self.pack * self.pack, :]
        fake = self.generate(self.noise(rng, real.shape[0]))
        xp = namespace(real)
        rows = packed(real, self.pack), packed(fake, self.pack)
        seen = self.opinions(*map(self.discriminator.infer, rows))
        if real.shape[0] > 1:  # one row does not differ from itself
            seen["spread"] = xp.mean(xp.std(fake, axis=0)) / (xp.mean(xp.std(real, axis=0)) + 1e-12)
        gradients = {"gradient_d": self.d_grad(*rows, rng)[1], "gradient_g": self.g_grad(self.noise(rng, real.shape[0]))[1]}
        return seen | {name: xp.sqrt(xp.sum(dtheta * dtheta)) for name, dtheta in gradients.items()}

    def opinions(self, real, fake):
        """{"d_real": mean D(x), "d_fake": mean D(G(z))} of D's scores; both → ½ when fakes cannot be told any more."""
        mean = namespace(real).mean
        return {"d_real": mean(self.opinion(real)), "d_fake": mean(self.opinion(fake))}

    def opinion(self, score):
        """D's output as a number in [0, 1], 1 meaning real: σ(logit)."""
        return sigmoid(score)

    def health(self):
        """What looks at the rows of a log, and says what is wrong."""
        return Health()
