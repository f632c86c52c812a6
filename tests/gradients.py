"""What a right gradient must pass, written once: the property tests call it with the library's modules, on shapes that
Hypothesis draws; the test of the checker calls it with modules that have a fault planted in them.

Each function takes the module under test, a random generator and the sizes, and returns the largest relative error.
"""

import importlib

from minigan.arrays import namespace
from minigan.models.networks import vanilla_discriminator, vanilla_generator
from minigan.nn import BatchNorm, LeakyReLU, Linear, Tanh, gradcheck


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
    """d_grad, and g_grad with both losses, on the vanilla GAN's networks; real and fake batches of different sizes."""
    G, D = vanilla_generator(latent, n, hidden), vanilla_discriminator(n, hidden)
    # near the usual start, where logits are small: a saturated loss of 1e-8 would be rounding of numbers near 10
    theta_g, theta_d = (net.init(rng, "float64") + 0.1 * normal(rng, net.size) for net in (G, D))
    real, fake, z = normal(rng, N + 1, n), normal(rng, N, n), normal(rng, N, latent)
    _, dtheta_d = module.d_grad(D, theta_d, real, fake)
    errors = [gradcheck.vjp_error(lambda t: module.d_grad(D, t, real, fake)[0], theta_d, 1.0, dtheta_d, rng)]
    for loss in ("non-saturating", "minimax"):
        _, dtheta_g = module.g_grad(G, theta_g, D, theta_d, z, loss)
        errors.append(gradcheck.vjp_error(lambda t, loss=loss: module.g_grad(G, t, D, theta_d, z, loss)[0], theta_g, 1.0,
                                          dtheta_g, rng))
    return max(errors)


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
