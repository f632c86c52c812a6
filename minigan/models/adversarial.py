"""The two gradients of the game: what D learns from, and what G learns from.

The generator G turns noise z ~ N(0, I) into a sample G(z). The discriminator D gives a sample a score, one number. They play by
three losses, each a function of scores (N, 1) that returns its mean over the rows and the gradient of that mean:

    L_D = real(s(x)) + fake(s(G(z)))          L_G = generator(s(G(z)))          s: the scores

In the GAN the score is a logit l, and D(x) = σ(l) is the probability, in D's opinion, that x is real. The game is

    min over G, max over D of     E_x log D(x) + E_z log(1 − D(G(z)))

so real is ½ BCE(l, 1) and fake is ½ BCE(l, 0): L_D is the mean over real and fake rows together. The ½ moves no optimum; where
D is ½ everywhere, L_D is log 2. For G there are two losses:

    minimax          E log(1 − D(G(z)))     gradient −σ(l) / N: the game as it stands; next to nothing where D rejects the
                                            fakes, σ(l) ≈ 0, that is early on
    non-saturating   −E log D(G(z))         gradient (σ(l) − 1) / N: the same fixed point; steepest there

D does not move in G's step, but G learns only through D: the gradient runs from the loss back through D to its input,
the fake picture, and from there through G. `g_grad` says it in five lines.
Source: Goodfellow et al. 2014, section 3 and algorithm 1.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from minigan.arrays import namespace
from minigan.nn.losses import bce_with_logits


@dataclass(frozen=True)
class Losses:
    """Three functions scores (N, 1) -> (loss, dscores): D's for real samples, D's for fakes, and G's."""

    real: Callable
    fake: Callable
    generator: Callable


def real_loss(smooth=0.0):
    """½ BCE(logits, 1 − smooth). With smooth = 0.1, D is punished for being surer than 0.9 of what is real (Salimans et al.
    2016, section 3.4).
    """
    return functools.partial(_half_bce, 1.0 - smooth)


def fake_loss(logits):
    """½ BCE(logits, 0)."""
    return _half_bce(0.0, logits)


def _half_bce(target, logits):
    loss, dlogits = bce_with_logits(logits, target)
    return 0.5 * loss, 0.5 * dlogits


def minimax(logits):
    """The mean of log(1 − D) over D's logits on fakes (N, 1), and its gradient: (loss, dlogits)."""
    loss, dlogits = bce_with_logits(logits, 0.0)
    return -loss, -dlogits


def non_saturating(logits):
    """The mean of −log D over D's logits on fakes (N, 1), and its gradient: (loss, dlogits)."""
    return bce_with_logits(logits, 1.0)


GENERATOR_LOSSES = {"non-saturating": non_saturating, "minimax": minimax}
GAME = Losses(real_loss(), fake_loss, non_saturating)


def d_grad(D, theta_d, real, fake, losses=GAME):
    """The discriminator's loss L_D and ∂L_D/∂θ_D.

    real, fake: (N, D.n_in), packed if D judges several samples together.
    """
    return d_grad_and_tapes(D, theta_d, real, fake, losses)[:2]


def d_grad_and_tapes(D, theta_d, real, fake, losses=GAME):
    """As `d_grad`, and the tapes of D's passes, for its running statistics.

    A D that joins rows (BatchNorm) sees real and fake apart, for their statistics differ. Any other sees them as one batch:
    the same numbers from half as many products.
    """
    xp = namespace(real, fake)
    N = real.shape[0]
    batches = [real, fake] if D.min_batch > 1 else [xp.concat([real, fake], axis=0)]
    scores, tapes = zip(*(D.forward(theta_d, batch) for batch in batches))
    scores = xp.concat(scores, axis=0)
    loss_real, dreal = losses.real(scores[:N, :])
    loss_fake, dfake = losses.fake(scores[N:, :])
    dscores = [dreal, dfake] if D.min_batch > 1 else [xp.concat([dreal, dfake], axis=0)]
    dthetas = [D.backward(theta_d, tape, dscore, want_dx=False)[1] for tape, dscore in zip(tapes, dscores)]
    return loss_real + loss_fake, sum(dthetas[1:], dthetas[0]), tapes


def g_grad(G, theta_g, D, theta_d, z, loss="non-saturating", pack=1):
    """The generator's loss L_G and ∂L_G/∂θ_G. z: noise (N, G.n_in).

    loss: "non-saturating", "minimax", or a function scores -> (loss, dscores).
    pack: how many samples D judges together; here the packing is done inside.
    """
    fake, tape_g = G.forward(theta_g, z)
    scores, tape_d = D.forward(theta_d, packed(fake, pack))
    value, dscores = loss_function(loss)(scores)
    dfake, _ = D.backward(theta_d, tape_d, dscores, want_dtheta=False)  # through D, which stands still
    _, dtheta_g = G.backward(theta_g, tape_g, namespace(fake).reshape(dfake, fake.shape), want_dx=False)
    return value, dtheta_g


def packed(x, m):
    """m samples side by side in one row, (N, n) -> (N/m, m·n): D can then see that a batch lacks variety (PacGAN)."""
    return namespace(x).reshape(x, (-1, m * x.shape[1]))


def loss_function(loss):
    """The generator's loss of that name; a function as it is. ValueError for another name."""
    if callable(loss):
        return loss
    if loss not in GENERATOR_LOSSES:
        raise ValueError(f"loss is {loss!r}: want one of {', '.join(map(repr, GENERATOR_LOSSES))}")
    return GENERATOR_LOSSES[loss]
