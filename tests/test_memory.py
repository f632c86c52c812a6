"""Arrays that are dropped and made anew cost page faults; after `keep` they do not."""

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import resource
import numpy as np
from minigan import memory

x, faults = np.ones((1024, 1024), np.float32), lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt
{keep}
def step():
    return ((x + 1.0) * (x + 2.0)).sum()
step(); step()
before = faults()
for _ in range(20):
    step()
print((faults() - before) / 20)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the limits are glibc's")
def test_a_step_with_large_arrays_makes_no_page_faults():
    """Two arrays of 4 MB are 2,048 pages of 4 kB, or 4 of 2 MB: without `keep` at least these, with it none."""

    def faults(keep):
        done = subprocess.run([sys.executable, "-c", PROGRAM.format(keep=keep)], capture_output=True, text=True, check=True)
        return float(done.stdout)

    assert faults("assert memory.keep()") < 1
    assert faults("") >= 2
