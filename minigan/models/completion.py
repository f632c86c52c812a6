"""Matrix completion: what is known stays clamped, the machine fills in the rest.

A joint model of all entries answers any question of the kind "these are given, what about those?". Two ways to ask an
RBM, both with the observed entries put back after every round:

    gibbs        v → h ~ p(h | v) → v ~ p(v | h) → …; the answer is the mean of E[v | h] over the second half of the rounds,
                 an estimate of E[v | observed] as good as the chain mixes
    mean_field   v ← E[v | E[h | v]], a fixed number of rounds: fast and deterministic, but it settles for one way to complete
                 where there are two

Source: Salakhutdinov, Mnih & Hinton 2007 for the use; Salakhutdinov & Hinton 2009, section 2.2, for the mean field.
"""

from minigan.arrays import namespace
from minigan.check import choice, whole
from minigan.models.bipartite import Binary, bernoulli, mean_hiddens, mean_visibles


def complete(params, v, observed, rng, units=Binary, method="gibbs", rounds=200):
    """v (N, n_visible) with its observed entries kept and the others replaced by E[v | observed].

    observed: bool, of v's shape. method: "gibbs" or "mean_field". What v holds elsewhere is not looked at.
    """
    choice("method", method, METHODS), whole("rounds", rounds, 2)
    xp = namespace(v, observed)
    unknown = units.mean(xp.zeros_like(v) + params[1])  # the machine's guess with no hidden unit on
    answer = METHODS[method](params, v, lambda guess: xp.where(observed, v, guess), unknown, rng, units, rounds)
    return xp.where(observed, v, answer)


def by_gibbs(params, v, clamp, guess, rng, units, rounds):
    """The mean of E[v | h] over the second half of the rounds; all chains start at `guess`.

    clamp(guess): `guess` with the observed entries put in. One round draws h from the clamped v, then v.
    """
    total = namespace(v).zeros_like(v)
    for i in range(rounds):
        hidden = bernoulli(mean_hiddens(params, clamp(guess)), rng)
        mean = mean_visibles(params, hidden, units)
        guess = units.sample(mean, rng)
        if i >= rounds // 2:
            total += mean
    return total / (rounds - rounds // 2)


def by_mean_field(params, v, clamp, guess, rng, units, rounds):
    """v ← E[v | E[h | clamp(v)]], that many rounds from `guess` on. Nothing is drawn."""
    for _ in range(rounds):
        guess = mean_visibles(params, mean_hiddens(params, clamp(guess)), units)
    return guess


METHODS = {"gibbs": by_gibbs, "mean_field": by_mean_field}
