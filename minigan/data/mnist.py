"""MNIST, and Fashion-MNIST, which comes in the same four files: 60,000 training and 10,000 test images, 28×28.

The files are looked for in the folder that the caller names, then in that of the environment variable MINIGAN_DATA, then in
the user's cache; there in `mnist/` (or `fashion-mnist/`) or in the folder itself, gzipped or plain, as
`train-images-idx3-ubyte` and so on. Else they are downloaded into the cache, from the first mirror that answers with the
right checksum (the original host does not any more).
"""

import os
from pathlib import Path

import numpy as np

from minigan.check import choice, number
from minigan.data.idx import BadFile, read_idx

PARTS = {"train": "train", "test": "t10k"}
MIRRORS = {
    "mnist": ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"],
    "fashion-mnist": ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
                      "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/"],
}  # fmt: skip
MD5 = {
    "mnist": {
        "train-images-idx3-ubyte": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "train-labels-idx1-ubyte": "d53e105ee54ea40749a09fcbcd1e9432",
        "t10k-images-idx3-ubyte": "9fb629c4189551a2d022fa330f9573f3",
        "t10k-labels-idx1-ubyte": "ec29112dd5afa0611ce80d1b7f02629c",
    },
    "fashion-mnist": {
        "train-images-idx3-ubyte": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "train-labels-idx1-ubyte": "25c81989df183df01b3e8a0aad5dffbe",
        "t10k-images-idx3-ubyte": "bef4ecab320f06d8554ea6380940ec79",
        "t10k-labels-idx1-ubyte": "bb300cfdad3c16e7a12a480ee83cd310",
    },
}


def mnist(part="train", *, folder=None, name="mnist", low=0.0, high=1.0):
    """(images, labels): float32 (N, 784) in [low, high], int64 (N,) of 0 … 9.

    part: "train" or "test". folder: where to look first. name: "mnist" or "fashion-mnist".
    Raises FileNotFoundError that says which files are wanted and where; BadFile where one is damaged.
    """
    choice("part", part, PARTS), choice("name", name, MIRRORS)
    low, high = number("low", low), number("high", high)
    image_path, label_path = (_find(f"{PARTS[part]}-{kind}-ubyte", folder, name) for kind in ("images-idx3", "labels-idx1"))
    images, labels = read_idx(image_path), read_idx(label_path)
    if images.ndim != 3 or images.shape[1:] != (28, 28):
        raise BadFile(f"{image_path}: holds an array {images.shape}, want (N, 28, 28)")
    if labels.shape != images.shape[:1]:
        raise BadFile(f"{label_path}: holds {labels.shape} labels for {len(images)} images")
    if len(labels) and labels.max() > 9:
        raise BadFile(f"{label_path}: has the label {labels.max()}, want 0 to 9")
    scaled = images.reshape(len(images), 784).astype(np.float32)
    scaled *= (high - low) / 255
    scaled += low
    return scaled, labels.astype(np.int64)


def _find(file, folder, name):
    import pooch

    cache = Path(pooch.os_cache("minigan"))
    for root in [Path(root) for root in (folder, os.environ.get("MINIGAN_DATA"), cache) if root]:
        for path in (root / name / f"{file}.gz", root / name / file, root / f"{file}.gz", root / file):
            others = path.parent.name in MIRRORS and path.parent.name != name  # the four files have the same names in both sets
            if path.is_file() and not others and (path.parent.name == name or root != cache):
                return path
    return _download(file, name, cache)


def _download(file, name, cache):
    """Fetch a file into the cache; pooch checks its sum and moves it into place only when it is whole."""
    import pooch

    pooch.get_logger().setLevel("ERROR")
    reasons = []
    for mirror in MIRRORS[name]:
        try:
            return Path(pooch.retrieve(f"{mirror}{file}.gz", f"md5:{MD5[name][file]}", f"{file}.gz", cache / name))
        except Exception as error:  # no network, no such host, no such file, a wrong sum: the next mirror may do better
            reasons.append(f"{mirror}: {type(error).__name__}")
    files = ", ".join(f"{other}.gz" for other in MD5[name])
    raise FileNotFoundError(f"{file}.gz was found in no folder and could not be downloaded ({'; '.join(reasons)}). Put the "
                            f"four files {files} into FOLDER/{name}, and name FOLDER (--data-dir or MINIGAN_DATA). "
                            "The digits that come with minigan (--data digits) need no file")
