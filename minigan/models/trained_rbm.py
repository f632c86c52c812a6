"""What one asks of a trained restricted Boltzmann machine.

Features of data, reconstructions, energies and likelihoods, samples, and completions: each is a few lines of `bipartite.py` or
`completion.py`, with the machine's parameters put in, the data looked at first, and the answer brought back to the backend that
the question came from. How the parameters are learned stands in `rbm.py`.

Where something is drawn, each call draws anew, unless it is given a seed: a machine with a fixed random state must not answer
every question with the same dice.
"""

import math

import numpy as np

from minigan.arrays import MONITOR, SAMPLE, generator, to
from minigan.models.bipartite import (
    Binary,
    Gaussian,
    bernoulli,
    free_energy,
    gibbs,
    mean_hiddens,
    mean_visibles,
    pseudo_likelihood,
    sample_hiddens,
    sample_visibles,
)
from minigan.models.check import check_batch
from minigan.models.completion import complete
from minigan.models.estimator import Estimator, back_to
from minigan.nn.flat import places, views

UNITS = {"binary": Binary, "gaussian": Gaussian}


class TrainedRBM(Estimator):
    """The questions; `RBM` adds the training, and with it the attributes that are read here."""

    @property
    def range(self):
        """Between which values the data must lie: (0, 1) for binary units, None for Gaussian ones."""
        return UNITS[self.visible].range

    @property
    def params(self):
        """[W, b, c], views of θ."""
        self.check_fitted()
        n, m = self.n_features_in_, self.n_components
        return views(self.theta_, places([((n, m), (n,), (m,))]))[0]

    @property
    def components_(self):
        """Wᵀ, (n_components, n_features)."""
        return self.params[0].T

    @property
    def intercept_visible_(self):
        """b, (n_features,)."""
        return self.params[1]

    @property
    def intercept_hidden_(self):
        """c, (n_components,)."""
        return self.params[2]

    def transform(self, X):
        """The features of X: p(h = 1 | v), (N, n_components)."""
        return back_to(X, mean_hiddens(self.params, self.validated(X)))

    def fit_transform(self, X, y=None):
        """fit, then transform."""
        return self.fit(X, y).transform(X)

    def gibbs(self, v, k=1):
        """k rounds of Gibbs sampling from v (N, n_features); each call draws anew."""
        if k < 1:
            raise ValueError(f"k is {k}: want one Gibbs round at least")
        return back_to(v, gibbs(self.params, self.validated(v), self._draw(), UNITS[self.visible], k))

    def free_energy(self, v):
        """F(v), (N,): log p(v) = −F(v) − log Z."""
        return back_to(v, free_energy(self.params, self.validated(v), UNITS[self.visible]))

    def log_likelihood(self, X, log_z):
        """log p(v) = −F(v) − log Z, (N,); log_z from `metrics.likelihood`: log_partition, exactly, or ais."""
        return -self.free_energy(X) - log_z

    def reconstruct(self, v):
        """E[v | E[h | v]], (N, n_features): the data as the hidden units see them."""
        return back_to(v, mean_visibles(self.params, mean_hiddens(self.params, self.validated(v)), UNITS[self.visible]))

    def score_samples(self, X):
        """Stochastic pseudo-likelihood of binary units, (N,): n log p(v_i | the others) for one i drawn for each row.

        With ṽ, v with unit i flipped, log p(v_i | the others) = log σ(F(ṽ) − F(v)). Each call draws anew. For Gaussian
        units it is −F(v), which is log p(v) up to a constant.
        """
        v = self.validated(X)
        if self.visible == "gaussian":
            return back_to(X, -free_energy(self.params, v, Gaussian))
        return back_to(X, pseudo_likelihood(self.params, v, self._draw()))

    def sample(self, n, seed=None, *, k=1000):
        """n samples (n, n_features): E[v | h] at the end of chains of k Gibbs rounds, started at random.

        seed: the same seed gives the same samples; None draws anew. The model does not change.
        """
        if n < 1 or k < 1:
            raise ValueError(f"n is {n}, k is {k}: want one sample and one Gibbs round at least")
        params, units, rng = self.params, UNITS[self.visible], generator(None if seed is None else [SAMPLE, seed], self.backend)
        h = rng.random(size=(n, self.n_components), dtype=self.dtype_)
        for _ in range(k - 1):
            h = sample_hiddens(params, sample_visibles(params, bernoulli(h, rng), rng, units), rng)
        return mean_visibles(params, bernoulli(h, rng), units)

    def complete(self, v, observed, *, method="gibbs", rounds=200):
        """Fill in what is missing: v (N, n_features) with its observed entries kept, the others replaced by E[v | observed].

        observed: bool, of v's shape or (n_features,); what v has elsewhere is not looked at (NaN is fine). method: "gibbs"
        or "mean_field", as in `completion.py`.
        """
        v_host, observed = np.asarray(to(v, "numpy")), np.asarray(to(observed, "numpy"))
        if observed.dtype != bool or observed.shape not in (v_host.shape, v_host.shape[1:]):
            raise ValueError(f"observed is {observed.shape} of {observed.dtype}, v is {v_host.shape}: want bool, v's shape or "
                             "one row of it")
        known = self.validated(np.where(observed, v_host, np.zeros_like(v_host)))
        self._in_range(known, self.n_features_in_, self.dtype_)
        keep = to(np.broadcast_to(observed, known.shape).copy(), self.backend)
        return back_to(v, complete(self.params, known, keep, self._draw(), UNITS[self.visible], method, rounds))

    def _in_range(self, X, width, dtype):
        low, high = self.range or (-math.inf, math.inf)
        check_batch(X, width=width, backend=self.backend, dtype=dtype, low=low, high=high)

    def _draw(self):
        """A new generator for each request: an int random_state must not make every draw the same."""
        self.draws_ += 1
        return generator([MONITOR, self.seed_, self.draws_], self.backend)
