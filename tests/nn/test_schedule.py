"""Schedules by hand, the running mean of θ by a plain loop, and both in a run that is stopped and goes on."""

import math

import numpy as np
import pytest

from minigan import checkpoint
from minigan.arrays import generator, to, to_numpy
from minigan.checkpoint import BadCheckpoint
from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
from minigan.nn import SGD, Adam, Cosine, RMSProp, Stairs, Straight
from minigan.train import train

VALUES = [
    (Straight(10), {1: 0.9, 5: 0.5, 9: 0.1, 10: 0.0, 11: 0.0, 1000: 0.0}),
    (Straight(4, 0.2), {1: 0.8, 2: 0.6, 3: 0.4, 4: 0.2, 5: 0.2}),
    (Straight(3, 1.0), {1: 1.0, 3: 1.0, 7: 1.0}),
    (Straight(1), {1: 0.0}),
    (Cosine(6), {1: (2 + math.sqrt(3)) / 4, 2: 0.75, 3: 0.5, 4: 0.25, 5: (2 - math.sqrt(3)) / 4, 6: 0.0, 7: 0.0}),
    (Cosine(4, 0.2), {1: 0.6 + 0.2 * math.sqrt(2), 2: 0.6, 3: 0.6 - 0.2 * math.sqrt(2), 4: 0.2, 100: 0.2}),
    (Stairs((3, 0.5), (6, 0.1)), {1: 1, 2: 1, 3: 0.5, 5: 0.5, 6: 0.1, 60: 0.1}),
    (Stairs((1, 2.0), (2, 1.0)), {1: 2, 2: 1, 3: 1}),
]


@pytest.mark.parametrize(("schedule", "values"), VALUES, ids=[repr(schedule) for schedule, _ in VALUES])
def test_values_by_hand(schedule, values):
    for t, value in values.items():
        assert schedule(t) == pytest.approx(value, abs=1e-15)


REFUSED = {
    "Straight: steps is 0: want a whole number, 1 or more": lambda: Straight(0),
    r"Cosine: steps is 2\.5": lambda: Cosine(2.5),
    "Straight: to is -0.1: want a number ≥ 0 and ≤ 1": lambda: Straight(5, -0.1),
    "Cosine: to is 1.1": lambda: Cosine(5, 1.1),
    "Cosine: to is nan": lambda: Cosine(5, math.nan),
    r"Stairs\(\): want pairs": lambda: Stairs(),
    "the steps growing": lambda: Stairs((5, 0.1), (3, 0.01)),
    r"Stairs\(\(5, 0\.1\), \(5, 0\.2\)\): want pairs": lambda: Stairs((5, 0.1), (5, 0.2)),
    "Stairs: a factor is 0: want a number > 0": lambda: Stairs((5, 0)),
    "Stairs: a step is 0": lambda: Stairs((0, 0.5)),
    "schedule=0.5: want an object with its settings": lambda: Adam(schedule=0.5),
    "average is 1: want a number ≥ 0 and < 1": lambda: SGD(average=1),
    "average is -0.5": lambda: RMSProp(average=-0.5),
}


@pytest.mark.parametrize("message", REFUSED)
def test_the_impossible_is_refused(message):
    with pytest.raises(ValueError, match=message):
        REFUSED[message]()


def test_a_schedule_multiplies_the_learning_rate_of_its_step(backend):
    """SGD with lr 2 and gradient 1: θ falls by 2 · (0.75, 0.5, 0.25, 0, 0). Adam's first step is lr long: here 0.75 lr."""
    optimizer, theta, seen = SGD(2.0, schedule=Straight(4)), to(np.array([10.0]), backend), []
    for _ in range(5):
        theta = optimizer.step(theta, to(np.ones(1), backend))
        seen.append(float(theta[0]))
    assert seen == [8.5, 7.5, 7.0, 7.0, 7.0]
    first = Adam(0.1, eps=1e-12, schedule=Straight(4)).step(to(np.zeros(1), backend), to(np.ones(1), backend))
    assert float(first[0]) == pytest.approx(-0.075, rel=1e-9)


def test_a_schedule_changes_the_step_and_not_what_adam_remembers(backend, rng):
    """Adam's m and v are of the gradients alone: the change of each step is the plain one's, times the schedule's value."""
    plain, scheduled = Adam(0.1), Adam(0.1, schedule=Cosine(6, 0.5))
    theta = rng.standard_normal(size=(9,), dtype="float64")
    for t in range(1, 9):
        gradient = rng.standard_normal(size=(9,), dtype="float64")
        change, scaled = (to_numpy(optimizer.step(theta, gradient) - theta) for optimizer in (plain, scheduled))
        assert scaled == pytest.approx(Cosine(6, 0.5)(t) * change, rel=1e-9)


@pytest.mark.parametrize("make", [SGD, RMSProp, Adam])
def test_the_average_is_that_of_a_plain_loop(backend, rng, make):
    """θ̄ ← α θ̄ + (1 − α) θ from the first θ on; with it kept, θ itself goes the very same way."""
    alpha, n = 0.8, 5
    averaging, plain = make(0.1, average=alpha), make(0.1)
    theta = other = rng.standard_normal(size=(n,), dtype="float64")
    mean = [float(x) for x in to_numpy(theta)]
    for _ in range(20):
        gradient = rng.standard_normal(size=(n,), dtype="float64")
        theta, other = averaging.step(theta, gradient), plain.step(other, gradient)
        for i in range(n):
            mean[i] = alpha * mean[i] + (1 - alpha) * float(theta[i])
    assert (to_numpy(theta) == to_numpy(other)).all()
    assert to_numpy(averaging.averaged(theta)) == pytest.approx(mean, rel=1e-12)
    assert averaging.averaged(theta) is not theta
    assert plain.averaged(theta) is theta


def test_an_averages_dtype_is_that_of_theta():
    adam, theta = Adam(average=np.float64(0.9)), np.ones(3, np.float32)
    theta = adam.step(theta, theta)
    assert adam.averaged(theta).dtype == theta.dtype == np.float32


@pytest.mark.parametrize("make", [SGD, RMSProp, Adam])
def test_an_optimizer_goes_on_from_its_state_with_schedule_and_average(backend, rng, make):
    theta = rng.standard_normal(size=(20,), dtype="float32")
    gradients = [rng.standard_normal(size=(20,), dtype="float32") for _ in range(4)]
    one, other = (make(0.1, schedule=Straight(6), average=0.7) for _ in range(2))
    theta = one.step(one.step(theta, gradients[0]), gradients[1])
    state = one.state()
    assert set(state) == {"t", "moments", "mean"}
    other.load_state(state)
    ends = []
    for optimizer in (one, other):
        end = optimizer.step(optimizer.step(theta, gradients[2]), gradients[3])
        ends.append([to_numpy(end), to_numpy(optimizer.averaged(end))])
    assert (ends[0][0] == ends[1][0]).all()
    assert (ends[0][1] == ends[1][1]).all()
    assert (to_numpy(state["mean"]) != ends[0][1]).any()  # the state did not go on with the optimizer


OPTIMIZERS = {
    "Straight": lambda: Adam(1e-2, schedule=Straight(25, 0.1)),
    "Cosine": lambda: RMSProp(1e-2, schedule=Cosine(25)),
    "Stairs": lambda: SGD(0.1, 0.9, schedule=Stairs((5, 0.5), (17, 0.1))),
    "average": lambda: Adam(1e-2, average=0.9),
    "both": lambda: SGD(0.1, schedule=Cosine(40, 0.5), average=0.95),
}


def gan(name, backend="numpy"):
    return GAN(vanilla_generator(3, 16, 4), vanilla_discriminator(16, 4), latent=3, backend=backend,
               optimizer_g=OPTIMIZERS[name](), optimizer_d=OPTIMIZERS[name]())  # fmt: skip


def data():
    return generator(7).random(size=(70, 16), dtype="float32")


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_stopped_and_resumed_equals_uninterrupted(tmp_path, backend, name):
    """28 steps, stopped at 14, where every schedule is on its way: θ, θ̄, moments and samples are the same, bit for bit."""
    batch = to(data()[:10], backend)
    whole, first, second = (gan(name, backend) for _ in range(3))
    for step in range(28):
        whole.step(batch)
        if step < 14:
            first.step(batch)
    checkpoint.save(tmp_path / "gan", first)
    checkpoint.load(tmp_path / "gan", second)
    for _ in range(14):
        second.step(batch)
    for player in ("generator", "discriminator"):
        one, other = whole.state()[player], second.state()[player]
        assert one["optimizer"]["t"] == other["optimizer"]["t"] == 28
        assert (to_numpy(one["theta"]) == to_numpy(other["theta"])).all()
        vectors = [[*state["optimizer"]["moments"], *([state["optimizer"]["mean"]] if "mean" in state["optimizer"] else [])]
                   for state in (one, other)]  # fmt: skip
        assert len(vectors[0]) == len(vectors[1]) > 0
        assert all((to_numpy(a) == to_numpy(b)).all() for a, b in zip(*vectors))
    assert (to_numpy(whole.sample(5, seed=0)) == to_numpy(second.sample(5, seed=0))).all()


def test_another_schedule_or_average_is_another_run(tmp_path):
    train(gan("both"), data(), steps=3, batch_size=10, out=tmp_path, progress=False)
    for name in ("Straight", "average"):
        with pytest.raises(BadCheckpoint, match=r"optimizer_[gd] was .*Cosine"):
            train(gan(name), data(), steps=6, batch_size=10, out=tmp_path, resume=True, progress=False)


def test_a_model_samples_with_the_averaged_theta():
    """After one step θ̄ = 0.9 θ₀ + 0.1 θ₁: samples are those of a GAN whose θ_G is that; training goes on with θ₁."""
    averaging, plain = gan("average"), gan("average")
    start = averaging.generator.theta
    for model in (averaging, plain):
        model.step(data())
    assert (averaging.generator.theta == plain.generator.theta).all()
    mean = (0.9 * start.astype(float) + 0.1 * averaging.generator.theta.astype(float)).astype(np.float32)
    z = averaging.noise(generator(0), 6)
    expected = averaging.G.forward(mean, z, averaging.generator.stats)[0]
    assert averaging.generate(z) == pytest.approx(expected, abs=1e-5)
    assert np.abs(expected - averaging.G.forward(averaging.generator.theta, z, averaging.generator.stats)[0]).max() > 1e-3
