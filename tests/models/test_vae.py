"""The VAE: its two bounds and their gradients, and how they lie to log p(x), which is known for a linear Gaussian decoder."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minigan.arrays import generator, namespace, to_numpy
from minigan.models import vae
from minigan.models.likelihoods import Bernoulli, Gaussian
from minigan.models.networks import tanh_network
from minigan.models.vae import VAE, elbo_grad, gaussian_kl, iw_grad, reparametrise
from minigan.nn import BatchNorm, Linear, Net, ReLU, Sigmoid, gradcheck
from minigan.train import train

size, seed = st.integers(1, 4), st.integers(0, 10_000)
per_backend = settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])


def normal(rng, *shape):
    return rng.standard_normal(size=shape, dtype="float64")


def errors(module, rng, N=3, n=4, latent=2, K=3, likelihood=None):
    """The largest error of the gradients of both bounds, the noise held fixed."""
    encoder, decoder = tanh_network(n, 3, 2 * latent), tanh_network(latent, 3, n)
    theta_q, theta_p = (0.5 * normal(rng, net.size) for net in (encoder, decoder))
    x, worst = rng.random(size=(N, n), dtype="float64"), []
    for pixels in (likelihood,) if likelihood else (Bernoulli(), Gaussian(0.7)):
        for f, noise in ((module.elbo_grad, normal(rng, N, latent)), (module.iw_grad, normal(rng, K, N, latent))):
            options = {"beta": 0.3} if f is module.elbo_grad else {}
            _, _, dtheta_q, dtheta_p = f(encoder, theta_q, decoder, theta_p, x, noise, pixels, **options)

            def loss(q, p, f=f, noise=noise, options=options, pixels=pixels):
                return f(encoder, q, decoder, p, x, noise, pixels, **options)[0]

            worst.append(gradcheck.vjp_error(lambda q: loss(q, theta_p), theta_q, 1.0, dtheta_q, rng))
            worst.append(gradcheck.vjp_error(lambda p: loss(theta_q, p), theta_p, 1.0, dtheta_p, rng))
    return max(worst)


@per_backend
@given(N=size, n=size, latent=size, K=st.integers(2, 4), seed=seed)
def test_gradients_of_both_bounds(backend, N, n, latent, K, seed):
    assert errors(vae, generator(seed, backend), N, n, latent, K) <= gradcheck.TOLERANCE


@pytest.mark.parametrize("pixels", [Bernoulli(), Gaussian(0.6)])
def test_likelihoods_are_their_own_derivatives(pixels, rng):
    y, x = 2.0 * normal(rng, 3, 4), rng.random(size=(3, 4), dtype="float64")
    dy = normal(rng, 3)
    slope = pixels.log_p(y, x)[1]
    assert gradcheck.vjp_error(lambda y: pixels.log_p(y, x)[0], y, dy, slope * dy[:, None], rng) <= gradcheck.TOLERANCE
    twice = namespace(y).stack([y, 2.0 * y])
    assert to_numpy(pixels.log_p(twice, x)[0])[1] == pytest.approx(to_numpy(pixels.log_p(2.0 * y, x)[0]), rel=1e-12)


FAULTS = [
    ("the KL's sign", "(beta / N) * kl_dmean", "(-beta / N) * kl_dmean"),
    ("½ missing in the KL", "0.5 * (variance - 1.0))", "(variance - 1.0))"),
    ("e^logvar for e^(½ logvar)", "(0.5 * namespace(dz).exp(0.5 * logvar)) *", "(0.5 * namespace(dz).exp(logvar)) *"),
    ("the noise not in the chain", "exp(0.5 * logvar)) * noise\n\n\ndef elbo", "exp(0.5 * logvar))\n\n\ndef elbo"),
    ("equal weights for all codes", "w / xp.sum(w, axis=0, keepdims=True) *", "xp.ones_like(w) / K *"),
    ("−½ z² not differentiated", "- share[:, :, None] * z", "- 0.0 * z"),
    ("½ log σ² not differentiated", "xp.sum(dlogvar, axis=0) - 0.5 / N", "xp.sum(dlogvar, axis=0)"),
    ("β left out", "dlogvar + (beta / N) * kl_dlogvar", "dlogvar + (1.0 / N) * kl_dlogvar"),
    ("the mean's path dropped", "return dz, dz *", "return 0.0 * dz, dz *"),
]


@pytest.mark.parametrize(("name", "old", "new"), FAULTS, ids=[name for name, *_ in FAULTS])
def test_a_planted_fault_is_caught(name, old, new):
    from nn.test_planted_faults import module_with

    assert errors(module_with("minigan.models.vae", old, new), generator(1)) > 1000 * gradcheck.TOLERANCE


def test_the_closed_kl_is_that_of_draws():
    """KL = E_q log q(z) − log p(z), by 200,000 draws: within five standard errors with probability 1 − 6e-7 for each row."""
    rng = generator(0)
    mean, logvar = normal(rng, 3, 2), normal(rng, 3, 2)
    noise = normal(rng, 200_000, 3, 2)
    z = reparametrise(mean, logvar, noise)
    draws = 0.5 * np.sum(z * z - noise * noise - logvar, axis=2)  # log q(z|x) − log p(z), (draws, 3)
    error = draws.std(axis=0) / len(draws) ** 0.5
    assert (abs(draws.mean(axis=0) - gaussian_kl(mean, logvar)[0]) < 5 * error).all()


def linear_gaussian(seed=0, n=5, latent=2, sigma=0.5):
    """A VAE whose marginal is known: x = z A + b + σ ε is N(b, AᵀA + σ² I). Its encoder proposes the true posterior mean, and
    twice the true variances: not the posterior, whose components are correlated, but near it.
    """
    machine = VAE(Net(Linear(n, 2 * latent)), Net(Linear(latent, n)), latent, "gaussian", sigma=sigma, dtype="float64")
    machine.p.theta = generator(seed).standard_normal(machine.p.theta.shape)
    A, b = machine.decoder.unpack(machine.p.theta)[0]
    covariance = np.linalg.inv(np.eye(latent) + A @ A.T / sigma**2)
    M = A.T @ covariance / sigma**2
    W = np.concatenate([M, 0 * M], axis=1)
    machine.q.theta = np.concatenate([W.ravel(), -b @ M, np.log(2 * np.diag(covariance))])
    x = b + generator(seed + 1).standard_normal((40, latent)) @ A + sigma * generator(seed + 2).standard_normal((40, n))
    C = A.T @ A + sigma**2 * np.eye(n)
    d = x - b
    exact = -0.5 * (n * math.log(2 * math.pi) + np.linalg.slogdet(C)[1] + np.sum(d @ np.linalg.inv(C) * d, axis=1))
    return machine, x, exact


def test_importance_sampling_meets_the_exact_marginal():
    """Thirty estimates with 5,000 codes each: their mean is within five standard errors of the truth with probability
    1 − 3e-5 (Student's t, 29 degrees), and Jensen's bias, half the variance of one estimate, is far below that.
    """
    machine, x, exact = linear_gaussian()
    estimates = np.array([machine.log_likelihood(x, 5_000, seed=seed).mean() for seed in range(30)])
    error = estimates.std(ddof=1) / 30**0.5
    assert error < 2e-3 and abs(estimates.mean() - exact.mean()) < 5 * error


def test_the_bounds_come_in_their_order():
    """ELBO < L_3 < L_10 < log p(x), each gap over five standard errors: wrong with probability below 1e-6."""
    machine, x, exact = linear_gaussian()
    gaps = {K: np.concatenate([exact - machine.log_likelihood(x, K, seed=seed) for seed in range(200)]) for K in (1, 3, 10)}
    elbo = np.concatenate([exact - machine.elbo(x, seed=seed) for seed in range(200)])
    means = [gaps[10].mean(), gaps[3].mean(), gaps[1].mean()]
    errors = [gaps[K].std() / len(gaps[K]) ** 0.5 for K in (10, 3, 1)]
    assert means[0] > 5 * errors[0] and means[1] - means[0] > 5 * errors[1] and means[2] - means[1] > 5 * errors[2]
    assert abs(elbo.mean() - means[2]) < 5 * (elbo.std() / len(elbo) ** 0.5 + errors[2])  # both are the same bound


def small(**options):
    return VAE(tanh_network(8, 6, 4), tanh_network(2, 6, 8), 2, **options)


@pytest.mark.parametrize("options", [{}, {"samples": 3}, {"binarise": True, "beta": 0.5}])
def test_resumed_equals_uninterrupted(tmp_path, options):
    data = generator(0).random((40, 8), "float32")
    whole = small(**options)
    train(whole, data, steps=12, batch_size=8, progress=False)
    first, second = small(**options), small(**options)
    train(first, data, steps=5, batch_size=8, out=tmp_path, progress=False)
    train(second, data, steps=12, batch_size=8, out=tmp_path, resume=True, progress=False)
    assert second.steps == 12 and (whole.q.theta == second.q.theta).all() and (whole.p.theta == second.p.theta).all()


def test_training_climbs_the_bound():
    data = (generator(0).random((256, 8)) < np.linspace(0.05, 0.95, 8)).astype(np.float32)
    machine = small()
    before = machine.elbo(data, seed=0).mean()
    train(machine, data, epochs=20, batch_size=32, progress=False)
    assert machine.elbo(data, seed=0).mean() > before + 0.5
    assert machine.elbo(data, seed=0).mean() < machine.log_likelihood(data, 200, seed=0).mean()


REFUSED = {
    r"want \(2·latent,\) = \(6,\)": lambda: VAE(tanh_network(8, 6, 4), tanh_network(3, 6, 8), 3),
    "the decoder makes": lambda: VAE(tanh_network(8, 6, 4), tanh_network(2, 6, 7), 2),
    "leave out its last activation": lambda: VAE(tanh_network(8, 4), Net(Linear(2, 8), Sigmoid()), 2),
    "joins the rows": lambda: VAE(Net(Linear(8, 4), BatchNorm(4)), tanh_network(2, 8), 2),
    "no KL to weigh": lambda: small(beta=2.0, samples=2),
    "samples is 0": lambda: small(samples=0),
    "samples is 0: want a whole": lambda: small().log_likelihood(np.zeros((2, 8), np.float32), samples=0),
    "likelihood is 'poisson'": lambda: small(likelihood="poisson"),
    r"works in \[0, 1\]": lambda: small().step(np.full((4, 8), 1.5, np.float32)),
    "sigma is 0": lambda: small(likelihood="gaussian", sigma=0.0),
}


@pytest.mark.parametrize("message", REFUSED)
def test_the_impossible_is_refused(message):
    with pytest.raises((ValueError, TypeError), match=f"(?s){message}"):
        REFUSED[message]()


def test_a_refused_batch_changes_nothing():
    machine = small()
    before = machine.q.theta.copy()
    with pytest.raises(ValueError):
        machine.step(np.full((4, 8), np.nan, np.float32))
    assert machine.steps == 0 and (machine.q.theta == before).all()


def test_the_model_runs_on_any_backend(backend):
    """One step of each kind, a likelihood and a sample: shapes and dtypes."""
    for options in ({}, {"samples": 2, "binarise": True}):
        machine = VAE(Net(Linear(4, 3), ReLU(), Linear(3, 4)), Net(Linear(2, 4)), 2, backend=backend, **options)
        x = generator(0, backend).random(size=(6, 4), dtype="float32")
        assert math.isfinite(float(machine.step(x)["loss"]))
        assert machine.log_likelihood(x, 3, seed=0).shape == (6,) and machine.sample(2, seed=0).dtype == x.dtype


def test_the_bound_of_one_row_is_that_of_a_batch():
    """elbo_grad's loss is the mean over rows, and L_1 with the same noise is the ELBO but for its KL, which is drawn there."""
    rng = generator(0)
    encoder, decoder = tanh_network(4, 3, 4), tanh_network(2, 3, 4)
    theta_q, theta_p = normal(rng, encoder.size), normal(rng, decoder.size)
    x, noise = rng.random((5, 4)), normal(rng, 5, 2)
    together = elbo_grad(encoder, theta_q, decoder, theta_p, x, noise, Bernoulli())[0]
    apart = [elbo_grad(encoder, theta_q, decoder, theta_p, x[i : i + 1], noise[i : i + 1], Bernoulli())[0] for i in range(5)]
    assert together == pytest.approx(np.mean(apart), rel=1e-12)
    many = [iw_grad(encoder, theta_q, decoder, theta_p, x, normal(rng, 1, 5, 2), Bernoulli())[0] for _ in range(1500)]
    some = [elbo_grad(encoder, theta_q, decoder, theta_p, x, normal(rng, 5, 2), Bernoulli())[0] for _ in range(1500)]
    error = (np.var(many) / 1500 + np.var(some) / 1500) ** 0.5
    assert abs(np.mean(many) - np.mean(some)) < 5 * error  # wrong with probability 6e-7
