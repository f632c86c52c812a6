"""The judge of generated digits: it can read, and it tells smears from digits."""

import numpy as np
import pytest

from minigan.arrays import generator, to, to_numpy
from minigan.data.digits import digits
from minigan.metrics.coverage import coverage
from minigan.models.classifier import Classifier, classifier_network
from minigan.nn import BatchNorm, Linear, Net
from minigan.train import train


def test_the_classifier_reads_digits_and_coverage_counts_them():
    images, labels = digits()
    classifier = Classifier(classifier_network(64))
    train(classifier, (images[:1400], labels[:1400]), epochs=40, batch_size=64, progress=False)
    held_out, truth = images[1400:], labels[1400:]
    assert classifier.accuracy(held_out, truth) > 0.9
    p = classifier.probabilities(held_out)
    assert abs(p.sum(axis=1) - 1).max() < 1e-5
    real = coverage(classifier, held_out)
    assert real["classes"] == 10
    assert real["confident"] > 0.8
    assert sum(real["histogram"]) == round(real["confident"] * len(held_out))
    blends = (held_out[:-1] + held_out[1:]) / 2  # two digits over each other
    assert coverage(classifier, blends)["confident"] < real["confident"] - 0.3
    zeros = coverage(classifier, held_out[truth == 0])
    assert zeros["histogram"][0] > 0.7 * np.sum(truth == 0)
    assert zeros["classes"] <= 3


def made_up(rows=100):
    rng = generator(0)
    return rng.random(size=(rows, 5), dtype="float32"), rng.integers(0, 3, size=rows)


def test_the_classifier_has_one_result_for_one_seed():
    thetas = []
    for seed in (0, 0, 1):
        classifier = Classifier(classifier_network(5, 3, hidden=4), seed=seed)
        train(classifier, made_up(), epochs=2, batch_size=64, progress=False)
        thetas.append(classifier.learner.theta)
    assert (thetas[0] == thetas[1]).all()
    assert (thetas[0] != thetas[2]).any()


def test_it_starts_from_a_theta_of_ones_own(backend):
    """The first θ is what it was given; drawing none, it says what that θ says."""
    net = Net(Linear(5, 3))
    theta = to(np.linspace(-1, 1, net.size).astype(np.float32), backend)
    classifier = Classifier(net, theta=theta, backend=backend)
    images, labels = made_up()
    logits = images @ np.linspace(-1, 1, 18)[:15].reshape(5, 3) + np.linspace(-1, 1, 18)[15:]
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert to_numpy(classifier.probabilities(to(images, backend))) == pytest.approx(p, abs=1e-6)
    assert classifier.accuracy(to(images, backend), to(labels, backend)) == np.mean(p.argmax(axis=1) == labels)
    classifier.step((to(images, backend), to(labels, backend)))
    assert to_numpy(theta) == pytest.approx(np.linspace(-1, 1, 18), abs=1e-7)  # the caller's array is left alone
    assert np.abs(to_numpy(classifier.learner.theta) - np.linspace(-1, 1, 18)).max() > 1e-4


IMAGES, LABELS = made_up(6)
REFUSED = {
    r"got ndarray: a classifier learns from a tuple \(images, labels\)": IMAGES,
    "got tuple: a classifier learns from a tuple": (IMAGES,),
    r"images are \(6, 5\), labels \(5,\)": (IMAGES, LABELS[1:]),
    r"labels \(6,\) of float64: want \(N, n\) and \(N,\) of whole numbers": (IMAGES, LABELS.astype(float)),
    "labels go from 1 to 3, want 0 to 2": (IMAGES, np.array([1, 3, 1, 2, 2, 2])),
    "labels go from -1 to 1": (IMAGES, np.array([0, 1, -1, 1, 1, 1])),
    r"want \(N, 5\)": (IMAGES[:, 1:], LABELS),
    "NaN": (IMAGES * np.float32("nan"), LABELS),
    "has 1 rows, want 2 at least": (IMAGES[:1], LABELS[:1]),
    "is float64, the model float32": (IMAGES.astype(float), LABELS),
    "array_api_strict": (IMAGES, to(LABELS, "array_api_strict")),
}


@pytest.mark.parametrize("message", REFUSED)
def test_an_impossible_batch_is_refused_and_nothing_changes(message):
    classifier = Classifier(Net(Linear(5, 4), BatchNorm(4), Linear(4, 3)))
    theta = classifier.learner.theta.copy()
    with pytest.raises((ValueError, TypeError), match=message):
        classifier.step(REFUSED[message])
    assert (classifier.learner.theta == theta).all()
    assert classifier.steps == 0
