"""The semi-supervised GAN: its two gradients, torch beside them, and what it refuses."""

import numpy as np
import pytest
from test_kills import state_bytes

from minigan.arrays import generator, to, to_numpy
from minigan.models import ssgan
from minigan.models.networks import noisy_features, relu_network, tanh_network
from minigan.models.ssgan import SSGAN, beside, evidence
from minigan.nn import BatchNorm, Linear, Net, Noise, NormedLinear, Sigmoid, Tanh, gradcheck
from minigan.train import train


def normal(rng, *shape):
    return rng.standard_normal(size=shape, dtype="float64")


def errors(module, rng, backend="numpy"):
    """The largest error of both gradients, on smooth networks."""
    G, head = tanh_network(2, 4, 5), tanh_network(3, 4)
    features = Net(Noise(0.3), NormedLinear(5, 4), Tanh(), Noise(0.5), Linear(4, 3))
    theta_g, theta_f, theta_h = (normal(rng, net.size) for net in (G, features, head))
    labelled, unlabelled, fake, z = normal(rng, 3, 5), normal(rng, 4, 5), normal(rng, 4, 5), normal(rng, 4, 2)
    labels = to(np.array([0, 3, 1]), backend)

    def draws():
        return generator(5, backend)  # the same noise in every pass

    def loss_d(f, h):
        return sum(module.d_grad(features, f, head, h, labelled, labels, unlabelled, fake, draws())[0].values())

    def match(g):
        return module.matching_grad(G, g, features, theta_f, z, unlabelled, draws())

    _, dtheta_f, dtheta_h = module.d_grad(features, theta_f, head, theta_h, labelled, labels, unlabelled, fake, draws())
    _, dtheta_g = match(theta_g)
    return max(gradcheck.vjp_error(lambda f: loss_d(f, theta_h), theta_f, 1.0, dtheta_f, rng),
               gradcheck.vjp_error(lambda h: loss_d(theta_f, h), theta_h, 1.0, dtheta_h, rng),
               gradcheck.vjp_error(lambda g: match(g)[0], theta_g, 1.0, dtheta_g, rng))  # fmt: skip


def test_gradients(backend, rng):
    assert errors(ssgan, rng, backend) <= gradcheck.TOLERANCE


FAULTS = [
    ("softmax left out of dl", "axis=0) * p], axis=0)", "axis=0) * (0.0 * p + 1.0)], axis=0)"),
    ("real and fake exchanged", "xp.concat([dreal, dfake], axis=0) * p", "xp.concat([dfake, dreal], axis=0) * p"),
    ("labelled rows' gradient dropped", "xp.concat([dclass, xp", "xp.concat([0.0 * dclass, xp"),
    ("feature matching: the 2 forgotten", "(2.0 / N) * off", "(1.0 / N) * off"),
    ("feature matching: no mean over rows", "(2.0 / N) * off", "2.0 * off"),
]


@pytest.mark.parametrize(("name", "old", "new"), FAULTS, ids=[name for name, *_ in FAULTS])
def test_a_planted_fault_is_caught(name, old, new):
    from nn.test_planted_faults import module_with

    assert errors(module_with("minigan.models.ssgan", old, new), generator(1)) > 1000 * gradcheck.TOLERANCE


def test_evidence_stays_finite_and_right_at_extreme_logits():
    logits = np.array([[1e4, 0.0, -1e4], [-1e4, -1e4, -1e4], [0.0, 0.0, 0.0], [-1e12, 0.3, -1e12]])
    s, p = evidence(logits)
    assert s[:, 0] == pytest.approx([1e4, np.log(3) - 1e4, np.log(3), 0.3], rel=1e-12)
    assert p.sum(axis=1) == pytest.approx(1, rel=1e-12)


def test_torch_agrees():
    torch = pytest.importorskip("torch")
    rng = generator(0)
    features, head = tanh_network(5, 4), tanh_network(4, 3)
    theta_f, theta_h = normal(rng, features.size), normal(rng, head.size)
    labelled, unlabelled, fake, labels = normal(rng, 3, 5), normal(rng, 4, 5), normal(rng, 4, 5), np.array([0, 2, 1])
    losses, dtheta_f, dtheta_h = ssgan.d_grad(features, theta_f, head, theta_h, labelled, labels, unlabelled, fake)
    f, h = (torch.from_numpy(theta.copy()).requires_grad_() for theta in (theta_f, theta_h))

    def logits(x):
        x = torch.from_numpy(x) @ f[:20].reshape(5, 4) + f[20:]
        return x @ h[:12].reshape(4, 3) + h[12:]

    log_z = [torch.logsumexp(logits(x), dim=1) for x in (unlabelled, fake)]
    loss = torch.nn.functional.cross_entropy(logits(labelled), torch.from_numpy(labels))
    loss = loss - 0.5 * (log_z[0] - torch.nn.functional.softplus(log_z[0])).mean()
    loss = loss + 0.5 * torch.nn.functional.softplus(log_z[1]).mean()
    loss.backward()
    assert sum(losses.values()) == pytest.approx(loss.item(), rel=1e-10)
    assert dtheta_f == pytest.approx(f.grad.numpy(), rel=1e-9, abs=1e-12)
    assert dtheta_h == pytest.approx(h.grad.numpy(), rel=1e-9, abs=1e-12)


def test_torch_agrees_with_feature_matching():
    torch = pytest.importorskip("torch")
    rng = generator(0)
    G, features = tanh_network(2, 4, 5), tanh_network(5, 3)
    theta_g, theta_f, z, real = normal(rng, G.size), normal(rng, features.size), normal(rng, 4, 2), normal(rng, 6, 5)
    loss, dtheta_g = ssgan.matching_grad(G, theta_g, features, theta_f, z, real)
    g, f = torch.from_numpy(theta_g.copy()).requires_grad_(), torch.from_numpy(theta_f)
    hidden = torch.tanh(torch.from_numpy(z) @ g[:8].reshape(2, 4) + g[8:12])
    fake = hidden @ g[12:32].reshape(4, 5) + g[32:]
    means = [(x @ f[:15].reshape(5, 3) + f[15:]).mean(dim=0) for x in (fake, torch.from_numpy(real))]
    matched = ((means[0] - means[1]) ** 2).sum()
    matched.backward()
    assert loss == pytest.approx(matched.item(), rel=1e-10)
    assert dtheta_g == pytest.approx(g.grad.numpy(), rel=1e-9, abs=1e-12)


def small(**options):
    return SSGAN(tanh_network(2, 6, 8), noisy_features(8, 6), relu_network(6, 3), latent=2, **options)


def data(rows=24):
    rng = generator(0)
    images = rng.random((rows, 8), "float32")
    return beside(images, images[:6], np.array([0, 1, 2, 0, 1, 2]), 3)


def test_resumed_equals_uninterrupted(tmp_path):
    whole, first, second = small(), small(), small()
    train(whole, data(), steps=9, batch_size=8, progress=False)
    train(first, data(), steps=4, batch_size=8, out=tmp_path, progress=False)
    train(second, data(), steps=9, batch_size=8, out=tmp_path, resume=True, progress=False)
    assert (whole.judging.theta == second.judging.theta).all() and (whole.sample(3, 0) == second.sample(3, 0)).all()


def test_small_steps_along_the_gradient_of_G_raise_the_match():
    """With D fixed, the means of the features come together."""
    machine, (unlabelled, _, _) = small(dtype="float64"), data()
    z, theta = normal(generator(1), 24, 2), machine.generator.theta
    D, real = (machine.features, machine.seeing.theta), unlabelled.astype(np.float64)

    def match(theta):
        return ssgan.matching_grad(machine.G, theta, *D, z, real, generator(2))  # the same noise each time

    before, _ = match(theta)
    for _ in range(20):
        theta = theta - 0.01 * match(theta)[1]
    assert match(theta)[0] < before


REFUSED = {
    "want a row of logits": lambda: SSGAN(relu_network(2, 4, 8), relu_network(8, 4), Net(Linear(4, 3), Sigmoid()), latent=2),
    "24 unlabelled rows, 6 labelled": lambda: small().step((data()[0], data()[1][:6], data()[2][:6])),
    "labels go from 0 to 3": lambda: beside(data()[0], data()[0][:4], np.array([0, 1, 2, 3]), 3),
    "no labelled row of class 1": lambda: beside(data()[0], data()[0][:2], np.array([0, 2]), 3),
    "no labelled row of class 0, 2": lambda: train(small(), (*data()[:2], np.ones(24, np.int64)), batch_size=8, progress=False),
    "4 unlabelled rows, 6 labelled": lambda: beside(data()[0][:4], data()[0][:6], np.array([0, 1, 2, 0, 1, 2]), 3),
    "there are 0 images with labels": lambda: small().accuracy(data()[0][:0], data()[2][:0]),
    r"want a tuple \(unlabelled": lambda: small().step(data()[0]),
    r"want \(N, 8\)": lambda: small().step(tuple(part[..., :7] if part.ndim == 2 else part for part in data())),
    "what features takes": lambda: SSGAN(tanh_network(2, 7), relu_network(8, 6), relu_network(6, 3), latent=2),
    "only features may draw": lambda: SSGAN(tanh_network(2, 8), relu_network(8, 6), Net(Noise(0.1), Linear(6, 3)), latent=2),
    "no BatchNorm": lambda: SSGAN(tanh_network(2, 8), Net(Linear(8, 6), BatchNorm(6)), relu_network(6, 3), latent=2),
}


@pytest.mark.parametrize("message", REFUSED)
def test_the_impossible_is_refused(message):
    with pytest.raises((ValueError, TypeError), match=message):
        REFUSED[message]()


@pytest.mark.parametrize("labels", [[0, 1, 3], [0, -1, 2], [0.0, 1.0, 2.0]], ids=["K", "below 0", "float"])
def test_a_refused_batch_changes_nothing(labels):
    machine = small()
    machine.step(tuple(part[:8] for part in data()))
    before = state_bytes(machine)
    with pytest.raises(ValueError, match="labels"):
        machine.step((data()[0][:3], data()[1][:3], np.array(labels)))
    assert state_bytes(machine) == before


def test_the_model_runs_on_any_backend(backend):
    machine = small(backend=backend)
    losses = machine.step(tuple(to(part, backend) for part in data(8)))
    assert all(np.isfinite(float(loss)) for loss in losses.values())
    _, images, labels = (to(part, backend) for part in data(8))
    assert to_numpy(machine.sample(2, seed=0)).shape == (2, 8) and 0 <= machine.accuracy(images, labels) <= 1
