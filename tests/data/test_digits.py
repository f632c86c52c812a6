"""The bundled digits are the original ones, value by value, and come with their licence."""

from importlib.resources import files

import numpy as np
import pytest

from minigan.data.digits import digits


def test_digits_are_scikit_learns():
    sklearn_datasets = pytest.importorskip("sklearn.datasets")
    original = sklearn_datasets.load_digits()
    images, labels = digits()
    assert (images * 16 == original.data).all()
    assert (labels == original.target).all()


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-1, 1)])
def test_digits_come_in_the_range_that_is_asked_for(low, high):
    images, labels = digits(low, high)
    assert (images.shape, images.dtype, labels.dtype) == ((1797, 64), np.float32, np.int64)
    assert (images.min(), images.max()) == (low, high)
    assert np.bincount(labels).min() >= 174


def test_the_licence_is_in_the_package():
    text = files("minigan.data").joinpath("digits.LICENCE.md").read_text(encoding="utf-8")
    assert all(words in text for words in ("Alpaydin", "Kaynak", "CC BY 4.0", "10.24432/C50P49", "repacked"))
