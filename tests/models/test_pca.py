"""PCA: beside scikit-learn's, as a generator, and the linear autoencoder that finds the same subspace."""

import numpy as np
import pytest

from minigan.arrays import generator, to, to_numpy
from minigan.data.digits import digits
from minigan.models.autoencoder import Autoencoder
from minigan.models.pca import PCA, subspace_angle
from minigan.nn import Adam, Cosine, Linear, Net

sklearn_pca = pytest.importorskip("sklearn.decomposition")


def data(rows=300, seed=0):
    """float64 (rows, 6) with variances that differ, around a mean that is not 0."""
    rng = generator(seed)
    return rng.standard_normal((rows, 6)) * np.array([5, 3, 2, 1, 0.5, 0.3]) @ rng.standard_normal((6, 6)) + 2.0


@pytest.mark.parametrize("solver", ["svd", "iteration"])
@pytest.mark.parametrize("q", [1, 3, 6])
def test_scikit_learn_agrees(solver, q):
    X = data()
    ours, theirs = PCA(q, solver=solver, tol=1e-10, max_iter=5000, random_state=0).fit(X), sklearn_pca.PCA(q).fit(X)
    signs = np.sign(np.sum(ours.components_ * theirs.components_, axis=1))
    assert abs(ours.components_ * signs[:, None] - theirs.components_).max() < 1e-6
    for name in ("mean_", "explained_variance_", "explained_variance_ratio_"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name), rel=1e-6)
    assert ours.noise_variance_ == pytest.approx(theirs.noise_variance_, rel=1e-6, abs=1e-12)
    assert abs(ours.transform(X) * signs - theirs.transform(X)).max() < 1e-5
    assert abs(ours.inverse_transform(ours.transform(X)) - theirs.inverse_transform(theirs.transform(X))).max() < 1e-5
    if q < 6:
        assert ours.score_samples(X) == pytest.approx(theirs.score_samples(X), rel=1e-6)


def test_samples_have_the_models_covariance():
    """100,000 draws with noise: every entry within six standard errors. That of an entry of a Gaussian's covariance is at most
    √2 times the product of the deviations over √n. Wrong with probability below 1e-7.
    """
    machine = PCA(2).fit(data())
    x = machine.sample(100_000, seed=0, mean=False)
    variance, U = machine.explained_variance_ - machine.noise_variance_, machine.components_
    C = U.T @ (variance[:, None] * U) + machine.noise_variance_ * np.eye(6)
    deviation = np.sqrt(np.diag(C))
    assert (abs(np.cov(x.T) - C) < 6 * np.sqrt(2 / 100_000) * np.outer(deviation, deviation)).all()
    without = machine.sample(50, seed=0) - machine.mean_
    assert subspace_angle(np.linalg.svd(without)[2][:2], U) < 1e-6  # in the plane of the components


def test_a_linear_autoencoder_finds_the_same_subspace():
    X = data() / 5.0
    machine = Autoencoder(Net(Linear(6, 2)), Net(Linear(2, 6)), Adam(1e-2, beta1=0.9, schedule=Cosine(4000)), dtype="float64")
    components = PCA(2).fit(X).components_

    def angle():
        return subspace_angle(machine.decoder.unpack(machine.drawer.theta)[0][0], components)

    assert angle() > 0.5
    for _ in range(4000):
        machine.step(X, check=False)
    assert angle() < 1e-3


@pytest.mark.parametrize("solver", ["svd", "iteration"])
def test_any_backend_gives_the_same(solver, backend):
    X = data(40)
    here = PCA(2, solver=solver, random_state=0).fit(X)
    there = PCA(2, solver=solver, random_state=0, backend=backend).fit(to(X, backend))
    assert abs(abs(to_numpy(there.transform(to(X, backend)))) - abs(here.transform(X))).max() < 1e-5
    assert abs(to_numpy(there.log_likelihood(to(X, backend))) - here.log_likelihood(X)).max() < 1e-5


def test_state_comes_back():
    machine = PCA(3).fit(data())
    other = PCA(3)
    other.load_state(machine.state())
    assert (other.transform(data()) == machine.transform(data())).all()
    assert (other.sample(4, seed=1) == machine.sample(4, seed=1)).all()


@pytest.mark.parametrize(("options", "X", "message"), [
    ({"n_components": 7}, data(), "want 6 at most"),
    ({"n_components": 4}, data(3), "want 3 at most"),
    ({"n_components": 0}, data(), "n_components is 0"),
    ({"solver": "magic"}, data(), "solver is 'magic'"),
    ({}, np.full((3, 2), np.nan), "NaN"),
])  # fmt: skip
def test_the_impossible_is_refused_and_nothing_is_learned(options, X, message):
    machine = PCA(**options)
    with pytest.raises(ValueError, match=message):
        machine.fit(X)
    assert not [name for name in vars(machine) if name.endswith("_")]


@pytest.mark.parametrize(("X", "rank"), [(np.ones((20, 6)), 0), (digits()[0].astype(np.float64), 61)], ids=["ones", "digits"])
def test_more_components_than_directions(X, rank):
    """The iteration finds directions without variance too, and they are orthonormal. 64 products of vectors of length 1, three
    times, round by 64 · 3 · 2⁻⁵³ = 2e-14; a variance by that times the largest, and what comes back by that and 64 terms.
    """
    q = rank + 2
    pca = PCA(q, solver="iteration", random_state=0, max_iter=30).fit(X)
    assert np.abs(pca.components_ @ pca.components_.T - np.eye(q)).max() < 2e-14
    assert (pca.explained_variance_[rank:] >= 0).all()
    assert (pca.explained_variance_[rank:] <= 2e-14 * pca.explained_variance_[0]).all()
    assert np.abs(pca.inverse_transform(pca.transform(X)) - X).max() < 64 * 2e-14


def test_float32_has_the_likelihood_of_float64():
    """60 of the 61 directions that digits have: σ² is 4e-7 of the variance. float32 and its sums of 64: 1e-5 of each term."""
    X = digits()[0]
    wide = PCA(60).fit(X.astype(np.float64)).log_likelihood(X.astype(np.float64))
    assert np.abs(PCA(60).fit(X).log_likelihood(X) - wide).max() < 1e-5 * np.abs(wide).max()


@pytest.mark.parametrize("q", [3, 5])
def test_the_iteration_in_float32_ends_where_rounding_does(q):
    """Three directions of 784 are ten times as wide; of the digits' five none stands out."""
    wide = np.array([10] * 3 + [1] * 781, np.float32)
    X = generator(0).standard_normal((500, 784), "float32") * wide if q == 3 else digits()[0]
    pca = PCA(q, solver="iteration", random_state=0, max_iter=500).fit(X)
    assert pca.n_iter_ < 500
    assert pca.explained_variance_ == pytest.approx(PCA(q).fit(X.astype(np.float64)).explained_variance_, rel=1e-5)


def test_many_rows_far_from_0_have_their_mean_and_variances():
    """100,000 rows about 1000 in float32, which is rounded by 3e-5: added up one by one they would be off by 0.5."""
    X = (1000 + generator(0).random((100_000, 4))).astype(np.float32)
    pca, exact = PCA(2).fit(X), PCA(2).fit(X.astype(np.float64))
    assert pca.mean_ == pytest.approx(exact.mean_, abs=2e-4)
    assert pca.explained_variance_ == pytest.approx(exact.explained_variance_, rel=1e-3)


def test_a_loaded_state_has_no_column_names_of_an_earlier_fit():
    pandas = pytest.importorskip("pandas")
    X = pandas.DataFrame(digits()[0][:50, :3], columns=["a", "b", "c"])
    pca = PCA(2).fit(X)
    pca.load_state(PCA(2).fit(X.to_numpy()[::-1]).state())
    assert not hasattr(pca, "feature_names_in_")


def test_a_state_of_another_size_is_refused():
    X = digits()[0]
    pca = PCA(2).fit(X)
    with pytest.raises(ValueError, match="the state has 3 components, and this PCA n_components=2"):
        pca.load_state(PCA(3).fit(X).state())
    assert pca.components_.shape == (2, 64)


@pytest.mark.filterwarnings("ignore")  # the checks themselves warn, of a class that does not inherit from theirs
def test_scikit_learns_checks():
    from sklearn.utils.estimator_checks import check_estimator

    results = check_estimator(PCA(1), on_fail=None, on_skip=None)
    assert [(r["check_name"], r["exception"]) for r in results if r["status"] == "failed"] == []
    assert sum(result["status"] == "passed" for result in results) > 40


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_data_on_a_plane_have_no_density(dtype):
    """Rounding leaves a variance beside the plane, of some 1e-14 or 1e-31 of the largest: it is none."""
    rng = generator(0)
    X = (rng.standard_normal((50, 3)) @ rng.standard_normal((3, 10))).astype(dtype)
    with pytest.raises(ValueError, match="no variance in some directions"):
        PCA(3).fit(X).log_likelihood(X)
    assert np.isfinite(PCA(2).fit(X).log_likelihood(X)).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_fewer_rows_than_features_have_no_density_with_all_their_components(dtype):
    """50 rows span 49 directions: what is left beside them is rounding, in float32 some 1e-11 of the largest variance."""
    X = generator(0).standard_normal((50, 784)).astype(dtype)
    with pytest.raises(ValueError, match="no variance in some directions"):
        PCA(49).fit(X).log_likelihood(X)


def test_a_state_of_whole_numbers_is_refused():
    state = PCA(2).fit(data()).state()
    with pytest.raises(ValueError, match="components_ are int64: want float32 or float64"):
        PCA(2).load_state({name: np.asarray(value).astype(np.int64) for name, value in state.items()})
