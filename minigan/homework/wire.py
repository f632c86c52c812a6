"""What passes between the grader and a student's process: arrays and plain values, as bytes. Never a pickle.

A value is made of arrays, numbers, texts, None, lists, tuples and dicts with texts as keys. Its arrays travel in the
safetensors format, which holds raw numbers with their dtype and shape; the rest is a JSON text that says where each array
belongs, and travels beside them as bytes. Reading runs nothing and allocates no more than the message's own size. On a stream
a message has its length in front.
"""

import json
import math
import struct

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

SKELETON = "skeleton"
DTYPES = ("float32", "float64", "int32", "int64", "bool")
LONGEST = 1 << 20  # bytes of a skeleton: read, it takes some thirty times as much
DEPTH = 20  # how deep lists may lie in each other


class BadMessage(ValueError):
    """The bytes are no message."""


def dumps(value):
    """The bytes of a value. TypeError for anything that is not plain, such as an array of objects."""
    arrays = {}

    def outline(part):
        if type(part) is np.ndarray:
            if part.dtype.name not in DTYPES:
                raise TypeError(f"an array of {part.dtype}: want one of {', '.join(DTYPES)}")
            arrays[str(len(arrays))] = np.ascontiguousarray(part).reshape(part.shape)
            return {"array": str(len(arrays) - 1)}
        if type(part) in (list, tuple):
            return {type(part).__name__: [outline(inner) for inner in part]}
        if type(part) is dict:
            return {"dict": {key: outline(inner) for key, inner in part.items()}}
        if part is None or type(part) in (bool, int, float, str):
            return {"value": part}
        raise TypeError(f"{type(part).__name__}: want arrays, numbers, texts, lists, tuples and dicts")

    text = json.dumps(outline(value)).encode()
    return save({**arrays, SKELETON: np.frombuffer(text, np.uint8)})


def loads(data):
    """The value of such bytes; BadMessage if they are none. The arrays can be written to."""
    try:
        arrays = load(bytes(data))
        text = arrays.pop(SKELETON).tobytes()
        if len(text) > LONGEST:
            raise ValueError(f"its skeleton has {len(text)} bytes")
        outline = json.loads(text)
        return _rebuild(outline, arrays, 0)
    except (SafetensorError, LookupError, ValueError, TypeError, AttributeError, RecursionError, MemoryError) as error:
        raise BadMessage(f"this is no message of arrays: {error}") from error


def _rebuild(outline, arrays, depth):
    if depth > DEPTH:
        raise ValueError("the values lie too deep in each other")
    [(kind, content)] = outline.items()
    if kind == "array":
        return np.array(arrays.pop(content))  # no array twice: a short text must not make a large value
    if kind in ("list", "tuple"):
        return {"list": list, "tuple": tuple}[kind](_rebuild(part, arrays, depth + 1) for part in content)
    if kind == "dict":
        return {str(key): _rebuild(part, arrays, depth + 1) for key, part in content.items()}
    if kind == "value" and (content is None or type(content) in (bool, int, float, str)):
        return content
    raise ValueError(f"what is {kind!r}?")


def send(stream, value):
    """Write a value to a stream."""
    data = dumps(value)
    stream.write(struct.pack("<Q", len(data)) + data)
    stream.flush()


def receive(stream, largest=math.inf):
    """The next value of a stream. EOFError if it ends before; BadMessage if that is none, or has more than `largest` bytes."""
    head = stream.read(8)
    size = struct.unpack("<Q", head)[0] if len(head) == 8 else 0
    if size > largest:
        raise BadMessage(f"the answer has {size} bytes, more than the {largest} that are read")
    data = stream.read(size)
    if len(data) < max(size, 1):
        raise EOFError
    return loads(data)
