"""The RBM that filled in a table: ratings from 1 to 5, most of them missing.

A user is one row of the table: for each item a rating, or 0 for "not rated". Each item is a visible unit with five states,
one-hot: v_ik = 1 if item i was rated k. Its conditional is a softmax over the five, and a missing rating takes no part at
all: each user has an RBM with only the items that he rated, and all users' machines share their weights.

    E(v, h) = −Σ_ik b_ik v_ik − cᵀh − Σ_ikj v_ik W_ikj h_j
    p(v_ik = 1 | h) = softmax over k of  b_ik + Σ_j W_ikj h_j        for rated items; nothing for the others

With v flattened to (N, 5·items) that is the machine of `bipartite.py` with other visible units, so its contrastive
divergence serves as it is. To predict, infer the hidden units from what a user has rated, and ask for the rest:
r̂_i = Σ_k k p(v_ik = 1 | E[h | v]).
Source: Salakhutdinov, Mnih & Hinton 2007, sections 2 and 2.1.
"""

from minigan.arrays import INIT, dtype_name, namespace
from minigan.check import number, whole
from minigan.models.bipartite import (
    Bipartite,
    bernoulli,
    cd_grad,
    gibbs,
    mean_hiddens,
    mean_visibles,
    sample_hiddens,
    sample_visibles,
)
from minigan.models.model import Learner, Model
from minigan.nn.losses import log_softmax
from minigan.nn.optim import SGD

STARS = 5


class Softmax:
    """Visible units that take one of five states; `rated` (N, items), 1 or 0, says which of them are there at all."""

    def __init__(self, rated):
        self.rated = rated

    def mean(self, a):
        """p(v_ik = 1 | h), (N, 5·items), and 0 for what is not rated."""
        xp = namespace(a)
        logits = xp.reshape(a, (*self.rated.shape, STARS))
        return xp.reshape(xp.exp(log_softmax(logits)) * self.rated[:, :, None], a.shape)

    def sample(self, mean, rng):
        """One state for each rated item, one-hot: the first whose cumulated probability passes a uniform number."""
        xp = namespace(mean)
        p = xp.reshape(mean, (*self.rated.shape, STARS))
        passed = xp.cumulative_sum(p, axis=2) > rng.random(size=(*self.rated.shape, 1), dtype=dtype_name(mean))
        passed = xp.astype(passed, mean.dtype)
        passed[:, :, -1] = 1.0  # rounding may leave the sum just below 1
        first = xp.concat([passed[:, :, :1], passed[:, :, 1:] - passed[:, :, :-1]], axis=2)
        return xp.reshape(first * self.rated[:, :, None], mean.shape)


def one_hot(table):
    """Ratings (N, items), 0 for missing, as (N, 5·items) of 0 and 1."""
    xp = namespace(table)
    stars = xp.arange(1, STARS + 1, dtype=table.dtype)
    return xp.reshape(xp.astype(table[:, :, None] == stars, table.dtype), (table.shape[0], -1))


class RatingsRBM(Model):
    """An RBM over a table of ratings, float32 (users, items) of 0 (missing), 1 … 5.

    n_items: int, columns of the table.
    n_hidden: int, hidden units.
    learning_rate: float > 0. momentum: float in [0, 1). weight_decay: float ≥ 0.
    k: int, Gibbs rounds a step.
    seed: int ≥ 0. backend: "numpy" or "cupy".
    """

    parts = ("learner",)
    by_rows = False  # its draws are (N, items, 1), with the rows not in the second axis from the end
    range = (0.0, float(STARS))

    def __init__(self, n_items, n_hidden=100, *, learning_rate=0.5, momentum=0.8, weight_decay=1e-3, k=1, seed=0,
                 backend="numpy"):
        super().__init__(seed=seed, backend=backend)
        self.n_items, self.n_hidden, self.k = whole("n_items", n_items), whole("n_hidden", n_hidden), whole("k", k)
        self.weight_decay = number("weight_decay", weight_decay, least=0)
        optimizer = SGD(learning_rate, momentum)
        self.learning_rate, self.momentum = optimizer.lr, optimizer.momentum
        self.width = self.n_items
        n, form = STARS * self.n_items, Bipartite(STARS * self.n_items, self.n_hidden)
        W = self.rng(INIT).standard_normal(size=(n, self.n_hidden), dtype=self.dtype) * 0.01
        xp = namespace(W)
        theta = form.pack([W, xp.zeros(n, dtype=W.dtype), xp.zeros(self.n_hidden, dtype=W.dtype)])
        self.learner = Learner(form, optimizer, theta)

    @property
    def params(self):
        """[W, b, c], views of θ."""
        return self.learner.net.unpack(self.learner.theta)

    def check(self, table):
        """Raise unless every entry is one of 0, 1, …, 5."""
        super().check(table)
        xp = namespace(table)
        if bool(xp.any(table != xp.round(table))):
            raise ValueError("the table has ratings that are no whole numbers: want 1 … 5, and 0 for missing")

    def step(self, table, *, check=True):
        """One CD-k step on the rows of some users. -> {"contrast": mean |E_dreams v − E_data v| of these rows}."""
        if check:
            self.check(table)
        xp = namespace(table)
        rated = xp.astype(table > 0, table.dtype)
        (dW, db, dc), _, _ = cd_grad(self.params, one_hot(table), self.rng(), k=self.k, units=Softmax(rated))
        dW += self.weight_decay * self.params[0]
        self.learner.step(self.learner.net.pack([dW, db, dc]))
        self.steps += 1
        return {"contrast": xp.mean(xp.abs(db))}

    def predict(self, table):
        """The expected rating of every item, (N, items), for users who have given the ratings in `table`."""
        self.check(table)
        return self._expected(mean_hiddens(self.params, one_hot(table)))

    def sample(self, n, seed=None, *, k=100):
        """The tastes of n users whom nobody has met: their expected ratings (n, items) after k Gibbs rounds."""
        rng, params = self.sampler(seed), self.params
        everything = self._everything(whole("n", n))
        half = namespace(params[0]).full((n, self.n_hidden), 0.5, dtype=params[0].dtype)
        start = sample_visibles(params, bernoulli(half, rng), rng, everything)
        v = gibbs(params, start, rng, everything, whole("k", k) - 1)
        return self._expected(sample_hiddens(params, v, rng))

    def _everything(self, n):
        return Softmax(namespace(self.learner.theta).ones((n, self.n_items), dtype=self.learner.theta.dtype))

    def _expected(self, hidden):
        """Σ_k k p(v_ik = 1 | h), (N, items)."""
        xp, N = namespace(hidden), hidden.shape[0]
        p = mean_visibles(self.params, hidden, self._everything(N))
        return xp.sum(xp.reshape(p, (N, self.n_items, STARS)) * xp.arange(1, STARS + 1, dtype=p.dtype), axis=2)
