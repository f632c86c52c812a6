"""A folder of the user's images: every size and mode, unreadable files named, and trained on from end to end."""

import numpy as np
import pytest
from PIL import Image

from minigan.data.images import image_folder
from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
from minigan.train import train


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "pictures"
    (folder / "more" / "deep").mkdir(parents=True)
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 255, (40, 70, 3), np.uint8)).save(folder / "a.png")
    Image.fromarray(rng.integers(0, 255, (9, 5), np.uint8)).save(folder / "more" / "grey.PNG")
    Image.new("RGB", (100, 100), "red").save(folder / "more" / "deep" / "red.jpg")
    Image.new("RGBA", (30, 30), (0, 0, 255, 128)).save(folder / "more" / "see-through.png")
    Image.new("P", (30, 30)).save(folder / "palette.png")
    (folder / "notes.txt").write_text("no image")
    return folder


def test_every_size_and_mode_is_read(folder):
    images, unreadable = image_folder(folder, 8)
    assert (images.shape, images.dtype, unreadable) == ((5, 8 * 8 * 3), np.float32, {})
    red = images[1].reshape(8, 8, 3)  # in the paths' order: a.png, more/deep/red.jpg, …
    assert red[..., 0] == pytest.approx(1, abs=0.02)
    assert red[..., 1:] == pytest.approx(0, abs=0.02)
    grey, _ = image_folder(folder, 8, colour=False, low=-1, high=1)
    assert grey.shape == (5, 64)
    assert -1 <= grey.min() < grey.max() <= 1


def test_unreadable_files_are_named_and_not_fatal(folder):
    whole = (folder / "a.png").read_bytes()
    (folder / "cut.png").write_bytes(whole[:100])
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "text.png").write_text("hello")
    images, unreadable = image_folder(folder, 8)
    assert len(images) == 5
    assert sorted(name.rpartition("/")[2] for name in unreadable) == ["cut.png", "empty.jpg", "text.png"]


def test_an_image_that_claims_a_monstrous_size_is_not_unpacked(folder):
    """The header of a.png, changed to 60,000 × 60,000 pixels, with a right checksum."""
    import struct
    import zlib

    content = bytearray((folder / "a.png").read_bytes())
    content[16:24] = struct.pack(">II", 60_000, 60_000)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    (folder / "bomb.png").write_bytes(content)
    _, unreadable = image_folder(folder, 8)
    assert list(unreadable) == [str(folder / "bomb.png")]


def test_what_is_no_folder_of_images_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="is no folder"):
        image_folder(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="holds no readable image"):
        image_folder(tmp_path)
    with pytest.raises(ValueError, match="want 2 pixels or more"):
        image_folder(tmp_path, 1)


def test_training_on_colour_images_from_end_to_end(folder, tmp_path):
    """Colour images from files to a GAN, its pictures in colour."""
    images, _ = image_folder(folder, 6)
    rows = np.tile(images, (8, 1))
    gan = GAN(vanilla_generator(4, 108, 4), vanilla_discriminator(108, 4), latent=4)
    train(gan, rows, epochs=3, batch_size=8, out=tmp_path / "run", progress=False)
    with Image.open(tmp_path / "run" / "samples.png") as picture:
        assert picture.mode == "RGB"
        pixels = np.asarray(picture, float)
    assert np.abs(pixels[..., 0] - pixels[..., 2]).max() > 5  # there is colour in it
