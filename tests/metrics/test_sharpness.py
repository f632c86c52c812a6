"""Sharpness: the values of small images worked by hand, and what a blur does to them."""

import numpy as np
import pytest

from minigan.metrics.sharpness import sharpness


def of(*images):
    images = np.array(images, float)
    return tuple(sharpness(images.reshape(len(images), -1), images.shape[1:]).values())


def test_a_checkerboard_is_all_high_frequency():
    """Its one frequency is ½ in both directions. Inside 4×4, −4 x + its neighbours is −4 where x is 1 and 4 where x is 0."""
    board = np.indices((4, 4)).sum(axis=0) % 2
    assert of(board) == pytest.approx((1, 16), abs=1e-12)


def test_stripes_of_a_quarter_of_a_cycle_are_not_above_a_quarter():
    """Columns 0, 0, 1, 1: the mean left out, −½, −½, ½, ½, of frequency ¼ alone. The Laplacian is 1 in column 1, −1 in 2."""
    assert of(np.tile([0, 0, 1, 1], (4, 1))) == pytest.approx((0, 1), abs=1e-12)


def test_a_single_point_has_the_same_power_everywhere():
    """A 1 in 4×4: power 1 at all frequencies but the mean's, 15. Frequencies of 4: 0, ¼, ½, −¼; 7 of the 15 have a ½.

    The inner 2×2 of the Laplacian, with the point in it: −4, 1, 1, 0; mean −½, mean square 18/4, variance 4.5 − 0.25.
    """
    point = np.zeros((4, 4))
    point[1, 1] = 1
    assert of(point) == pytest.approx((7 / 15, 4.25), abs=1e-12)


def test_a_ramp_has_no_laplacian_and_both_sides_of_an_oblong_image_count():
    """Two rows −1, 1 in turn, 4 wide: the mean left out it is its own frequency ½ downwards."""
    assert of(np.arange(5) * np.ones((5, 1)) + 3 * np.arange(5)[:, None])[1] == pytest.approx(0, abs=1e-20)
    assert of(np.tile([[-1], [1]], (3, 4)))[0] == pytest.approx(1)


def test_constant_images_give_0_and_do_not_count_in_the_mean_of_the_shares():
    """A constant image has no power at all, so no share of it is high; its Laplacian is 0 and counts."""
    board = np.indices((4, 4)).sum(axis=0) % 2
    assert of(np.full((4, 4), 0.3)) == (0, 0)
    assert of(board, np.full((4, 4), 0.5)) == pytest.approx((1, 8), abs=1e-12)
    for n in (8, 28, 32):
        for grey in (0.1, 0.3, 0.7):  # whose mean is rounded
            assert of(np.indices((n, n)).sum(axis=0) % 2, np.full((n, n), grey))[0] == pytest.approx(1, abs=1e-12)


def test_a_blur_lowers_both_and_noise_raises_both(rng, backend):
    """For any image: the mean with its neighbour to the right, round the edge, multiplies the power at f by cos²(πf) across,
    1 at 0 and less the higher f is. 20 random images of 12×12; noise of the blurred images' own size is added back.
    """
    from minigan.arrays import to, to_numpy

    sharp = to_numpy(rng.random((20, 12, 12)))
    blurred = sharp
    for axis in (1, 2):
        blurred = (blurred + np.roll(blurred, 1, axis=axis)) / 2
    noisy = blurred + 0.3 * to_numpy(rng.standard_normal((20, 12, 12)))
    values = [sharpness(to(images.reshape(20, -1), backend), (12, 12)) for images in (sharp, blurred, noisy)]
    for name in ("high_frequencies", "laplacian"):
        assert values[0][name] > 2 * values[1][name]
        assert values[2][name] > 2 * values[1][name]


def test_colour_shape_is_taken_for_its_sides():
    """shape may be (h, w, 1), as examples have it."""
    board = np.indices((4, 4)).sum(axis=0) % 2
    assert sharpness(board.reshape(1, 16), (4, 4, 1)) == sharpness(board.reshape(1, 16), (4, 4))
