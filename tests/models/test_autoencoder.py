"""The autoencoder and the denoiser's chain: their gradients, their samples, and what they refuse."""

import numpy as np
import pytest

from minigan import checkpoint
from minigan.arrays import generator, to, to_numpy
from minigan.models import autoencoder, gsn
from minigan.models.autoencoder import Autoencoder, spoil
from minigan.models.gsn import GSN
from minigan.models.networks import tanh_network
from minigan.nn import SGD, BatchNorm, Conv2d, ConvTranspose2d, Linear, Net, Sigmoid, gradcheck
from minigan.train import train


def normal(rng, *shape):
    return rng.standard_normal(size=shape, dtype="float64")


def reconstruction_error(module, rng):
    encoder, decoder = tanh_network(5, 4, 2), tanh_network(2, 4, 5)
    theta_e, theta_d = normal(rng, encoder.size), normal(rng, decoder.size)
    x, target = normal(rng, 3, 5), normal(rng, 3, 5)
    _, _, dtheta_e, dtheta_d, _ = module.reconstruction_grad(encoder, theta_e, decoder, theta_d, x, target)
    loss = lambda e, d: module.reconstruction_grad(encoder, e, decoder, d, x, target)[0]  # noqa: E731
    return max(gradcheck.vjp_error(lambda e: loss(e, theta_d), theta_e, 1.0, dtheta_e, rng),
               gradcheck.vjp_error(lambda d: loss(theta_e, d), theta_d, 1.0, dtheta_d, rng))  # fmt: skip


def denoising_error(module, rng):
    net = tanh_network(5, 4, 5)
    theta, (x, spoiled) = normal(rng, net.size), (rng.random(size=(3, 5), dtype="float64") for _ in range(2))
    dtheta = module.denoising_grad(net, theta, x, spoiled)[2]
    return gradcheck.vjp_error(lambda t: module.denoising_grad(net, t, x, spoiled)[0], theta, 1.0, dtheta, rng)


def test_gradients(rng):
    assert reconstruction_error(autoencoder, rng) <= gradcheck.TOLERANCE
    assert denoising_error(gsn, rng) <= gradcheck.TOLERANCE


@pytest.mark.parametrize(("module", "check", "old", "new"), [
    ("autoencoder", reconstruction_error, "backward(theta_e, tape_e, dcodes", "backward(theta_e, tape_e, 0.5 * dcodes"),
    ("autoencoder", reconstruction_error, "mse(drawn, target)", "mse(drawn, x)[0], mse(drawn, target)[1]"),
    ("gsn", denoising_error, "bce_with_logits(logits, x)",
     "bce_with_logits(logits, x)[0], bce_with_logits(logits, spoiled)[1]"),
])  # fmt: skip
def test_a_planted_fault_is_caught(module, check, old, new):
    from nn.test_planted_faults import module_with

    assert check(module_with(f"minigan.models.{module}", old, new), generator(0)) > 1000 * gradcheck.TOLERANCE


def small_autoencoder(**options):
    return Autoencoder(tanh_network(9, 6, 2), tanh_network(2, 6, 9), **options)


def test_the_codes_that_are_drawn_are_those_of_encode():
    """After one step their mean and covariance are that batch's: of the images as they are, by the θ̄ that `encode` uses."""
    model, x = small_autoencoder(noise=0.4, optimizer=SGD(0.5, average=0.5), dtype="float64"), generator(0).random((20, 9))
    model.step(x)
    codes = model.encode(x)
    assert np.allclose(model.code_mean, codes.mean(axis=0), rtol=1e-12, atol=0)
    assert np.allclose(model.code_covariance, np.cov(codes.T, bias=True), rtol=1e-10, atol=1e-14)


def small_gsn(**options):
    return GSN(tanh_network(9, 12, 9), **options)


@pytest.mark.parametrize("build", [small_autoencoder, lambda: small_autoencoder(noise=0.3), small_gsn])
def test_resumed_equals_uninterrupted(tmp_path, build):
    data = generator(0).random((24, 9), "float32")
    whole, first, second = build(), build(), build()
    train(whole, data, steps=9, batch_size=8, progress=False)
    train(first, data, steps=4, batch_size=8, out=tmp_path, progress=False)
    train(second, data, steps=9, batch_size=8, out=tmp_path, resume=True, progress=False)
    assert (whole.sample(5, seed=0) == second.sample(5, seed=0)).all() and second.steps == 9


def test_codes_are_drawn_with_the_mean_and_covariance_of_the_training_codes():
    """An encoder and a decoder that do nothing: samples are the codes, and the running moments those of the data, from the
    first step on. 20,000 draws, six standard errors: wrong with probability below 1e-7.
    """
    machine = Autoencoder(Net(Linear(2, 2)), Net(Linear(2, 2)))
    one = np.array([1, 0, 0, 1, 0, 0], np.float32)
    machine.coder.theta, machine.drawer.theta = one, one
    rng = generator(0)
    x = (rng.standard_normal((500, 2)) @ np.array([[2.0, 1.0], [0.0, 0.5]]) + [3.0, -1.0]).astype(np.float32)
    for _ in range(1000):
        machine.coder.theta, machine.drawer.theta = one, one
        machine.step(x, check=False)
    machine.coder.theta, machine.drawer.theta = one, one
    drawn, C = machine.sample(20_000, seed=1), np.cov(x.T, bias=True)
    deviation = np.sqrt(np.diag(C))
    assert (abs(drawn.mean(axis=0) - x.mean(axis=0)) < 6 * deviation / 20_000**0.5 + 1e-3).all()
    assert (abs(np.cov(drawn.T) - C) < 6 * np.sqrt(2 / 20_000) * np.outer(deviation, deviation) + 1e-3).all()


def test_codes_far_from_0_keep_their_covariance():
    """N(1000, 1) in float32, which are rounded by 3e-5; the mean of 50 batches of 200 has a standard error of 1.4 %."""
    identity, rng = Net(Linear(2, 2)), generator(0)
    machine, one = Autoencoder(identity, identity), np.array([1, 0, 0, 1, 0, 0], np.float32)
    for _ in range(50):
        machine.coder.theta, machine.drawer.theta = one, one
        machine.step((1000 + rng.standard_normal((200, 2))).astype(np.float32), check=False)
    assert to_numpy(machine.code_covariance) == pytest.approx(np.eye(2), abs=5 * 0.014)


def test_one_network_for_two_learners_is_saved_twice(tmp_path):
    identity = Net(Linear(3, 3))
    machine = Autoencoder(identity, identity)
    machine.step(np.ones((4, 3), np.float32))
    assert list(machine.networks()) == ["encoder", "decoder"]
    checkpoint.save(tmp_path / "machine", machine)
    again = checkpoint.load_model(tmp_path / "machine")
    assert (again.coder.theta == machine.coder.theta).all() and (again.drawer.theta == machine.drawer.theta).all()
    assert (again.coder.theta != again.drawer.theta).any()


def test_spoiling_replaces_the_share_that_it_should():
    """40,000 pixels of ½: a share `noise` becomes 0 or 1, half each. Five standard errors: wrong with probability 1e-6."""
    x = spoil(np.full((400, 100), 0.5), generator(0), 0.3)
    changed = (x != 0.5).mean()
    assert abs(changed - 0.3) < 5 * np.sqrt(0.3 * 0.7 / 40_000)
    assert abs((x[x != 0.5] == 1).mean() - 0.5) < 5 * 0.5 / np.sqrt(0.3 * 40_000)


def test_a_denoising_autoencoder_is_asked_for_what_the_image_was():
    """E and D do nothing, all pixels are ½: the squared error is ¼ where a pixel was replaced, which 30 % are."""
    identity = Net(Linear(100, 100))
    machine = Autoencoder(identity, identity, SGD(1e-3), noise=0.3, dtype="float64")
    theta = np.concatenate([np.eye(100).ravel(), np.zeros(100)])
    machine.coder.theta, machine.drawer.theta = theta, theta
    loss = float(machine.step(np.full((400, 100), 0.5))["loss"])
    assert abs(loss / 0.25 - 0.3) < 5 * np.sqrt(0.3 * 0.7 / 40_000)  # wrong with probability 1e-6


def test_the_chain_finds_the_two_patterns_it_was_trained_on():
    """From noise to two patterns of nine pixels; pixels that are right in nine of ten are asked for, chance gives half."""
    patterns = np.array([[1, 1, 1, 0, 0, 0, 1, 1, 1], [0, 1, 0, 1, 0, 1, 0, 1, 0]], np.float32)
    data = np.repeat(patterns, 64, axis=0)
    machine = small_gsn(noise=0.3)
    train(machine, data, steps=1500, batch_size=32, progress=False)
    samples = np.round(machine.sample(200, seed=0, rounds=50))
    wrong = np.abs(samples[:, None, :] - patterns[None]).mean(axis=2)  # (samples, patterns)
    assert wrong.min(axis=1).mean() < 0.1
    assert 0.1 < (wrong.argmin(axis=1) == 0).mean() < 0.9  # both occur
    steps = machine.chain(patterns, 5, seed=0)
    assert steps.shape == (5, 2, 9)


@pytest.mark.parametrize("build", [small_autoencoder, small_gsn])
def test_the_models_run_on_any_backend(build, backend):
    machine = build(backend=backend)
    x = to(generator(0).random((4, 9), "float32"), backend)
    assert np.isfinite(float(machine.step(x)["loss"]))
    assert to_numpy(machine.sample(3, seed=0)).shape == (3, 9) and to_numpy(machine.reconstruct(x)).shape == (4, 9)


REFUSED = {
    "undo the other": lambda: Autoencoder(tanh_network(9, 2), tanh_network(3, 9)),
    r"makes \(8,\) of \(9,\), .* want logits \(n,\) of rows \(n,\)": lambda: GSN(tanh_network(9, 8)),
    r"want logits \(n,\) of rows \(n,\), .* begin with Reshape": lambda: GSN(Net(Conv2d(1, 1, 3, padding=1))),
    r"want a row \(q,\) of a row \(n,\)": lambda: Autoencoder(Net(Conv2d(1, 2, 3)), Net(ConvTranspose2d(2, 1, 3))),
    "no last activation": lambda: GSN(Net(Linear(9, 9), Sigmoid())),
    "no BatchNorm": lambda: GSN(Net(Linear(9, 9), BatchNorm(9))),
    "noise is 1": lambda: small_gsn(noise=1),
    "walkback is 0": lambda: small_gsn(walkback=0),
    r"want \(N, 9\)": lambda: small_autoencoder().step(np.zeros((4, 8), np.float32)),
    r"works in \[0, 1\]": lambda: small_gsn().step(np.full((4, 9), 2.0, np.float32)),
}


@pytest.mark.parametrize("message", REFUSED)
def test_the_impossible_is_refused(message):
    with pytest.raises((ValueError, TypeError), match=message):
        REFUSED[message]()
