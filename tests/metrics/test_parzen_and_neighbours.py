"""Parzen windows against a plain loop, neighbours against brute force, and what the measures say of known cases."""

import math
import tracemalloc

import numpy as np
import pytest

from minigan.arrays import generator, to, to_numpy
from minigan.metrics import neighbours, parzen
from minigan.metrics.neighbours import nearest, precision_recall, two_sample_accuracy
from minigan.metrics.parzen import SIGMAS, parzen_log_likelihood


def test_parzen_agrees_with_a_naive_loop(backend, monkeypatch):
    monkeypatch.setattr(parzen, "BLOCK", 4)
    rng = generator(0)
    samples, x, sigma = rng.random((7, 5)), rng.random((11, 5)), 0.3
    naive = []
    for row in x:
        total = 0.0
        for centre in samples:
            density = 1.0
            for a, b in zip(row, centre):
                density *= math.exp(-((a - b) ** 2) / (2 * sigma**2)) / math.sqrt(2 * math.pi * sigma**2)
            total += density
        naive.append(math.log(total / len(samples)))
    ours = to_numpy(parzen_log_likelihood(to(samples, backend), to(x, backend), sigma))
    assert ours == pytest.approx(naive, rel=1e-9, abs=1e-9)


def test_parzen_of_a_gaussian_is_its_entropy():
    """20,000 samples of N(0, 1) in one dimension: −½ log(2πe), blurred by σ = 0.1, within 5 standard errors and 0.01."""
    rng = generator(0)
    result = parzen.parzen(rng.standard_normal((20_000, 1)), rng.standard_normal((500, 1)), rng.standard_normal((2000, 1)))
    assert result["sigma"] in SIGMAS[:6]
    assert result["log_likelihood"] == pytest.approx(-0.5 * math.log(2 * math.pi * math.e), abs=5 * result["error"] + 0.01)


def test_parzen_memory_is_flat_in_the_number_of_test_points():
    rng = generator(0)
    samples, peaks = rng.random((500, 20)), []
    for n in (2000, 20_000):
        x = rng.random((n, 20))
        tracemalloc.start()
        parzen_log_likelihood(samples, x, 0.2)
        peaks.append(tracemalloc.get_traced_memory()[1] - 8 * 3 * n)  # less the result itself
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


def test_far_points_do_not_underflow():
    far = parzen_log_likelihood(np.zeros((3, 784)), np.full((1, 784), 100.0), 0.1)
    assert far[0] == pytest.approx(-784 * 1e4 / 0.02, rel=1e-3)


def test_neighbours_are_those_of_brute_force(backend, monkeypatch):
    monkeypatch.setattr(neighbours, "BLOCK", 3)
    rng = generator(1)
    x, among = rng.random((8, 4)), rng.random((10, 4))
    brute = np.linalg.norm(x[:, None] - among[None], axis=2)
    index, distance = nearest(to(x, backend), to(among, backend), k=3)
    assert (index == brute.argsort(axis=1)[:, :3]).all()
    assert distance == pytest.approx(np.sort(brute, axis=1)[:, :3])
    index, _ = nearest(to(among, backend), to(among, backend), skip_self=True)
    assert (index[:, 0] != np.arange(10)).all()


def test_precision_and_recall_of_known_cases():
    rng = generator(0)
    real = rng.standard_normal((600, 2))
    same = precision_recall(real, rng.standard_normal((600, 2)))
    narrow = precision_recall(real, 0.1 * rng.standard_normal((600, 2)))
    far = precision_recall(real, rng.standard_normal((600, 2)) + 20)
    assert same["precision"] > 0.85
    assert same["recall"] > 0.85
    assert narrow["precision"] > 0.9
    assert narrow["recall"] < 0.2
    assert far == {"precision": 0.0, "recall": 0.0}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_point_on_the_ball_is_inside(backend, dtype):
    """Corners of a cube: squared distances are whole numbers n, of which many have (√n)² < n when rounded."""
    for n in range(1, 200):
        real = to(np.stack([np.zeros(n), np.ones(n)]).astype(dtype), backend)
        assert precision_recall(real, 1 - 2 * real, k=1) == {"precision": 1.0, "recall": 1.0}


def test_copies_are_known_where_points_lie_close_together():
    """2,000 points within 0.1 around 100, in float32: each is its own nearest, and none lies away from itself."""
    points = (100 + 0.1 * generator(0).random((2000, 2))).astype(np.float32)
    points = np.unique(points, axis=0)
    index, distance = nearest(points, points)
    assert (index[:, 0] == np.arange(len(points))).all()
    assert distance.max() == 0
    assert two_sample_accuracy(points, points.copy()) == 0


def test_two_samples_of_one_distribution_cannot_be_told_apart():
    """2 · 1,000 points: a standard error of 0.013 (65 simulations), more than √(¼ / 2000), since neighbours share points; 4 of
    them: wrong with probability below 1e-4.
    """
    rng = generator(0)
    real = rng.standard_normal((1000, 3))
    assert two_sample_accuracy(real, rng.standard_normal((1000, 3))) == pytest.approx(0.5, abs=0.056)
    assert two_sample_accuracy(real, rng.standard_normal((1000, 3)) + 10) == 1
    assert two_sample_accuracy(real, real + 1e-9) == 0


@pytest.mark.parametrize("offset", [1e4, 1e6])
def test_data_far_from_0_have_the_same_neighbours_and_densities(offset):
    """A spread of 0.1: double precision rounds the moved points by 1e-10 at most, and distances by as much."""
    rng = generator(0)
    x, moved = 0.1 * rng.standard_normal((2, 300, 3)), offset
    (index, distance), (far_index, far) = (nearest(x[0] + at, x[1] + at, 2) for at in (0.0, moved))
    assert (index == far_index).mean() > 0.99
    assert far == pytest.approx(distance, abs=1e-8)
    here, there = (parzen_log_likelihood(x[0] + at, x[1] + at, 0.1) for at in (0.0, moved))
    assert there == pytest.approx(here, abs=1e-6)


def test_the_two_samples_are_taken_from_all_of_a_sorted_set():
    """Two clusters, the real ones sorted: 500 samples of the same world, a standard error of 0.019."""
    rng = generator(0)
    real = rng.standard_normal((2000, 2)) + 20.0 * (np.arange(2000) >= 1000)[:, None]
    samples = rng.standard_normal((500, 2)) + 20.0 * (rng.random((500, 1)) < 0.5)
    assert two_sample_accuracy(real, samples) == pytest.approx(0.5, abs=4 * 0.019)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nearest(np.zeros((4, 2)), np.zeros((3, 2)), skip_self=True), "with skip_self they are the same rows"),
        (lambda: parzen_log_likelihood(np.zeros((3, 2)), np.zeros((3, 4)), 0.1), r"want \(N, 2\), one example"),
        (lambda: parzen_log_likelihood(np.zeros((3, 2)), np.zeros((3, 2)), 0), "sigma is 0: want a number > 0"),
        (lambda: nearest(np.zeros((3, 2)), np.zeros((3, 2)), 4), "k is 4"),
        (lambda: nearest(np.zeros((3, 2)), np.zeros((3, 2)), 3, skip_self=True), "want a whole number, 1 to 2"),
    ],
)
def test_the_impossible_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
