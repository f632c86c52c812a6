"""What nearest neighbours tell: has the generator memorised, and does it cover the data?

**Memory.** Beside each sample stand the training images nearest to it. If samples were copies, their
distances to the training set would be small; the yardstick is how far new real images lie from it.

**Precision and recall** (Kynkäänniemi et al. 2019, section 2). Around each point of a set lies a ball that reaches to its k-th
neighbour in the set. Precision: the share of samples inside some real ball (are they plausible?). Recall: the share of real
points inside some sample's ball (is the variety covered?).

**Two-sample test** by the nearest neighbour (Lopez-Paz & Oquab 2017, section 5). Mix as many samples as real points; does a
point's nearest neighbour come from its own set? 0.5: the sets cannot be told apart. 1: they can, always. 0: samples sit on
the real points, as copies do.

Distances are computed in double precision, and with the data moved near 0: ‖x‖² + ‖c‖² − 2 x·c is a small difference of large
numbers where points lie close together. And the squares are compared, not their roots: images of black and white pixels have
whole numbers for squared distances, so that many points lie exactly on a ball, and a root that is rounded would put them
outside.
"""

import numpy as np

from minigan.arrays import namespace, row_blocks, to_numpy
from minigan.check import flag, rows, whole

BLOCK = 250  # rows at a time: memory is bounded by BLOCK · (the other set's size)


def nearest(x, among, k=1, *, skip_self=False):
    """(index, distance) of the k rows of `among` (M, n) nearest to each row of x (N, n): NumPy (N, k), nearest first.

    skip_self: x is `among` itself, and a row is no neighbour of its own.
    """
    x, among = rows("x", x), rows("among", among, x.shape[-1])
    k = whole("k", k, most=among.shape[0] - flag("skip_self", skip_self))
    if skip_self and x.shape != among.shape:
        raise ValueError(f"x is {x.shape}, among {among.shape}: with skip_self they are the same rows")
    indices, squares = [], []
    for squared in _squared(x, among, skip_self):
        index = np.argpartition(squared, k - 1, axis=1)[:, :k]
        found = np.take_along_axis(squared, index, axis=1)
        order = np.argsort(found, axis=1)
        indices.append(np.take_along_axis(index, order, axis=1))
        squares.append(np.take_along_axis(found, order, axis=1))
    return np.concatenate(indices), np.sqrt(np.concatenate(squares))


def _squared(x, among, skip_self=False):
    """Yield ‖x_i − c_j‖², NumPy float64 (B, M), for B rows of x (N, n) after the others, and all of among (M, n).

    skip_self: x is `among` itself, and a row is infinitely far from its own.
    """
    xp = namespace(x, among)
    among = xp.astype(among, xp.float64)
    middle = xp.round(xp.mean(among, axis=0))  # rounded: whole numbers stay whole
    among = among - middle
    lengths = xp.sum(among * among, axis=1)
    for start, block in row_blocks(x, BLOCK):
        block = xp.astype(block, xp.float64) - middle
        squared = xp.sum(block * block, axis=1, keepdims=True) + lengths - 2.0 * (block @ among.T)
        squared = np.maximum(to_numpy(squared), 0.0)
        if skip_self:
            squared[np.arange(len(squared)), start + np.arange(len(squared))] = np.inf
        yield squared


def precision_recall(real, samples, k=3):
    """{"precision": share of samples within a real ball, "recall": share of real points within a sample's ball}."""
    real, samples = rows("real", real), rows("samples", samples, real.shape[-1])
    k = whole("k", k, most=min(real.shape[0], samples.shape[0]) - 1)

    def share_inside(points, centres):
        radii = [np.partition(squared, k - 1, axis=1)[:, k - 1] for squared in _squared(centres, centres, skip_self=True)]
        radii = np.concatenate(radii)  # squared
        return float(np.concatenate([(squared <= radii).any(axis=1) for squared in _squared(points, centres)]).mean())

    return {"precision": share_inside(samples, real), "recall": share_inside(real, samples)}


def two_sample_accuracy(real, samples):
    """The share of points whose nearest neighbour is of their own kind, in as many real points as samples; ½ is the goal.

    Of the larger set, rows at equal distances are taken, so that data in an order (by class, say) are not cut short.
    """
    real, samples = rows("real", real), rows("samples", samples, real.shape[-1])
    n = min(real.shape[0], samples.shape[0])
    xp = namespace(real, samples)
    both = xp.concat([xp.take(x, xp.asarray(np.arange(n) * x.shape[0] // n), axis=0) for x in (real, samples)], axis=0)
    index, _ = nearest(both, both, skip_self=True)
    return float(np.mean((index[:, 0] < n) == (np.arange(2 * n) < n)))
