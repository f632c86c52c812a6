"""The two gradients of the game: what D learns from, and what G learns from.

The generator G turns noise z ~ N(0, I) into a sample G(z). The discriminator D gives a sample a logit; σ(logit) = D(x)
is the probability, in D's opinion, that x is real. They play

    min over G, max over D of     E_x log D(x) + E_z log(1 − D(G(z)))

D's loss is L_D = ½ (BCE(D(x), 1) + BCE(D(G(z)), 0)). For G there are two, both functions of D's logit on a fake:

    minimax          L_G = E log(1 − D(G(z)))     gradient −σ(l) / N: the game as it stands; next to nothing where D rejects
                                                  the fakes, σ(l) ≈ 0, that is early on
    non-saturating   L_G = −E log D(G(z))         gradient (σ(l) − 1) / N: the same fixed point; steepest there

D does not move in G's step, but G learns only through D: the gradient runs from the loss back through D to its input,
the fake picture, and from there through G. `g_grad` says it in five lines.
Source: Goodfellow et al. 2014, section 3 and algorithm 1.
"""

from minigan.arrays import namespace
from minigan.nn.losses import bce_with_logits


def d_grad(D, theta_d, real, fake, smooth=0.0):
    """The discriminator's loss ½ (BCE(D(real), 1 − smooth) + BCE(D(fake), 0)) and ∂loss/∂θ_D.

    real, fake: (N, D.n_in), packed if D judges several samples together, each a batch of its own: a BatchNorm in D sees them
    apart. smooth: one-sided label smoothing;
    with 0.1, D is punished for being surer than 0.9 of what is real (Salimans et al. 2016, section 3.4).
    """
    logits, tape = D.forward(theta_d, real)
    loss_real, dlogits = bce_with_logits(logits, 1.0 - smooth)
    _, dtheta_real = D.backward(theta_d, tape, 0.5 * dlogits, want_dx=False)

    logits, tape = D.forward(theta_d, fake)
    loss_fake, dlogits = bce_with_logits(logits, 0.0)
    _, dtheta_fake = D.backward(theta_d, tape, 0.5 * dlogits, want_dx=False)

    return 0.5 * (loss_real + loss_fake), dtheta_real + dtheta_fake


def g_grad(G, theta_g, D, theta_d, z, loss="non-saturating", pack=1):
    """The generator's loss and ∂loss/∂θ_G. z: noise (N, G.n_in). loss: "non-saturating" or "minimax".

    pack: how many samples D judges together; here the packing is done inside.
    """
    fake, tape_g = G.forward(theta_g, z)
    logits, tape_d = D.forward(theta_d, packed(fake, pack))
    value, dlogits = loss_function(loss)(logits)
    dfake, _ = D.backward(theta_d, tape_d, dlogits, want_dtheta=False)  # through D, which stands still
    _, dtheta_g = G.backward(theta_g, tape_g, namespace(fake).reshape(dfake, fake.shape), want_dx=False)
    return value, dtheta_g


def packed(x, m):
    """m samples side by side in one row, (N, n) -> (N/m, m·n): D can then see that a batch lacks variety (PacGAN)."""
    return namespace(x).reshape(x, (-1, m * x.shape[1]))


def minimax(logits):
    """The mean of log(1 − D) over D's logits on fakes (N, 1), and its gradient: (loss, dlogits)."""
    loss, dlogits = bce_with_logits(logits, 0.0)
    return -loss, -dlogits


def non_saturating(logits):
    """The mean of −log D over D's logits on fakes (N, 1), and its gradient: (loss, dlogits)."""
    return bce_with_logits(logits, 1.0)


GENERATOR_LOSSES = {"non-saturating": non_saturating, "minimax": minimax}


def loss_function(name):
    """The loss of that name, a function logits -> (loss, dlogits); ValueError for another name."""
    if name not in GENERATOR_LOSSES:
        raise ValueError(f"loss is {name!r}: want one of {', '.join(map(repr, GENERATOR_LOSSES))}")
    return GENERATOR_LOSSES[name]
