"""Data-parallel training: P processes share each batch and take the same step.

The loss is a mean over the N rows of a batch. So its gradient is the weighted mean of the gradients of parts of the batch.
With n_r rows on rank r (a process and its number, 0 … P − 1),

    dθ = Σ_r (n_r / N) dθ_r

All ranks begin with the same θ and the same state of the optimizer. Each sends its rows forward and back, then the ranks add
up their dθ_r, and each takes the step that one process with the whole batch would take. All parameters are one vector and so
are their gradients: the sum is one call, an all-reduce. After it all ranks have the same θ again. Nothing else is exchanged.

Random numbers must not depend on P. The noise of step t comes from a generator of (seed, t): each rank draws it for the whole
batch, and keeps its rows.

    mpirun -n 4 python train.py        # in it:  model = DataParallel(GAN(…), MPI()); model.step(batch)

**When it is exact.** Where no layer joins rows and the loss is a mean over rows: then only rounding differs, since a sum is
taken in another order. A BatchNorm takes mean and variance of the n_r rows of its own rank. The ranks still agree with each
other, but the gradient is another one than with N rows. (To make it exact, the ranks would add up Σ x and Σ x² of every
BatchNorm on the way forward, and two more vectors on the way back.) Each rank has running statistics of its own.

Sources: Chen et al. 2016 (synchronous workers); Goyal et al. 2017 (large batches; section 3 on BatchNorm by rank).
"""

import functools
import sys
import time
import traceback

from minigan.arrays import NOISE, namespace
from minigan.models.model import Learner

PAUSE = 1e-5  # seconds between two looks at whether a sum is complete


class MPI:
    """The ranks that `mpirun -n P` started, through mpi4py. On one of them an exception that nobody catches ends all.

    CuPy arrays need an MPI that can read the memory of the device ("CUDA-aware"); with another one use `NCCL`.
    """

    def __init__(self):
        from mpi4py import MPI

        self.comm = MPI.COMM_WORLD
        self.rank, self.size = self.comm.rank, self.comm.size
        if self.size > 1:
            sys.excepthook = self._end_all  # else the others would wait for this rank for ever

    def sum(self, x):
        """The sum over the ranks of an array of one shape and dtype: a new array, the same on every rank."""
        xp = namespace(x)
        total = xp.empty_like(x)
        if xp.__name__ == "cupy":
            xp.cuda.get_current_stream().synchronize()  # MPI does not wait for the device
        request = self.comm.Iallreduce(x, total)
        while not request.Test():  # MPI's own wait takes a core's time, which the rank that is waited for may need
            time.sleep(PAUSE)
        return total

    def _end_all(self, kind, error, trace):
        print(f"rank {self.rank} of {self.size} failed, and all ranks end with it:", file=sys.stderr)
        traceback.print_exception(kind, error, trace)
        sys.stderr.flush()
        self.comm.Abort(1)


class NCCL(MPI):
    """The same ranks, one GPU each, for CuPy arrays: MPI lets them find each other, NCCL adds the arrays up."""

    def __init__(self):
        import cupy
        from cupyx.distributed import init_process_group

        super().__init__()
        cupy.cuda.Device(self.rank % cupy.cuda.runtime.getDeviceCount()).use()
        self.nccl = init_process_group(self.size, self.rank, use_mpi=True)

    def sum(self, x):
        """As with MPI, on the current stream."""
        total = namespace(x).empty_like(x)
        self.nccl.all_reduce(x, total)
        return total


class DataParallel:
    """A model whose steps are shared by several ranks. What it does not have itself is the model's: sample, state, config, …

    model: a model of `models/` all of whose parts are learners, and whose losses are means over rows, the same on every rank
        (arguments, seed, state). Its networks draw no noise.
    ranks: `MPI()` or `NCCL()`; anything with rank, size and sum.
    """

    def __init__(self, model, ranks):
        self.learners = [getattr(model, name) for name in model.parts]
        if not all(isinstance(learner, Learner) for learner in self.learners):
            raise ValueError(f"{type(model).__name__} learns {model.parts}, not all by gradients: its batches cannot be shared")
        if not model.by_rows or any(getattr(learner.net, "draws", False) for learner in self.learners):
            raise ValueError(f"{type(model).__name__} has a loss that is no mean over rows, or draws that are not one for each "
                             "row: its batches cannot be shared")
        self.model, self.ranks, self.pack = model, ranks, getattr(model, "pack", 1)
        for learner in self.learners:
            learner.step = functools.partial(self._step_together, learner)

    def __getattr__(self, name):
        if name == "model":  # of a copy that has nothing yet
            raise AttributeError(name)
        return getattr(self.model, name)

    def check(self, batch):
        """Raise on every rank unless the batch can be shared: as the model's own check, and rows enough for each rank."""
        self.model.check(batch)
        k, total = self.model.batches_per_step, _columns(batch)[0].shape[0]
        rows = self._batch(total)
        if total // self.pack % k:
            raise ValueError(f"{total} rows cannot be cut into {k} batches of one size: want a multiple of k = {k}"
                             + f" times {self.pack}, the pack" * (self.pack > 1))
        least = min(stop - start for start, stop in map(functools.partial(self._share, rows), range(self.ranks.size)))
        if least * k < max(self.model.rows, k):
            raise ValueError(f"{self.ranks.size} ranks share {rows} rows, so one of them gets {least} and needs "
                             f"{max(self.model.rows // k, 1)}: start fewer ranks, or take larger batches")

    def step(self, batch, *, check=True):
        """One step on a batch (k·N, n) or a tuple of columns, the same on every rank. -> scalars of this rank; see `mean`."""
        if check:
            self.check(batch)
        model, columns = self.model, _columns(batch)
        xp, N = namespace(*columns), self._batch(columns[0].shape[0])
        start, stop = self._share(N, self.ranks.rank)
        self.weight = (stop - start) / N
        starts = [start + i * N for i in range(model.batches_per_step)]  # of this rank's rows in each of the k batches
        mine = tuple(xp.concat([column[i : i + stop - start, ...] for i in starts]) for column in columns)
        model.rng = lambda purpose=NOISE: _RowsOfDraws(type(model).rng(model, purpose), start, stop, N)
        try:
            return model.step(mine if isinstance(batch, tuple) else mine[0], check=False)
        finally:
            del model.rng

    def mean(self, scalars):
        """What `step` returned, as means over the rows of all ranks: a dict of floats."""
        xp = namespace(*scalars.values())
        together = self.ranks.sum(self.weight * xp.stack([xp.asarray(value) for value in scalars.values()]))
        return dict(zip(scalars, map(float, together)))

    def apart(self):
        """max |θ − θ of rank 0|, summed over the ranks: 0.0 as long as all took the same steps; NaN where a θ is not finite."""
        theta = namespace(self.learners[0].theta).concat([learner.theta for learner in self.learners])
        xp = namespace(theta)
        first = self.ranks.sum(theta if self.ranks.rank == 0 else xp.zeros_like(theta))
        return float(self.ranks.sum(xp.max(xp.abs(theta - first), keepdims=True))[0])

    def _share(self, N, rank):
        """(start, stop): which of N rows are that rank's; whole packs, as many as the next rank's or one more."""
        packs, P = N // self.pack, self.ranks.size
        return rank * packs // P * self.pack, (rank + 1) * packs // P * self.pack

    def _batch(self, total):
        """The rows N of each of the k batches; what is left over behind the last whole pack is left out."""
        return total // self.pack // self.model.batches_per_step * self.pack

    def _step_together(self, learner, dtheta):
        Learner.step(learner, self.ranks.sum(self.weight * dtheta))


def _columns(batch):
    return batch if isinstance(batch, tuple) else (batch,)


class _RowsOfDraws:
    """A generator whose draws (…, n, width) are rows start … stop of draws for all N rows (…, N, width); draws with a row for
    each pack of p rows are those of this rank's packs.
    """

    def __init__(self, rng, start, stop, N):
        self.rng, self.start, self.stop, self.N = rng, start, stop, N

    def standard_normal(self, size, dtype):
        return self._cut(self.rng.standard_normal, size, dtype)

    def random(self, size, dtype):
        return self._cut(self.rng.random, size, dtype)

    def _cut(self, draw, size, dtype):
        pack, left = divmod(self.stop - self.start, size[-2])
        if left or not pack:
            raise ValueError(f"draws of shape {size} on a rank with {self.stop - self.start} rows: want them in the second "
                             "axis from the end")
        start, stop, N = self.start // pack, self.stop // pack, self.N // pack
        return draw(size=(*size[:-2], N, size[-1]), dtype=dtype)[..., start:stop, :]
