"""The restricted Boltzmann machine as a model: the mathematics of `bipartite.py` with a state.

It has the verbs of every model here (`step`, `sample`, `state`, `load_state`) and, since an RBM is also a maker of
features, the interface of a scikit-learn transformer (`fit`, `transform`, `get_params`, …), so that it can stand in a
Pipeline or a GridSearchCV. So its arguments have scikit-learn's names, and what is learned has names that end in an underscore.

One step, on a batch v, with the gradient of `cd_grad`:

    persistent     the dreams go on where the last step's chains ended (PCD-k); otherwise they start at the data (CD-k)
    weight decay   dW ← dW + weight_decay · W
    momentum       u ← momentum · u + g,  θ ← θ − learning_rate · u       (`SGD`)

W starts at N(0, 0.01²), c at 0, b at what the data's mean asks for (log-odds of the means, or the means themselves).

What one asks of a trained machine is in `rbm_questions.py`.
Sources: Hinton 2012, "A practical guide to training restricted Boltzmann machines"; scikit-learn's BernoulliRBM.
"""

import math
import time

from minigan.arrays import CHAINS, INIT, ORDER, dtype_name, generator, namespace
from minigan.check import choice, flag, number, whole
from minigan.models.bipartite import UNITS, Bipartite, bernoulli, cd_grad
from minigan.models.check import check_batch
from minigan.models.estimator import Estimator, learned, seed_of
from minigan.models.model import Learner, Model
from minigan.models.rbm_questions import Questions
from minigan.nn.optim import SGD

SLIDE = 0.01  # how much of a batch's means enters the offsets of centring


class RBM(Questions, Estimator, Model):
    """Restricted Boltzmann machine.

    n_components: int, hidden units.
    learning_rate: float > 0.
    batch_size: int, rows of a minibatch in `fit`.
    n_iter: int, epochs of `fit`.
    k: int, Gibbs rounds a step.
    persistent: bool, PCD (True) or CD.
    chains: int, persistent chains; batch_size of them if None.
    momentum: float in [0, 1).
    weight_decay: float ≥ 0.
    centred: bool, measure units from their means; see `bipartite.py` for what it is good for.
    visible: "binary" for data in [0, 1], "gaussian" for standardised data.
    backend: "numpy" or "cupy".
    random_state: int ≥ 0, None for a new one in each `fit`, or a numpy RandomState.
    verbose: 1 prints the pseudo-likelihood once an epoch.

    After fitting: components_ (n_components, n_features), intercept_hidden_, intercept_visible_, n_features_in_.
    Arrays may come from any backend; results go back to where the input came from.
    """

    parts = ("learner_", "chains_", "offsets_")
    free = ("backend", "n_iter", "verbose", "random_state", "batch_size")
    steps, seed, dtype = learned("steps_", 0), learned("seed_"), learned("dtype_")

    def __init__(self, n_components=256, *, learning_rate=0.1, batch_size=10, n_iter=10, k=1, persistent=True, chains=None,
                 momentum=0.0, weight_decay=0.0, centred=False, visible="binary", backend="numpy", random_state=None,
                 verbose=0):
        self.n_components, self.learning_rate, self.batch_size, self.n_iter = n_components, learning_rate, batch_size, n_iter
        self.k, self.persistent, self.chains = k, persistent, chains
        self.momentum, self.weight_decay, self.centred = momentum, weight_decay, centred
        self.visible, self.backend, self.random_state, self.verbose = visible, backend, random_state, verbose

    def fit(self, X, y=None):
        """Learn from X (N, n_features), from the start: n_iter epochs of shuffled minibatches. y is not looked at."""
        source, X = X, self._training_data(X, fresh=True)
        self.begin(X)
        self._remember_names(source)
        xp = namespace(X)
        for epoch in range(self.n_iter):
            begin = time.perf_counter()
            order = xp.asarray(generator(self.seed, "numpy", ORDER, epoch).permutation(X.shape[0]))
            shuffled = xp.take(X, order, axis=0)
            batches = math.ceil(X.shape[0] / self.batch_size)
            cuts = [i * X.shape[0] // batches for i in range(batches + 1)]
            for start, stop in zip(cuts, cuts[1:]):
                self._update(shuffled[start:stop, :])
            self._check_finite()
            if self.verbose:
                score, seconds = float(xp.mean(self.score_samples(X))), time.perf_counter() - begin
                print(f"[{type(self).__name__}] Iteration {epoch + 1}, pseudo-likelihood = {score:.2f}, time = {seconds:.2f}s")
        return self

    def partial_fit(self, X, y=None):
        """Go on learning: one pass over X (N, n_features) in its order, cut into minibatches."""
        fresh = "learner_" not in vars(self)
        source, X = X, self._training_data(X, fresh)
        if fresh:
            self.begin(X)
            self._remember_names(source)
        for start in range(0, X.shape[0], self.batch_size):
            self._update(X[start : start + self.batch_size, :])
        self._check_finite()
        return self

    def step(self, batch, *, check=True):
        """One step on a batch (N, n_features). -> {"contrast": mean |E_dreams v − E_data v| of this batch}."""
        if check:
            self.check(batch)
        if "learner_" not in vars(self):
            self.begin(batch)
        return {"contrast": namespace(batch).mean(namespace(batch).abs(self._update(batch)))}

    def begin(self, data):
        """θ before the first step; the visible biases fit the means of the data (N, n_features)."""
        xp, n, m, dtype = namespace(data), data.shape[1], self.n_components, dtype_name(data)
        self.seed_, self.draws_, self.steps_, self.n_features_in_, self.dtype_ = seed_of(self.random_state), 0, 0, n, dtype
        self.visible_ = self.visible
        means = xp.mean(data, axis=0)
        b = means
        if self.visible == "binary":
            b = (b * data.shape[0] + 0.5) / (data.shape[0] + 1.0)  # no unit is quite sure, whatever the data
            b = xp.log(b) - xp.log(1.0 - b)
        W = self.rng(INIT).standard_normal(size=(n, m), dtype=dtype) * 0.01
        form = Bipartite(n, m)
        optimizer = SGD(self.learning_rate, self.momentum)
        self.learner_ = Learner(form, optimizer, form.pack([W, b, xp.zeros(m, dtype=data.dtype)]))
        rows = (self.chains or self.batch_size) if self.persistent else 0
        self.chains_ = bernoulli(xp.full((rows, m), 0.5, dtype=data.dtype), self.rng(CHAINS))
        self.offsets_ = [means, xp.full(m, 0.5, dtype=data.dtype)] if self.centred else []

    def _update(self, v):
        """One step. -> E_dreams v − E_data v, (n_features,)."""
        gradient, hidden, h = cd_grad(self.params, v, self.rng(), k=self.k, chains=self.chains_ if self.persistent else None,
                                      offsets=self.offsets_ or None, units=UNITS[self.visible])
        moved = gradient[1] + gradient[0] @ self.offsets_[1] if self.centred else gradient[1]
        if self.weight_decay:
            gradient[0] += float(self.weight_decay) * self.params[0]
        self.learner_.step(self.learner_.net.pack(gradient))
        if self.centred:
            now = [namespace(v).mean(rows, axis=0) for rows in (v, h)]
            self.offsets_ = [(1.0 - SLIDE) * old + SLIDE * new for old, new in zip(self.offsets_, now)]
        if self.persistent:
            self.chains_ = hidden
        self.steps_ += 1
        return moved

    def state(self):
        """All that changes while training, as a nest of arrays and numbers; NotFitted before the first step."""
        self.check_fitted()
        return super().state()

    def config(self):
        """The class and the arguments of this machine, as plain values: of a random state, the seed that it gave."""
        return {**super().config(), "random_state": self.seed if "seed_" in vars(self) else None}

    def load_state(self, state):
        """Go on from what `state()` gave; a machine that has not begun takes its width from it. All or nothing."""
        if "learner_" in vars(self):
            return super().load_state(state)
        self._check_parameters()
        try:
            theta, rows = state["learner_"]["theta"], state["chains_"].shape[0]
            namespace(theta)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"the state is no RBM's ({error!r}): want one with learner_, chains_ and offsets_") from error
        other = type(self)(**self.get_params() | {"random_state": 0, "chains": self.chains or rows or None})
        width = (theta.shape[0] - self.n_components) // (self.n_components + 1)  # θ has n·m + n + m numbers
        if width < 1 or width * self.n_components + width + self.n_components != theta.shape[0]:
            raise ValueError(f"theta has {theta.shape[0]} numbers, which no machine of {self.n_components} hidden units "
                             "has: want the n_components of the saved one")
        other.begin(namespace(theta).zeros((1, width), dtype=theta.dtype))
        Model.load_state(other, state)
        vars(self).update({name: value for name, value in vars(other).items() if name.endswith("_")})

    def check(self, batch):
        """Raise unless `batch` can be trained on: this backend, finite, in the units' range, of the right width."""
        self._check_parameters()
        begun = "learner_" in vars(self)
        if begun:
            self._take_changes()
        namespace(batch)
        if not begun and dtype_name(batch) not in ("float32", "float64"):
            raise TypeError(f"the batch is {dtype_name(batch)}, want float32 or float64: convert it, for instance "
                            "batch.astype('float32')")
        self._in_range(batch, self.n_features_in_ if begun else batch.shape[-1], self.dtype if begun else dtype_name(batch))

    def _in_range(self, X, width, dtype, units=None):
        low, high = (units or UNITS[self.visible]).range or (-math.inf, math.inf)
        check_batch(X, width=width, backend=self.backend, dtype=dtype, low=low, high=high)

    def _training_data(self, X, fresh):
        self._check_parameters()
        X = self.validated(X, fitting=fresh)
        self._in_range(X, X.shape[1], dtype_name(X))
        if not fresh:
            self._take_changes()
        return X

    def _check_finite(self):
        xp = namespace(self.learner_.theta)
        if not bool(xp.all(xp.isfinite(self.learner_.theta))):
            raise FloatingPointError(f"after {self.steps_} steps the parameters are not finite: a smaller learning_rate, or "
                                     "data of a smaller scale, usually helps")

    def _take_changes(self):
        """Follow set_params after the first step: a learning rate or a momentum holds from now on, the others cannot change."""
        fixed = (self.components_.shape[0], bool(self.offsets_), bool(self.chains_.shape[0]), self.visible_)
        if (self.n_components, bool(self.centred), bool(self.persistent), self.visible) != fixed:
            raise ValueError("n_components, centred, persistent and visible cannot change after the first step: call fit again")
        old, wanted = self.learner_.optimizer, SGD(self.learning_rate, self.momentum)
        if (old.lr, old.momentum) != (wanted.lr, wanted.momentum):
            self.learner_.optimizer = wanted.fresh(self.learner_.theta)
            if old.count == wanted.count:  # the velocity stays
                self.learner_.optimizer.moments, self.learner_.optimizer.t = old.moments, old.t

    def _check_parameters(self):
        for name, least in (("n_components", 1), ("batch_size", 1), ("k", 1), ("n_iter", 0)):
            whole(name, getattr(self, name), least)
        flag("persistent", self.persistent), flag("centred", self.centred)
        if self.chains is not None:
            whole("chains", self.chains)
            if not self.persistent:
                raise ValueError(f"chains is {self.chains}, and persistent is False: chains that start at the data are as many "
                                 "as a batch has rows. Leave chains at None")
        choice("visible", self.visible, UNITS)
        number("weight_decay", self.weight_decay, least=0)
        SGD(self.learning_rate, self.momentum)  # says what is wrong with these two

    @property
    def range(self):
        """Between which values the data must lie: (0, 1) for binary units, None for Gaussian ones."""
        return UNITS[self.visible].range
