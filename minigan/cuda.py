"""Is there a GPU, and can CuPy compute on it? If not, what to install on this machine.

CuPy is imported here, when somebody asks for the backend "cupy", and nowhere else.
"""

import ctypes
import functools


def find_cupy():
    """CuPy's module, which can compute here. ValueError where it or the GPU is missing, with the line that would mend it."""
    try:
        import cupy
    except ImportError as error:
        raise ValueError(f"backend 'cupy' needs CuPy, which is not installed. {_how_to_install()}") from error
    try:
        devices = cupy.cuda.runtime.getDeviceCount()
    except Exception as error:
        raise ValueError(f"CuPy is installed, but it finds no GPU ({error}). {_how_to_install()}") from error
    if devices == 0:
        raise ValueError(f"CuPy is installed, but this machine shows it no GPU. {_how_to_install()}")
    _try(cupy)
    return cupy


@functools.cache
def _try(cupy):
    """One small kernel and one product: what is missing of CUDA's toolkit shows here, and not in the middle of a run."""
    try:
        ones = cupy.ones((2, 2), dtype="float32")
        cupy.sum(ones @ ones + 1.0).item()
    except Exception as error:
        raise ValueError(f"CuPy finds the GPU but cannot compute on it ({error}): is CUDA's toolkit missing? "
                         f"{_how_to_install()}") from error


def _how_to_install():
    """The pip line for this machine: the driver says which CUDA it can run."""
    version = ctypes.c_int()
    try:
        ctypes.CDLL("libcuda.so.1").cuDriverGetVersion(ctypes.byref(version))
    except (OSError, AttributeError):
        return ("No NVIDIA driver was found on this machine. Where there is one: pip install 'minigan[cuda12]' for "
                "CUDA 12 or 'minigan[cuda13]' for CUDA 13. Without a GPU use backend 'numpy'.")
    extra = "cuda13" if version.value >= 13000 else "cuda12"
    return f"For this machine's driver: pip install 'minigan[{extra}]'. Without a GPU use backend 'numpy'."
