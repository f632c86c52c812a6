"""Every gradient of the library against central differences, on shapes that Hypothesis draws."""

import gradients
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minigan.arrays import generator
from minigan.nn.gradcheck import TOLERANCE

size = st.integers(1, 7)
rows = st.integers(2, 8)  # a training batch of BatchNorm has two rows or more
seed = st.integers(0, 10_000)
per_backend = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@per_backend
@given(N=size, n=size, m=size, seed=seed)
def test_linear(backend, N, n, m, seed):
    assert gradients.error_of("minigan.nn.linear", generator(seed, backend), N=N, n=n, m=m) <= TOLERANCE


@per_backend
@given(N=size, n=size, seed=seed)
def test_activations(backend, N, n, seed):
    assert gradients.error_of("minigan.nn.activations", generator(seed, backend), N=N, n=n) <= TOLERANCE


@per_backend
@given(N=rows, n=size, seed=seed)
def test_batchnorm(backend, N, n, seed):
    assert gradients.error_of("minigan.nn.batchnorm", generator(seed, backend), N=N, n=n) <= TOLERANCE


@per_backend
@given(N=size, n=size, seed=seed)
def test_losses(backend, N, n, seed):
    assert gradients.error_of("minigan.nn.losses", generator(seed, backend), N=N, n=n) <= TOLERANCE


@per_backend
@given(N=rows, n=size, hidden=size, m=size, seed=seed)
def test_net(backend, N, n, hidden, m, seed):
    assert gradients.error_of("minigan.nn.net", generator(seed, backend), N=N, n=n, hidden=hidden, m=m) <= TOLERANCE


@settings(per_backend, max_examples=10)
@given(N=st.integers(8, 12), n=size, latent=size, hidden=st.integers(4, 6), seed=seed)
def test_gan(backend, N, n, latent, hidden, seed):
    """Sizes from 8 rows and 4 units on: with fewer, a column of a BatchNorm is now and then almost constant, and four
    such layers stretch rounding by up to (1/√eps)⁴ = 1e10.
    """
    sizes = {"N": N, "n": n, "latent": latent, "hidden": hidden}
    assert gradients.error_of("minigan.models.adversarial", generator(seed, backend), **sizes) <= TOLERANCE


@pytest.mark.parametrize("name", gradients.CHECKS)
def test_right_gradients_stay_far_below_the_tolerance(name, rng):
    """The checks at the sizes that the planted faults use: a tenth of the tolerance is never reached."""
    assert gradients.error_of(name, rng) < TOLERANCE / 10
