"""What all models share, written once, so that a model's file is its mathematics.

**A learner** is what belongs together when a network learns: the network, its parameters θ, its running statistics and the
optimizer of θ. A GAN has two of them, a VAE two, a PixelCNN one.

**A model** is some learners (and perhaps other arrays) with its settings, a seed and a count of steps. From these follow

    state(), load_state(state)   all that training changes, copied out, and taken back: all or nothing
    config()                     what the model is: the arguments that it was built with
    networks()                   its learners by name, for a checkpoint under torch's names
    check(batch)                 a clear error for a batch that cannot be one
    rng(purpose)                 the random numbers of the step that comes next

The noise of step t comes from a generator of (seed, purpose, t). So no generator's state is ever saved, and a run that is
resumed draws what it would have drawn.

**A model of your own.** Keep the arguments of `__init__` under their own names, name what training changes in `parts`, and
write `step` and `sample`. `minigan.train.train` then drives it, and its checkpoints resume bit for bit:

    class Mean(Model):                                           # learns the mean of the rows, by gradient descent
        parts = ("learner",)

        def __init__(self, n, lr=0.1, seed=0, backend="numpy"):
            super().__init__(seed=seed, backend=backend)
            self.n, self.lr, self.width = n, lr, n
            net = Net(Linear(1, n))
            self.learner = Learner(net, SGD(lr), net.init(self.rng(INIT)))

        def step(self, batch, *, check=True):
            if check:
                self.check(batch)
            y, tape = self.learner.forward(namespace(batch).ones_like(batch[:, :1]))
            loss, dy = mse(y, batch)
            self.learner.step(self.learner.backward(tape, dy)[1])
            self.steps += 1
            return {"loss": loss}

        def sample(self, n, seed=None):
            return self.learner.infer(namespace(self.learner.theta).ones((n, 1), dtype=self.learner.theta.dtype))

What is not shared, on purpose: gradients, the order of the steps, samplers. They are what a model is about.
"""

from minigan.arrays import NOISE, SAMPLE, backend_module, copy_of, dtype_name, generator, namespace
from minigan.check import choice, whole
from minigan.models.check import check_batch, check_like
from minigan.nn.describe import arguments, describe
from minigan.nn.net import Net
from minigan.nn.optim import Optimizer


class Learner:
    """A network and all that its learning changes: θ, running statistics, the optimizer.

    net: a Net, or for a model without one any description of θ.
    optimizer: a pattern, of which the learner makes its own copy.
    theta: the first θ, such as net.init(rng, dtype).
    """

    def __init__(self, net, optimizer, theta):
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"got {optimizer!r} for an optimizer, want one such as Adam(lr=2e-4)")
        self.net, self.theta, self.optimizer = net, theta, optimizer.fresh(theta)
        self.stats = theta[:0]
        if isinstance(net, Net):
            self.stats = net.init_stats(dtype_name(theta), namespace(theta).__name__)

    def forward(self, x, rng=None):
        """y, tape of a training pass. rng: a generator, for a network that draws noise."""
        return self.net.forward(self.theta, x, rng=rng)

    def backward(self, tape, dy, **wanted):
        """dx, dθ."""
        return self.net.backward(self.theta, tape, dy, **wanted)

    @property
    def averaged(self):
        """θ̄ where the optimizer averages, else θ: the θ of a trained network."""
        return self.optimizer.averaged(self.theta)

    def infer(self, x):
        """y as one uses a trained network: with running statistics, and with θ̄ where the optimizer averages."""
        return self.net.forward(self.averaged, x, self.stats)[0]

    def step(self, dtheta):
        """Move θ against its gradient."""
        self.theta = self.optimizer.step(self.theta, dtheta)

    def track(self, tape, x, rng=None):
        """Take a training pass on x into the running statistics. They belong to the θ that `infer` uses: where that is θ̄, x
        passes through θ̄ once more, since its statistics are not the mean of θ's.
        """
        if self.optimizer.average and self.stats.shape[0]:
            _, tape = self.net.forward(self.optimizer.mean, x, rng=rng)
        self.stats = self.net.track(self.stats, tape)

    def state(self):
        """{"theta", "stats", "optimizer"}, copies."""
        return {"theta": copy_of(self.theta), "stats": copy_of(self.stats), "optimizer": self.optimizer.state()}

    def check_state(self, state):
        """Raise where the optimizer's vectors or the running statistics cannot be."""
        self.optimizer.check_state(state["optimizer"])
        if isinstance(self.net, Net):
            self.net.check_stats(state["stats"])

    def load_state(self, state):
        """Take over what `state()` gave."""
        self.theta, self.stats = copy_of(state["theta"]), copy_of(state["stats"])
        self.optimizer.load_state(state["optimizer"])


class Model:
    """The base of all models. seed: int ≥ 0. backend: "numpy" or "cupy". dtype: "float32" or "float64"."""

    parts = ()  # the names of what training changes: learners and arrays
    free = ("backend",)  # the arguments that may change when a run goes on
    batches_per_step = 1  # minibatches that one step uses up
    by_rows = True  # the loss is a mean over rows, and draws are (…, N, width): processes can share a batch (parallel.py)
    range = None  # (low, high) between which data and samples lie
    width = None  # numbers in a row of data
    rows = 1  # the fewest rows of a batch
    steps = 0

    def __repr__(self):
        """The arguments, and a table for each network."""
        _, named = arguments(self)
        settings = ", ".join(f"{name}={value!r}" for name, value in named.items() if not isinstance(value, Net))
        nets = {name: learner.net for name, learner in self.networks().items()}
        return "\n".join([f"{type(self).__name__}({settings})", *(f"\n{name}\n{net!r}" for name, net in nets.items())])

    def __init__(self, *, seed, backend, dtype="float32"):
        self.seed = whole("seed", seed, 0)
        self.backend, self.dtype = backend, choice("dtype", dtype, ("float32", "float64"))
        backend_module(backend)

    def rng(self, purpose=NOISE):
        """The random numbers for the step that comes next."""
        return generator(self.seed, self.backend, purpose, self.steps)

    def sampler(self, seed):
        """The random numbers for `sample`: the same for the same seed, new ones for None."""
        return generator(seed, self.backend, SAMPLE)

    def begin(self, data):
        """Take from the data what must be known before the first step. Most models need nothing."""

    def check(self, batch, *, rows=None):
        """Raise unless `batch` can be a batch of this model: shape, dtype, backend, finite, within the range.

        rows: int, the fewest; `self.rows`, those of training, if None. To ask a trained network one row is enough.
        """
        low, high = self.range or (-float("inf"), float("inf"))
        rows = self.rows if rows is None else rows
        check_batch(batch, width=self.width, backend=self.backend, dtype=self.dtype, low=low, high=high, rows=rows)

    def state(self):
        """All that changes while training, as a nest of arrays and numbers. It stays as it is when training goes on."""
        return {**{name: _state(getattr(self, name)) for name in self.parts}, "steps": self.steps, "seed": self.seed}

    def load_state(self, state):
        """Go on from what `state()` gave: the next steps are those that would have followed. All or nothing."""
        check_like(state, self.state())
        parts = {name: getattr(self, name) for name in self.parts}
        for name, part in parts.items():
            if hasattr(part, "check_state"):
                part.check_state(state[name])
        for name, part in parts.items():
            if hasattr(part, "load_state"):
                part.load_state(state[name])
            else:
                setattr(self, name, _state(state[name]))
        self.steps, self.seed = int(state["steps"]), int(state["seed"])

    def config(self):
        """The class and the arguments of this model, as plain values."""
        name, arguments = describe(self)
        return {"class": name, **arguments}

    def networks(self):
        """{name: learner} of those that have a network; the name is that of the network's argument, "G" for a GAN's G."""
        learners = {name: part for name in self.parts if isinstance(part := getattr(self, name, None), Learner)}
        nets, found = {name: value for name, value in vars(self).items() if isinstance(value, Net)}, {}
        for part, learner in learners.items():
            if isinstance(learner.net, Net):  # two arguments may be the same network: each learner takes the next name
                free = (name for name, net in nets.items() if net is learner.net and name not in found)
                found[next(free, part)] = learner
        return found


def _state(part):
    if hasattr(part, "state"):
        return part.state()
    return [_state(item) for item in part] if isinstance(part, (list, tuple)) else copy_of(part)
