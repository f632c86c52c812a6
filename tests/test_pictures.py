"""Grids of images: each sample in its place, the range mapped to black and white."""

import numpy as np
import pytest
from PIL import Image

from minigan import pictures
from minigan.arrays import to


def test_tile_puts_each_sample_in_its_place(backend):
    samples = np.arange(5 * 4, dtype=np.float32).reshape(5, 4)
    image = pictures.tile(to(samples, backend), columns=3, low=0, high=19)
    assert image.shape == (7, 10)
    assert image[1:3, 4:6].ravel() == pytest.approx(samples[1] / 19)
    assert image[4:6, 1:3].ravel() == pytest.approx(samples[3] / 19)
    assert (image[4:, 7:] == pictures.LINE).all()
    for line in (image[::3], image[:, ::3]):
        assert (line == pictures.LINE).all()


def test_colour_and_oblong_images():
    assert pictures.tile(np.zeros((4, 27)), None).shape == (9, 9, 3)
    assert pictures.tile(np.zeros((4, 6)), (2, 3)).shape == (7, 9)
    with pytest.raises(ValueError, match=r"samples of 6 numbers make no image.*say which"):
        pictures.tile(np.zeros((4, 6)))


def test_values_outside_the_range_are_clipped_not_wrapped(tmp_path):
    image = pictures.tile(np.array([[-5.0, 0.0, 1.0, 7.0]]))
    pictures.save_image(tmp_path / "x.png", image)
    pixels = np.asarray(Image.open(tmp_path / "x.png"))
    assert pixels.shape == (400, 400)  # 4×4 with the lines, each pixel drawn 100 wide
    assert pixels[[150, 150, 250, 250], [150, 250, 150, 250]].tolist() == [0, 0, 255, 255]
