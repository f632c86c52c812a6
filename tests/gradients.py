"""What a right gradient must pass, written once: the property tests call it with the library's modules, on shapes that
Hypothesis draws; the test of the checker calls it with modules that have a fault planted in them.

Each function takes the module under test, a random generator and the sizes, and returns the largest relative error.
"""

import importlib

import numpy as np

from minigan.arrays import namespace, to_numpy
from minigan.models.networks import vanilla_discriminator, vanilla_generator
from minigan.nn import BatchNorm, LeakyReLU, Linear, Net, Tanh, gradcheck


def normal(rng, *shape):
    return rng.standard_normal(size=shape, dtype="float64")


def layer_error(layer, rng, N, n):
    params = [normal(rng, *shape) for shape in layer.shapes]
    return max(gradcheck.check_layer(layer, params, normal(rng, N, n), rng).values())


def linear(module, rng, N=5, n=4, m=3):
    return layer_error(module.Linear(n, m), rng, N, n)


def activations(module, rng, N=5, n=4):
    layers = [module.ReLU(), module.LeakyReLU(0.2), module.LeakyReLU(0.0), module.Sigmoid(), module.Tanh()]
    return max(layer_error(layer, rng, N, n) for layer in layers)


def batchnorm(module, rng, N=5, n=4):
    """In training and in inference, on features of different means and sizes."""
    layer = module.BatchNorm(n, eps=1e-3)
    params, x = [normal(rng, n), normal(rng, n)], normal(rng, N, n) * 2 + normal(rng, n)
    training = gradcheck.check_layer(layer, params, x, rng)
    stats = [normal(rng, n), 0.5 + normal(rng, n) ** 2]

    class Inference:
        forward = staticmethod(lambda params, x: layer.forward(params, x, stats))
        backward = layer.backward

    return max(*training.values(), *gradcheck.check_layer(Inference, params, x, rng).values())


def losses(module, rng, N=5, n=4):
    values, target = normal(rng, N, n) * 3, rng.random(size=(N, n), dtype="float64")
    xp = namespace(values)
    p = 0.2 + 0.6 * rng.random(size=(N, n), dtype="float64")
    labels = xp.astype(xp.floor(rng.random(size=(N,), dtype="float64") * n), xp.int64)
    claims = [
        (lambda x: module.bce_with_logits(x, target), values),
        (lambda x: module.bce_with_logits(x, 1.0), values),
        (lambda x: module.bce(x, target), p),
        (lambda x: module.bce(x, 0.0), p),
        (lambda x: module.mse(x, target), values),
        (lambda x: module.cross_entropy(x, labels), values),
    ]
    return max(gradcheck.vjp_error(lambda x, f=f: f(x)[0], x, 1.0, f(x)[1], rng) for f, x in claims)


def net(module, rng, N=6, n=3, hidden=4, m=2):
    description = module.Net(Linear(n, hidden), BatchNorm(hidden), LeakyReLU(0.3), Linear(hidden, m), Tanh())
    theta, x = normal(rng, description.size), normal(rng, N, n)
    y, tape = description.forward(theta, x)
    dy = normal(rng, *y.shape)
    # each flag alone must leave the other gradient as it is
    dx, _ = description.backward(theta, tape, dy, want_dtheta=False)
    _, dtheta = description.backward(theta, tape, dy, want_dx=False)
    return max(
        *gradcheck.check_net(description, theta, x, rng).values(),
        gradcheck.vjp_error(lambda x: description.forward(theta, x)[0], x, dy, dx, rng),
        gradcheck.vjp_error(lambda theta: description.forward(theta, x)[0], theta, dy, dtheta, rng),
    )


def gan(module, rng, N=8, n=5, latent=3, hidden=4):
    """d_grad, also for a D that joins rows, and g_grad with both losses, on the vanilla GAN's networks; real and fake batches
    of different sizes. A gradient may be that of a wrong loss, so the losses are compared with their formulas as well.
    """
    G, D = vanilla_generator(latent, n, hidden), vanilla_discriminator(n, hidden)
    joining = Net(Linear(n, hidden), BatchNorm(hidden), LeakyReLU(0.2), Linear(hidden, 1))
    # near the usual start, where logits are small: a saturated loss of 1e-8 would be rounding of numbers near 10
    theta_g, theta_d, theta_j = (net.init(rng, "float64") + 0.1 * normal(rng, net.size) for net in (G, D, joining))
    real, fake, z = normal(rng, N + 1, n), normal(rng, N, n), normal(rng, N, latent)
    errors = []
    for player, theta in ((D, theta_d), (joining, theta_j)):
        loss, dtheta = module.d_grad(player, theta, real, fake)
        errors.append(value_error(loss, 0.5 * surprise(player, theta, real, -1) + 0.5 * surprise(player, theta, fake, 1)))
        errors.append(gradcheck.vjp_error(lambda t, player=player: module.d_grad(player, t, real, fake)[0], theta, 1.0, dtheta,
                                          rng))
    made = G.forward(theta_g, z)[0]
    for name, formula in (("non-saturating", surprise(D, theta_d, made, -1)), ("minimax", -surprise(D, theta_d, made, 1))):
        loss, dtheta = module.g_grad(G, theta_g, D, theta_d, z, name)
        errors.append(value_error(loss, formula))
        errors.append(gradcheck.vjp_error(lambda t, name=name: module.g_grad(G, t, D, theta_d, z, name)[0], theta_g, 1.0,
                                          dtheta, rng))
    return max(errors)


def surprise(D, theta, x, sign):
    """The mean of log(1 + e^(sign · logit)): −log(1 − D(x)) for sign 1, −log D(x) for sign −1. In plain NumPy."""
    return np.mean(np.logaddexp(0.0, sign * to_numpy(D.forward(theta, x)[0])))


def value_error(value, formula):
    return abs(float(value) - formula) / abs(formula)


CHECKS = {
    "minigan.nn.linear": linear,
    "minigan.nn.activations": activations,
    "minigan.nn.batchnorm": batchnorm,
    "minigan.nn.losses": losses,
    "minigan.nn.net": net,
    "minigan.models.adversarial": gan,
}


def error_of(name, rng, **sizes):
    return CHECKS[name](importlib.import_module(name), rng, **sizes)
