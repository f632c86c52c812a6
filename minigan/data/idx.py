"""Reading an IDX file, the format of MNIST, without trusting it.

    byte 0, 1   0
    byte 2      type of the values; 8 is uint8, the only one here
    byte 3      number of dimensions
    then        one big-endian uint32 for each dimension, then the values, the last dimension running fastest

Files are usually gzipped. A header may lie: nothing is allocated before the size that it claims agrees with what is there,
and a compressed file is unpacked no further than one byte past what its own header claims.
Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database", file formats.
"""

import gzip
import math
import struct
import zlib

import numpy as np

from minigan.check import path as path_of

UINT8 = 8
LARGEST = 1 << 30  # bytes of values: more than any data set in this format has
CHUNK = 1 << 16  # bytes read at a time: a read of more than there is allocates all that was asked for


class BadFile(ValueError):
    """A data file is not what it should be; the message names it."""


def read_idx(path):
    """The array of uint8 in an IDX file, plain or gzipped. Raises BadFile, and OSError where it cannot be opened."""
    with open(path_of("path", path), "rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        file = gzip.GzipFile(fileobj=raw) if packed else raw
        try:
            return _read(path, file)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BadFile(f"{path}: the gzip data are damaged or cut off ({error}); fetch the file again") from error


def _read(path, file):
    start = file.read(4)
    if len(start) < 4 or start[:2] != b"\0\0":
        raise BadFile(f"{path}: starts with {start.hex() or 'nothing'}, an IDX file starts with 0000: is it the right file?")
    kind, dimensions = start[2], start[3]
    if kind != UINT8 or not 1 <= dimensions <= 4:
        raise BadFile(f"{path}: type {kind} in {dimensions} dimensions, want type 8 (uint8) in 1 to 4")
    sizes = file.read(4 * dimensions)
    if len(sizes) < 4 * dimensions:
        raise BadFile(f"{path}: ends within its header")
    shape = struct.unpack(f">{dimensions}I", sizes)
    claimed = math.prod(shape)
    if math.prod(max(1, length) for length in shape) > LARGEST:  # an axis of length 0 makes no other one small
        raise BadFile(f"{path}: claims the shape {shape}; more than {LARGEST:.3g} bytes are not believed")
    parts, got = [], 0
    while got <= claimed and (part := file.read(min(CHUNK, claimed + 1 - got))):
        parts.append(part)
        got += len(part)
    if got != claimed:
        word = "more than that" if got > claimed else f"{got} bytes"
        raise BadFile(f"{path}: claims the shape {shape}, {claimed} bytes, and holds {word}")
    return np.frombuffer(b"".join(parts), np.uint8).reshape(shape)
