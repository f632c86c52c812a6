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

from minigan.arrays import INIT, NOISE, SAMPLE, copy_of, dtype_name, generator, namespace
from minigan.models.bipartite import cd_grad, mean_hiddens, mean_visibles
from minigan.models.check import check_batch, check_count, check_state, optimizer_from
from minigan.nn.flat import flatten, places, views
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


class RatingsRBM:
    """An RBM over a table of ratings, float32 (users, items) of 0 (missing), 1 … 5.

    n_items: columns. n_hidden: hidden units. learning_rate, momentum, weight_decay, k (Gibbs rounds), seed, backend as for
    the RBM. The verbs are those of every model; `predict(table)` fills a table in.
    """

    range = (0.0, float(STARS))
    dtype = "float32"

    def __init__(self, n_items, n_hidden=100, *, learning_rate=0.5, momentum=0.8, weight_decay=1e-3, k=1, seed=0,
                 backend="numpy"):
        if n_items < 1 or n_hidden < 1 or k < 1:
            raise ValueError(f"n_items={n_items}, n_hidden={n_hidden}, k={k}: want 1 or more of each")
        self.n_items, self.k, self.weight_decay, self.seed, self.backend = n_items, k, weight_decay, seed, backend
        n = STARS * n_items
        self._places = places([((n, n_hidden), (n,), (n_hidden,))])
        check_count("seed", seed)
        rng = generator([INIT, seed], backend)
        W = rng.standard_normal(size=(n, n_hidden), dtype=self.dtype) * 0.01
        xp = namespace(W)
        self.theta = flatten(xp, self.dtype, [[W, xp.zeros(n, dtype=W.dtype), xp.zeros(n_hidden, dtype=W.dtype)]])
        self.optimizer, self.steps = SGD(learning_rate, momentum), 0

    @property
    def params(self):
        """[W, b, c], views of θ."""
        return views(self.theta, self._places)[0]

    def check(self, table):
        """Raise unless every entry is one of 0, 1, …, 5."""
        check_batch(table, width=self.n_items, backend=self.backend, dtype=self.dtype, low=0, high=STARS)
        xp = namespace(table)
        if bool(xp.any(table != xp.round(table))):
            raise ValueError("the table has ratings that are no whole numbers: want 1 … 5, and 0 for missing")

    def step(self, table, *, check=True):
        """One CD-k step on the rows of some users. -> {"contrast": mean |∂/∂b|}, a scalar on the device."""
        if check:
            self.check(table)
        xp = namespace(table)
        rated = xp.astype(table > 0, table.dtype)
        rng = generator([NOISE, self.seed, self.steps], self.backend)
        (dW, db, dc), _, _ = cd_grad(self.params, one_hot(table), rng, k=self.k, units=Softmax(rated))
        dW += self.weight_decay * self.params[0]
        self.theta = self.optimizer.step(self.theta, flatten(xp, self.dtype, [[dW, db, dc]]))
        self.steps += 1
        return {"contrast": xp.mean(xp.abs(db))}

    def predict(self, table):
        """The expected rating of every item, (N, items), for users who have given the ratings in `table`."""
        self.check(table)
        xp = namespace(table)
        hidden = mean_hiddens(self.params, one_hot(table))
        p = mean_visibles(self.params, hidden, Softmax(xp.ones_like(table)))
        stars = xp.arange(1, STARS + 1, dtype=table.dtype)
        return xp.sum(xp.reshape(p, (*table.shape, STARS)) * stars, axis=2)

    def sample(self, n, seed=None, *, k=100):
        """The tastes of n users whom nobody has met: their expected ratings (n, items) after k Gibbs rounds."""
        if n < 1 or k < 1:
            raise ValueError(f"n is {n}, k is {k}: want one sample and one Gibbs round at least")
        rng = generator(None if seed is None else [SAMPLE, seed], self.backend)
        xp, params = namespace(self.theta), self.params
        everything = Softmax(xp.ones((n, self.n_items), dtype=self.theta.dtype))
        hidden = rng.random(size=(n, params[2].shape[0]), dtype=self.dtype)
        for _ in range(k):
            v = everything.sample(mean_visibles(params, hidden, everything), rng)
            hidden = mean_hiddens(params, v)
            hidden = xp.astype(rng.random(size=hidden.shape, dtype=self.dtype) < hidden, hidden.dtype)
        p = xp.reshape(mean_visibles(params, hidden, everything), (n, self.n_items, STARS))
        return xp.sum(p * xp.arange(1, STARS + 1, dtype=p.dtype), axis=2)

    def state(self):
        """All that training changes."""
        return {"theta": copy_of(self.theta), "optimizer": self.optimizer.state(), "steps": self.steps, "seed": self.seed}

    def config(self):
        """What two runs must have in common for one to go on with the other's state."""
        names = ("n_items", "k", "weight_decay", "seed")
        return {"kind": "RatingsRBM", "n_hidden": self.params[2].shape[0], "optimizer": self.optimizer.settings()} | {
            name: getattr(self, name) for name in names}  # fmt: skip

    def load_state(self, state):
        """Go on from what `state()` gave. All or nothing."""
        check_state(state, self.state(), arrays=("theta",))
        self.optimizer = optimizer_from(self.optimizer, state["optimizer"], self.theta)
        self.theta, self.steps, self.seed = copy_of(state["theta"]), state["steps"], state["seed"]
