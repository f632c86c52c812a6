"""The restricted Boltzmann machine as a model: the mathematics of `bipartite.py` with a state and a training loop.

It has the verbs of every model here (`step`, `sample`, `state`, `load_state`) and, since an RBM is also a maker of
features, the interface of a scikit-learn transformer (`fit`, `transform`, `get_params`, …), so that it can stand in a
Pipeline or a GridSearchCV. scikit-learn is not imported unless it asks for its own tags. Here is how it is trained; what one
can ask of it afterwards stands in `trained_rbm.py`.

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

from minigan.arrays import CHAINS, INIT, NOISE, ORDER, backend_module, copy_of, dtype_name, generator, namespace
from minigan.models.bipartite import (
    Binary,
    Gaussian,
    cd_grad,
    energy,
    free_energy,
    gibbs,
    mean_hiddens,
    mean_visibles,
    sample_hiddens,
    sample_visibles,
)
from minigan.models.check import check_count, check_state, optimizer_from
from minigan.models.estimator import seed_of
from minigan.models.trained_rbm import UNITS, TrainedRBM
from minigan.nn.flat import flatten
from minigan.nn.optim import SGD

__all__ = ["RBM", "Binary", "Gaussian", "cd_grad", "energy", "free_energy", "gibbs", "mean_hiddens", "mean_visibles",
           "sample_hiddens", "sample_visibles"]  # fmt: skip

SLIDE = 0.01  # how much of a batch's means enters the offsets of centring


class RBM(TrainedRBM):
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

    def _training_data(self, X, fresh):
        self._check_parameters()
        X = self.validated(X, fitting=fresh)
        self._in_range(X, X.shape[1], dtype_name(X))
        if not fresh and self.optimizer_.settings() != SGD(self.learning_rate, self.momentum).settings():
            self.optimizer_ = SGD(self.learning_rate, self.momentum)  # set_params has changed them
        return X

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
