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


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_is_white(tmp_path, mode):
    """Half of the sheet is black ink, the rest transparent black."""
    sheet = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    sheet.paste((0, 0, 0, 255), (0, 0, 10, 20))
    sheet.convert(mode).save(tmp_path / "sheet.png", **({"transparency": 255} if mode == "P" else {}))
    if mode == "P":  # a palette of two: ink, and a colour that is declared transparent
        paper = Image.new("P", (20, 20), 1)
        paper.putpalette([0, 0, 0, 0, 0, 0])
        paper.paste(0, (0, 0, 10, 20))
        paper.save(tmp_path / "sheet.png", transparency=1)
    images, _ = image_folder(tmp_path, 20, colour=False)
    assert (images.reshape(20, 20) == (np.arange(20) >= 10)).all()


def test_16_bits_of_grey_keep_their_scale(tmp_path):
    """300 of 65535 is nearly black, as it is in any viewer; Pillow's own conversion makes it white."""
    Image.fromarray(np.full((20, 20), 300, np.uint16)).save(tmp_path / "dark.png")
    Image.fromarray(np.full((20, 20), 32768, np.uint16)).save(tmp_path / "half.png")
    for colour in (True, False):
        images, unreadable = image_folder(tmp_path, 8, colour=colour)
        assert not unreadable
        assert images.mean(axis=1) == pytest.approx([300 / 65535, 32768 / 65535], abs=1 / 510)


def test_unreadable_files_are_named_and_not_fatal(folder):
    whole = (folder / "a.png").read_bytes()
    (folder / "cut.png").write_bytes(whole[:100])
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "text.png").write_text("hello")
    images, unreadable = image_folder(folder, 8)
    assert len(images) == 5
    assert sorted(name.rpartition("/")[2] for name in unreadable) == ["cut.png", "empty.jpg", "text.png"]
    assert "empty, damaged or none of PNG, JPEG, WEBP, BMP" in unreadable[str(folder / "text.png")]
    assert "BytesIO" not in str(unreadable)


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


def test_webp_and_bmp_are_read_and_of_an_animation_the_first_picture(folder):
    """A red image in each layout of each format; 0.06: the lossy code keeps colour at half the resolution."""
    frames = [Image.new("RGBA", (20, 30), colour) for colour in ("red", "blue")]
    red, more = frames[0].convert("RGB"), folder / "formats"
    more.mkdir()
    red.save(more / "lossy.webp")
    frames[0].save(more / "lossless.webp", lossless=True)
    frames[0].save(more / "animated.WebP", save_all=True, append_images=frames[1:])
    red.save(more / "24.bmp")
    red.quantize(4).save(more / "palette.bmp")
    red.save(more / "two.jpg", "MPO", save_all=True, append_images=[frames[1].convert("RGB")])
    (more / "renamed.png").write_bytes((more / "24.bmp").read_bytes())
    images, unreadable = image_folder(more, 8)
    assert (images.shape, unreadable) == ((7, 192), {})
    assert images.reshape(7, 64, 3) == pytest.approx(np.broadcast_to([1.0, 0, 0], (7, 64, 3)), abs=0.06)


def test_images_in_other_formats_are_named_with_what_to_do(folder):
    Image.new("RGB", (9, 9)).save(folder / "moving.gif")
    (folder / "telephone.HEIC").write_bytes(b"....ftypheic")
    images, unreadable = image_folder(folder, 8)
    assert len(images) == 5
    assert {name.rpartition("/")[2]: "save it as one of .png" in why for name, why in unreadable.items()} == {
        "moving.gif": True, "telephone.HEIC": True}  # fmt: skip


def _with_canvas(data, width, height):
    """A WebP file that claims another size, as each of its three layouts writes it."""
    data = bytearray(data)
    if data[12:16] == b"VP8X":
        data[24:30] = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    elif data[12:16] == b"VP8L":
        data[21:25] = (width - 1 | (height - 1) << 14).to_bytes(4, "little")
    else:
        data[26:30] = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    return bytes(data)


@pytest.mark.parametrize("layout", ["VP8 ", "VP8L", "VP8X"])
def test_a_webp_file_that_claims_a_monstrous_size_is_not_even_opened(folder, layout, monkeypatch):
    """Pillow's decoder allots the canvas when it opens the file, so the refusal has to come before."""
    notes = Image.Exif()
    notes[0x010E] = "a description"
    options = {"VP8 ": {}, "VP8L": {"lossless": True}, "VP8X": {"exif": notes}}[layout]
    path = folder / "bomb.webp"
    noise = np.random.default_rng(1).integers(0, 255, (40, 50, 3), np.uint8)
    Image.fromarray(noise).save(path, **options)
    assert path.read_bytes()[12:16] == layout.encode()
    assert image_folder(folder, 8)[1] == {}
    path.write_bytes(_with_canvas(path.read_bytes(), 15_000, 14_000))
    opened, open_ = [], Image.open
    monkeypatch.setattr(Image, "open", lambda file, **how: opened.append(len(file.getvalue())) or open_(file, **how))
    _, unreadable = image_folder(folder, 8)
    assert "claims 15000 × 14000 pixels" in unreadable[str(path)]
    assert len(opened) == 5
    assert path.stat().st_size not in opened


def test_a_bmp_that_claims_more_than_its_bytes_can_hold_is_not_unpacked(folder):
    Image.new("L", (50, 40)).save(folder / "bomb.bmp")
    data = bytearray((folder / "bomb.bmp").read_bytes())
    data[18:26] = (7000).to_bytes(4, "little") * 2
    (folder / "bomb.bmp").write_bytes(data)
    assert "claims 7000 × 7000 pixels" in image_folder(folder, 8)[1][str(folder / "bomb.bmp")]


@pytest.mark.parametrize("format, options", [("WEBP", {"quality": 0, "method": 6}), ("WEBP", {}), ("PNG", {"optimize": True}),
                                             ("JPEG", {"quality": 1, "optimize": True}), ("BMP", {})])  # fmt: skip
def test_no_whole_image_is_refused_for_its_size(tmp_path, format, options):
    """The hardest case for the bound: one colour, large, and written as tightly as Pillow can."""
    Image.new("1" if format in ("PNG", "BMP") else "RGB", (3000, 3000)).save(tmp_path / f"flat.{format.lower()}", **options)
    assert image_folder(tmp_path, 2)[1] == {}


def test_what_is_no_folder_of_images_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="is no folder"):
        image_folder(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="holds no readable image"):
        image_folder(tmp_path)
    with pytest.raises(ValueError, match="want a whole number, 2 or more"):
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


def test_a_transparent_grey_of_16_bits_is_white(tmp_path):
    grey = np.full((20, 20), 40_000, np.uint16)
    grey[:, :10] = 7
    Image.fromarray(grey).save(tmp_path / "deep.png", transparency=7)
    images, unreadable = image_folder(tmp_path, 20, colour=False)
    assert not unreadable
    image = images.reshape(20, 20)
    assert (image[:, :10] == 1).all()
    assert image[:, 10:] == pytest.approx(40_000 / 65_535, abs=0.5 / 255)
