"""The RBM in scikit-learn's world: its own checks, a Pipeline, a grid search, a clone."""

import numpy as np
import pytest

from minigan.data.digits import digits
from minigan.models.pca import PCA
from minigan.models.rbm import RBM

pytest.importorskip("sklearn")
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

# the two that scikit-learn expects its own BernoulliRBM to fail: its score draws at random, row by row
DRAWS = "score_samples draws at random"
EXPECTED = {"check_methods_subset_invariance": DRAWS, "check_methods_sample_order_invariance": DRAWS}


class SquashedRBM(RBM):
    """A binary RBM for any real numbers. The checks feed such, and binary units refuse what lies outside [0, 1]."""

    def validated(self, X, *, fitting=False):
        X = super().validated(X, fitting=fitting)
        return (1 / (1 + np.exp(-np.clip(X, -30, 30)))).astype(X.dtype)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = False
        return tags


MACHINES = {
    "gaussian": RBM(4, n_iter=2, visible="gaussian", learning_rate=1e-3, random_state=0),
    "binary": SquashedRBM(4, n_iter=2, random_state=0),
}


@pytest.mark.parametrize("visible", MACHINES)
@pytest.mark.filterwarnings("ignore")  # the checks themselves warn, of a class that does not inherit from theirs
def test_scikit_learns_checks(visible):
    results = check_estimator(MACHINES[visible], expected_failed_checks=EXPECTED, on_fail=None, on_skip=None)
    assert [result["check_name"] for result in results if result["status"] == "failed"] == []
    assert sum(result["status"] == "passed" for result in results) > 40


def test_in_a_pipeline_and_a_grid_search():
    images, labels = digits()
    images, labels = images[:400], labels[:400]
    machine = RBM(40, learning_rate=0.1, n_iter=40, random_state=0)
    pipeline = make_pipeline(machine, LogisticRegression(max_iter=1000))
    search = GridSearchCV(pipeline, {"rbm__n_components": [5, 40]}, cv=3).fit(images, labels)
    assert search.best_params_ == {"rbm__n_components": 40}
    assert search.best_score_ > 0.8
    copy = clone(machine)
    assert copy.get_params() == machine.get_params()
    assert not hasattr(copy, "learner_")
    assert "n_components=40" in repr(copy)


def test_sparse_data_give_what_dense_ones_give():
    """2,500 rows: more than two of the blocks in which a sparse matrix is made dense."""
    from scipy.sparse import csr_matrix

    X = np.round(np.tile(digits()[0], (2, 1))[:2500])
    dense, sparse = (RBM(4, n_iter=1, random_state=0).fit(data) for data in (X, csr_matrix(X)))
    assert (dense.components_ == sparse.components_).all()
    for method in ("transform", "free_energy", "reconstruct"):
        assert getattr(dense, method)(X) == pytest.approx(getattr(dense, method)(csr_matrix(X)), rel=1e-5)


@pytest.mark.parametrize("build", [lambda: RBM(3, n_iter=1, random_state=0), lambda: PCA(3)])
def test_names_of_columns(build):
    pandas = pytest.importorskip("pandas")
    X = pandas.DataFrame(digits()[0][:50, :5].astype(np.float64), columns=list("abcde"), index=range(100, 150))
    machine = build().fit(X)
    name = type(machine).__name__.lower()
    assert list(machine.feature_names_in_) == list("abcde")
    assert list(machine.get_feature_names_out()) == [f"{name}{i}" for i in range(3)]
    frame = machine.set_output(transform="pandas").transform(X)
    assert list(frame.columns) == [f"{name}{i}" for i in range(3)] and list(frame.index) == list(X.index)
    assert (frame.to_numpy() == machine.set_output(transform="default").transform(X)).all()
    with pytest.raises(ValueError, match="same columns in the same order"):
        machine.transform(X[list("edcba")])


def test_whole_numbers_give_float64():
    assert RBM(2, n_iter=1, random_state=0).fit_transform(np.eye(4, dtype=int)).dtype == np.float64


def test_a_table_of_a_list_has_plain_row_numbers():
    """A list has an index too: a method."""
    pytest.importorskip("pandas")
    rows = [[1.0, 2.0], [3.0, 4.0], [0.0, 1.0]]
    table = PCA(1).set_output(transform="pandas").fit_transform(rows)
    assert list(table.index) == [0, 1, 2]


def test_a_clone_gives_frames_where_its_model_does():
    pytest.importorskip("pandas")
    images = digits()[0][:50]
    for model in (RBM(3, n_iter=1, random_state=0), PCA(3)):
        copy = clone(model.set_output(transform="pandas"))
        assert list(copy.fit(images).transform(images).columns) == list(copy.get_feature_names_out())
