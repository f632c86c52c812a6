"""Arrays that are dropped and made anew cost page faults; after `keep` they do not."""

import platform
import subprocess
import sys
import time

import pytest

from minigan.arrays import generator
from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
from minigan.train import train

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


PEAKS = """
import resource
from minigan.arrays import generator
from minigan.models.dcgan import dcgan
from minigan.models.gan import GAN
from minigan.train import train

gan, images = GAN(*dcgan((28, 28, 1), 64, 64), latent=64), generator(0).random((256, 784), dtype="float32")
peaks, step = [], gan.step

def measured(*args, **options):
    result = step(*args, **options)
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return result

gan.step = measured
train(gan, images, steps=30, batch_size=64, intervals=1, progress=False)
print(peaks[4], peaks[-1])
"""


@pytest.mark.slow
def test_the_peak_of_a_dcgans_step_is_below_a_gigabyte_and_does_not_grow():
    """28×28, 64 channels, batch 64, the whole process: the peak of 30 steps is at most 5 % above that of 5."""
    said = subprocess.run([sys.executable, "-c", PEAKS], check=True, capture_output=True, text=True).stdout
    early, late = (int(kilobytes) * 1024 for kilobytes in said.split()[-2:])
    assert late < 1e9
    assert late < 1.05 * early


@pytest.mark.slow
def test_time_is_linear_in_epochs_and_in_rows():
    """Processor time of a GAN's training: four times the epochs, or the rows, take 3 to 5.5 times as long."""

    def seconds(epochs, rows):
        gan = GAN(vanilla_generator(10, 64, 32), vanilla_discriminator(64, 32))
        images, start = generator(0).random((rows, 64), dtype="float32"), time.process_time()
        train(gan, images, epochs=epochs, batch_size=100, intervals=10, progress=False)
        return time.process_time() - start

    seconds(1, 1000)  # warm
    once = min(seconds(4, 5000) for _ in range(3))
    assert 3 < seconds(16, 5000) / once < 5.5
    assert 3 < seconds(4, 20_000) / once < 5.5
