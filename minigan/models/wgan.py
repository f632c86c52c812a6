"""The Wasserstein GAN: a critic that measures a distance instead of passing a verdict.

The distance between the data and the samples, "how much earth has to be moved how far", is

    W = max over f with slope ≤ 1 everywhere of   E_x f(x) − E_z f(G(z))

It is smooth in the generator even where samples and data do not touch, where a GAN's D has won and is flat. So a network plays
f, the critic D (no sigmoid, no log), trained by k steps to enlarge the difference; then G takes one step to shrink it:

    L_D = mean D(G(z)) − mean D(x)  (+ penalty)          L_G = −mean D(G(z))

The slope is kept in bounds by one of two means:

    clipping     θ_D ← clip(θ_D, −c, c) after each step: a line over θ, crude (Arjovsky et al. 2017, with RMSProp, k = 5)
    penalty      λ mean (‖∂D/∂x‖ − 1)² at points between real and fake, x̂ = ε x + (1 − ε) G(z), ε uniform
                 (Gulrajani et al. 2017, λ = 10; exact here without autograd: `nn/penalty.py`)

−L_D without the penalty is the estimate of W, up to the critic's slope (with the penalty a little above 1: at 1 + W/2λ the
gain and the price of more slope balance): the curve to watch, for it goes down as samples get
better, which no loss of the plain GAN does.
"""

from minigan.arrays import namespace
from minigan.models.adversarial import packed
from minigan.models.gan import GAN
from minigan.nn.penalty import penalty_grad, unit_slope


def critic_grad(D, theta_d, real, fake):
    """mean D(fake) − mean D(real) and its gradient with respect to θ_D. real, fake: (N, D.n_in)."""
    score_real, tape = D.forward(theta_d, real)
    xp, N = namespace(score_real), score_real.shape[0]
    _, dtheta_real = D.backward(theta_d, tape, xp.full_like(score_real, -1.0 / N), want_dx=False)
    score_fake, tape = D.forward(theta_d, fake)
    _, dtheta_fake = D.backward(theta_d, tape, xp.full_like(score_fake, 1.0 / score_fake.shape[0]), want_dx=False)
    return xp.mean(score_fake) - xp.mean(score_real), dtheta_real + dtheta_fake


def generator_grad(G, theta_g, D, theta_d, z, pack=1):
    """−mean D(G(z)) and its gradient with respect to θ_G. z: noise (N, G.n_in)."""
    fake, tape_g = G.forward(theta_g, z)
    score, tape_d = D.forward(theta_d, packed(fake, pack))
    xp = namespace(fake)
    dfake, _ = D.backward(theta_d, tape_d, xp.full_like(score, -1.0 / score.shape[0]), want_dtheta=False)
    _, dtheta_g = G.backward(theta_g, tape_g, xp.reshape(dfake, fake.shape), want_dx=False)
    return -xp.mean(score), dtheta_g


def clipped(theta, bound):
    """θ with every entry brought into [−bound, bound]. A new vector."""
    return namespace(theta).clip(theta, -bound, bound)


class WGAN(GAN):
    """A GAN with a Wasserstein critic. G, D, latent, k and all that GAN takes except loss, smooth and r1.

    penalty: λ of the gradient penalty. clip: c of weight clipping, instead of the penalty; give one of the two.
    `step` reports loss_d, of which −loss_d is the estimate of the distance, and loss_g.
    """

    def __init__(self, G, D, latent=10, k=5, *, penalty=10.0, clip=None, **options):
        if clip is not None and not clip > 0:
            raise ValueError(f"clip is {clip}: want a bound above 0 for the weights, or None for the gradient penalty")
        if not penalty >= 0:
            raise ValueError(f"penalty is {penalty}: want a weight of 0 or more")
        if {"loss", "smooth", "r1"} & set(options):
            raise ValueError("loss, smooth and r1 belong to GAN: the critic of a WGAN has one loss and its own penalty")
        super().__init__(G, D, latent, k, **options)
        self.penalty, self.clip = float(penalty), clip if clip is None else float(clip)
        if clip is None:
            D.check_tangent()

    def config(self):
        """As of a GAN, and the bound on the slope."""
        return {**super().config(), "penalty": self.penalty, "clip": self.clip}

    def _d_grad(self, real, fake, rng):
        loss, dtheta = critic_grad(self.D, self.theta_d, real, fake)
        if self.clip is None and self.penalty:
            share = rng.random(size=(real.shape[0], 1), dtype=self.dtype)
            between = share * real + (1.0 - share) * fake
            dtheta += penalty_grad(self.D, self.theta_d, between, unit_slope, self.penalty)[1]
        return loss, dtheta

    def _move_d(self, dtheta):
        theta = super()._move_d(dtheta)
        return theta if self.clip is None else clipped(theta, self.clip)

    def _g_grad(self, z):
        return generator_grad(self.G, self.theta_g, self.D, self.theta_d, z, self.pack)

    def _opinions(self, real, fake):
        """{"distance": the estimate of the Wasserstein distance}."""
        mean = namespace(real).mean
        return {"distance": mean(self.D.forward(self.theta_d, real)[0]) - mean(self.D.forward(self.theta_d, fake)[0])}

    def opinion(self, score):
        """The critic's scores from the lowest, 0, to the highest, 1: they have no scale of their own."""
        xp = namespace(score)
        return (score - xp.min(score)) / (xp.max(score) - xp.min(score) + 1e-12)
