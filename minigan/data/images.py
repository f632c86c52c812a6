"""Your own images: a folder of PNG and JPEG files, of any size, grey or colour, in folders within folders.

Each is turned upright (cameras write the turn beside the picture), cropped to the square in its middle, resized, and laid out
as one row of numbers in the generator's range. A file that cannot be read is no reason to stop: it is counted and named.
"""

import io
import warnings
from pathlib import Path

import numpy as np

ENDINGS = (".png", ".jpg", ".jpeg")
MAX_PIXELS = 50_000_000  # a file may claim a size that nobody has; more than this is not unpacked
# … nor more than its bytes can hold: deflate makes 1,032 bytes of one, each of 8 pixels; a JPEG's block of 64 takes a bit
PIXELS_PER_BYTE = {"PNG": 8 * 1032, "JPEG": 8 * 64}


def image_folder(folder, size=32, *, colour=True, low=0.0, high=1.0):
    """(images, unreadable): float32 (N, size²·3), or (N, size²) without colour, in [low, high]; {path: why} of the others.

    The order is that of the paths. Raises FileNotFoundError where there is no such folder, ValueError where it holds no
    image that can be read.
    """
    if size < 2:
        raise ValueError(f"size is {size}: want 2 pixels or more")
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is no folder: name one that holds images ({', '.join(ENDINGS)})")
    rows, unreadable = [], {}
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS and path.is_file()):
        try:
            rows.append(_read(path, size, colour))
        except Exception as error:  # whatever a decoder can raise on a damaged file
            unreadable[str(path)] = f"{type(error).__name__}: {error}"
    if not rows:
        raise ValueError(f"{folder} holds no readable image ({', '.join(ENDINGS)}); {len(unreadable)} could not be read")
    images = np.stack(rows).reshape(len(rows), -1).astype(np.float32)
    return images * (float(high - low) / 255) + float(low), unreadable


def _read(path, size, colour):
    from PIL import Image, ImageOps

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of harmless oddities in files
        data = path.read_bytes()  # from memory: of a file, a decoder would try to read as many bytes as a chunk claims to have
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
            possible = min(MAX_PIXELS, 4096 + PIXELS_PER_BYTE[image.format] * len(data))
            if image.width * image.height > possible:
                raise ValueError(f"claims {image.width} × {image.height} pixels, of its size it can have {possible} at most")
            upright = ImageOps.exif_transpose(image).convert("RGB" if colour else "L")
    return np.asarray(ImageOps.fit(upright, (size, size), Image.Resampling.BOX if min(upright.size) > size else
                                   Image.Resampling.BICUBIC))  # fmt: skip
