"""Pictures: grids of samples, curves, animations. All are written to files, with matplotlib.

A sample is a row of numbers; here it becomes an image again. Rows of h·w numbers are grey, rows of h·w·3 colour. `low` and
`high` say which values are black and white, so that two pictures with the same range can be compared.
"""

import io
import math
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from minigan.arrays import to_numpy
from minigan.check import image as image_of
from minigan.check import number, rows, whole
from minigan.files import replace

LINE = 0.25  # the grey between images
ROUNDING = 1e-5  # how far beyond 0 and 1 a computed picture may be


def image_shape(n):
    """(h, w) or (h, w, 3) for rows of n numbers, if they can be a square image, grey or colour; else None."""
    for channels in (1, 3):
        side = math.isqrt(n // channels)
        if side > 1 and side * side * channels == n:
            return (side, side) if channels == 1 else (side, side, 3)
    return None


def check_shape(n, shape=None):
    """The shape of samples of n numbers as images: `shape`, or the square that fits. ValueError where they make none."""
    shape = image_shape(n) if shape is None else shape
    if shape is None:
        raise ValueError(f"a sample of {n} numbers makes no square image: say which, (h, w) or (h, w, 3)")
    return image_of("the shape of a sample as an image", shape, n)


def tile(samples, shape=None, *, columns=None, low=0.0, high=1.0):
    """Lay samples (N, n) out as one image: float (rows·(h+1)+1, columns·(w+1)+1) or (…, 3), in [0, 1], 1 for `high`.

    shape: of one image, (h, w) or (h, w, 3); by default the square that fits. columns: about √N by default. A dark grey
    line of one pixel runs between the images and around them.
    """
    samples = to_numpy(rows("samples", samples))
    shape, low, high = check_shape(samples.shape[1], shape), number("low", low), number("high", high)
    number("high − low", high - low, above=0)
    columns = math.ceil(math.sqrt(len(samples))) if columns is None else whole("columns", columns)
    lines = math.ceil(len(samples) / columns)
    h, w, *channels = shape
    cells = np.full((lines * columns, h + 1, w + 1, *channels), LINE)
    cells[: len(samples), 1:, 1:] = np.clip((samples.reshape(-1, *shape) - low) / (high - low), 0, 1)
    image = cells.reshape(lines, columns, h + 1, w + 1, *channels).swapaxes(1, 2)
    image = image.reshape(lines * (h + 1), columns * (w + 1), *channels)
    return np.pad(image, [(0, 1), (0, 1)] + [(0, 0)] * len(channels), constant_values=LINE)


def save_image(path, image, *, enlarge=True):
    """Write an image (h, w) or (h, w, 3) with values in [0, 1]; enlarged, each of its pixels is a sharp square, and it is a few
    hundred wide.
    """
    _written(path, as_picture(image, enlarge=enlarge).save)


def as_picture(image, *, enlarge=True):
    """An image (h, w) or (h, w, 3), values in [0, 1], as a PIL image. ValueError where it is none."""
    from PIL import Image

    pixels = np.asarray(image)
    pixels = pixels.reshape(image_of("the shape of an image", pixels.shape))
    if pixels.dtype.kind not in "fiub" or not (pixels.min() > -ROUNDING and pixels.max() < 1 + ROUNDING):
        raise ValueError(f"the image, an array of {pixels.dtype}, goes beyond 0 and 1, or holds NaN: want values in [0, 1]")
    bytes_, zoom = np.round(np.clip(pixels, 0, 1) * 255).astype(np.uint8), _zoom(pixels) if enlarge else 1
    return Image.fromarray(np.kron(bytes_, np.ones((zoom, zoom, *[1] * (bytes_.ndim - 2)), np.uint8)))


def _written(path, save, **options):
    """What `save` writes, in the format that the path's ending names, as a file that is whole at every moment."""
    buffer = io.BytesIO()
    buffer.name = str(path)  # Pillow reads the ending here
    save(buffer, **options)
    replace(Path(path), buffer.getvalue())


def show(samples, shape=None, *, columns=None, low=0.0, high=1.0):
    """Samples (N, n) tiled as an image that a notebook draws inline: a PIL image, enlarged as `save_image` does it."""
    return as_picture(tile(samples, shape, columns=columns, low=low, high=high))


def load_image(path):
    """The image in a PNG file, (h, w) or (h, w, 3), values in [0, 1]."""
    from PIL import Image

    with Image.open(path) as image:
        return np.asarray(image, np.float32) / 255


def save_table(path, samples, shape, rows, columns, *, low=0.0, high=1.0, title=""):
    """Write images (len(rows)·len(columns), n), row by row, with a label for each row and each column."""
    samples, across = to_numpy(samples), len(columns)
    image = tile(samples, shape, columns=across, low=low, high=high)
    h, w = image.shape[0] / len(rows), image.shape[1] / across
    cell = 0.55 if max(shape[:2]) <= 32 else 1.0  # inches
    figure = Figure(figsize=(1.2 + cell * across, 0.8 + cell * len(rows)), layout="constrained")
    axes = figure.subplots()
    axes.imshow(image, cmap="gray", vmin=0, vmax=1)
    axes.set_xticks([w * (i + 0.5) for i in range(across)], columns, fontsize=7)
    axes.set_yticks([h * (i + 0.5) for i in range(len(rows))], rows, fontsize=7)
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    axes.set_title(title, fontsize=9)
    _written(path, figure.savefig, dpi=120, bbox_inches="tight", format=Path(path).suffix[1:])


def walk(start, end, steps, around=False):
    """Codes from start to end, (n, latent) each or (n, 1, latent), in equal steps: (n, steps, latent), of start's dtype.

    Straight, or along the sphere (spherical interpolation): codes from N(0, I) in many dimensions have nearly one length, and
    the middle of a straight walk is shorter than any of them (White 2016).
    """
    start, end = (np.reshape(array, (len(array), 1, -1)) for array in (start, end))
    share = np.linspace(0, 1, whole("steps", steps))[:, None]
    if not around:
        return ((1 - share) * start + share * end).astype(start.dtype)
    lengths = np.linalg.norm(start, axis=2, keepdims=True) * np.linalg.norm(end, axis=2, keepdims=True)
    angle = np.arccos(np.clip(np.sum(start * end, axis=2, keepdims=True) / lengths, -1, 1))
    angle = np.clip(angle, 1e-6, np.pi - 1e-6)  # codes that point one way, or opposite ways, have no arc of their own
    weights = np.sin((1 - share) * angle), np.sin(share * angle)
    return ((weights[0] * start + weights[1] * end) / np.sin(angle)).astype(start.dtype)


def save_animation(path, images, *, milliseconds=150):
    """Write images of one size, values in [0, 1], as a GIF that repeats for ever; the last one stays for a while."""
    frames = [as_picture(image, enlarge=False) for image in images]
    times = [whole("milliseconds", milliseconds)] * (len(frames) - 1) + [2000]
    _written(path, frames[0].save, save_all=True, append_images=frames[1:], duration=times, loop=0)


def save_curves(path, log, *, x="step", labels=None):
    """Write the columns of a log, a list of dicts, as curves over the column x; columns with one prefix share axes.

    The prefix is what stands before the first "_": loss_d and loss_g are drawn together, d_real and d_fake too.
    labels: {prefix: what stands at the y axis}, such as {"energy": "free energy, nats"}; else the name itself.
    """
    groups = {}
    for name in log[0]:
        if name not in (x, "epoch"):
            groups.setdefault(name.split("_")[0], []).append(name)
    width = 4.5 * len(groups)  # inches
    figure = Figure(figsize=(width, 3))
    # margins by hand: matplotlib's layouts draw everything once more to find them
    figure.subplots_adjust(left=0.75 / width, right=1 - 0.15 / width, bottom=0.16, top=0.86, wspace=0.24)
    for axes, (prefix, names) in zip(np.ravel(figure.subplots(1, len(groups))), groups.items()):
        for name in names:
            axes.plot([row[x] for row in log], [row[name] for row in log], label=name.removeprefix(f"{prefix}_"))
        own = prefix if len(names) > 1 else names[0].replace("_", " ")
        axes.set(xlabel=x, ylabel=(labels or {}).get(prefix, own))
        axes.grid(alpha=0.3)
        if len(names) > 1:
            axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=len(names), frameon=False)  # above: no curve is there
    _written(path, figure.savefig, dpi=120, format=Path(path).suffix[1:])


def _zoom(image):
    """How many pixels wide a number is drawn: small pictures are enlarged, large ones stay as they are."""
    width = np.asarray(image).shape[1]
    return max(400 // width, 4 if width <= 300 else 2 if width <= 600 else 1)
