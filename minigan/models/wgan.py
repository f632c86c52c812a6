"""The Wasserstein GAN: a critic that measures a distance instead of passing a verdict.

The distance between the data and the samples, "how much earth has to be moved how far", is

    W = max over f with slope ≤ 1 everywhere of   E_x f(x) − E_z f(G(z))

(the Kantorovich–Rubinstein duality). It is continuous in the generator even where samples and data do not touch; there a GAN's
D can be perfect, and its loss constant. So a network plays f, the critic D (no sigmoid, no log), trained by k steps to enlarge
the difference; then G takes one step to shrink it:

    L_D = mean D(G(z)) − mean D(x)  (+ penalty)          L_G = −mean D(G(z))

The slope is kept in bounds by one of two means:

    clipping     θ_D ← clip(θ_D, −c, c) after each step: a line over θ, crude (Arjovsky et al. 2017, with RMSProp, k = 5)
    penalty      λ mean (‖∂D/∂x‖ − 1)² at points between real and fake, x̂ = ε x + (1 − ε) G(z), ε uniform
                 (Gulrajani et al. 2017, λ = 10; exact here without autograd: `nn/penalty.py`)

−L_D without the penalty estimates W times the critic's slope. With the penalty that slope is above 1: a slope 1 + s gains s W
and costs λ s², so the best s is W / 2λ. At λ = 0.1, which suits points in the plane, that is 1 + 5 W. So the curve of −L_D
compares one run with itself: it falls as the samples get better, which no loss of the plain GAN does.
"""

from minigan.arrays import namespace
from minigan.check import number
from minigan.models.adversarial import Losses
from minigan.models.gan import GAN
from minigan.nn.penalty import penalty_grad, unit_slope


def high(scores):
    """−mean of scores (N, 1), and its gradient: small where the scores are high."""
    xp = namespace(scores)
    return -xp.mean(scores), xp.full_like(scores, -1.0 / scores.shape[0])


def low(scores):
    """The mean of scores (N, 1), and its gradient: small where the scores are low."""
    xp = namespace(scores)
    return xp.mean(scores), xp.full_like(scores, 1.0 / scores.shape[0])


WASSERSTEIN = Losses(real=high, fake=low, generator=high)


def clipped(theta, bound):
    """θ with every entry brought into [−bound, bound]. A new vector."""
    return namespace(theta).clip(theta, -bound, bound)


class WGAN(GAN):
    """A GAN with a Wasserstein critic. G, D, latent, k, optimizers, seed, backend, dtype, pack: as for GAN.

    penalty: float ≥ 0, λ of the gradient penalty.
    clip: float > 0, c of weight clipping; then there is no penalty. None for the penalty.
    `step` reports loss_d, of which −loss_d is the estimate above, and loss_g.
    """

    def __init__(self, G, D, latent=10, k=5, *, penalty=10.0, clip=None, optimizer_g=None, optimizer_d=None, seed=0,
                 backend="numpy", dtype="float32", pack=1):
        super().__init__(G, D, latent, k, optimizer_g=optimizer_g, optimizer_d=optimizer_d, seed=seed, backend=backend,
                         dtype=dtype, pack=pack)
        self.losses = WASSERSTEIN
        self.penalty = number("penalty, the weight of the gradient penalty,", penalty, least=0)
        self.clip = clip if clip is None else number("clip, the bound for the critic's weights,", clip, above=0)
        if clip is None and self.penalty:
            D.check_tangent()

    def d_grad(self, real, fake, rng):
        """L_D, its gradient, with that of the penalty if there is one, and D's tapes."""
        loss, dtheta, tapes = super().d_grad(real, fake, rng)
        if self.clip is None and self.penalty:
            share = rng.random(size=(real.shape[0], 1), dtype=self.dtype)
            between = share * real + (1.0 - share) * fake
            dtheta = dtheta + penalty_grad(self.D, self.discriminator.theta, between, unit_slope, self.penalty)[1]
        return loss, dtheta, tapes

    def step_d(self, real, rng):
        """One step of the critic, its weights clipped afterwards if so wanted -> L_D."""
        loss = super().step_d(real, rng)
        if self.clip is not None:
            self.discriminator.theta = clipped(self.discriminator.theta, self.clip)
            if self.discriminator.optimizer.mean is not None:
                self.discriminator.optimizer.mean = clipped(self.discriminator.optimizer.mean, self.clip)
        return loss

    def opinions(self, real, fake):
        """{"distance": the estimate of the Wasserstein distance} of the critic's scores."""
        mean = namespace(real).mean
        return {"distance": mean(real) - mean(fake)}

    def opinion(self, score):
        """The critic's scores from the lowest, 0, to the highest, 1: they have no scale of their own."""
        xp = namespace(score)
        return (score - xp.min(score)) / (xp.max(score) - xp.min(score) + 1e-12)
