"""What one asks of a trained RBM: features, free energy, samples, completions.

Each answer is a few lines of `bipartite.py` or `completion.py`, with the parameters put in, the data looked at first, and the
result brought back to the backend that the question came from:

    transform            p(h = 1 | v), the features
    free_energy          F(v); log p(v) = −F(v) − log Z
    score_samples        the pseudo-likelihood, which needs no Z
    reconstruct          E[v | E[h | v]]
    gibbs, sample        chains from v, and from noise
    complete             E[v | what is observed of it]

Where something is drawn, each call draws anew, unless it is given a seed: an int random_state must not answer every question
with the same dice.
"""

import numpy as np

from minigan.arrays import DRAW, generator, namespace, to
from minigan.check import choice, flag, whole
from minigan.models.bipartite import (
    UNITS,
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
from minigan.models.completion import METHODS, complete
from minigan.models.estimator import back_to, in_row_blocks


class Questions:
    """The answers of an RBM that has begun to learn; one that has not raises NotFitted."""

    @property
    def params(self):
        """[W, b, c], views of θ."""
        self.check_fitted()
        return self.learner_.net.unpack(self.learner_.theta)

    @property
    def units(self):
        """The visible units that it has learned with."""
        self.check_fitted()
        return UNITS[self.visible_]

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
        return self._as_output(X, self._features(X))

    @in_row_blocks
    def _features(self, X):
        return back_to(X, mean_hiddens(self.params, self._asked(X)))

    def fit_transform(self, X, y=None):
        """fit, then transform."""
        return self.fit(X, y).transform(X)

    @in_row_blocks
    def free_energy(self, v):
        """F(v), (N,): log p(v) = −F(v) − log Z."""
        return back_to(v, free_energy(self.params, self._asked(v), self.units))

    def log_likelihood(self, X, log_z):
        """log p(v) = −F(v) − log Z, (N,); log_z from `metrics.rbm_likelihood`: log_partition, exactly, or ais."""
        return -self.free_energy(X) - log_z

    def score_samples(self, X):
        """Stochastic pseudo-likelihood of binary units, (N,): n log p(v_i | the others) for one i drawn for each row.

        With ṽ, v with unit i flipped, log p(v_i | the others) = log σ(F(ṽ) − F(v)). Each call draws anew. For Gaussian
        units it is −F(v), which is log p(v) up to a constant.
        """
        v = self._asked(X)
        if self.units is Gaussian:
            return back_to(X, -free_energy(self.params, v, Gaussian))
        return back_to(X, pseudo_likelihood(self.params, v, self._draw()))

    @in_row_blocks
    def reconstruct(self, v):
        """E[v | E[h | v]], (N, n_features): the data as the hidden units see them."""
        return back_to(v, mean_visibles(self.params, mean_hiddens(self.params, self._asked(v)), self.units))

    def gibbs(self, v, k=1):
        """k rounds of Gibbs sampling from v (N, n_features); each call draws anew."""
        rounds, start = whole("k", k), self._asked(v)
        return back_to(v, gibbs(self.params, start, self._draw(), self.units, rounds))

    def sample(self, n, seed=None, *, k=1000, mean=True):
        """n samples (n, n_features) at the end of chains of k Gibbs rounds, started at random.

        mean: give E[v | h], which is good to look at; False gives v ~ p(v | h), which is a sample.
        seed: the same seed gives the same samples; None draws anew. The model does not change.
        """
        params, units, rng, mean = self.params, self.units, self.sampler(seed), flag("mean", mean)
        half = namespace(params[0]).full((whole("n", n), params[2].shape[0]), 0.5, dtype=params[0].dtype)
        start = sample_visibles(params, bernoulli(half, rng), rng, units)
        v = gibbs(params, start, rng, units, whole("k", k) - 1)
        means = mean_visibles(params, sample_hiddens(params, v, rng), units)
        return means if mean else units.sample(means, rng)

    def complete(self, v, observed, *, method="gibbs", rounds=200):
        """Fill in what is missing: v (N, n_features) with its observed entries kept, the others replaced by E[v | observed].

        observed: bool, of v's shape or (n_features,); what v has elsewhere is not looked at (NaN is fine). method: "gibbs"
        or "mean_field", as in `completion.py`.
        """
        method, rounds = choice("method", method, METHODS), whole("rounds", rounds, 2)
        self._check_names(v)
        v_host, observed = np.asarray(to(v, "numpy")), np.asarray(to(observed, "numpy"))
        if observed.dtype != bool or observed.shape not in (v_host.shape, v_host.shape[1:]):
            raise ValueError(f"observed is {observed.shape} of {observed.dtype}, v is {v_host.shape}: want bool, v's shape or "
                             "one row of it")
        known = self._asked(np.where(observed, v_host, np.zeros_like(v_host)))
        keep = to(np.broadcast_to(observed, known.shape).copy(), self.backend)
        return back_to(v, complete(self.params, known, keep, self._draw(), self.units, method, rounds))

    def _asked(self, v):
        """v as `validated` gives it; ValueError where it is not in the range of the units."""
        v = self.validated(v)
        self._in_range(v, self.n_features_in_, self.dtype, self.units)
        return v

    def _draw(self):
        """A new generator for each request."""
        self.draws_ += 1
        return generator(self.seed, self.backend, DRAW, self.draws_)

    def monitor(self, v):
        """{"energy_data": mean F(v), "energy_dreams": mean F of as many dreams v ~ p(v | h)}: equal where the machine is right
        and its chains are long enough.
        """
        mean, dreams = namespace(v).mean, self.sample(v.shape[0], seed=self.steps, k=10, mean=False)
        return {"energy_data": mean(self.free_energy(v)), "energy_dreams": mean(self.free_energy(dreams))}
