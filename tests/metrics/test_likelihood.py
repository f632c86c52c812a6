"""log Z three ways: enumerated against brute force, AIS and its reverse around the exact value."""

import numpy as np
import pytest

from minigan.arrays import generator, namespace, to, to_numpy
from minigan.data.digits import digits
from minigan.metrics import rbm_likelihood
from minigan.metrics.rbm_likelihood import (
    ais,
    exact_samples,
    exact_statistics,
    log_likelihood,
    log_partition,
    reverse_ais,  # fmt: skip
)
from minigan.models.bipartite import Gaussian, free_energy
from minigan.models.rbm import RBM


def machine(rng, n, m, scale=1.0):
    return [rng.standard_normal(size=shape, dtype="float64") * scale for shape in ((n, m), (n,), (m,))]


@pytest.mark.parametrize(("n", "m"), [(3, 6), (6, 3), (5, 5)])
def test_enumeration_of_either_layer_gives_the_same(backend, rng, n, m):
    W, b, c = params = machine(rng, n, m)
    visibles = to(np.array(np.meshgrid(*[[0.0, 1.0]] * n)).reshape(n, -1).T.copy(), backend)
    brute = np.log(np.sum(np.exp(-to_numpy(free_energy(params, visibles)))))
    assert log_partition(params) == pytest.approx(brute, rel=1e-12)
    assert log_partition([W.T, c, b]) == pytest.approx(brute, rel=1e-12)


def test_blocks_change_nothing(monkeypatch):
    params = machine(generator(0), 12, 9)
    whole = log_partition(params), exact_statistics(params)[0]
    monkeypatch.setattr(rbm_likelihood, "BLOCK", 7)
    assert log_partition(params) == pytest.approx(whole[0], rel=1e-12)
    assert exact_statistics(params)[0] == pytest.approx(whole[1], rel=1e-9)


def test_gaussian_log_partition_is_the_integral():
    """One visible, two hidden units: Σ_h ∫ e^−E dv on a fine grid."""
    params = machine(generator(0), 1, 2)
    grid = np.linspace(-12, 12, 100_001)[:, None]
    integral = np.sum(np.exp(-free_energy(params, grid, Gaussian))) * 24 / 100_000
    assert log_partition(params, Gaussian) == pytest.approx(np.log(integral), rel=1e-9)


def test_exact_samples_have_the_exact_means(backend, rng):
    """50,000 samples: each mean within 5 standard errors of at most √(¼ / 50000) = 0.0022."""
    params = machine(rng, 6, 4)
    samples = to_numpy(exact_samples(params, 50_000, rng))
    assert samples.mean(axis=0) == pytest.approx(to_numpy(exact_statistics(params)[1]), abs=5 * 0.0022)


@pytest.mark.slow
def test_ais_brackets_log_z_of_a_machine_trained_on_digits():
    """20 hidden units: both within 0.3 nats of the exact value, and it lies between them, give or take 3 standard errors."""
    images, _ = digits()
    v = np.round(images)
    trained = RBM(20, learning_rate=0.05, batch_size=50, n_iter=40, random_state=0).fit(v)
    rng, base = generator(1), trained.params[1].astype(np.float64)
    exact = log_partition(trained.params)
    schedule = np.linspace(0, 1, 2001)
    low = ais(trained.params, rng, chains=200, betas=schedule, base=base)
    high = reverse_ais(trained.params, rng, exact_samples(trained.params, 200, rng), betas=schedule, base=base)
    assert abs(low.log_z - exact) < 0.3
    assert abs(high.log_z - exact) < 0.3
    assert low.log_z - 3 * low.error <= exact <= high.log_z + 3 * high.error
    assert 0 < low.error < 0.1


def test_the_mean_of_the_weights_is_unbiased(backend, rng):
    """A short schedule on a small machine: the error bar is honest, |estimate − exact| within 4 of it (6e-5 by chance)."""
    params = machine(rng, 5, 4)
    exact = log_partition(params)
    low = ais(params, rng, chains=2000, betas=np.linspace(0, 1, 21))
    high = reverse_ais(params, rng, exact_samples(params, 2000, rng), betas=np.linspace(0, 1, 21))
    assert abs(low.log_z - exact) < 4 * low.error
    assert abs(high.log_z - exact) < 4 * high.error


def test_too_few_steps_put_the_truth_between_the_two():
    """With three steps only, the two estimates lie far apart, ais below, the reverse above."""
    params = machine(generator(3), 30, 10, scale=1.5)
    rng, exact = generator(0), log_partition(params)
    low = ais(params, rng, chains=50, betas=[0, 0.5, 1])
    high = reverse_ais(params, rng, exact_samples(params, 50, rng), betas=[0, 0.5, 1])
    assert low.log_z < exact < high.log_z


def test_likelihoods_sum_to_one(backend, rng):
    params = machine(rng, 4, 3)
    visibles = to(np.array(np.meshgrid(*[[0.0, 1.0]] * 4)).reshape(4, -1).T.copy(), backend)
    p = namespace(visibles).exp(log_likelihood(params, visibles, log_partition(params)))
    assert float(namespace(p).sum(p)) == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("betas", [[0, 1, 1], [0.1, 1], [0, 0.5], [1], [1, 0]])
def test_a_schedule_grows_from_0_to_1(betas):
    with pytest.raises(ValueError, match="want numbers that grow from 0 to 1"):
        ais(machine(generator(0), 3, 2), generator(0), betas=betas)


@pytest.mark.parametrize(("options", "message"), [
    ({"base": np.zeros(1)}, r"base has the shape \(1,\): want \(6,\)"),
    ({"betas": [0, float("nan"), 1]}, "want numbers that grow from 0 to 1"),
])  # fmt: skip
def test_a_base_that_would_broadcast_and_a_path_that_is_none_are_refused(options, message):
    params = [np.zeros((6, 4)), np.zeros(6), np.zeros(4)]
    with pytest.raises(ValueError, match=message):
        ais(params, generator(0), chains=5, **options)
    with pytest.raises(ValueError, match=message):
        reverse_ais(params, generator(0), np.zeros((5, 6)), **options)
