"""The IDX reader believes nothing: every lie in a file is a clear error, and costs no memory."""

import functools
import gzip
import hashlib
import http.server
import os
import struct
import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from minigan.data import mnist as mnist_module
from minigan.data.idx import BadFile, read_idx
from minigan.data.mnist import mnist


def idx(shape=(3, 2, 2), values=None, kind=8, dimensions=None):
    values = bytes(range(int(np.prod(shape)))) if values is None else values
    dimensions = len(shape) if dimensions is None else dimensions
    return bytes([0, 0, kind, dimensions]) + struct.pack(f">{len(shape)}I", *shape) + values


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file-ubyte"


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_good_file(path, pack):
    path.write_bytes(pack(idx()))
    assert (read_idx(path) == np.arange(12).reshape(3, 2, 2)).all()


BAD = {
    "starts with nothing": b"",
    "starts with 89504e47": b"\x89PNG\r\n",
    "type 13 in 3 dimensions": idx(kind=13),
    "in 0 dimensions": idx(dimensions=0),
    "ends within its header": idx()[:9],
    "12 bytes, and holds 11 bytes": idx()[:-1],
    "holds more than that": idx() + b"x",
    "more than 1.07e\\+09 bytes are not believed": idx((2**31, 2**31, 2**31), b""),
    r"claims the shape \(0, 4294967295, 4294967295\)": idx((0, 2**32 - 1, 2**32 - 1), b""),
}


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("message", BAD)
def test_a_bad_file_is_named_with_its_fault(path, message, pack):
    path.write_bytes(pack(BAD[message]))
    with pytest.raises(BadFile, match=f"file-ubyte: .*{message}"):
        read_idx(path)


def test_a_cut_gzip_file_says_so(path):
    path.write_bytes(gzip.compress(idx())[:-6])
    with pytest.raises(BadFile, match="damaged or cut off"):
        read_idx(path)


def test_a_gzip_bomb_is_not_unpacked(path):
    """200 MB of zeros in 200 KB, behind a header that claims twelve bytes."""
    path.write_bytes(gzip.compress(idx(values=b"\0" * 200_000_000), compresslevel=1))
    tracemalloc.start()
    with pytest.raises(BadFile, match="more than that"):
        read_idx(path)
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), min_size=1, max_size=5), cut=st.integers(0, 200),
       packed=st.booleans())
@example(changes=[(2, 8)], cut=200, packed=True)
def test_mutated_files_are_read_or_refused(path, changes, cut, packed):
    data = bytearray(gzip.compress(idx((4, 5, 5), bytes(100)))) if packed else bytearray(idx((4, 5, 5), bytes(100)))
    for place, value in changes:
        data[place % len(data)] = value
    path.write_bytes(bytes(data[: max(1, cut)]))
    try:
        assert read_idx(path).size <= 4000
    except BadFile as error:
        assert "file-ubyte" in str(error)


def test_the_folder_of_one_set_is_not_that_of_the_other(tmp_path, empty_cache, monkeypatch):
    """Both sets have files of the same names."""
    monkeypatch.setitem(mnist_module.MIRRORS, "fashion-mnist", ["http://127.0.0.1:9/"])
    (tmp_path / "mnist").mkdir()
    for name in ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"):
        shape = (2, 28, 28) if "images" in name else (2,)
        (tmp_path / "mnist" / name).write_bytes(idx(shape, bytes(int(np.prod(shape)))))
    assert len(mnist("test", folder=tmp_path / "mnist")[0]) == 2
    with pytest.raises(FileNotFoundError):
        mnist("test", folder=tmp_path / "mnist", name="fashion-mnist")


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """No MINIGAN_DATA, a cache of the test's own, and mirrors on this machine, of which the first is dead."""
    monkeypatch.delenv("MINIGAN_DATA", raising=False)
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / "cache")
    return tmp_path / "cache"


def test_a_missing_file_says_where_to_put_it(tmp_path, empty_cache, monkeypatch):
    monkeypatch.setitem(mnist_module.MIRRORS, "mnist", ["http://127.0.0.1:9/"])
    with pytest.raises(FileNotFoundError, match=r"train-images-idx3-ubyte\.gz .*127.0.0.1.*MINIGAN_DATA.*--data digits"):
        mnist(folder=tmp_path)
    with pytest.raises(ValueError, match="want one of 'train', 'test'"):
        mnist("validation")


def test_download_from_the_first_mirror_that_is_right(tmp_path, empty_cache, monkeypatch):
    """Three mirrors: one dead, one whose files have another sum, one good. The second call needs no network."""
    good, bad = tmp_path / "served" / "good", tmp_path / "served" / "bad"
    for folder, value in ((good, b"\x05"), (bad, b"\x06")):
        folder.mkdir(parents=True)
        (folder / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx((2, 28, 28), bytes(1568)) , mtime=0))
        (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx((2,), b"\1" + value), mtime=0))
    sums = {path.name[:-3]: hashlib.md5(path.read_bytes()).hexdigest() for path in good.iterdir()}
    monkeypatch.setitem(mnist_module.MD5, "mnist", mnist_module.MD5["mnist"] | sums)
    handler = functools.partial(QuietHandler, directory=tmp_path / "served")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        here = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setitem(mnist_module.MIRRORS, "mnist", ["http://127.0.0.1:9/", f"{here}/bad/", f"{here}/good/"])
        _, labels = mnist("test")
        server.shutdown()
    assert labels.tolist() == [1, 5]
    assert mnist("test")[1].tolist() == [1, 5]
    assert sorted(path.name for path in (empty_cache / "mnist").iterdir()) == [
        "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"]  # fmt: skip


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


def write_set(folder, images, labels):
    (folder / "t10k-images-idx3-ubyte").write_bytes(images)
    (folder / "t10k-labels-idx1-ubyte").write_bytes(labels)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (idx((2, 3, 3), bytes(18)), idx((2,), b"\1\2"), r"want \(N, 28, 28\)"),
        (idx((2, 28, 28), bytes(1568)), idx((3,), b"\1\2\3"), r"holds \(3,\) labels for 2 images"),
        (idx((2, 28, 28), bytes(1568)), idx((2,), b"\1\x0b"), "has the label 11"),
    ],
)
def test_files_that_do_not_fit_are_refused(tmp_path, images, labels, message):
    write_set(tmp_path, images, labels)
    with pytest.raises(BadFile, match=message):
        mnist("test", folder=tmp_path)


def test_a_small_set_is_scaled(tmp_path):
    write_set(tmp_path, idx((2, 28, 28), bytes(784) + b"\xff" * 784), idx((2,), b"\0\x09"))
    images, labels = mnist("test", folder=tmp_path, low=-1, high=1)
    assert (images.dtype, images.shape, labels.tolist()) == (np.float32, (2, 784), [0, 9])
    assert (images[0] == -1).all()
    assert images[1] == pytest.approx(1, rel=1e-6)


@pytest.mark.skipif(not os.environ.get("MINIGAN_DATA"), reason="MINIGAN_DATA names no folder with MNIST")
def test_the_real_files():
    images, labels = mnist("test")
    assert images.shape == (10_000, 784)
    assert np.bincount(labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
