"""MNIST, and whatever comes in its four files (Fashion-MNIST too): 60,000 training and 10,000 test images, 28×28.

The files are looked for in the folder that the caller names, then in that of the environment variable MINIGAN_DATA; there in
`mnist/` (or the name that is asked for) or in the folder itself, gzipped or plain, as `train-images-idx3-ubyte` and so on.
"""

import os
from pathlib import Path

import numpy as np

from minigan.data.idx import BadFile, read_idx

PARTS = {"train": "train", "test": "t10k"}


def mnist(part="train", *, folder=None, name="mnist", low=0.0, high=1.0):
    """(images, labels): float32 (N, 784) in [low, high], int64 (N,) of 0 … 9.

    part: "train" or "test". folder: where to look. name: "mnist" or the sub-folder of a set in the same format.
    Raises FileNotFoundError that says which files are wanted and where; BadFile where one is damaged.
    """
    if part not in PARTS:
        raise ValueError(f"part is {part!r}: want 'train' or 'test'")
    image_path, label_path = (_find(f"{PARTS[part]}-{kind}-ubyte", folder, name) for kind in ("images-idx3", "labels-idx1"))
    images, labels = read_idx(image_path), read_idx(label_path)
    if images.ndim != 3 or images.shape[1:] != (28, 28):
        raise BadFile(f"{image_path}: holds an array {images.shape}, want (N, 28, 28)")
    if labels.shape != images.shape[:1]:
        raise BadFile(f"{label_path}: holds {labels.shape} labels for {len(images)} images")
    if len(labels) and labels.max() > 9:
        raise BadFile(f"{label_path}: has the label {labels.max()}, want 0 to 9")
    scaled = images.reshape(len(images), 784).astype(np.float32)
    scaled *= float(high - low) / 255
    scaled += float(low)
    return scaled, labels.astype(np.int64)


def _find(file, folder, name):
    roots = [Path(root) for root in (folder, os.environ.get("MINIGAN_DATA")) if root]
    for root in roots:
        for path in (root / name / f"{file}.gz", root / name / file, root / f"{file}.gz", root / file):
            if path.is_file():
                return path
    where = " or ".join(str(root / name) for root in roots) or "no folder was named"
    raise FileNotFoundError(f"{file}.gz was not found ({where}). Put the four files of {name} into a folder "
                            f"FOLDER/{name} and name FOLDER, or set MINIGAN_DATA to it. The digits in minigan.data.digits "
                            "need no file")
