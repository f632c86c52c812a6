"""The mathematics of the restricted Boltzmann machine.

Visible units v (the data) and hidden units h (what they have in common) sit in two layers. Every pair across is joined by
a weight, no pair within a layer is: that is the restriction. A pair of states has an energy, and low energy means high
probability, p(v, h) = e^−E(v, h) / Z:

    E(v, h) = −bᵀv − cᵀh − vᵀW h          W (n_visible, n_hidden)   b (n_visible,)   c (n_hidden,)

Given one layer, the units of the other do not see each other, so each is drawn by itself, all at once:

    p(h_j = 1 | v) = σ(c_j + (vᵀW)_j)     p(v_i = 1 | h) = σ(b_i + (W h)_i)

and the sum over all hidden states can be done by hand, which leaves the free energy of v:

    F(v) = −log Σ_h e^−E(v,h) = −bᵀv − Σ_j softplus(c_j + (vᵀW)_j),      log p(v) = −F(v) − log Z

**Learning.** ∂(−log p(v))/∂θ = ∂F(v)/∂θ − E_model ∂F/∂θ. For W, the first is −v E[h|v]ᵀ, on data; the second is the same
on what the machine itself dreams. Those dreams would need a long Gibbs chain v → h → v → …; contrastive divergence takes
k rounds only, started at the data (CD-k) or where the last step's chains ended (persistent, PCD-k).

**Centring** measures the units from offsets μ and λ, slowly moving means of v and of h on the data. It changes the
direction of the step, not its target:

    dW = ⟨(v − μ)(h − λ)ᵀ⟩_model − ⟨(v − μ)(h − λ)ᵀ⟩_data
    db = ⟨v⟩_model − ⟨v⟩_data − dW λ             dc = ⟨h⟩_model − ⟨h⟩_data − dWᵀ μ

What it is good for: an image and its negative become equally easy to learn. Without it, most of dW where pixels are mostly on
is the product of the means. What it is not good for is sparse features. Without centring a weight that grows moves its unit's
mean with it, and hidden units end up off for most images: on scikit-learn's digits 0.13 on average. Centred, dc takes that
part away again, the units stay near ½ (0.50 on average there), and σ is nearly linear at ½; a linear classifier gains less from
such features (`benchmarks/rbm_features.py`: 0.88 right instead of 0.95). `RBM` is therefore not centred unless asked.

Sources: Smolensky 1986; Hinton 2002 (CD); Tieleman 2008 (PCD); Fischer & Igel 2012; Melchior, Fischer & Wiskott 2016.
`params` is [W, b, c] throughout; v is (N, n_visible), h (N, n_hidden), values in {0, 1} or probabilities of 1.
"""

from minigan.arrays import dtype_name, namespace
from minigan.nn.activations import sigmoid
from minigan.nn.flat import flatten, places, views
from minigan.nn.losses import softplus


class Bipartite:
    """The form of a machine's parameters: [W, b, c] of n_visible and n_hidden units, and the flat θ that holds them."""

    def __init__(self, n_visible, n_hidden):
        self._places = places([((n_visible, n_hidden), (n_visible,), (n_hidden,))])

    def unpack(self, theta):
        """[W, b, c], views of θ."""
        return views(theta, self._places)[0]

    def pack(self, params):
        """θ of [W, b, c], or dθ of their gradients."""
        return flatten(namespace(params[0]), dtype_name(params[0]), [params])


class Binary:
    """Visible units in {0, 1}: p(v_i = 1) = σ(a_i), a = b + W h."""

    range = (0.0, 1.0)

    mean = staticmethod(sigmoid)  # E[v] for the input a

    @staticmethod
    def sample(mean, rng):
        """v in {0, 1} with this mean."""
        return bernoulli(mean, rng)

    @staticmethod
    def energy(v, b):
        """The visibles' own term of the energy, (N,): −bᵀv."""
        return -(v @ b)


class Gaussian:
    """Visible units of unit variance, for standardised data: v_i ~ N(a_i, 1), a = b + W h."""

    range = None

    @staticmethod
    def mean(a):
        """E[v] for the input a: a itself."""
        return a

    @staticmethod
    def sample(mean, rng):
        """v ~ N(mean, 1)."""
        return mean + rng.standard_normal(size=mean.shape, dtype=dtype_name(mean))

    @staticmethod
    def energy(v, b):
        """The visibles' own term of the energy, (N,): ½ ‖v − b‖²."""
        return 0.5 * namespace(v).sum((v - b) ** 2, axis=1)


UNITS = {"binary": Binary, "gaussian": Gaussian}


def bernoulli(p, rng):
    """1 with probability p, else 0, element by element, in p's dtype."""
    draws = rng.random(size=p.shape, dtype=dtype_name(p))
    return namespace(p).astype(draws < p, p.dtype)


def mean_hiddens(params, v):
    """p(h = 1 | v), (N, n_hidden)."""
    W, _, c = params
    a = v @ W
    a += c
    return sigmoid(a)


def sample_hiddens(params, v, rng):
    """h ~ p(h | v), (N, n_hidden)."""
    return bernoulli(mean_hiddens(params, v), rng)


def mean_visibles(params, h, units=Binary):
    """E[v | h], (N, n_visible), for binary or Gaussian visible units."""
    W, b, _ = params
    a = h @ W.T
    a += b
    return units.mean(a)


def sample_visibles(params, h, rng, units=Binary):
    """v ~ p(v | h), (N, n_visible)."""
    return units.sample(mean_visibles(params, h, units), rng)


def gibbs(params, v, rng, units=Binary, k=1):
    """k rounds of Gibbs sampling, visible → hidden → visible, each row a chain of its own. -> the new v."""
    for _ in range(k):
        v = sample_visibles(params, sample_hiddens(params, v, rng), rng, units)
    return v


def energy(params, v, h, units=Binary):
    """E(v, h), (N,)."""
    W, b, c = params
    return units.energy(v, b) - h @ c - namespace(v).sum((v @ W) * h, axis=1)


def free_energy(params, v, units=Binary):
    """F(v) = −log Σ_h e^−E(v, h), (N,). Lower is likelier; log p(v) = −F(v) − log Z."""
    W, b, c = params
    return units.energy(v, b) - namespace(v).sum(softplus(v @ W + c), axis=1)


def pseudo_likelihood(params, v, rng):
    """n log p(v_i | all others), (N,), for one unit i drawn for each row; binary units.

    With ṽ, v with unit i flipped, log p(v_i | the others) = log σ(F(ṽ) − F(v)). Its mean over i is the log of the
    pseudo-likelihood Π_i p(v_i | the others), which needs no Z.
    """
    xp, n = namespace(v), v.shape[1]
    flipped = xp.asarray(rng.integers(0, n, size=(v.shape[0], 1)))
    other = xp.where(flipped == xp.arange(n)[None, :], 1.0 - v, v)
    return -n * softplus(free_energy(params, v) - free_energy(params, other))


def cd_grad(params, v, rng, *, k=1, chains=None, offsets=None, units=Binary):
    """The CD-k estimate of ∂(−mean log p(v))/∂[W, b, c]. It is biased, the gradient of no
    function (Sutskever & Tieleman 2010), and need not lead downhill.

    v: a batch (N, n_visible). chains: hidden states (M, n_hidden) from which the dreams start, PCD; None starts them at
    the data, CD. offsets: [μ, λ] for the centred direction, None for the plain one.
    -> [dW, db, dc]; the hidden states (M, n_hidden) where the chains ended; p(h = 1 | v) on the data (N, n_hidden).
    """
    if k < 1:
        raise ValueError(f"k is {k}: contrastive divergence takes one Gibbs round or more")
    h = mean_hiddens(params, v)
    hidden = bernoulli(h, rng) if chains is None else chains
    for _ in range(k):
        dream = sample_visibles(params, hidden, rng, units)
        dream_h = mean_hiddens(params, dream)
        hidden = bernoulli(dream_h, rng)
    return dreams_minus_data(v, h, dream, dream_h, offsets), hidden, h


def dreams_minus_data(v, h, dream, dream_h, offsets=None):
    """[dW, db, dc]: the statistics of the dreams minus those of the data, each averaged over its rows."""
    def mean(x):
        return xp.sum(x, axis=0) * (1.0 / x.shape[0])

    xp = namespace(v)
    db, dc = mean(dream) - mean(v), mean(dream_h) - mean(h)
    if offsets is not None:
        mu, lam = offsets
        v, dream, h, dream_h = v - mu, dream - mu, h - lam, dream_h - lam
    dW = dream.T @ (dream_h * (1.0 / dream.shape[0]))
    dW -= v.T @ (h * (1.0 / v.shape[0]))
    if offsets is not None:
        db -= dW @ lam
        dc -= mu @ dW
    return [dW, db, dc]
