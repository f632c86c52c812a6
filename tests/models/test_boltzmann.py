"""The general Boltzmann machine: its Gibbs sampler and its mixing against enumeration, and the RBM as a case of it."""

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


class Uniforms:
    """A generator whose draws are given: the columns of u (N, n), in order."""

    def __init__(self, u):
        self.u, self.used = u, 0

    def random(self, size, dtype):
        assert size[0] == len(self.u)
        self.used += size[1]
        return self.u[:, self.used - size[1] : self.used].astype(dtype)


def test_without_bonds_in_a_layer_its_units_can_be_drawn_at_once():
    """What the restriction buys: unit by unit or layer by layer, the same uniform numbers give the same states."""
    rng = generator(0)
    params = [2 * rng.standard_normal((3, 2)), rng.standard_normal(3), rng.standard_normal(2)]
    s, u = np.round(rng.random((1000, 5))), rng.random((1000, 5))
    v = bipartite.sample_visibles(params, s[:, 3:], layers := Uniforms(u))
    h = bipartite.sample_hiddens(params, v, layers)
    assert (gibbs_sweep(*from_rbm(params), s, Uniforms(u)) == np.concatenate([v, h], axis=1)).all()


def transition_matrix(W, b):
    """P[s, s′] of one sweep over STATES: the product of the matrices that draw one unit each."""
    P = np.eye(16)
    for i in range(4):
        on = 1 / (1 + np.exp(-(b[i] + STATES @ W[:, i])))
        same_rest = (np.delete(STATES, i, axis=1)[:, None] == np.delete(STATES, i, axis=1)[None]).all(axis=2)
        P = P @ (same_rest * np.where(STATES[None, :, i] == 1, on[:, None], 1 - on[:, None]))
    return P


@pytest.mark.parametrize("strength", [0.0, 2.0, 4.0])
def test_the_autocorrelation_of_a_chain_is_that_of_its_transition_matrix(strength):
    """400 chains of 300 sweeps, five standard errors (spread over chains): by chance exceeded once in a million."""
    W = strength * np.abs(machine()[0])
    b = -0.5 * W.sum(axis=1)
    p = np.exp(-energy(W, b, STATES))
    f = STATES.mean(axis=1) - 0.5  # its mean is 0: all on and all off are equally likely
    p /= p.sum()
    series = chain(W, b, 350, rows=400)[50:].mean(axis=2) - 0.5
    for lag in (1, 4):
        exact = (p * f) @ np.linalg.matrix_power(transition_matrix(W, b), lag) @ f / (p @ f**2)
        of_chains = np.mean(series[:-lag] * series[lag:] - exact * series[:-lag] ** 2, axis=0) / (p @ f**2)
        error = of_chains.std(ddof=1) / np.sqrt(400)
        assert abs(autocorrelation(series, [lag])[0] - exact) < 5 * error


@pytest.mark.parametrize("lag", [-1, 5, 2.0])
def test_a_lag_that_is_none_is_refused(lag):
    with pytest.raises(ValueError, match=r"a lag is .*: want a whole number, 0 to 4"):
        autocorrelation(np.zeros((5, 2)), [lag])


def test_chains_that_are_stuck_forget_nothing():
    """Each at a place of its own: by the mean of each they would seem to forget at once."""
    stuck = np.tile(np.array([-1.0, 1.0]), (20, 1))
    assert autocorrelation(stuck, range(5)) == pytest.approx([1] * 5)
