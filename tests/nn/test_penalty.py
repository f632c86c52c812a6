"""The slope penalties: exact beside central differences and torch's double backward; refused where they would not be."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minigan.arrays import generator, namespace, to_numpy
from minigan.models.networks import plain_network, vanilla_discriminator
from minigan.nn import (
    BatchNorm,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    LeakyReLU,
    Linear,
    Net,
    ReLU,
    Reshape,
    Residual,
    Sigmoid,
    Tanh,
    gradcheck,
)
from minigan.nn.penalty import penalty_grad, unit_slope, zero_slope

PENALTIES = [unit_slope, zero_slope]
size = st.integers(1, 6)


@pytest.mark.parametrize("penalty", PENALTIES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(N=size, n=size, hidden=st.lists(size, min_size=0, max_size=3), seed=st.integers(0, 10_000))
def test_the_gradient_is_that_of_the_penalty(backend, penalty, N, n, hidden, seed):
    """P(θ) itself needs only first derivatives: its central differences check ∂P/∂θ, on critics with biases and kinks."""
    rng = generator(seed, backend)
    D = plain_network(n, *hidden, 1)
    theta = D.init(rng, "float64") + 0.3 * rng.standard_normal(size=(D.size,), dtype="float64")
    x = rng.standard_normal(size=(N, n), dtype="float64")
    _, dtheta = penalty_grad(D, theta, x, penalty, 3.0)
    assert gradcheck.vjp_error(lambda t: penalty_grad(D, t, x, penalty, 3.0)[0], theta, 1.0, dtheta, rng) <= 1e-6


@pytest.mark.parametrize("penalty", PENALTIES)
def test_also_on_a_critic_that_sees_images(penalty, rng):
    block = Residual(Conv2d(3, 3, 3, padding=1), ReLU())
    D = Net(Reshape(5, 5, 1), Conv2d(1, 3, 3, stride=2, padding=1), LeakyReLU(0.2), block, ConvTranspose2d(3, 2, 2), Flatten(),
            Linear(32, 1))  # fmt: skip
    theta = D.init(rng, "float64") + 0.3 * rng.standard_normal(size=(D.size,), dtype="float64")
    x = rng.standard_normal(size=(4, 25), dtype="float64")
    _, dtheta = penalty_grad(D, theta, x, penalty, 3.0)
    assert gradcheck.vjp_error(lambda t: penalty_grad(D, t, x, penalty, 3.0)[0], theta, 1.0, dtheta, rng) <= 1e-6


@pytest.mark.parametrize("penalty", PENALTIES)
def test_the_penalties_are_their_own_derivatives(penalty, rng):
    g = rng.standard_normal(size=(5, 3), dtype="float64")
    assert gradcheck.vjp_error(lambda g: penalty(g, 2.0)[0], g, 1.0, penalty(g, 2.0)[1], rng) <= 1e-6


def test_the_tangent_is_the_directional_derivative(rng):
    D = Net(Linear(4, 6), ReLU(), Linear(6, 5), LeakyReLU(0.3), Linear(5, 2))
    theta, x, t = D.init(rng, "float64"), *(rng.standard_normal(size=(7, 4), dtype="float64") for _ in range(2))
    _, tape = D.forward(theta, x)
    moved = (D.forward(theta, x + 1e-6 * t)[0] - D.forward(theta, x - 1e-6 * t)[0]) / 2e-6
    assert to_numpy(D.tangent(theta, tape, t)[0]) == pytest.approx(to_numpy(moved), abs=1e-7)


def test_biases_of_the_last_layer_do_not_count():
    """Adding a constant to D changes no slope."""
    rng = generator(0)
    D = plain_network(3, 4, 1)
    _, dtheta = penalty_grad(D, D.init(rng, "float64"), rng.standard_normal((5, 3)), zero_slope, 1.0)
    assert D.unpack(dtheta)[-1][1] == 0
    assert np.abs(dtheta).max() > 0


def test_a_flat_critic_has_a_penalty_and_no_nan(rng):
    D = plain_network(3, 4, 1)
    theta = 0 * D.init(rng)
    x = namespace(theta).ones((2, 3), dtype=theta.dtype)
    value, dtheta = penalty_grad(D, theta, x, unit_slope, 10.0)
    assert float(value) == 10
    assert np.isfinite(to_numpy(dtheta)).all()


@pytest.mark.parametrize("layer", [BatchNorm(4), Tanh(), Sigmoid()])
def test_layers_for_which_it_is_not_exact_refuse(layer):
    D = Net(Linear(3, 4), layer, Linear(4, 1))
    with pytest.raises(ValueError, match=rf"{type(layer).__name__} has no tangent: .*second derivatives"):
        penalty_grad(D, D.init(generator(0)), np.ones((2, 3), np.float32), zero_slope, 1.0)


@pytest.mark.parametrize("penalty", PENALTIES)
def test_torchs_double_backward_agrees(penalty):
    torch = pytest.importorskip("torch")
    rng = generator(0)
    D = vanilla_discriminator(20, 8)
    theta, points = D.init(rng, "float64") + 0.1 * rng.standard_normal(D.size), rng.standard_normal((6, 20))
    value, dtheta = penalty_grad(D, theta, points, penalty, 3.0)

    leaves = [torch.from_numpy(array.copy()).requires_grad_() for layer in D.unpack(theta) for array in layer]
    x = torch.from_numpy(points).requires_grad_()
    y = x
    for i in range(0, len(leaves), 2):
        y = y @ leaves[i] + leaves[i + 1]
        y = torch.nn.functional.leaky_relu(y, 0.2) if i < len(leaves) - 2 else y
    (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    norm = g.norm(dim=1)
    theirs = 3.0 * ((norm - 1) ** 2).mean() if penalty is unit_slope else 1.5 * (norm**2).mean()
    gradients = torch.autograd.grad(theirs, leaves, allow_unused=True)
    flat = np.concatenate([np.zeros(leaf.numel()) if grad is None else grad.numpy().ravel()
                           for leaf, grad in zip(leaves, gradients)])  # fmt: skip
    assert value == pytest.approx(theirs.item(), rel=1e-10)
    assert np.linalg.norm(dtheta - flat) < 1e-10 * np.linalg.norm(flat)
