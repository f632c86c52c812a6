"""Your own images: a folder of PNG, JPEG, WebP and BMP files, of any size, grey or colour, in folders within folders.

Each is turned upright (cameras write the turn beside the picture), cropped to the square in its middle, resized, and laid out
as one row of numbers in the generator's range. A file that cannot be read is no reason to stop: it is counted and named. So is
a file of another image format. Of an animation the first picture is taken; what is transparent becomes white.
"""

import io
import warnings

import numpy as np

from minigan.check import flag, number, whole
from minigan.check import path as path_of

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
OTHERS = (".gif", ".tif", ".tiff", ".heic", ".heif", ".avif", ".jp2", ".svg", ".psd")  # images too, but they are not read
MAX_PIXELS = 50_000_000  # a file may claim a size that nobody has; more than this is not unpacked
# … nor more than its bytes can hold. PNG: deflate makes 1,032 bytes of one, each of 8 pixels. JPEG: a block of 64 takes a bit.
# WebP: its modes alone take more than 3 bits of each block of 256; only its lossless code may draw one colour for nothing, and
# then a large image is refused though it is whole. BMP: two bytes are a run of 255 pixels.
PIXELS_PER_BYTE = {"PNG": 8 * 1032, "JPEG": 8 * 64, "WEBP": 8 * 256 // 3, "BMP": 128}
PIXELS_PER_BYTE["MPO"] = PIXELS_PER_BYTE["JPEG"]  # some cameras': a JPEG with more of them behind it; Pillow opens it as one
FORMATS = ("PNG", "JPEG", "WEBP", "BMP")
HARMLESS = 2**16  # pixels that are unpacked whatever the file's length


def image_folder(folder, size=32, *, colour=True, low=0.0, high=1.0):
    """(images, unreadable): float32 (N, size²·3), or (N, size²) without colour, in [low, high]; {path: why} of the others.

    The order is that of the paths. Raises FileNotFoundError where there is no such folder, ValueError where it holds no
    image that can be read.
    """
    size, colour, low, high = whole("size", size, 2), flag("colour", colour), number("low", low), number("high", high)
    folder = path_of("folder", folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is no folder: name one that holds images ({', '.join(ENDINGS)})")
    rows, unreadable = [], {}
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS + OTHERS and path.is_file()):
        if path.suffix.lower() in OTHERS:
            unreadable[str(path)] = f"{path.suffix} is not read: save it as one of {', '.join(ENDINGS)}"
            continue
        try:
            rows.append(_read(path, size, colour))
        except Exception as error:  # whatever a decoder can raise on a damaged file
            unreadable[str(path)] = f"{type(error).__name__}: {error}"
    if not rows:
        raise ValueError(f"{folder} holds no readable image ({', '.join(ENDINGS)}); {len(unreadable)} could not be read")
    images = np.stack(rows).reshape(len(rows), -1).astype(np.float32)
    return images * ((high - low) / 255) + low, unreadable


def _read(path, size, colour):
    from PIL import Image, ImageOps

    upright = on_white(open_image(path)).convert("RGB" if colour else "L")
    return np.asarray(ImageOps.fit(upright, (size, size), Image.Resampling.BOX if min(upright.size) > size else
                                   Image.Resampling.BICUBIC))  # fmt: skip


def on_white(image):
    """A PIL image without transparency: on white paper."""
    from PIL import Image

    if not image.has_transparency_data:
        return image
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)


def open_image(path):
    """The image in a file, upright, as a PIL image; ValueError where it is none of FORMATS, or claims too many pixels."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of harmless oddities in files
        data = path.read_bytes()  # from memory: of a file, a decoder would try to read as many bytes as a chunk claims to have
        _look_at_size("WEBP", _webp_size(data), len(data))  # Pillow's decoder allots the canvas as soon as it is opened
        try:
            opened = Image.open(io.BytesIO(data), formats=FORMATS)
        except UnidentifiedImageError:
            raise ValueError(f"it is empty, damaged or none of {', '.join(FORMATS)}") from None
        with opened as image:
            _look_at_size(image.format, image.size, len(data))
            try:
                upright = ImageOps.exif_transpose(image)
            except (OSError, SyntaxError) as error:  # what Pillow raises where a file ends too early
                raise ValueError(f"it is damaged: {error}") from error
            if not upright.mode.startswith("I"):
                return upright
            grey = np.asarray(upright)  # 16 bits, which Pillow would clip to 8
            white = grey == upright.info.get("transparency", -1)
            return Image.fromarray(np.where(white, 255, np.round(grey / 257)).astype(np.uint8))


def _look_at_size(format, size, length):
    """ValueError where an image claims more pixels than a file of that many bytes is unpacked to."""
    possible = min(MAX_PIXELS, HARMLESS + PIXELS_PER_BYTE[format] * length)
    if size[0] * size[1] > possible:
        raise ValueError(f"claims {size[0]} × {size[1]} pixels; of {length} bytes {possible} pixels are unpacked at most")


def _webp_size(data):
    """(width, height) that a WebP file's first chunk claims, (0, 0) where it is no such file."""
    chunk, number = data[12:16], lambda place, n: int.from_bytes(data[place : place + n], "little")
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return 0, 0
    if chunk == b"VP8X":  # with transparency, animation or a camera's notes: the canvas, less one
        return number(24, 3) + 1, number(27, 3) + 1
    if chunk == b"VP8L":  # lossless: 14 bits each, less one
        return number(21, 4) % 2**14 + 1, (number(21, 4) >> 14) % 2**14 + 1
    return number(26, 2) % 2**14, number(28, 2) % 2**14
