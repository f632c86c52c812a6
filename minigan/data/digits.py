"""The digits that come with the library: 1,797 images of handwritten digits, 8×8, so that everything runs offline.

They are the test part of the UCI "Optical Recognition of Handwritten Digits" set: 43 people wrote digits, which were
scanned at 32×32 black and white; each 4×4 block became one number, how many of its 16 dots were black. Values 0 … 16.
Source, licence and how it was repacked: digits.LICENCE.md beside this file.
"""

from importlib.resources import files

import numpy as np

from minigan.check import number


def digits(low=0.0, high=1.0):
    """(images, labels): float32 (1797, 64) in [low, high], ink at high; int64 (1797,), 0 … 9.

    low, high: the range of the generator that is to imitate them, 0 and 1 for a Sigmoid, −1 and 1 for a Tanh.
    """
    low, high = number("low", low), number("high", high)
    with files("minigan.data").joinpath("digits.npz").open("rb") as file, np.load(file) as packed:
        ink, labels = packed["images"], packed["labels"]  # uint8 (1797, 8, 8) and (1797,)
    images = ink.reshape(-1, 64).astype(np.float32) / 16
    return images * (high - low) + low, labels.astype(np.int64)
