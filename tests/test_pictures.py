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
    with pytest.raises(ValueError, match=r"6 numbers makes no square image: say which"):
        pictures.tile(np.zeros((4, 6)))


def test_values_outside_the_range_are_clipped_not_wrapped(tmp_path):
    image = pictures.tile(np.array([[-5.0, 0.0, 1.0, 7.0]]))
    pictures.save_image(tmp_path / "x.png", image)
    pixels = np.asarray(Image.open(tmp_path / "x.png"))
    assert pixels.shape == (400, 400)  # 4×4 with the lines, each pixel drawn 100 wide
    assert pixels[[150, 150, 250, 250], [150, 250, 150, 250]].tolist() == [0, 0, 255, 255]


def table(tmp_path, rows, columns, **options):
    """The pixels of a table of black 4×4 images, (height, width), 0 for ink."""
    samples = np.zeros((len(rows) * len(columns), 16), np.float32)
    pictures.save_table(tmp_path / "table.png", samples, (4, 4), rows, columns, **options)
    with Image.open(tmp_path / "table.png") as image:
        return np.asarray(image.convert("L"), int)


def test_a_table_has_a_label_for_each_row_each_column_and_a_title(tmp_path):
    """Beside the dark square of the images there is ink to the left at each row's height, above each column, and at the top."""
    rows, columns = ["first", "second", "third"], ["a", "b", "c", "d"]
    pixels = table(tmp_path, rows, columns, title="what it is")
    dark = pixels < 128
    square = np.ix_(dark.mean(axis=1) > 0.5, dark.mean(axis=0) > 0.5)
    tall, wide = np.flatnonzero(dark.mean(axis=1) > 0.5), np.flatnonzero(dark.mean(axis=0) > 0.5)
    assert pixels[square].mean() < 100
    for i in range(3):  # rows of the square, then columns
        band = slice(tall[0] + i * len(tall) // 3, tall[0] + (i + 1) * len(tall) // 3)
        assert dark[band, : wide[0] - 4].any()
    for i in range(4):
        band = slice(wide[0] + i * len(wide) // 4, wide[0] + (i + 1) * len(wide) // 4)
        assert dark[tall[0] - 24 : tall[0] - 4, band].any()
    assert dark[: tall[0] - 24].any()  # the title
    bare = table(tmp_path, [""] * 3, [""] * 4) < 128
    left = np.flatnonzero(bare.mean(axis=0) > 0.5)[0]
    assert not bare[:, : left - 4].any()  # the ink that was found above was that of the labels


def test_long_labels_leave_no_empty_band_around_a_table(tmp_path):
    """120 dots an inch: ink begins and ends within a tenth of an inch and two dots of each edge."""
    ink = table(tmp_path, ["a label that is longer than most"] * 2, ["a", "b", "c"], title="what it is") < 200
    for inked in (ink.any(axis=1), ink.any(axis=0)):
        first, last = np.flatnonzero(inked)[[0, -1]]
        assert first <= 14 and len(inked) - 1 - last <= 14


def test_a_table_puts_samples_row_by_row_and_uses_the_range(tmp_path):
    """Two rows of three images, from low, black, to high, white, in the order of reading."""
    samples = np.repeat(np.arange(6.0)[:, None], 16, axis=1) - 3
    pictures.save_table(tmp_path / "table.png", samples, (4, 4), ["u", "v"], ["a", "b", "c"], low=-3, high=2)
    with Image.open(tmp_path / "table.png") as image:
        pixels = np.asarray(image.convert("L"), int)
    line = abs(pixels - 255 * pictures.LINE) < 2
    tall, wide = np.flatnonzero(line.mean(axis=1) > 0.3), np.flatnonzero(line.mean(axis=0) > 0.3)
    top, left, height, width = tall[0], wide[0], np.ptp(tall) + 1, np.ptp(wide) + 1
    centres = [pixels[top + height * (2 * r + 1) // 4, left + width * (2 * c + 1) // 6] for r in range(2) for c in range(3)]
    assert centres == pytest.approx(np.arange(6) * 51, abs=2)


def test_a_walk_begins_and_ends_where_it_is_told():
    """float32 sines and cosines: within 1e-6 of numbers of size 1."""
    start, end = np.random.default_rng(0).standard_normal((2, 4, 10)).astype(np.float32)
    for around in (False, True):
        codes = pictures.walk(start, end, 7, around)
        assert (codes.shape, codes.dtype) == ((4, 7, 10), np.float32)
        assert codes[:, 0] == pytest.approx(start, abs=3e-6)
        assert codes[:, -1] == pytest.approx(end, abs=3e-6)
        assert pictures.walk(start[:, None], end[:, None], 7, around).tobytes() == codes.tobytes()


def test_a_walk_along_the_sphere_keeps_the_length_and_goes_at_one_speed():
    """Ends of length 3: all lengths are 3 and all steps one angle; the straight walk is as long as the cosine of half the
    angle in its middle.
    """
    ends = np.random.default_rng(1).standard_normal((2, 5, 8))
    start, end = 3 * ends / np.linalg.norm(ends, axis=2, keepdims=True)
    angle = np.arccos(np.sum(start * end, axis=1) / 9)
    codes = pictures.walk(start, end, 9, around=True)
    assert np.linalg.norm(codes, axis=2) == pytest.approx(np.full((5, 9), 3.0), abs=1e-12)
    steps = np.arccos(np.sum(codes[:, 1:] * codes[:, :-1], axis=2) / 9)
    assert steps == pytest.approx(np.repeat(angle[:, None] / 8, 8, axis=1), abs=1e-7)
    straight = pictures.walk(start, end, 9)
    assert np.linalg.norm(straight[:, 4], axis=1) == pytest.approx(3 * np.cos(angle / 2), abs=1e-12)
    assert np.diff(straight, n=2, axis=1) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("shape", [(5, 9), (5, 9, 3)])
def test_an_image_comes_back_from_its_file(tmp_path, shape):
    """Values k/255 are what a PNG can hold, so they come back as they were but for float32's rounding."""
    image = np.random.default_rng(2).integers(0, 256, shape) / 255
    pictures.save_image(tmp_path / "x.png", image, enlarge=False)
    back = pictures.load_image(tmp_path / "x.png")
    assert (back.shape, back.dtype) == (shape, np.float32)
    assert back == pytest.approx(image, abs=1e-7)


def test_a_walk_between_equal_or_opposite_codes_is_finite():
    z = np.array([[3.0, 4.0]], np.float32)
    assert pictures.walk(z, z, 5, around=True) == pytest.approx(np.broadcast_to(z[:, None], (1, 5, 2)), rel=1e-5)
    there = pictures.walk(z, -z, 5, around=True)
    assert np.isfinite(there).all()
    assert there[0, [0, -1]] == pytest.approx(np.concatenate([z, -z]), rel=1e-4)


def test_one_channel_is_grey():
    assert pictures.as_picture(np.full((3, 3, 1), 0.5)).size == pictures.as_picture(np.full((3, 3), 0.5)).size
