"""The vanilla GAN beside the same in torch: the same weights give the same losses, gradients and training.

float64; skips where torch is absent (pip install 'minigan[bench]').
"""

import numpy as np
import pytest

from minigan.arrays import generator
from minigan.models.gan import d_grad, g_grad, vanilla_discriminator, vanilla_generator
from minigan.nn import Adam

torch = pytest.importorskip("torch")
from torch_networks import torch_discriminator, torch_generator  # noqa: E402

nn = torch.nn


def flat(tensors):
    """One vector in minigan's order: torch keeps a weight as (n_out, n_in)."""
    return np.concatenate([(t.T if t.ndim == 2 else t).detach().numpy().reshape(-1) for t in tensors])


def load(module, net, theta):
    parameters = iter(module.parameters())
    with torch.no_grad():
        for layer in net.unpack(theta):
            for array in layer:
                next(parameters).copy_(torch.from_numpy(array.T.copy() if array.ndim == 2 else array.copy()))


def relative(a, b):
    return np.linalg.norm(a - b) / np.linalg.norm(b)


def players(hidden=128, latent=10, n=784):
    rng = generator(0)
    G, D = vanilla_generator(latent, n, hidden), vanilla_discriminator(n, hidden)
    theta_g, theta_d = (net.init(rng, "float64") + 0.05 * rng.standard_normal(net.size) for net in (G, D))
    torch_G, torch_D = torch_generator(latent, n, hidden), torch_discriminator(n, hidden)
    load(torch_G, G, theta_g)
    load(torch_D, D, theta_d)
    return rng, (G, D, theta_g, theta_d), (torch_G, torch_D)


def losses(torch_G, torch_D, real, z):
    bce = nn.BCEWithLogitsLoss()
    real, z = torch.from_numpy(real), torch.from_numpy(z)
    fake = torch_G(z)
    on_fake = torch_D(fake)
    ones, zeros = torch.ones_like(on_fake), torch.zeros_like(on_fake)
    return {
        "d": 0.5 * (bce(torch_D(real), torch.ones(len(real), 1).double()) + bce(torch_D(fake.detach()), zeros)),
        "non-saturating": bce(on_fake, ones),
        "minimax": -bce(on_fake, zeros),
    }


def test_losses_and_gradients_agree():
    rng, (G, D, theta_g, theta_d), (torch_G, torch_D) = players()
    real, z = rng.random((33, 784)), rng.standard_normal((32, 10))
    theirs = losses(torch_G, torch_D, real, z)
    loss, dtheta_d = d_grad(D, theta_d, real, G.forward(theta_g, z)[0])
    assert loss == pytest.approx(theirs["d"].item(), rel=1e-10)
    assert relative(dtheta_d, flat(torch.autograd.grad(theirs["d"], list(torch_D.parameters())))) < 1e-10
    for name in ("non-saturating", "minimax"):
        loss, dtheta_g = g_grad(G, theta_g, D, theta_d, z, name)
        assert loss == pytest.approx(theirs[name].item(), rel=1e-10)
        expected = flat(torch.autograd.grad(theirs[name], list(torch_G.parameters()), retain_graph=True))
        assert relative(dtheta_g, expected) < 1e-10


def test_twenty_alternating_adam_steps_agree():
    rng, (G, D, theta_g, theta_d), (torch_G, torch_D) = players(hidden=16, n=64)
    ours_g, ours_d = Adam(1e-3), Adam(1e-3)
    theirs = [torch.optim.Adam(net.parameters(), lr=1e-3, betas=(0.5, 0.999)) for net in (torch_G, torch_D)]
    stats = G.init_stats("float64")
    for _ in range(20):
        real, z = rng.random((32, 64)), rng.standard_normal((32, 10))
        fake, tape = G.forward(theta_g, z)
        stats = G.track(stats, tape)
        theta_d = ours_d.step(theta_d, d_grad(D, theta_d, real, fake)[1])
        theta_g = ours_g.step(theta_g, g_grad(G, theta_g, D, theta_d, z)[1])
        for name, optimizer in (("d", theirs[1]), ("non-saturating", theirs[0])):
            optimizer.zero_grad()
            losses(torch_G, torch_D, real, z)[name].backward()
            optimizer.step()
            if name == "d":  # torch tracks every pass; ours is tracked once a step: keep the passes of D's step alone
                running = [(m.running_mean.clone(), m.running_var.clone()) for m in torch_G if hasattr(m, "running_mean")]
        for module, (mean, var) in zip([m for m in torch_G if hasattr(m, "running_mean")], running):
            module.running_mean, module.running_var = mean, var
    assert relative(theta_d, flat(torch_D.parameters())) < 1e-8
    assert relative(theta_g, flat(torch_G.parameters())) < 1e-8
    assert relative(stats, np.concatenate([part.numpy() for pair in running for part in pair])) < 1e-8
