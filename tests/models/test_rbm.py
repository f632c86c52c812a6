"""The RBM: its conditionals and gradients against enumeration, and the estimator's manners."""

import itertools
import math

import numpy as np
import pytest

from minigan import checkpoint
from minigan.arrays import generator, namespace, to, to_numpy
from minigan.data.patterns import bars_and_stripes, bars_and_stripes_bound
from minigan.metrics.rbm_likelihood import exact_grad, log_likelihood, log_partition
from minigan.models.bipartite import (
    Gaussian,
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
from minigan.models.rbm import RBM
from minigan.nn import Adam, gradcheck
from minigan.nn.flat import flatten, places, views


def machine(rng, n=4, m=3, scale=1.0):
    return [rng.standard_normal(size=shape, dtype="float64") * scale for shape in ((n, m), (n,), (m,))]


def states(n):
    return np.array(list(itertools.product([0.0, 1.0], repeat=n)))


def joint(params):
    """p(v, h) of a small machine from its energy alone, in plain NumPy: (2^n, 2^m), rows and columns as in `states`."""
    W, b, c = map(to_numpy, params)
    V, H = states(len(b)), states(len(c))
    minus_energy = (V @ b)[:, None] + (H @ c)[None, :] + V @ W @ H.T
    p = np.exp(minus_energy)
    return V, H, p / p.sum()


def test_conditionals_and_energies_are_those_of_the_joint_distribution(backend, rng):
    params = machine(rng)
    V, H, p = joint(params)
    v, h = to(V, backend), to(H, backend)
    assert to_numpy(mean_hiddens(params, v)) == pytest.approx(p @ H / p.sum(axis=1, keepdims=True))
    assert to_numpy(mean_visibles(params, h)) == pytest.approx(p.T @ V / p.sum(axis=0)[:, None])
    log_z = log_partition(params)
    assert to_numpy(log_likelihood(params, v, log_z)) == pytest.approx(np.log(p.sum(axis=1)))
    for i, j in ((0, 0), (5, 2), (15, 7)):
        one = energy(params, v[i : i + 1, :], h[j : j + 1, :])
        assert -to_numpy(one)[0] - log_z == pytest.approx(math.log(p[i, j]))


def test_samples_have_their_conditional_means(rng, backend):
    """20,000 draws of each unit: within 5 standard errors of at most √(¼ / 20000)."""
    params = machine(rng)
    v = to(np.tile([1.0, 0.0, 1.0, 1.0], (20_000, 1)), backend)
    h = sample_hiddens(params, v, rng)
    assert set(np.unique(to_numpy(h))) == {0.0, 1.0}
    assert to_numpy(h).mean(axis=0) == pytest.approx(to_numpy(mean_hiddens(params, v))[0], abs=5 * 0.0036)
    same = namespace(h).ones_like(h)
    drawn = to_numpy(sample_visibles(params, same, rng))
    assert drawn.mean(axis=0) == pytest.approx(to_numpy(mean_visibles(params, same))[0], abs=5 * 0.0036)


def test_gibbs_sampling_reproduces_the_enumerated_distribution():
    """20,000 chains on a 4×3 machine, 5 · 20,000 draws far apart: total variation < 0.02, and a chi-square test.

    χ² over 16 states has mean 15 and standard deviation √30; above 15 + 5·√30 = 42.4 lies less than 3e-4. The draws of
    one chain are 50 rounds apart, which for these weights makes them independent to within far less than the noise.
    """
    rng = generator(4)
    params = machine(rng)
    _, _, p = joint(params)
    v = gibbs(params, np.round(rng.random((20_000, 4))), rng, k=50)
    counts = np.zeros(16)
    for _ in range(5):
        v = gibbs(params, v, rng, k=50)
        counts += np.bincount((v @ [8, 4, 2, 1]).astype(int), minlength=16)
    expected = counts.sum() * p.sum(axis=1)
    assert counts.sum() == 100_000
    assert 0.5 * np.abs(counts - expected).sum() / counts.sum() < 0.02
    assert ((counts - expected) ** 2 / expected).sum() < 42.4


def test_the_exact_gradient_is_the_derivative_of_the_exact_likelihood(backend, rng):
    params, v = machine(rng, 5, 4), to(states(5)[3:10], backend)
    xp, shapes = namespace(v), places([((5, 4), (5,), (4,))])
    theta = flatten(xp, "float64", [params])

    def loss(theta):
        changed = views(theta, shapes)[0]
        return -xp.mean(log_likelihood(changed, v, log_partition(changed)))

    gradient = flatten(xp, "float64", [exact_grad(params, v)])
    assert gradcheck.vjp_error(loss, theta, 1.0, gradient, rng) < 1e-6


@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("persistent", [False, True])
@pytest.mark.parametrize("centred", [False, True])
def test_the_mean_of_cd_gradients_is_the_enumerated_expectation(k, persistent, centred):
    """CD-k on bars and stripes 2×2, enumerated: the data's joint distribution of (v, h), sent k times through the
    transition matrix. 4,000 gradients from 8 data rows each; each entry is within 5 of its own standard errors, which all
    14 entries (8 tests) fail by chance with probability below 14 · 8 · 6e-7 = 7e-5.
    """
    rng = generator(11)
    params = machine(rng, 4, 2, scale=0.8)
    data = bars_and_stripes(2).astype(float)
    V, H, p = joint(params)
    v_given_h, h_given_v = (p / p.sum(axis=0)).T, p / p.sum(axis=1, keepdims=True)
    start = np.round(rng.random((8, 2)))
    offsets = [np.array([0.3, 0.5, 0.6, 0.5]), np.array([0.2, 0.7])] if centred else None

    if persistent:
        at_h = np.array([(start == h).all(axis=1).mean() for h in H])
    else:
        at_h = np.mean([h_given_v[(V == row).all(axis=1)][0] for row in data], axis=0)
    for _ in range(k):
        at_v = at_h @ v_given_h
        at_h = at_v @ h_given_v
    mean_h = mean_hiddens(params, V)
    mu, lam = offsets or (np.zeros(4), np.zeros(2))
    dW = (V - mu).T @ (at_v[:, None] * (mean_h - lam)) - (data - mu).T @ (mean_hiddens(params, data) - lam) / 8
    db = at_v @ V - data.mean(axis=0) - dW @ lam
    dc = at_v @ mean_h - mean_hiddens(params, data).mean(axis=0) - mu @ dW
    expected = np.concatenate([dW.ravel(), db, dc])

    chains = start if persistent else None
    draws = np.array([np.concatenate([g.ravel() for g in
                      cd_grad(params, data, rng, k=k, chains=chains, offsets=offsets)[0]]) for _ in range(4000)])  # fmt: skip
    error = draws.std(axis=0) / math.sqrt(len(draws))
    assert (np.abs(draws.mean(axis=0) - expected) < 5 * error).all()


def test_exact_maximum_likelihood_learns_bars_and_stripes():
    """Σ log p over the 16 patterns: ≥ −42.3, the best there is being −41.589."""
    v = bars_and_stripes(3).astype(float)
    assert bars_and_stripes_bound(3) == pytest.approx(-41.589, abs=1e-3)
    shapes, theta, adam = places([((9, 16), (9,), (16,))]), 0.1 * generator(0).standard_normal(9 * 16 + 25), Adam(0.02, 0.9)
    for _ in range(1500):
        theta = adam.step(theta, flatten(np, "float64", [exact_grad(views(theta, shapes)[0], v)]))
    params = views(theta, shapes)[0]
    reached = log_likelihood(params, v, log_partition(params)).sum()
    assert -42.3 <= reached <= bars_and_stripes_bound(3)


def test_gaussian_visibles_learn_two_clusters():
    """Standardised data in two clusters: the machine's samples fall into both, and reconstruct the side."""
    rng = generator(0)
    side = np.where(rng.random(500) < 0.5, -1.0, 1.0)
    X = side[:, None] * np.array([1.5, -1.5, 1.5]) + 0.5 * rng.standard_normal((500, 3))
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    machine = RBM(4, visible="gaussian", learning_rate=0.05, batch_size=50, n_iter=60, random_state=0).fit(X)
    assert np.mean(np.sign(machine.reconstruct(X)[:, 0]) == side) > 0.98
    share = np.mean(machine.sample(400, seed=1, k=200)[:, 0] > 0)
    assert 0.2 < share < 0.8
    assert np.corrcoef(machine.sample(400, seed=1, k=200).T)[0, 1] < -0.5


def test_gaussian_free_energy_is_the_sum_over_hidden_states():
    params, v = machine(generator(0)), generator(1).standard_normal((5, 4))
    H = states(3)
    energies = np.stack([energy(params, v, np.tile(h, (5, 1)), Gaussian) for h in H])
    assert free_energy(params, v, Gaussian) == pytest.approx(-np.log(np.exp(-energies).sum(axis=0)))


def digits(n=200, dtype=np.float32):
    return np.round(generator(0).random((n, 12)) * 0.7).astype(dtype)


def test_an_int_seed_gives_one_training_and_many_draws():
    one, two, three = (RBM(5, n_iter=2, random_state=seed).fit(digits()) for seed in (3, 3, 4))
    assert (one.components_ == two.components_).all()
    assert (one.components_ != three.components_).any()
    v = digits()
    first, second = one.gibbs(v), one.gibbs(v)
    assert (first != second).any()
    assert (first == two.gibbs(v)).all()
    assert (one.score_samples(v) != one.score_samples(v)).any()


@pytest.mark.parametrize("persistent", [True, False])
def test_resumed_equals_uninterrupted(backend, persistent):
    v = to(digits(10), backend)
    options = {"backend": backend, "momentum": 0.5, "weight_decay": 0.01, "persistent": persistent, "random_state": 1}
    machine, resumed = RBM(5, **options), RBM(5, **options)
    for _ in range(3):
        machine.step(v)
    resumed.load_state(machine.state())
    for _ in range(3):
        machine.step(v)
        resumed.step(v)
    assert (to_numpy(machine.learner_.theta) == to_numpy(resumed.learner_.theta)).all()


def test_results_go_back_to_where_the_input_came_from(backend):
    machine = RBM(5, backend=backend, n_iter=1, random_state=0).fit(digits())
    for v in (digits(), to(digits(), "array_api_strict")):
        for result in (machine.transform(v), machine.gibbs(v), machine.free_energy(v), machine.score_samples(v)):
            assert namespace(result) is namespace(v)
    assert machine.transform(digits().tolist()).dtype == np.float32
    assert RBM(5, n_iter=1).fit(digits(dtype=np.float64)).components_.dtype == np.float64


def test_settings_changed_by_set_params_count_from_then_on():
    machine = RBM(5, n_iter=1, random_state=0, learning_rate=0.1).fit(digits())
    theta = machine.learner_.theta
    machine.set_params(learning_rate=1e-9).partial_fit(digits())
    assert np.abs(machine.learner_.theta - theta).max() < 1e-6


def test_samples_come_from_a_chain_and_gibbs_goes_k_rounds():
    """One round with the first hidden unit on leaves nearly all units on; the chain of many rounds leaves that state."""
    machine = RBM(1, n_iter=0, random_state=0).fit(digits())
    W, b, c = np.full(12, 4.0), np.full(12, -2.0), np.array([-23.0])
    machine.learner_.theta = np.concatenate([W, b, c]).astype(np.float32)
    ones = np.ones((400, 12), np.float32)
    once, long = machine.gibbs(ones, k=1).mean(), machine.gibbs(ones, k=300).mean()
    assert once > 0.85
    assert abs(once - long) > 0.02
    assert not np.allclose(machine.sample(50, seed=0, k=1), machine.sample(50, seed=0, k=300))


def test_centring_moves_its_offsets_and_changes_the_direction(backend):
    v = to(digits(20), backend)
    centred, plain = (RBM(5, backend=backend, random_state=0, centred=centred) for centred in (True, False))
    for machine in (centred, plain):
        machine.step(v)
        machine.step(v)
    assert np.abs(to_numpy(centred.learner_.theta) - to_numpy(plain.learner_.theta)).max() > 1e-4
    before, h = to_numpy(centred.offsets_[1]), to_numpy(mean_hiddens(centred.params, v)).mean(axis=0)
    centred.step(v)
    assert to_numpy(centred.offsets_[1]) == pytest.approx(0.99 * before + 0.01 * h, rel=1e-5)


def test_visible_biases_start_at_the_log_odds_of_the_data():
    v = digits()
    machine = RBM(5, n_iter=0, random_state=0).fit(v)
    assert mean_visibles(machine.params, np.zeros((1, 5), np.float32))[0] == pytest.approx(v.mean(axis=0), abs=0.01)


def test_pseudo_likelihood_averages_to_its_definition():
    """n · the mean over i of log p(v_i | the others), from the joint distribution; 20,000 draws, 5 standard errors."""
    params = machine(generator(2))
    V, _, p = joint(params)
    p_v, v = p.sum(axis=1), np.array([1.0, 0.0, 1.0, 1.0])

    def probability(row):
        return p_v[(V == row).all(axis=1)][0]

    flips = [np.where(np.arange(4) == i, 1 - v, v) for i in range(4)]
    terms = np.array([4 * np.log(probability(v) / (probability(v) + probability(flip))) for flip in flips])
    draws = pseudo_likelihood(params, np.tile(v, (20_000, 1)), generator(0))
    assert draws.mean() == pytest.approx(terms.mean(), abs=5 * terms.std() / math.sqrt(20_000))


def test_gaussian_samples_have_unit_variance():
    v = sample_visibles(machine(generator(0)), np.ones((20_000, 3)), generator(1), Gaussian)
    assert v.std(axis=0) == pytest.approx(1, abs=5 * math.sqrt(0.5 / 20_000))


def test_log_likelihood_of_the_estimator():
    machine = RBM(5, n_iter=1, random_state=0).fit(digits())
    log_z = log_partition(machine.params)
    assert machine.log_likelihood(digits(), log_z) == pytest.approx(log_likelihood(machine.params, digits(), log_z), rel=1e-4)


def test_learning_raises_the_likelihood_and_weight_decay_shrinks_weights():
    v = np.tile(bars_and_stripes(3), (10, 1))
    before = RBM(8, n_iter=0, random_state=0).fit(v)
    plain = RBM(8, n_iter=200, learning_rate=0.1, k=5, batch_size=16, random_state=0).fit(v)
    decayed = RBM(8, n_iter=200, learning_rate=0.1, k=5, batch_size=16, random_state=0, weight_decay=0.1).fit(v)
    exact = [float(log_likelihood(m.params, v, log_partition(m.params)).mean()) for m in (before, plain, decayed)]
    assert exact[1] > exact[0] + 1
    assert exact[1] > exact[2]
    assert np.abs(decayed.components_).mean() < 0.5 * np.abs(plain.components_).mean()


def test_completion_keeps_what_is_observed_and_knows_the_rest():
    """A machine that has learned bars and stripes: two pixels of one row that differ say "bars", and the rest follows."""
    v = np.tile(bars_and_stripes(3), (20, 1))
    machine = RBM(16, n_iter=300, learning_rate=0.05, k=5, batch_size=16, random_state=0).fit(v)
    given = np.full((1, 9), np.nan, np.float32)
    given[0, :3] = [1, 0, 1]  # the first row: these columns are on, off, on
    filled = machine.complete(given, ~np.isnan(given), rounds=2000)
    assert (filled[0, :3] == [1, 0, 1]).all()
    assert np.abs(filled[0] - [1, 0, 1] * 3).max() < 0.3
    fast = machine.complete(given, ~np.isnan(given), method="mean_field")
    assert (fast[0, :3] == [1, 0, 1]).all()
    assert np.abs(fast[0] - [1, 0, 1] * 3).max() < 0.3
    nothing = machine.complete(given, np.zeros((1, 9), bool), rounds=500)
    assert ((nothing >= 0) & (nothing <= 1)).all()


REFUSED = {
    "values from 0 to 2": lambda m: m.fit(digits() * 2 + 0),
    "values from -1 to 1": lambda m: m.fit(digits() * 2 - 1),
    "NaN": lambda m: m.fit(np.full((5, 12), np.nan)),
    "X has 11 features, but RBM is expecting 12": lambda m: m.partial_fit(digits()[:, :11]),
    "expecting 12": lambda m: m.transform(digits()[:, :11]),
    "0 sample": lambda m: m.partial_fit(digits()[:0]),
    "Expected 2D array": lambda m: m.partial_fit(digits()[0]),
    "k is 0": lambda m: m.set_params(k=0).partial_fit(digits()),
    "n_components is 0": lambda m: m.set_params(n_components=0).fit(digits()),
    "visible is 'ternary'": lambda m: m.set_params(visible="ternary").fit(digits()),
    "no parameter rate": lambda m: m.set_params(rate=1),
    "want bool, v's shape": lambda m: m.complete(digits(), np.ones(3)),
    "method is 'guess'": lambda m: m.complete(digits(), np.ones(12, bool), method="guess"),
    "n is 0: want a whole number, 1 or more": lambda m: m.sample(0),
    r"batch has shape \(200, 11\), want \(N, 12\)": lambda m: m.step(digits()[:, :11]),
    "array of array_api_strict, the model lives on numpy": lambda m: m.step(to(digits(), "array_api_strict")),
    "this model has": lambda m: m.load_state(RBM(6, n_iter=1).fit(digits()).state()),
    r"chains_ is \(3, 2\) of float32, this model has \(10, 5\)": lambda m: m.load_state(
        m.state() | {"chains_": np.zeros((3, 2), np.float32)}),
    "chains_ holds NaN": lambda m: m.load_state(m.state() | {"chains_": np.full((10, 5), np.nan, np.float32)}),
    "offsets_ is list of 1 parts, this model wants 0": lambda m: m.load_state(m.state() | {"offsets_": [np.zeros(12)]}),
    "steps is 'x'": lambda m: m.load_state(m.state() | {"steps": "x"}),
    "this model wants": lambda m: m.load_state({name: x for name, x in m.state().items() if name != "chains_"}),
    "learning rate, is 0: want a number > 0": lambda m: m.set_params(learning_rate=0).fit(digits()),
    "momentum is 2: want a number ≥ 0 and < 1": lambda m: m.set_params(momentum=2).fit(digits()),
    "chains is 0: want a whole number": lambda m: m.set_params(chains=0).fit(digits()),
    "chains is 9, and persistent is False": lambda m: m.set_params(chains=9, persistent=False).fit(digits()),
    "persistent and visible cannot change after": lambda m: m.set_params(visible="gaussian").partial_fit(digits()),
    "centred, persistent and visible cannot": lambda m: m.set_params(centred=True).step(digits()[:10]),
    "n_iter is 2.5": lambda m: m.set_params(n_iter=2.5).fit(digits()),
    "weight_decay is -5": lambda m: m.set_params(weight_decay=-5).fit(digits()),
    "random_state is -1": lambda m: m.set_params(random_state=-1).fit(digits()),
    "k is -3: want a whole number, 1 or more": lambda m: m.gibbs(digits(), k=-3),
}


@pytest.mark.parametrize("message", REFUSED)
def test_the_impossible_is_refused_and_nothing_changes(message):
    machine = RBM(5, n_iter=1, random_state=0).fit(digits())
    theta, steps = machine.learner_.theta.copy(), machine.steps_
    with pytest.raises((ValueError, TypeError), match=message):
        REFUSED[message](machine)
    assert (machine.learner_.theta == theta).all()
    assert machine.steps_ == steps


@pytest.mark.parametrize("verb", [lambda m: m.transform(digits()), lambda m: m.sample(3), lambda m: m.state()])
def test_an_unfitted_machine_says_so(verb):
    with pytest.raises(ValueError, match="not fitted yet"):
        verb(RBM())


@pytest.mark.parametrize("state", [{}, None, [], {"learner_": {"theta": [1.0]}}, {"learner_": None}])
def test_an_unfitted_machine_refuses_a_foreign_state(state):
    machine = RBM(5)
    with pytest.raises((ValueError, TypeError), match=r"want"):
        machine.load_state(state)
    assert not hasattr(machine, "learner_")


def test_an_unfitted_machine_takes_its_width_from_a_state(backend):
    v = to(digits(10), backend)
    machine, resumed = (RBM(5, backend=backend, random_state=seed, centred=True) for seed in (1, 2))
    machine.step(v)
    resumed.load_state(machine.state())
    for one in (machine, resumed):
        one.step(v)
    assert resumed.n_features_in_ == 12
    assert (to_numpy(machine.learner_.theta) == to_numpy(resumed.learner_.theta)).all()


@pytest.mark.parametrize(("options", "rows"), [({}, 7), ({"chains": 30}, 30), ({"persistent": False}, 0)])
def test_there_are_as_many_chains_as_asked_for_whatever_the_batch(options, rows):
    """By default batch_size of them; a batch may have more or fewer rows."""
    machine = RBM(5, batch_size=7, random_state=0, **options)
    for n in (3, 20):
        machine.step(digits(n))
        assert machine.chains_.shape == (rows, 5)


def test_samples_are_means_or_draws():
    """v ~ p(v | h) of the same chains: zeros and ones, whose mean over 4,000 · 12 is that of E[v | h] within 5 standard errors
    of at most √(¼ / 48000) = 0.0023.
    """
    machine = RBM(5, n_iter=5, random_state=0).fit(digits())
    means, draws = (machine.sample(4000, seed=3, k=5, mean=mean) for mean in (True, False))
    assert set(np.unique(draws)) == {0.0, 1.0}
    assert ((means > 0) & (means < 1)).all()
    assert draws.mean() == pytest.approx(means.mean(), abs=5 * 0.0023)
    assert (machine.sample(4, seed=3, mean=False) == machine.sample(4, seed=3, mean=False)).all()


def test_enumeration_beyond_its_size_says_what_it_would_cost():
    with pytest.raises(ValueError, match=r"30 units means 1.07e\+09 states, 1.02e\+03 times more.*use ais"):
        log_partition(machine(generator(0), 30, 30))


def test_a_rate_that_set_params_changed_holds_for_the_next_step_and_for_a_checkpoint(tmp_path):
    """By the rate 0.1 a step of this machine moves θ by more than 1e-3, by 1e-9 hardly at all."""
    machine = RBM(5, learning_rate=0.1, n_iter=1, random_state=0).fit(digits())
    theta = machine.learner_.theta.copy()
    machine.set_params(learning_rate=1e-9).step(digits()[:10])
    assert np.abs(machine.learner_.theta - theta).max() < 1e-6
    checkpoint.save(tmp_path / "c", machine)
    other = checkpoint.load_model(tmp_path / "c")
    for one in (machine, other):
        one.step(digits()[:10])
    assert (machine.learner_.theta == other.learner_.theta).all()


def test_a_changed_rate_keeps_the_velocity():
    machine = RBM(5, learning_rate=0.1, momentum=0.9, n_iter=1, random_state=0).fit(digits())
    (velocity,) = machine.learner_.optimizer.moments
    before = velocity.copy()
    machine.set_params(learning_rate=0.05).check(digits()[:10])
    assert machine.learner_.optimizer.lr == 0.05
    assert (machine.learner_.optimizer.moments[0] == before).all()


def test_a_machine_answers_as_it_has_learned_whatever_set_params_says():
    """Other visible or hidden units are for the next fit."""
    machine = RBM(5, n_iter=1, random_state=0).fit(digits())
    v = digits()[:4]
    before = machine.reconstruct(v), machine.free_energy(v), machine.sample(3, seed=0, k=2)
    machine.set_params(visible="gaussian", n_components=7)
    for one, other in zip(before, (machine.reconstruct(v), machine.free_energy(v), machine.sample(3, seed=0, k=2))):
        assert (one == other).all()


def test_a_fit_that_is_refused_keeps_the_column_names():
    pandas = pytest.importorskip("pandas")
    machine = RBM(2, n_iter=1, random_state=0).fit(pandas.DataFrame(digits()[:20, :3], columns=["a", "b", "c"]))
    machine.random_state = -1
    with pytest.raises(ValueError, match="random_state"):
        machine.fit(digits()[:20, :3])
    assert list(machine.feature_names_in_) == ["a", "b", "c"]


def fitted(X):
    return RBM(3, n_iter=1, random_state=0).fit(X)


@pytest.mark.parametrize("question", ["transform", "free_energy", "score_samples", "reconstruct", "gibbs"])
def test_every_question_looks_at_the_range(question):
    X = generator(0).random((20, 6))
    with pytest.raises(ValueError, match=r"the model works in \[0, 1\]"):
        getattr(fitted(X), question)(255 * X)


def test_a_completion_wants_the_columns_in_their_order():
    pandas = pytest.importorskip("pandas")
    X = pandas.DataFrame(generator(0).random((20, 4)), columns=list("abcd"))
    with pytest.raises(ValueError, match="same columns in the same order"):
        fitted(X).complete(X[list("dcba")], np.array([True, True, False, False]))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_an_rbm_that_runs_away_says_so(method):
    X = 1e6 * generator(0).standard_normal((200, 8))
    rbm = RBM(8, visible="gaussian", learning_rate=10.0, n_iter=60, random_state=0)
    with pytest.raises(FloatingPointError, match="not finite: a smaller learning_rate"):
        for _ in range(60):
            getattr(rbm, method)(X)
