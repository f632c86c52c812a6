"""The restricted Boltzmann machine as a model: the mathematics of `bipartite.py` with a state and a training loop.

It has the verbs of every model here (`step`, `sample`, `state`, `load_state`) and, since an RBM is also a maker of
features, the interface of a scikit-learn transformer (`fit`, `transform`, `get_params`, …), so that it can stand in a
Pipeline or a GridSearchCV. scikit-learn is not imported unless it asks for its own tags.

One step, on a batch v, with the gradient of `cd_grad`:

    persistent     the dreams go on where the last step's chains ended (PCD-k); otherwise they start at the data (CD-k)
    weight decay   dW ← dW + weight_decay · W
    momentum       u ← momentum · u + g,  θ ← θ − learning_rate · u       (`SGD`)

W starts at N(0, 0.01²), c at 0, b at what the data's mean asks for (log-odds of the means, or the means themselves).
Sources: Hinton 2012, "A practical guide to training restricted Boltzmann machines"; scikit-learn's BernoulliRBM.
"""

import copy
import math

import numpy as np

from minigan.arrays import (
    CHAINS,
    INIT,
    MONITOR,
    NOISE,
    ORDER,
    SAMPLE,
    backend_module,
    copy_of,
    dtype_name,
    generator,
    namespace,
    to,
)
from minigan.models.bipartite import (
    Binary,
    Gaussian,
    bernoulli,
    cd_grad,
    energy,
    free_energy,
    gibbs,
    mean_hiddens,
    mean_visibles,
    pseudo_likelihood,
    sample_hiddens,
    sample_visibles,
)
from minigan.models.check import check_batch, check_count, check_state, optimizer_from
from minigan.models.completion import complete
from minigan.models.estimator import Estimator, back_to, seed_of
from minigan.nn.flat import flatten, places, views
from minigan.nn.optim import SGD

__all__ = ["RBM", "Binary", "Gaussian", "cd_grad", "energy", "free_energy", "gibbs", "mean_hiddens", "mean_visibles",
           "sample_hiddens", "sample_visibles"]  # fmt: skip

UNITS = {"binary": Binary, "gaussian": Gaussian}
SLIDE = 0.01  # how much of a batch's means enters the offsets of centring


class RBM(Estimator):
    """Restricted Boltzmann machine.

    n_components: hidden units. learning_rate, batch_size, n_iter (epochs of `fit`). k: Gibbs rounds a step. persistent:
    PCD (True) or CD. momentum, weight_decay. centred: measure units from their means. visible: "binary" for data
    in [0, 1], "gaussian" for standardised data. backend: "numpy" or "cupy". random_state: a whole number, None for a new
    one in each `fit`, or a numpy RandomState. verbose: 1 prints the pseudo-likelihood once an epoch.

    After fitting: components_ (n_components, n_features), intercept_hidden_, intercept_visible_, n_features_in_.
    Arrays may come from any backend; results go back to where the input came from.
    """

    def __init__(self, n_components=256, *, learning_rate=0.1, batch_size=10, n_iter=10, k=1, persistent=True, momentum=0.0,
                 weight_decay=0.0, centred=True, visible="binary", backend="numpy", random_state=None, verbose=0):
        self.n_components, self.learning_rate, self.batch_size, self.n_iter = n_components, learning_rate, batch_size, n_iter
        self.k, self.persistent, self.momentum, self.weight_decay = k, persistent, momentum, weight_decay
        self.centred, self.visible, self.backend = centred, visible, backend
        self.random_state, self.verbose = random_state, verbose

    # -- training

    def fit(self, X, y=None):
        """Learn from X (N, n_features), from the start: n_iter epochs of shuffled minibatches. y is not looked at."""
        X = self._training_data(X, fresh=True)
        self._start(X)
        xp = namespace(X)
        for epoch in range(self.n_iter):
            order = generator([ORDER, self.seed_, epoch]).permutation(X.shape[0])
            for chosen in np.array_split(order, math.ceil(X.shape[0] / self.batch_size)):
                self._update(xp.take(X, xp.asarray(chosen), axis=0))
            if self.verbose:
                print(f"epoch {epoch + 1}: pseudo-likelihood {float(xp.mean(self.score_samples(X))):.2f}")
        return self

    def partial_fit(self, X, y=None):
        """Go on learning: one pass over X (N, n_features) in its order, cut into minibatches."""
        X = self._training_data(X, fresh=not hasattr(self, "theta_"))
        if not hasattr(self, "theta_"):
            self._start(X)
        for start in range(0, X.shape[0], self.batch_size):
            self._update(X[start : start + self.batch_size, :])
        return self

    def step(self, batch, *, check=True):
        """One step on a batch (N, n_features). -> {"contrast": mean |∂/∂b|}: how far the dreams' mean is from the data's."""
        if check:
            self.check(batch)
        if not hasattr(self, "theta_"):
            self._start(batch)
        return {"contrast": self._update(batch)}

    def monitor(self, v):
        """{"energy_data": mean F(v), "energy_dreams": mean F of as many dreams}: equal where the machine is right."""
        mean, dreams = namespace(v).mean, self.sample(v.shape[0], seed=self.steps_, k=10)
        return {"energy_data": mean(self.free_energy(v)), "energy_dreams": mean(self.free_energy(dreams))}

    def check(self, data):
        """Raise unless `data` can be trained on: this backend, finite, in the units' range, of the right width."""
        self._check_parameters()
        known = hasattr(self, "theta_")
        if not known and dtype_name(data) not in ("float32", "float64"):
            raise TypeError(f"the batch is {dtype_name(data)}, want float32 or float64: convert it, for instance "
                            "batch.astype('float32')")
        self._in_range(data, self.n_features_in_ if known else data.shape[-1], self.dtype_ if known else dtype_name(data))

    @property
    def range(self):
        """Between which values the data must lie: (0, 1) for binary units, None for Gaussian ones."""
        return UNITS[self.visible].range

    def _training_data(self, X, fresh):
        self._check_parameters()
        X = self.validated(X, fitting=fresh)
        self._in_range(X, X.shape[1], dtype_name(X))
        if not fresh and self.optimizer_.settings() != SGD(self.learning_rate, self.momentum).settings():
            self.optimizer_ = SGD(self.learning_rate, self.momentum)  # set_params has changed them
        return X

    def _in_range(self, X, width, dtype):
        low, high = self.range or (-math.inf, math.inf)
        check_batch(X, width=width, backend=self.backend, dtype=dtype, low=low, high=high)

    def _check_parameters(self):
        for name, least in (("n_components", 1), ("batch_size", 1), ("k", 1), ("n_iter", 0)):
            number = getattr(self, name)
            if not isinstance(number, (int, np.integer)) or number < least:
                raise ValueError(f"{name} is {number!r}: want a whole number, {least} or more")
        if self.visible not in UNITS:
            raise ValueError(f"visible is {self.visible!r}: want one of {', '.join(map(repr, UNITS))}")
        if not self.weight_decay >= 0:
            raise ValueError(f"weight_decay is {self.weight_decay}: want 0 or more")
        SGD(self.learning_rate, self.momentum)  # says what is wrong with these two

    def _start(self, X):
        """θ before the first step; the visible biases fit the means of X."""
        xp, n, m, dtype = namespace(X), X.shape[1], self.n_components, dtype_name(X)
        seed = seed_of(self.random_state)
        means = xp.mean(X, axis=0)
        b = means
        if self.visible == "binary":
            b = (b * X.shape[0] + 0.5) / (X.shape[0] + 1.0)  # no unit is quite sure, whatever the data
            b = xp.log(b) - xp.log(1.0 - b)
        W = generator([INIT, seed], self.backend).standard_normal(size=(n, m), dtype=dtype) * 0.01
        chains = generator([CHAINS, seed], self.backend).random(size=(self.batch_size, m), dtype=dtype)
        self.seed_, self.draws_, self.steps_, self.n_features_in_, self.dtype_ = seed, 0, 0, n, dtype
        self.theta_ = flatten(xp, dtype, [[W, b, xp.zeros(m, dtype=X.dtype)]])
        self.chains_, self.offsets_ = xp.astype(chains < 0.5, X.dtype), [means, xp.full(m, 0.5, dtype=X.dtype)]
        self.optimizer_ = SGD(self.learning_rate, self.momentum)

    def _update(self, v):
        chains = self.chains_ if self.persistent else None
        rng = generator([NOISE, self.seed_, self.steps_], self.backend)
        gradient, hidden, h = cd_grad(self.params, v, rng, k=self.k, chains=chains,
                                      offsets=self.offsets_ if self.centred else None, units=UNITS[self.visible])
        if self.weight_decay:
            gradient[0] += self.weight_decay * self.params[0]
        xp = namespace(v)
        self.theta_ = self.optimizer_.step(self.theta_, flatten(xp, self.dtype_, [gradient]))
        if self.centred:
            now = [xp.mean(v, axis=0), xp.mean(h, axis=0)]
            self.offsets_ = [(1.0 - SLIDE) * old + SLIDE * new for old, new in zip(self.offsets_, now)]
        if self.persistent:
            self.chains_ = hidden
        self.steps_ += 1
        return xp.mean(xp.abs(gradient[1]))

    def _draw(self):
        """A new generator for each request: an int random_state must not make every draw the same."""
        self.draws_ += 1
        return generator([MONITOR, self.seed_, self.draws_], self.backend)

    # -- what a trained machine can do

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

    def state(self):
        """All that training changes, as a dict of arrays and numbers; empty before the first step."""
        if not hasattr(self, "theta_"):
            return {}
        learned = {"theta": copy_of(self.theta_), "chains": copy_of(self.chains_), "offsets": [*map(copy_of, self.offsets_)]}
        counts = {"steps": self.steps_, "seed": self.seed_, "draws": self.draws_, "n_features": self.n_features_in_}
        return {**learned, **counts, "optimizer": self.optimizer_.state()}

    def config(self):
        """What two runs must have in common for one to go on with the other's state."""
        free = ("n_iter", "verbose", "backend", "random_state", "batch_size")
        return {"kind": "RBM"} | {name: value for name, value in self.get_params().items() if name not in free}

    @property
    def steps(self):
        """How many steps have been taken."""
        return getattr(self, "steps_", 0)

    def load_state(self, state):
        """Go on from what `state()` gave. All or nothing."""
        if not state:
            for name in [name for name in vars(self) if name.endswith("_")]:
                delattr(self, name)
            return
        other = copy.copy(self).set_params(random_state=0)  # what a state of this machine looks like
        n = state.get("n_features") if isinstance(state, dict) else None
        check_count("n_features", n)
        dtype = getattr(backend_module(self.backend), dtype_name(state["theta"]))
        other._start(backend_module(self.backend).zeros((1, n), dtype=dtype))
        check_state(state, other.state(), arrays=("theta",))
        check_count("draws", state["draws"])
        arrays = [state["chains"], *state["offsets"]]
        wanted = [other.chains_, *other.offsets_]
        if len(arrays) != 3 or any(a.shape[-1] != w.shape[-1] or a.dtype != w.dtype for a, w in zip(arrays, wanted)):
            raise ValueError("the state's chains or offsets are of another machine: build it as the saved one was")
        self.optimizer_ = optimizer_from(other.optimizer_, state["optimizer"], state["theta"])
        self.theta_, self.chains_, *self.offsets_ = map(copy_of, [state["theta"], *arrays])
        self.n_features_in_, self.dtype_ = n, other.dtype_
        self.steps_, self.seed_, self.draws_ = state["steps"], state["seed"], state["draws"]
