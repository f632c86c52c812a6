"""The judge of generated digits: it can read, and it tells smears from digits."""

import numpy as np
from minigan.metrics.classifier import Classifier, coverage

from minigan.arrays import generator
from minigan.data.digits import digits


def test_the_classifier_reads_digits_and_coverage_counts_them():
    images, labels = digits()
    classifier = Classifier(64).fit(images[:1400], labels[:1400])
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


def test_the_classifier_has_one_result_for_one_seed():
    rng = generator(0)
    images, labels = rng.random(size=(100, 5), dtype="float32"), rng.integers(0, 3, size=100)
    thetas = [Classifier(5, 3, hidden=4, seed=seed).fit(images, labels, epochs=2).theta for seed in (0, 0, 1)]
    assert (thetas[0] == thetas[1]).all()
    assert (thetas[0] != thetas[2]).any()
