"""The general Boltzmann machine: its Gibbs sampler against enumeration, and its slow mixing beside the RBM's."""

import itertools

import numpy as np
import pytest

from minigan.arrays import generator, to, to_numpy
from minigan.models import bipartite
from minigan.models.boltzmann import autocorrelation, chain, energy, from_rbm, gibbs_sweep

STATES = np.array(list(itertools.product([0.0, 1.0], repeat=4)))


def machine(seed=0):
    rng = generator(seed)
    upper = np.triu(rng.standard_normal((4, 4)), 1)
    return upper + upper.T, rng.standard_normal(4)


def test_sweeps_reproduce_the_enumerated_distribution(backend):
    """50,000 rows after 30 sweeps: χ² over 16 states below 15 + 5·√30 = 42.4, exceeded by chance in less than 3e-4."""
    W, b = machine()
    p = np.exp(-energy(W, b, STATES))
    p /= p.sum()
    rng = generator(1, backend)
    s = to(np.zeros((50_000, 4)), backend)
    for _ in range(30):
        s = gibbs_sweep(to(W, backend), to(b, backend), s, rng)
    counts = np.bincount((to_numpy(s) @ [8, 4, 2, 1]).astype(int), minlength=16)
    assert ((counts - 50_000 * p) ** 2 / (50_000 * p)).sum() < 42.4


def test_an_rbm_is_a_boltzmann_machine_without_bonds_in_a_layer():
    rng = generator(0)
    params = [rng.standard_normal((3, 2)), rng.standard_normal(3), rng.standard_normal(2)]
    W, b = from_rbm(params)
    states = np.round(rng.random((10, 5)))
    assert energy(W, b, states) == pytest.approx(bipartite.energy(params, states[:, :3], states[:, 3:]))
    assert (W[:3, :3] == 0).all()


def test_bonds_within_the_layer_slow_the_mixing():
    """Neighbours that agree (W = 2 everywhere, biases that balance) against the same number of units without bonds."""
    n = 6
    bound = 2.0 * (np.ones((n, n)) - np.eye(n))
    lags = [1, 5]
    slow = autocorrelation(chain(bound, bound.sum(axis=1) * -0.5, 2000, rows=20).mean(axis=2), lags)
    fast = autocorrelation(chain(0 * bound, np.zeros(n), 2000, rows=20).mean(axis=2), lags)
    assert slow[0] > 0.9
    assert slow[1] > 0.8
    assert abs(fast).max() < 0.05
