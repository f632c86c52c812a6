"""Dispatch, moving and random numbers; and what is said to somebody whose machine has no CuPy or no GPU."""

import subprocess
import sys
import types

import array_api_strict
import numpy as np
import pytest

from minigan import arrays, cuda
from minigan.arrays import generator, namespace, to, to_numpy


def test_namespace_is_the_module_of_the_array():
    assert namespace(np.zeros(2)) is np
    assert namespace(np.float32(1)) is np
    assert namespace(array_api_strict.zeros(2)) is array_api_strict
    assert namespace(generator(0)) is np
    assert namespace(generator(0, "array_api_strict")) is array_api_strict


def test_mixed_modules_are_refused():
    with pytest.raises(TypeError, match=r"array_api_strict and numpy.*minigan.arrays.to"):
        namespace(np.zeros(2), array_api_strict.zeros(2))


def test_what_is_no_array_is_refused():
    with pytest.raises(TypeError, match=r"got list, want an array, such as"):
        namespace([1.0, 2.0])


def test_to_moves_there_and_back(backend):
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    there = to({"x": x, "more": [x, 3, None], "name": "text"}, backend)
    assert namespace(there["x"]).__name__ == backend
    back = to(there, "numpy")
    assert back["more"][1:] == [3, None]
    assert back["name"] == "text"
    for array in (back["x"], back["more"][0], to_numpy(there["x"])):
        assert array.dtype == np.float32
        assert (array == x).all()


def test_unknown_backend_is_refused():
    with pytest.raises(ValueError, match="unknown backend 'torch': want one of numpy, cupy"):
        to(np.zeros(2), "torch")


def test_missing_cupy_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(ValueError, match=r"not installed.*pip install 'minigan\[cuda1[23]\]'.*backend 'numpy'"):
        generator(0, "cupy")


def test_cupy_without_a_gpu_says_so(monkeypatch):
    def no_driver():
        raise RuntimeError("cudaErrorNoDevice")

    cupy = types.SimpleNamespace(cuda=types.SimpleNamespace(runtime=types.SimpleNamespace(getDeviceCount=no_driver)))
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    with pytest.raises(ValueError, match=r"finds no GPU \(cudaErrorNoDevice\)"):
        arrays.backend_module("cupy")


@pytest.mark.parametrize(("version", "extra"), [(12080, "cuda12"), (13000, "cuda13")])
def test_the_pip_line_fits_the_driver(monkeypatch, version, extra):
    class Driver:
        @staticmethod
        def cuDriverGetVersion(pointer):
            pointer._obj.value = version

    monkeypatch.setattr(cuda.ctypes, "CDLL", lambda name: Driver)
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(ValueError, match=rf"pip install 'minigan\[{extra}\]'"):
        generator(0, "cupy")


def test_one_seed_one_stream(backend):
    def draw(seed, *purpose):
        return to_numpy(generator(seed, backend, *purpose).standard_normal(size=(50,), dtype="float32"))

    draws = [draw(1), draw(1), draw(2), draw(1, 2)]
    assert (draws[0] == draws[1]).all()
    assert (draws[0] != draws[2]).any()
    assert (draws[0] != draws[3]).any()
    assert draws[0].dtype == np.float32


@pytest.mark.parametrize("number", [-1, 1.5, "one", True, [1, 2]])
def test_a_seed_and_a_purpose_are_whole_numbers(number):
    for arguments in ((number,), (0, "numpy", number), (0, "numpy", 1, number)):
        with pytest.raises(ValueError, match="want whole numbers ≥ 0, or None for the seed"):
            generator(*arguments)
    with pytest.raises(ValueError, match="want whole numbers ≥ 0"):
        generator(0, "numpy", None)


def test_without_a_seed_every_generator_is_another():
    assert generator(None).random() != generator(None).random()


def test_importing_minigan_imports_little():
    """Its own files, and few of the standard library's beyond numpy's. A count: a time depends on the machine's load."""
    code = "import sys, numpy; before = set(sys.modules); import minigan, minigan.nn; print(*set(sys.modules) - before)"
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    others = {name for name in printed.split() if name.partition(".")[0] != "minigan"}
    assert {name.partition(".")[0] for name in others} <= sys.stdlib_module_names  # neither matplotlib nor CuPy, nor numpy.ma
    assert len(others) <= 20  # nine on Python 3.11; argparse, json and tempfile bring 22 more
