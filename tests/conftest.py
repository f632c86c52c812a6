"""Every test that takes `backend` runs on NumPy and on array-api-strict, and on CuPy where there is a GPU."""

import pytest
from hypothesis import settings

from minigan.arrays import backend_module, generator

# the same examples in every run; a slow machine is no failure
settings.register_profile("minigan", derandomize=True, deadline=None, max_examples=25, database=None)
settings.load_profile("minigan")


@pytest.fixture(params=["numpy", "array_api_strict", pytest.param("cupy", marks=pytest.mark.gpu)])
def backend(request):
    if request.param == "cupy":
        try:
            backend_module("cupy")
        except ValueError as reason:
            if request.config.getoption("markexpr") == "gpu":  # make test-gpu: a test that cannot run has failed
                pytest.fail(str(reason))
            pytest.skip(str(reason))
    return request.param


@pytest.fixture
def rng(backend):
    return generator(12345, backend)
