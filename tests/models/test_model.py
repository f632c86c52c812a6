"""The base of all models, on the model of its own essay: trained, resumed, shown; and a state is taken whole or not at all."""

import re
import textwrap

import numpy as np
import pytest

from minigan import checkpoint
from minigan.arrays import INIT, NOISE, copy_of, generator, namespace, to, to_numpy
from minigan.models import model as essay
from minigan.models.autoencoder import Autoencoder
from minigan.models.classifier import Classifier
from minigan.models.model import Learner, Model
from minigan.models.networks import vanilla_generator
from minigan.models.ssgan import SSGAN
from minigan.nn import SGD, Adam, BatchNorm, Linear, Net, mse
from minigan.train import train

PROGRAM = textwrap.dedent(re.search(r"    class Mean\(Model\):.*?\n(?=\n\S)", essay.__doc__, re.DOTALL)[0])
NAMES = {"INIT": INIT, "Learner": Learner, "Linear": Linear, "Model": Model, "Net": Net, "SGD": SGD, "mse": mse,
         "namespace": namespace}  # fmt: skip
exec(PROGRAM, NAMES)
Mean = NAMES["Mean"]


class MeanByAdam(Mean):
    """Its optimizer has vectors, and its network, which is no argument, the name of its part."""

    def __init__(self, n, lr=0.1, seed=0, backend="numpy"):
        super().__init__(n, lr, seed, backend)
        self.learner = Learner(self.learner.net, Adam(lr, average=0.9), self.learner.theta)


class Noisy(Mean):
    """With noise in its steps, and an array, a list of arrays and an empty list among what training changes."""

    parts = ("learner", "last", "pair", "nothing")

    def __init__(self, n, lr=0.1, seed=0, backend="numpy"):
        super().__init__(n, lr, seed, backend)
        self.last = self.learner.theta[:n]
        self.pair, self.nothing = [self.last, self.last], []

    def step(self, batch, *, check=True):
        noise = self.rng(NOISE).standard_normal(size=batch.shape, dtype=self.dtype)
        report = super().step(batch + noise, check=check)
        self.last, self.pair = noise[0, :], [self.last, noise[0, :]]
        return report


def rows(n=60):
    return generator(3).random(size=(n, 4), dtype="float32") + np.float32(2)


def equal(a, b):
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(equal, a, b))
    return np.array_equal(to_numpy(a), to_numpy(b)) if hasattr(a, "dtype") else a == b


def test_the_essays_model_is_short():
    assert len(PROGRAM.splitlines()) <= 30


def test_the_essays_model_learns_the_mean():
    """y = W + b, and both have the gradient (y − mean of the batch)/2: each step of 0.1 goes a tenth of the way.

    So the start is forgotten after 300 steps. The means of batches of 20 rows of variance 1/12 have the standard deviation
    √(1/240) = 0.065, and y, following a tenth of each, √(0.1/1.9) of that: 0.015. The bound is five of them.
    """
    model = Mean(4)
    log = train(model, rows(), epochs=100, batch_size=20, progress=False)
    assert model.steps == 300
    assert model.sample(2) == pytest.approx(np.tile(rows().mean(axis=0), (2, 1)), abs=5 * 0.015)
    assert log[-1]["loss"] < 0.1 * log[0]["loss"]


@pytest.mark.parametrize("kind", [Mean, MeanByAdam, Noisy])
def test_stopped_and_resumed_equals_uninterrupted(tmp_path, backend, kind):
    options = {"batch_size": 10, "progress": False}
    whole, first, second = (kind(4, seed=seed, backend=backend) for seed in (5, 5, 5))
    train(whole, rows(), epochs=4, **options)
    train(first, rows(), epochs=2, out=tmp_path, **options)
    assert not equal(first.state(), whole.state())
    train(second, rows(), epochs=4, out=tmp_path, resume=True, **options)
    assert second.steps == 24
    assert equal(second.state(), whole.state())


def test_its_checkpoint_goes_to_a_model_of_the_same_settings_only(tmp_path):
    model, other = Mean(4), Mean(4, lr=0.2)
    model.step(rows())
    checkpoint.save(tmp_path / "c", model)
    before = other.state()
    with pytest.raises(checkpoint.BadCheckpoint, match=r"lr was 0\.1 when it was saved, and is 0\.2 now"):
        checkpoint.load(tmp_path / "c", other)
    assert equal(other.state(), before)
    again = Mean(4)
    checkpoint.load(tmp_path / "c", again)
    assert equal(again.state(), model.state())


def test_its_weights_have_torchs_names(tmp_path):
    from safetensors.numpy import load_file

    model = Mean(4)
    checkpoint.save(tmp_path / "c", model)
    tensors = load_file(tmp_path / "c")
    W, b = model.learner.net.unpack(model.learner.theta)[0]
    assert (tensors["learner.0.weight"] == W.T).all()
    assert (tensors["learner.0.bias"] == b).all()


def test_what_it_is():
    assert Mean(4, lr=np.float64(0.5)).config() == {"class": "Mean", "n": 4, "lr": 0.5, "seed": 0, "backend": "numpy"}
    about, _, name, *table = repr(Mean(4, seed=3)).splitlines()
    assert about == "Mean(n=4, lr=0.1, seed=3, backend='numpy')"
    assert (name, table[-1].split()[0]) == ("learner", "Net")  # a network that the model has built itself
    assert list(Mean(4).networks()) == ["learner"]
    assert list(Mean(4).state()) == ["learner", "steps", "seed"]


def test_a_network_among_the_arguments_is_shown_as_a_table_and_gives_its_name():
    class Holder(Model):
        parts = ("learner",)

        def __init__(self, G, seed=0):
            super().__init__(seed=seed, backend="numpy")
            self.G, self.learner = G, Learner(G, SGD(0.1), G.init(self.rng(INIT)))

    holder = Holder(Net(Linear(2, 3)))
    assert repr(holder) == f"Holder(seed=0)\n\nG\n{holder.G!r}"
    assert list(holder.networks()) == ["G"]


def test_a_state_stays_as_it_is_and_shares_no_memory():
    model = Noisy(4)
    model.step(rows())
    state, kept = model.state(), model.state()
    model.step(rows())
    assert equal(state, kept)
    model.load_state(state)
    for array in (state["learner"]["theta"], state["last"], *state["pair"]):
        array[:] = 0
    assert equal(model.state(), kept)


def foreign(good):
    """States with one thing wrong each, most near their end, and what is said of it."""
    learner, theta = good["learner"], good["learner"]["theta"]
    optimizer = learner["optimizer"]
    nan, strict = theta * np.float32("nan"), to(theta, "array_api_strict")
    return [
        ({name: value for name, value in good.items() if name != "seed"}, ValueError, "the state has .*, this model wants"),
        (good | {"more": 1}, ValueError, "the state has .*'more'"),
        ({"learner_" if name == "learner" else name: value for name, value in good.items()}, ValueError, "'learner_'"),
        (None, ValueError, "the state has NoneType"),
        ([], ValueError, "the state has list"),
        (good | {"learner": learner | {"theta": theta[:-1]}}, ValueError, r"learner.theta is \(7,\) of float32, .* \(8,\)"),
        (good | {"learner": learner | {"theta": theta.astype(float)}}, ValueError, r"is \(8,\) of float64, this model"),
        (good | {"learner": learner | {"theta": nan}}, ValueError, "learner.theta holds NaN"),
        (good | {"learner": learner | {"theta": strict}}, TypeError, "of array_api_strict, this model's of numpy: move"),
        (good | {"learner": learner | {"theta": theta.tolist()}}, TypeError, "got list, want an array"),
        (good | {"learner": {"theta": theta, "stats": learner["stats"]}}, ValueError, "learner has"),
        (good | {"learner": learner | {"optimizer": optimizer | {"moments": [theta]}}}, ValueError, "moments is list of 1"),
        (good | {"learner": learner | {"optimizer": optimizer | {"mean": theta}}}, ValueError, "learner.optimizer has"),
        (good | {"learner": learner | {"optimizer": optimizer | {"t": -1}}}, ValueError, "learner.optimizer.t is -1"),
        (good | {"pair": good["pair"][:1]}, ValueError, "pair is list of 1 parts, this model wants 2"),
        (good | {"pair": [good["last"], nan[:4]]}, ValueError, "pair.1 holds NaN or infinite"),
        (good | {"pair": {0: good["last"], 1: good["last"]}}, ValueError, "pair is dict of 2 parts"),
        (good | {"nothing": [theta]}, ValueError, "nothing is list of 1 parts, this model wants 0"),
        (good | {"steps": -1}, ValueError, "steps is -1: want a whole number, 0 or more"),
        (good | {"steps": 2.0}, ValueError, r"steps is 2\.0"),
        (good | {"steps": True}, ValueError, "steps is True"),
        (good | {"steps": 2**128}, ValueError, "steps is 340282366920938463"),
        (good | {"seed": None}, ValueError, "seed is None"),
    ]


@pytest.mark.parametrize("i", range(23))
def test_a_foreign_state_is_refused_and_nothing_is_taken_from_it(i):
    model, other = Noisy(4), Noisy(4, seed=1)
    other.step(rows())
    before, good = model.state(), other.state()
    state, error, message = foreign(good)[i]
    with pytest.raises(error, match=message):
        model.load_state(state)
    assert equal(model.state(), before)
    model.load_state(good)  # without the fault it is taken
    assert equal(model.state(), good)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seed": -1}, "seed is -1: want a whole number, 0 or more"),
        ({"seed": None}, "seed is None"),
        ({"backend": "torch"}, "unknown backend 'torch'"),
        ({"lr": 0}, "the learning rate, is 0"),
    ],
)
def test_an_impossible_model_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Mean(4, **options)


def test_a_learner_wants_an_optimizer_and_makes_its_own_copy(backend):
    net = Net(Linear(2, 3), BatchNorm(3))
    theta = net.init(generator(0, backend))
    with pytest.raises(TypeError, match=r"want one such as Adam\(lr=2e-4\)"):
        Learner(net, Adam, theta)
    pattern = Adam(0.1)
    learner, kept = Learner(net, pattern, theta), copy_of(theta)
    learner.step(namespace(theta).ones_like(theta))
    assert (learner.optimizer.t, pattern.t) == (1, 0)
    assert equal(theta, kept)
    assert to_numpy(learner.stats).tolist() == [0, 0, 0, 1, 1, 1]


def test_a_learner_infers_with_running_statistics_and_the_averaged_theta():
    """x W + b for one row, then (· − mean) / √(variance + eps), all with θ̄ = 0.75 θ₀ + 0.25 θ₁."""
    net = Net(Linear(2, 3), BatchNorm(3))
    theta = net.init(generator(0), "float64")
    learner = Learner(net, SGD(0.5, average=0.75), theta)
    learner.step(np.ones(net.size))
    learner.stats = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    mean_theta = 0.75 * theta + 0.25 * (theta - 0.5)
    W, b, gamma, beta = mean_theta[:6].reshape(2, 3), mean_theta[6:9], mean_theta[9:12], mean_theta[12:]
    x = np.array([[0.3, -0.7]])
    expected = gamma * (x @ W + b - [1, 2, 3]) / np.sqrt(np.array([4, 5, 6]) + 1e-5) + beta
    assert learner.infer(x) == pytest.approx(expected, rel=1e-12)


def test_the_loop_needs_no_more_than_its_essay_says():
    """A model of ten lines that is no Model."""
    class Plain:
        seed, steps, backend, batches_per_step, total = 0, 0, "numpy", 1, 0.0

        def check(self, batch):
            assert batch.ndim == 2

        def step(self, batch, check=False):
            self.steps, self.total = self.steps + 1, self.total + float(batch.sum())
            return {"total": self.total}

        def state(self):
            return {"total": self.total, "steps": self.steps}

        def load_state(self, state):
            vars(self).update(state)

    model = Plain()
    log = train(model, rows(), epochs=2, batch_size=10, progress=False)
    assert log[-1]["total"] == pytest.approx(2 * rows().sum(), rel=1e-5)


ONE = {
    "classifier": (lambda: Classifier(Net(Linear(6, 4), BatchNorm(4), Linear(4, 3))), lambda m, x: m.probabilities(x)),
    "autoencoder": (lambda: Autoencoder(Net(Linear(6, 4), BatchNorm(4)), Net(Linear(4, 6))), lambda m, x: m.reconstruct(x)),
    "ssgan": (lambda: SSGAN(vanilla_generator(2, 6, 4), Net(Linear(6, 4)), Net(Linear(4, 3)), latent=2),
              lambda m, x: m.probabilities(x)),
}  # fmt: skip


@pytest.mark.parametrize("name", ONE)
def test_a_trained_network_is_asked_about_one_row(name):
    """Training wants two rows for a variance; in inference a row's answer does not depend on the others."""
    make, ask = ONE[name]
    model, x = make(), generator(0).random((5, 6), "float32")
    assert ask(model, x[:1]) == pytest.approx(ask(model, x)[:1], rel=1e-5, abs=1e-6)
