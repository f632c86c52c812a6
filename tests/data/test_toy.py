"""The worlds draw what they say, and their modes can be counted."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from minigan.data.toy import WORLDS, drawing, gaussians, grid, ring
from minigan.metrics.modes import mode_statistics


@pytest.mark.parametrize("name", WORLDS)
def test_a_world_draws_points_of_the_plane(name):
    world = WORLDS[name]()
    points = world.sample(2000, seed=1)
    assert (points.shape, points.dtype) == ((2000, 2), np.float32)
    assert (points == world.sample(2000, seed=1)).all()
    assert (points != world.sample(2000, seed=2)).any()
    assert np.abs(points).max() < 5
    assert np.abs(points.mean(axis=0)).max() < 0.3
    assert points.std() > 0.3


@pytest.mark.parametrize(("world", "modes"), [(ring(), 8), (grid(), 25)])
def test_true_samples_have_all_modes_and_the_quality_of_a_gaussian(world, modes):
    """P(within 3 σ) = 1 − e^−4.5 = 0.9889 in two dimensions; 20,000 samples: standard error 0.0007, 5 of them."""
    seen = mode_statistics(world.sample(20_000), world)
    assert seen["modes"] == modes == len(world.centres)
    assert seen["high_quality"] == pytest.approx(1 - np.exp(-4.5), abs=5 * 0.0007)
    assert 0 <= seen["reverse_kl"] < 0.01


def test_the_papers_sizes():
    assert np.linalg.norm(ring().centres, axis=1) == pytest.approx(1)
    assert ring().deviation == 0.01
    assert sorted(set(grid().centres[:, 0])) == [-4, -2, 0, 2, 4]
    assert grid().deviation == 0.05


def test_a_collapsed_generator_is_seen_through():
    world = ring()
    one = np.tile(world.centres[:1], (100, 1))
    seen = mode_statistics(one, world)
    assert (seen["modes"], seen["high_quality"]) == (1, 1.0)
    assert seen["reverse_kl"] == pytest.approx(np.log(8))
    nothing = mode_statistics(np.zeros((100, 2)), world)
    assert (nothing["modes"], nothing["high_quality"]) == (0, 0.0)
    two = np.concatenate([one, np.tile(world.centres[1:2], (300, 1))])
    assert mode_statistics(two, world)["reverse_kl"] == pytest.approx(0.25 * np.log(2) + 0.75 * np.log(6))


def test_a_world_without_modes_says_so():
    with pytest.raises(ValueError, match="'two moons' has no modes to count"):
        mode_statistics(np.zeros((3, 2)), WORLDS["two-moons"]())


def test_a_checkerboard_has_empty_squares():
    points = WORLDS["checkerboard"]().sample(5000)
    column, row = np.clip(((points + 1) * 2).astype(int), 0, 3).T
    assert ((column + row) % 2 == 0).all()
    assert np.unique(column * 4 + row).size == 8


def test_a_world_keeps_centres_of_its_own():
    centres = np.zeros((2, 2))
    world = gaussians("mine", centres, 0.0)
    centres[:] = 7
    assert (world.sample(5) == 0).all()


def test_a_drawing_becomes_a_world(tmp_path):
    """A black disc in the upper left corner of a wide sheet, with a transparent rest."""
    path = tmp_path / "disc.png"
    sheet = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    ImageDraw.Draw(sheet).ellipse((0, 0, 40, 40), fill="black")
    sheet.save(path)
    points = drawing(path).sample(3000)
    assert points.mean(axis=0) == pytest.approx([-0.8, 0.3], abs=0.02)
    assert points.min(axis=0) == pytest.approx([-1, 0.1], abs=0.02)
    Image.new("L", (10, 10), 255).save(path)
    with pytest.raises(ValueError, match="has no dark pixels"):
        drawing(path)


def test_a_large_drawing_is_made_smaller_and_a_monstrous_one_refused(tmp_path):
    """A sheet of 2,000 × 1,000 whose left half is black; then one of 72 million pixels."""
    path = tmp_path / "sheet.png"
    sheet = Image.new("L", (2000, 1000), 255)
    sheet.paste(0, (0, 0, 1000, 1000))
    sheet.save(path)
    points = drawing(path).sample(3000)
    assert points.mean(axis=0) == pytest.approx([-0.5, 0.0], abs=0.02)
    assert points.max(axis=0) == pytest.approx([0.0, 0.5], abs=0.02)
    Image.new("1", (12000, 6000), 0).save(path)
    with pytest.raises(ValueError, match="claims 12000 × 6000 pixels"):
        drawing(path)
    path.write_text("no picture")
    with pytest.raises(ValueError, match="none of PNG, JPEG, WEBP, BMP"):
        drawing(path)


def test_a_drawing_that_ends_too_early_is_refused(tmp_path):
    Image.effect_noise((64, 64), 50).save(tmp_path / "x.png")
    (tmp_path / "x.png").write_bytes((tmp_path / "x.png").read_bytes()[:2000])
    with pytest.raises(ValueError, match="it is damaged"):
        drawing(tmp_path / "x.png")
