"""Bars and stripes: the smallest data set that an RBM finds hard, and that can be solved exactly.

An n×n image is either bars (each column all on or all off) or stripes (each row so). That gives 2ⁿ bars and 2ⁿ stripes; all
on and all off are both, and are counted twice. No single pixel says anything; what matters is which pixels agree. The
best any model can reach is the entropy of the list: for n = 3, Σ log p over the 16 patterns is
12 log(1/16) + 4 log(2/16) = −41.589.
Source: MacKay 2003, "Information Theory, Inference and Learning Algorithms", section 43.
"""

import numpy as np

from minigan.check import whole


def bars_and_stripes(n=3):
    """All 2·2ⁿ patterns, float32 (2·2ⁿ, n²) of 0 and 1; all on and all off stand in it twice."""
    n = whole("n", n, most=12)  # 2·2ⁿ patterns of n² numbers
    switches = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    bars = np.repeat(switches[:, None, :], n, axis=1)
    return np.concatenate([bars, bars.swapaxes(1, 2)]).reshape(-1, n * n).astype(np.float32)


def bars_and_stripes_bound(n=3):
    """Σ log p over the patterns for the model that has learned them perfectly."""
    patterns = 2 * 2 ** whole("n", n, most=1000)  # beyond, the sum is no float
    return (patterns - 4) * np.log(1 / patterns) + 4 * np.log(2 / patterns)
