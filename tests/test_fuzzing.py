"""Damaged files of each kind: read or refused, with the documented errors only, in little time and memory.

MINIGAN_MUTATIONS=10000 is the full count of each; by default there are fewer, so that a test takes a minute at most.

Memory: tracemalloc counts what Python and NumPy allocate, its bound is four times the true size beside a constant for buffers
and exceptions. Pillow allocates by itself; for images the process's address space is limited instead.
"""

import copy
import gzip
import io
import json
import os
import random
import resource
import struct
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from test_kills import state_bytes

from minigan import checkpoint
from minigan.checkpoint import BadCheckpoint
from minigan.data.idx import BadFile, read_idx
from minigan.data.images import image_folder
from minigan.models.gan import GAN
from minigan.models.pixelcnn import PixelCNN
from minigan.models.rbm import RBM
from minigan.models.vae import VAE
from minigan.nn import BatchNorm, Cosine, Linear, Net, Sigmoid
from minigan.nn.optim import Adam

BUFFERS = 600_000  # bytes: buffers of gzip and io, tracebacks, the model that is loaded into
pytestmark = pytest.mark.slow
MUTATIONS = int(os.environ.get("MINIGAN_MUTATIONS", "1000"))
many = settings(max_examples=MUTATIONS, deadline=2000, suppress_health_check=list(HealthCheck))
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
        before, done, start = state_bytes(model), [], time.process_time()
        peak = peak_of(lambda: done.append(checkpoint.load(path, model)), BadCheckpoint)
        assert peak < 4 * len(whole) + BUFFERS
        assert time.process_time() - start < 1
        assert np.isfinite(model.generator.theta).all() if done else state_bytes(model) == before

    check()


def fitted(**options):
    return RBM(3, random_state=0, n_iter=1, **options).fit(np.eye(4, dtype=np.float32))


WITH_JSON = {
    "GAN": lambda: GAN(Net(Linear(2, 3), BatchNorm(3), Sigmoid()), Net(Linear(3, 1)), latent=2,
                       optimizer_g=Adam(schedule=Cosine(9), average=0.9)),
    "RBM": fitted,
    "VAE": lambda: VAE(Net(Linear(4, 4)), Net(Linear(2, 4)), latent=2),
    "PixelCNN": lambda: PixelCNN((2, 2), channels=2, blocks=1),
}  # fmt: skip
STRANGE = [None, True, False, -1, 0, 1, 2, 2**31, 10**400, 0.5, -0.0, 1e308, float("nan"), float("inf"), "", "x", "Net", "RBM",
           "numpy", "float16", "__class__", [], [[]], [1, 2], ["Net", []], ["Linear", {}], ["Linear", {"n_in": 2, "n_out": 3}],
           ["Adam", {"lr": -1}], {}, {"tensor": "x"}, {"tensor": ["x"]}, {"tensor": {}}, {"a": {"a": {}}}]  # fmt: skip


def places(value):
    """(container, key) of everything within a nest of JSON."""
    for key in (value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()):
        yield value, key
        yield from places(value[key])


def mutated(nest, rng):
    """A copy with one to three values replaced by something strange, by another part of the nest, doubled, or taken away."""
    nest = copy.deepcopy(nest)
    for _ in range(rng.randint(1, 3)):
        found = list(places(nest))
        if not found:
            break
        (container, key), (other, at) = rng.choice(found), rng.choice(found)
        how = rng.randrange(4)
        if how == 0:
            del container[key]
        elif how == 1 and isinstance(container, list):
            container.insert(key, copy.deepcopy(container[key]))
        elif how == 2:
            container[key] = copy.deepcopy(other[at])
        else:
            container[key] = copy.deepcopy(rng.choice(STRANGE))
    return nest


@pytest.mark.parametrize("kind", WITH_JSON)
def test_the_json_in_a_checkpoint(tmp_path, kind):
    """`load` and `load_model` build what is written there, or raise BadCheckpoint and leave the model as it was."""
    from safetensors import safe_open
    from safetensors.numpy import save

    path, model = tmp_path / "c", WITH_JSON[kind]()
    checkpoint.save(path, model)
    with safe_open(path, "numpy") as file:
        about, tensors = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}
    good = {name: json.loads(about[name]) for name in ("config", "state")}
    built = 0
    for seed in range(MUTATIONS // len(WITH_JSON)):
        nest = mutated(good, random.Random(seed)) if seed else good
        texts = {name: json.dumps(nest.get(name)) for name in good}
        path.write_bytes(save(tensors, about | texts))
        model, done = WITH_JSON[kind](), []
        before, start = state_bytes(model), time.process_time()
        peak = peak_of(lambda model=model, done=done: done.append(checkpoint.load(path, model)), BadCheckpoint)
        assert peak < 4 * path.stat().st_size + BUFFERS, seed
        assert time.process_time() - start < 1, seed
        assert done or state_bytes(model) == before, seed
        peak = peak_of(lambda done=done: done.append(checkpoint.load_model(path).state()), BadCheckpoint)
        assert peak < 4 * path.stat().st_size + BUFFERS, seed
        built += len(done)
    assert built >= 2  # the good one


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
