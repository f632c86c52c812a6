"""Freed memory stays with the process: a step of training takes the same arrays again.

Every expression makes a new array, and drops it soon. The C library hands the memory of large arrays back to the system when
they are dropped, and asks for it anew at the next step. New memory has no pages yet: at the first touch of each 4 kB the
processor stops, and the system finds a page and fills it with zeros: a *page fault*. An LSTM of 128 units spent two fifths of
a forward and backward pass so (docs/speed.md).

glibc has two limits for this, and `keep` sets both: arrays above `mmap_threshold` get pages of their own, which go back when
the array is dropped; and the rest goes back when more than `trim_threshold` is free at the end of the memory.
Source: mallopt(3), the manual page.
"""

import functools
import platform

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # the numbers of the two limits in malloc.h
KEPT = 1 << 30  # bytes that may lie idle
LARGEST = 32 << 20  # bytes; glibc takes no larger limit


@functools.cache
def keep():
    """From now on this process keeps up to 1 GiB of freed memory. Where the C library is not glibc, nothing happens.

    -> bool, whether both limits were set.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    import ctypes  # only here: a browser's Python may have none

    mallopt = ctypes.CDLL(None).mallopt
    return bool(mallopt(MMAP_THRESHOLD, LARGEST)) and bool(mallopt(TRIM_THRESHOLD, KEPT))
