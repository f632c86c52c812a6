"""The RBM of ratings: its softmax units, a made-up table, and files with bad lines."""

import numpy as np
import pytest

from minigan.arrays import to, to_numpy
from minigan.data.ratings import as_table, low_rank_ratings, read_ratings, split
from minigan.metrics.ratings import biases, global_mean, rmse
from minigan.models.ratings import RatingsRBM, Softmax, one_hot
from minigan.train import train


def test_one_hot_has_one_one_for_each_rating_and_none_for_a_missing_one(backend):
    table = to(np.array([[1, 0, 5], [3, 3, 0]], np.float32), backend)
    v = to_numpy(one_hot(table)).reshape(2, 3, 5)
    assert v.sum(axis=2).tolist() == [[1, 0, 1], [1, 1, 0]]
    assert v[0, 0].argmax() == 0
    assert v[0, 2].argmax() == 4
    assert v[1, 1].argmax() == 2


def test_softmax_units_draw_one_state_with_its_probability(backend, rng):
    """20,000 draws of one item: every state within 5 standard errors, at most √(¼ / 20000) = 0.0036, of its softmax."""
    a = np.array([0.3, -1.0, 0.0, 1.2, 0.5])
    units = Softmax(to(np.tile([1.0, 0.0], (20_000, 1)), backend))
    mean = units.mean(to(np.tile(np.concatenate([a, a]), (20_000, 1)), backend))
    drawn = to_numpy(units.sample(mean, rng)).reshape(-1, 2, 5)
    assert (drawn[:, 0].sum(axis=1) == 1).all()
    assert (drawn[:, 1] == 0).all()
    assert drawn[:, 0].mean(axis=0) == pytest.approx(np.exp(a) / np.exp(a).sum(), abs=5 * 0.0036)


def test_a_made_up_table_is_predicted_far_better_than_by_biases():
    """600 × 300, rank 3, 90 % missing: held-out RMSE at most 0.85 of the bias baseline's, and that beats the mean."""
    known, (users, items, ratings) = split(*low_rank_ratings())
    table = as_table(*known, (600, 300))
    model = RatingsRBM(300, 100, weight_decay=2e-3)
    train(model, table, epochs=40, batch_size=50, progress=False)
    mean = rmse(global_mean(known, users, items), ratings)
    baseline = rmse(biases(known, users, items), ratings)
    reached = rmse(model.predict(table)[users, items], ratings)
    assert baseline < mean
    assert reached < 0.85 * baseline


def test_a_user_who_rated_nothing_gets_the_popular_taste():
    model = RatingsRBM(3, 4)
    table = np.tile(np.array([[5, 1, 0]], np.float32), (20, 1))
    for _ in range(100):
        model.step(table)
    guess = model.predict(np.zeros((1, 3), np.float32))[0]
    assert guess[0] > 4
    assert guess[1] < 2
    assert model.sample(4, seed=0).shape == (4, 3)


def test_resumed_equals_uninterrupted(backend):
    table = to(np.array([[1, 0, 5], [3, 3, 0]] * 4, np.float32), backend)
    model, resumed = (RatingsRBM(3, 4, backend=backend) for _ in range(2))
    for _ in range(3):
        model.step(table)
    resumed.load_state(model.state())
    model.step(table)
    resumed.step(table)
    assert (to_numpy(model.learner.theta) == to_numpy(resumed.learner.theta)).all()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (np.full((2, 3), 6, np.float32), "values from 6 to 6"),
        (np.full((2, 3), 2.5, np.float32), "no whole numbers"),
        (np.full((2, 3), np.nan, np.float32), "NaN"),
        (np.ones((2, 4), np.float32), r"want \(N, 3\)"),
        (np.ones((2, 3)), "is float64"),
    ],
)
def test_impossible_tables_are_refused(table, message):
    model = RatingsRBM(3, 4)
    theta = model.learner.theta.copy()
    with pytest.raises((ValueError, TypeError), match=message):
        model.step(table)
    assert (model.learner.theta == theta).all()


def test_reading_a_file_in_movielens_layout(tmp_path):
    path = tmp_path / "u.data"
    path.write_text("196\t242\t3\t881250949\n1\t2\t5\t0\n")
    users, items, ratings = read_ratings(path)
    assert (users.tolist(), items.tolist(), ratings.tolist()) == ([195, 0], [241, 1], [3, 5])


def test_a_mark_of_byte_order_and_blank_lines_mean_nothing(tmp_path):
    path = tmp_path / "u.data"
    path.write_text("196\t242\t3\t881250949\n\n1\t2\t5\t0\n\n", encoding="utf-8-sig")
    assert [column.tolist() for column in read_ratings(path)] == [[195, 0], [241, 1], [3, 5]]


def test_a_table_that_no_machine_holds_is_refused_with_its_size():
    one = np.array([0])
    with pytest.raises(ValueError, match=r"a table of 1000000 × 1000000 takes 4e\+03 GB: want 1\.07e\+09 numbers at most"):
        as_table(one, one, one, (10**6, 10**6))


ONE, TWO = np.array([0]), np.array([0, 1])
THREE = (TWO, TWO, np.array([3.0, 4.0]))
REFUSED = {
    r"shape is \(2, 2, 2\): want \(users, items\)": lambda: as_table(TWO, TWO, TWO, (2, 2, 2)),
    "users go from -1 to 0": lambda: as_table(-TWO, TWO, TWO, (2, 2)),
    "items go from 0 to 1: want 0 to 0": lambda: as_table(TWO, TWO, TWO, (2, 1)),
    r"users are \(2,\), items \(1,\)": lambda: split(TWO, ONE, TWO),
    "finite ratings": lambda: as_table(TWO, TWO, np.array([1.0, np.nan]), (2, 2)),
    "ratings go from 0.0 to 77.5: want 1 to 5": lambda: as_table(TWO, TWO, np.array([0, 77.5]), (2, 2)),
    "has rated an item twice": lambda: as_table(0 * TWO, 0 * TWO, TWO + 1, (2, 2)),
    r"users is \(2,\) of float64": lambda: biases(THREE, TWO + 0.5, TWO),
    r"items is \(0,\)": lambda: biases(THREE, TWO, TWO[:0]),
    "a user and an item for each question": lambda: biases(THREE, TWO, ONE),
    "items go from -1 to 0: want 0 to 999999": lambda: global_mean((TWO, -TWO, TWO), TWO, TWO),
    "users go from -1 to 0: want 0 or more": lambda: global_mean(THREE, -TWO, TWO),
    r"predicted is \(2,\), ratings \(2, 1\)": lambda: rmse([1, 2], [[1], [2]]),
    r"predicted is \(0,\)": lambda: rmse([], []),
    r"predicted is \(1,\), ratings \(1,\): want": lambda: rmse([np.nan], [1.0]),
}


@pytest.mark.parametrize("message", REFUSED)
def test_impossible_columns_are_refused(message):
    with pytest.raises(ValueError, match=message):
        REFUSED[message]()


BAD_LINES = ["1\t2", "1\t2\t6\t0", "1\t2\tgood\t0", "0\t2\t3\t0", "1 2 3 0", "1\t2\t3\t0\t9", "1\t2\t3.5\t0"]


@pytest.mark.parametrize("line", BAD_LINES)
def test_a_malformed_line_is_refused_with_its_number(tmp_path, line):
    path = tmp_path / "u.data"
    path.write_text(f"1\t2\t3\t0\n{line}\n1\t2\t3\t0\n")
    with pytest.raises(ValueError, match=r"u\.data, line 2: got"):
        read_ratings(path)


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "u.data"
    path.write_text("")
    with pytest.raises(ValueError, match="holds no ratings"):
        read_ratings(path)


def test_split_keeps_every_rating_once():
    whole = low_rank_ratings(50, 40)
    parts = split(*whole, held_out=0.2)
    assert sum(len(part[2]) for part in parts) == len(whole[2])
    assert 0.1 < len(parts[1][2]) / len(whole[2]) < 0.3


def test_without_shrinking_nobody_unknown_gets_nan():
    """User 2 and item 3 have no rating: they get the mean, 3.5. User 0 rated item 0 with 3, which explains it."""
    found = biases(([0, 1], [0, 1], np.array([3.0, 4.0])), [0, 2], [0, 3], shrink=0)
    assert found == pytest.approx([3.0, 3.5])


def test_numbers_of_few_bits_and_far_away_questions_take_no_memory():
    """User 127 in eight bits, and a question about a user whom nobody could store: he gets the mean and the item's bias, 0."""
    few = np.array([0, 127], np.int8), np.array([0, 1], np.uint8), np.array([3.0, 4.0])
    assert biases(few, few[0], few[1], shrink=0) == pytest.approx([3.0, 4.0])
    assert biases(few, [10**12], [7]) == pytest.approx([3.5])
