"""Ten thousand damaged files of each kind: read or refused, with the documented errors only, in little time and memory.

Memory: tracemalloc counts what Python and NumPy allocate, its bound is four times the true size beside a constant for buffers
and exceptions. Pillow allocates by itself; for images the process's address space is limited instead.
"""

import gzip
import io
import resource
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from minigan import checkpoint
from minigan.checkpoint import BadCheckpoint
from minigan.data.idx import BadFile, read_idx
from minigan.data.images import image_folder
from minigan.models.gan import GAN
from minigan.nn import Linear, Net, Sigmoid

BUFFERS = 400_000  # bytes: buffers of gzip and io, tracebacks, the model that is loaded into
pytestmark = pytest.mark.slow
many = settings(max_examples=10_000, deadline=2000, suppress_health_check=list(HealthCheck))
damage = st.tuples(
    st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 255)), max_size=6),  # bytes overwritten
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2**32 - 1)), max_size=1),  # a word of the header overwritten
    st.integers(0, 2**20),  # where it is cut off, unless beyond the end
    st.binary(max_size=20),  # what is appended
)  # fmt: skip


def damaged(data, how):
    changes, words, cut, more = how
    data = bytearray(data)
    for place, value in changes:
        data[place % len(data)] = value
    for place, value in words:
        data[place : place + 4] = struct.pack(">I", value)
    return bytes(data[: cut % (3 * len(data))]) + more


def peak_of(action, errors):
    tracemalloc.start()
    try:
        action()
    except errors:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


IDX = bytes([0, 0, 8, 3]) + struct.pack(">3I", 100, 20, 20) + bytes(range(200)) * 200


@pytest.mark.parametrize("whole", [IDX, gzip.compress(IDX)], ids=["idx", "gzip"])
def test_idx(tmp_path, whole):
    path = tmp_path / "file-ubyte"

    @many
    @given(damage)
    def check(how):
        path.write_bytes(damaged(whole, how))
        assert peak_of(lambda: read_idx(path), BadFile) < 4 * len(IDX) + BUFFERS

    check()


def test_safetensors(tmp_path):
    def small():
        return GAN(Net(Linear(2, 3), Sigmoid()), Net(Linear(3, 1)), latent=2)

    path = tmp_path / "checkpoint"
    checkpoint.save(path, small())
    whole, model = path.read_bytes(), small()

    @many
    @given(damage)
    def check(how):
        path.write_bytes(damaged(whole, how))
        before = model.generator.theta.tobytes()
        peak = peak_of(lambda: checkpoint.load(path, model), BadCheckpoint)
        assert peak < 4 * len(whole) + BUFFERS
        assert np.isfinite(model.generator.theta).all() or model.generator.theta.tobytes() != before

    check()


WEBP = {"webp": {}, "lossless.webp": {"lossless": True}, "extended.webp": {"icc_profile": bytes(16)}}


@pytest.mark.parametrize("ending", ["png", "jpg", "bmp", *WEBP])
def test_images(tmp_path, ending):
    picture = Image.effect_mandelbrot((60, 50), (-3, -2.5, 2, 2.5), 50).convert("RGB")
    picture.save(tmp_path / f"good.{ending}", **WEBP.get(ending, {}))
    whole, path = (tmp_path / f"good.{ending}").read_bytes(), tmp_path / f"bad.{ending}"
    limits = resource.getrlimit(resource.RLIMIT_AS)
    image_folder(tmp_path, 8)  # loads the decoders' own libraries

    @many
    @given(damage)
    def check(how):
        path.write_bytes(damaged(whole, how))
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()  # Hypothesis' own share grows
        resource.setrlimit(resource.RLIMIT_AS, (used + (64 << 20), limits[1]))
        try:
            images, unreadable = image_folder(tmp_path, 8)
        finally:
            resource.setrlimit(resource.RLIMIT_AS, limits)
        assert len(images) + len(unreadable) == 2 and np.isfinite(images).all()
        assert not any("MemoryError" in why for why in unreadable.values())

    check()


def test_an_image_that_claims_more_than_its_bytes_can_hold_is_not_unpacked(tmp_path):
    buffer = io.BytesIO()
    Image.new("L", (64, 64)).save(buffer, "JPEG")
    data = bytearray(buffer.getvalue())
    place = data.index(b"\xff\xc0")
    data[place + 5 : place + 9] = struct.pack(">HH", 6000, 6000)
    (tmp_path / "lie.jpg").write_bytes(bytes(data))
    Image.new("L", (8, 8)).save(tmp_path / "good.png")
    _, unreadable = image_folder(tmp_path, 8)
    assert "6000 × 6000" in unreadable[str(tmp_path / "lie.jpg")]
