"""Layers, networks, losses and optimizers: what must hold besides the gradients."""

import copy
import json
import math

import numpy as np
import pytest

from minigan.arrays import generator, namespace, to, to_numpy
from minigan.models.classifier import Classifier
from minigan.nn import (
    LSTM,
    SGD,
    Adam,
    BatchNorm,
    Conv2d,
    Cosine,
    Flatten,
    LeakyReLU,
    Linear,
    Net,
    Noise,
    NormedLinear,
    ReLU,
    Reshape,
    Residual,
    RMSProp,
    Sigmoid,
    Stairs,
    Straight,
    Tanh,
    bce,
    bce_with_logits,
    cross_entropy,  # fmt: skip
    gradcheck,
    mse,
)
from minigan.nn.initialise import glorot, he, normal
from minigan.nn.losses import softplus
from minigan.nn.torch_names import from_torch


def small_net():
    return Net(Linear(3, 4), BatchNorm(4), ReLU(), Linear(4, 2), Tanh())


def test_theta_is_one_vector_and_unpack_gives_views():
    net = small_net()
    theta = net.init(generator(0))
    assert theta.shape == (net.size,) == (3 * 4 + 4 + 4 + 4 + 4 * 2 + 2,)
    assert theta.dtype == np.float32
    (W, b), (gamma, beta), nothing, (W2, b2), _ = net.unpack(theta)
    assert (W.shape, b.shape, gamma.shape, W2.shape, b2.shape) == ((3, 4), (4,), (4,), (4, 2), (2,))
    assert nothing == []
    assert (gamma == 1).all()
    assert (beta == 0).all()
    theta[0] = 7
    assert W[0, 0] == 7
    with pytest.raises(ValueError, match="read-only"):
        W[0, 0] = 1


def test_forward_and_backward_change_no_argument(backend, rng):
    net = small_net()
    theta, x = net.init(rng), rng.standard_normal(size=(5, 3), dtype="float32")
    dy = rng.standard_normal(size=(5, 2), dtype="float32")
    before = [to_numpy(array).copy() for array in (theta, x, dy)]
    _, tape = net.forward(theta, x)
    first = net.backward(theta, tape, dy)
    second = net.backward(theta, tape, dy)  # the tape, too, is as it was
    for array, original in zip((theta, x, dy), before):
        assert (to_numpy(array) == original).all()
    for a, b in zip(first, second):
        assert (to_numpy(a) == to_numpy(b)).all()
        assert a.dtype == theta.dtype


def test_what_is_not_wanted_is_none():
    net = small_net()
    theta = net.init(generator(0))
    y, tape = net.forward(theta, np.ones((2, 3), np.float32))
    assert net.backward(theta, tape, y, want_dx=False)[0] is None
    assert net.backward(theta, tape, y, want_dtheta=False)[1] is None


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtypes_are_kept(dtype, backend, rng):
    net = Net(Linear(3, 4), BatchNorm(4), LeakyReLU(), Linear(4, 4), ReLU(), Linear(4, 2), Tanh(), Sigmoid())
    theta, x = net.init(rng, dtype), rng.random(size=(5, 3), dtype=dtype)
    y, tape = net.forward(theta, x)
    dx, dtheta = net.backward(theta, tape, y)
    stats = net.track(net.init_stats(dtype, backend), tape)
    inferred, _ = net.forward(theta, x, stats)
    for optimizer in (SGD(momentum=0.9), RMSProp(), Adam()):
        theta = optimizer.step(theta, dtheta)
    losses = [bce_with_logits(y, 1.0), bce(y, 0.0), mse(y, x[:, :2])]
    for array in (y, dx, dtheta, stats, inferred, theta, *sum(losses, ())):
        assert str(array.dtype).endswith(dtype)


def test_batchnorm_normalises_the_batch_and_tracks_it():
    rng = generator(3)
    layer = BatchNorm(4, eps=1e-5, momentum=0.1)
    x = rng.standard_normal(size=(50, 4)) * [1, 2, 3, 4] + [0, 5, -5, 1]
    y, cache = layer.forward([np.ones(4), np.zeros(4)], x)
    assert y.mean(axis=0) == pytest.approx(0, abs=1e-12)
    assert y.std(axis=0) == pytest.approx(1, rel=1e-4)
    mean, variance = layer.track([np.zeros(4), np.ones(4)], cache)
    assert mean == pytest.approx(0.1 * x.mean(axis=0))
    assert variance == pytest.approx(0.9 + 0.1 * x.var(axis=0, ddof=1))


def test_running_statistics_converge_and_inference_uses_them(backend, rng):
    """After many batches of one distribution, inference agrees with training on a large batch to the statistics' noise."""
    net = Net(Linear(2, 3), BatchNorm(3))
    theta, stats = net.init(rng, "float64"), net.init_stats("float64", backend)
    for _ in range(100):
        x = rng.standard_normal(size=(500, 2), dtype="float64")
        stats = net.track(stats, net.forward(theta, x)[1])
    trained, inferred = (to_numpy(net.forward(theta, x, *more)[0]) for more in ((), (stats,)))
    # a mean of 500 numbers has standard error 0.045; five of them for the largest of 1500 deviations
    assert abs(trained - inferred).max() < 5 * 0.045 * abs(trained).max()
    one_by_one = np.concatenate([to_numpy(net.forward(theta, x[i : i + 1, :], stats)[0]) for i in range(5)])
    assert one_by_one == pytest.approx(inferred[:5], rel=1e-12)


def test_extreme_logits_stay_finite_and_right(backend):
    """float32, ±1e4, and warnings are errors (setup.cfg): losses l or 0, gradients (σ − t) / M."""
    logits = to(np.array([-1e4, -100, 0, 100, 1e4], np.float32), backend)
    loss, gradient = bce_with_logits(logits, 1.0)
    assert float(loss) == pytest.approx((1e4 + 100 + math.log(2)) / 5, rel=1e-6)
    assert to_numpy(gradient) == pytest.approx(np.array([-1, -1, -0.5, 0, 0]) / 5, abs=1e-7)
    loss, gradient = bce_with_logits(logits, 0.0)
    assert float(loss) == pytest.approx((1e4 + 100 + math.log(2)) / 5, rel=1e-6)
    assert to_numpy(gradient) == pytest.approx(np.array([0, 0, 0.5, 1, 1]) / 5, abs=1e-7)
    y, cache = Sigmoid().forward([], logits)
    assert to_numpy(y) == pytest.approx([0, 0, 0.5, 1, 1], abs=1e-7)
    dx, _ = Sigmoid().backward([], cache, namespace(y).ones_like(y))
    assert to_numpy(dx) == pytest.approx([0, 0, 0.25, 0, 0], abs=1e-7)
    loss, gradient = cross_entropy(to(np.array([[1e4, -1e4], [-1e4, 1e4]], np.float32), backend), to(np.array([0, 0]), backend))
    assert float(loss) == pytest.approx(1e4, rel=1e-6)
    assert to_numpy(gradient) == pytest.approx(np.array([[0, 0], [-0.5, 0.5]]))


def test_sigmoid_keeps_its_relative_accuracy_in_the_tail():
    y, _ = Sigmoid().forward([], np.array([-80.0, -20.0, 20.0], np.float32))
    assert y == pytest.approx(1 / (1 + np.exp(-np.array([-80.0, -20.0, 20.0]))), rel=1e-6, abs=0)


def test_bce_at_hard_probabilities():
    loss, gradient = bce(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    assert loss == 0
    assert np.isfinite(gradient).all()
    with np.errstate(divide="ignore"):
        assert bce(np.array([0.0]), 1.0)[0] == np.inf


def test_initialisers_have_the_variance_they_promise():
    """The variance of 1e5 draws is within 5 standard errors: √(2/1e5) = 0.45 % for a normal, less for a uniform."""
    rng = generator(1)
    for init, variance in ((he, 2 / 200), (glorot, 2 / 700), (normal(0.02), 0.02**2)):
        W = init(rng, (200, 500), "float32")
        assert W.dtype == np.float32
        assert W.var() == pytest.approx(variance, rel=5 * math.sqrt(2 / 1e5))
        assert abs(W.mean()) < 5 * math.sqrt(variance / 1e5)


@pytest.mark.parametrize("optimizer", [SGD(0.1), SGD(0.05, momentum=0.9), RMSProp(0.02), Adam(0.05)])
def test_optimizers_find_a_minimum_and_change_no_argument(optimizer, backend):
    """f(θ) = ½ Σ a θ², a from 1 to 3: the minimum is 0. Momentum methods end near it, within a step of lr."""
    optimizer = copy.deepcopy(optimizer)
    a = to(np.linspace(1, 3, 5), backend)
    theta = first = to(np.ones(5), backend)
    for _ in range(300):
        gradient = a * theta
        copies = to_numpy(theta).copy(), to_numpy(gradient).copy()
        new = optimizer.step(theta, gradient)
        assert (to_numpy(theta) == copies[0]).all()
        assert (to_numpy(gradient) == copies[1]).all()
        theta = new
    assert abs(to_numpy(theta)).max() < 0.05
    assert (to_numpy(first) == 1).all()


def test_first_adam_step_is_the_learning_rate(backend):
    """m̂ / √v̂ = g / |g|: the first step has length lr in every coordinate, whatever the gradient's size."""
    g = to(np.array([1e-3, -1.0, 1e3]), backend)
    theta = Adam(lr=0.1, eps=1e-12).step(to(np.zeros(3), backend), g)
    assert to_numpy(theta) == pytest.approx([-0.1, 0.1, -0.1], rel=1e-8)


def test_momentum_and_rmsprop_take_the_steps_of_their_formulas(backend):
    """Three steps of each, computed here with plain numbers for one coordinate."""
    gradients, u, v, by_momentum, by_rms = [0.5, -1.0, 2.0], 0.0, 0.0, 1.0, 1.0
    sgd, rmsprop = SGD(0.1, momentum=0.9), RMSProp(0.1, rho=0.8, eps=1e-3)
    one = other = to(np.ones(1), backend)
    for g in gradients:
        u, v = 0.9 * u + g, 0.8 * v + 0.2 * g * g
        by_momentum, by_rms = by_momentum - 0.1 * u, by_rms - 0.1 * g / (math.sqrt(v) + 1e-3)
        one, other = sgd.step(one, to(np.array([g]), backend)), rmsprop.step(other, to(np.array([g]), backend))
    assert float(one[0]) == pytest.approx(by_momentum, rel=1e-12)
    assert float(other[0]) == pytest.approx(by_rms, rel=1e-12)


def test_numpy_scalars_as_settings_do_not_upcast():
    """A numpy.float64 is a double in NumPy's arithmetic; as a setting or a target it must count as a plain number."""
    half = np.float64(0.5)
    x = np.ones((3, 2), np.float32)
    y, cache = LeakyReLU(half).forward([], x)
    layer = BatchNorm(2, momentum=half, eps=half)
    params = layer.init(generator(0), "float32")
    stats = layer.track(params, layer.forward(params, x)[1])
    optimizers = [SGD(half, half), RMSProp(half, half), Adam(half, half, half)]
    losses = [bce_with_logits(x, half), mse(x, half), bce(x * np.float32(0.5), half)]
    results = [y, LeakyReLU(half).backward([], cache, x)[0], *stats, normal(half)(generator(0), (2, 2), "float32")]
    results += [optimizer.step(x[0], x[0]) for optimizer in optimizers] + [part for loss in losses for part in loss]
    assert {array.dtype for array in results} == {np.dtype(np.float32)}


def test_small_losses_keep_their_digits():
    """float32, l = 15, t = 1: log(1 + e⁻¹⁵) = 3.06e-7, which l − t·l + … would round away if added in another order."""
    loss, _ = bce_with_logits(np.array([15.0], np.float32), 1.0)
    assert loss == pytest.approx(math.log1p(math.exp(-15)), rel=1e-6)


@pytest.mark.parametrize(("dtype", "eps"), [("float32", 2.0**-24), ("float64", 2.0**-53)])
def test_softplus_keeps_its_relative_accuracy(dtype, eps, backend):
    """NumPy says 3 units in the last place (6 eps) for exp and for log; five operations besides round once: 17 eps."""
    x = np.linspace(-80, 30, 5001).astype(dtype)
    found = to_numpy(softplus(to(x, backend))).astype(np.float64)
    wanted = np.array([max(t, 0.0) + math.log1p(math.exp(-abs(t))) for t in x.tolist()])
    assert (np.abs(found - wanted) <= (17 * eps + 2.0**-51) * wanted).all()


def test_blocks_do_not_change_the_result(monkeypatch):
    from minigan.nn import optim

    rng = generator(0)
    theta, gradients = rng.standard_normal(1000), rng.standard_normal((5, 1000))
    results = []
    for block in (65536, 64):
        monkeypatch.setattr(optim, "BLOCK", block)
        adam, moving = Adam(), theta
        for gradient in gradients:
            moving = adam.step(moving, gradient)
        results.append(moving)
    assert (results[0] == results[1]).all()


def test_an_optimizer_goes_on_from_its_state(backend, rng):
    theta = rng.standard_normal(size=(20,), dtype="float32")
    gradients = [rng.standard_normal(size=(20,), dtype="float32") for _ in range(4)]
    one, other = Adam(), Adam()
    theta = one.step(one.step(theta, gradients[0]), gradients[1])
    other.load_state(one.state())
    ends = []
    for optimizer in (one, other):
        end = optimizer.step(optimizer.step(theta, gradients[2]), gradients[3])
        ends.append(to_numpy(end))
    assert (ends[0] == ends[1]).all()


def test_a_network_is_shown_as_a_table():
    """Layer, shape behind it, number of parameters: 3·4 + 4, 2·4, 0, 4·2 + 2, 0, and 34 in all."""
    assert repr(small_net()).splitlines() == [
        "layer         output  parameters",
        "              (3,)",
        "Linear(3, 4)  (4,)            16",
        "BatchNorm(4)  (4,)             8",
        "ReLU()        (4,)             0",
        "Linear(4, 2)  (2,)            10",
        "Tanh()        (2,)             0",
        "Net                           34",
    ]


MADE = [
    Linear(2, 3), BatchNorm(3, momentum=0.5), ReLU(), LeakyReLU(0.3), Sigmoid(), Tanh(), SGD(0.1, 0.9), RMSProp(1e-4),
    Adam(average=0.5, schedule=Straight(10, 0.5)), Adam(schedule=Stairs((3, 0.1), (5, 0.01))), Cosine(7), Reshape(2, 2, 3),
    Residual(Linear(3, 3), Tanh()), Flatten(), NormedLinear(3, 2, scale=3.0), Noise(0.5),
]  # fmt: skip


@pytest.mark.parametrize("thing", MADE, ids=repr)
def test_what_a_thing_is_can_be_said_and_built_again(thing):
    """Its repr is a call that makes it; so is its description, which is of plain values only: it goes through JSON."""
    from minigan import nn
    from minigan.nn.describe import build, describe

    again, told = eval(repr(thing), vars(nn)), build(json.loads(json.dumps(describe(thing))))
    for other in (again, told):
        assert type(other) is type(thing)
        assert (repr(other), describe(other)) == (repr(thing), describe(thing))
    with pytest.raises(ValueError, match=r"system is no class of minigan\.nn"):
        build(["system", {"command": "true"}])


@pytest.mark.parametrize("first", [[], [Reshape(3)], [Noise(0.1)]], ids=str)
def test_no_gradient_of_the_data_is_computed_where_nobody_wants_it(first):
    """Not even where layers without parameters come first; dθ is the same with and without."""
    asked = []

    class Spy(Linear):
        def backward(self, params, cache, dy, **wanted):
            asked.append(wanted["want_dx"])
            return super().backward(params, cache, dy, **wanted)

    net = Net(*first, Spy(3, 4), Tanh(), Spy(4, 2))
    theta, x = net.init(generator(0)), generator(1).random((5, 3), "float32")
    y, tape = net.forward(theta, x, rng=generator(2))
    with_dx, without = net.backward(theta, tape, y), net.backward(theta, tape, y, want_dx=False)
    assert asked == [True, True, True, False]
    assert without[0] is None and (without[1] == with_dx[1]).all()


def test_noise_is_drawn_in_training_and_left_out_in_inference(backend, rng):
    """N(0, 0.5²) on 20,000 numbers: the standard deviation of their mean is 0.0035, that of their deviation 0.0025; five of
    these have probability 6e-7."""
    net = Net(Linear(2, 100), Noise(0.5))
    theta, x, plain = net.init(rng), rng.random(size=(200, 2), dtype="float32"), Net(Linear(2, 100))
    clean = plain.forward(theta, x)[0]
    noise = to_numpy(net.forward(theta, x, rng=generator(7, backend))[0] - clean)
    assert abs(noise.mean()) < 0.018 and abs(noise.std() - 0.5) < 0.0125
    assert (to_numpy(net.forward(theta, x, rng=generator(7, backend))[0] - clean) == noise).all()
    assert (to_numpy(net.forward(theta, x, net.init_stats("float32", backend))[0]) == to_numpy(clean)).all()
    with pytest.raises(ValueError, match=r"draws noise.*rng=….*leave Noise out elsewhere"):
        net.forward(theta, x)


def test_a_classifier_hands_noise_its_draws():
    """Two steps from one θ on the same rows differ by their noise, and the same step is the same again."""
    images, labels = generator(0).random((8, 4), "float32"), np.arange(8) % 2

    def after(seed, noise):
        classifier = Classifier(Net(Noise(noise), Linear(4, 2)), theta=np.zeros(10, np.float32), seed=seed)
        classifier.step((images, labels))
        return classifier.learner.theta.tolist()

    assert after(0, 0.5) == after(0, 0.5) != after(1, 0.5)
    assert after(0, 0.0) == after(1, 0.0)
    # θ̄ with BatchNorm: x passes once more, and that pass too needs its draws
    Classifier(Net(Noise(0.5), Linear(4, 2), BatchNorm(2)), Adam(average=0.5)).step((images, labels))


@pytest.mark.parametrize("layer", [Linear(3, 2), NormedLinear(3, 2), BatchNorm(3), ReLU(), LeakyReLU(0.3), Sigmoid(),
                                   Tanh()], ids=repr)  # fmt: skip
def test_all_axes_before_the_last_are_batch(backend, rng, layer):
    """(2, 4, 5, 3) gives, forward and backward, what the same 40 rows of 3 give."""
    net = Net(layer) if layer.shapes else Net(Linear(3, 3), layer)
    theta = net.init(rng, "float64") + 0.1 * rng.standard_normal(size=(net.size,), dtype="float64")
    x = rng.standard_normal(size=(2, 4, 5, 3), dtype="float64")
    dy = rng.standard_normal(size=(2, 4, 5, net.n_out), dtype="float64")
    xp = namespace(x)
    results = []
    for shape in ((2, 4, 5), (40,)):
        y, tape = net.forward(theta, xp.reshape(x, (*shape, 3)))
        dx, dtheta = net.backward(theta, tape, xp.reshape(dy, (*shape, net.n_out)))
        assert (y.shape, dx.shape) == ((*shape, net.n_out), (*shape, 3))
        stats = net.track(net.init_stats("float64", backend), tape)
        results.append([to_numpy(array).ravel() for array in (y, dx, dtheta, stats)])
    for of_images, of_rows in zip(*results):
        assert of_images == pytest.approx(of_rows, rel=1e-12, abs=1e-14)


def test_a_fresh_optimizer_has_the_settings_and_none_of_the_past():
    used = Adam(0.1, beta1=0.2, schedule=Straight(5), average=0.9)
    used.step(np.ones(3), np.ones(3))
    fresh = used.fresh()
    assert (repr(fresh), fresh.t, fresh.moments, fresh.mean) == (repr(used), 0, None, None)
    theta = np.arange(3.0)
    started = used.fresh(theta)
    assert (started.t, [moment.tolist() for moment in started.moments]) == (0, [[0, 0, 0]] * 2)
    assert started.mean.tolist() == [0, 1, 2]
    assert started.mean is not theta
    assert used.t == 1


def whole_examples(net, *shape):
    """A pass with examples behind two axes of batch."""
    return net.forward(net.init(generator(0), "float64"), np.ones(shape))


def averaging():
    """An optimizer of three numbers that has an average."""
    sgd = SGD(0.1, average=0.5)
    sgd.step(np.ones(3), np.ones(3))
    return sgd


REFUSED = {
    "takes its layers one by one, and at least one": lambda: Net(),
    r"of a list, Net\(\*layers\)": lambda: Net([Linear(2, 1)]),
    r"and got a Net: hand over its own, Net\(\*inner.layers": lambda: Net(Net(Linear(2, 3)), ReLU()),
    r"want one axis of batch, \('N', 4\), since Reshape\(2, 2, 1\)": lambda: whole_examples(
        Net(Reshape(2, 2, 1), Conv2d(1, 1, 2)), 3, 5, 4),
    r"one axis of batch, \('N', None, 2\), since LSTM": lambda: whole_examples(Net(LSTM(2, 3)), 2, 2, 4, 2),
    r"one axis of batch, \('N', None, None, 1\), since Conv2d": lambda: whole_examples(Net(Conv2d(1, 2, 3)), 2, 2, 4, 4, 1),
    r"0.weight has the shape \(2, 1\): this network wants \(2, 1, 3, 3\)": lambda: from_torch(
        Net(Conv2d(1, 2, 3)), {"0.weight": np.ones((2, 1)), "0.bias": np.ones(2)}),
    r"shapes \[\(1,\), \(3,\)\]: want the same": lambda: averaging().load_state({"t": 1, "moments": [], "mean": np.ones(1)}),
    r"lacks backward. A layer has shapes": lambda: Net(type("Half", (), {"shapes": (), "forward": None})()),
    r"ReLU\(\) gives the shape \(3,\), .* Linear\(4, 1\) takes 4 features": lambda: Net(Linear(2, 3), ReLU(), Linear(4, 1)),
    r"Linear: n_in is 0: want a whole number, 1 or more": lambda: Linear(0, 3),
    r"slope is 1.5: want a number ≥ 0 and < 1": lambda: LeakyReLU(1.5),
    r"BatchNorm: eps is 0: want a number > 0": lambda: BatchNorm(3, eps=0),
    r"x has shape \(2, 4\): want a batch of examples, \('N', 3\)": lambda: small_net().forward(
        small_net().init(generator(0)), np.ones((2, 4), np.float32)),
    r"a single example is x\[None\]": lambda: small_net().forward(small_net().init(generator(0)), np.ones(3, np.float32)),
    r"with N ≥ 1": lambda: small_net().forward(small_net().init(generator(0)), np.ones((0, 3), np.float32)),
    r"training batch of 1": lambda: small_net().forward(small_net().init(generator(0)), np.ones((1, 3), np.float32)),
    r"x is float64, theta is float32": lambda: small_net().forward(small_net().init(generator(0)), np.ones((2, 3))),
    r"theta has shape \(3,\)": lambda: small_net().forward(np.ones(3), np.ones((2, 3))),
    r"stats has shape \(2,\)": lambda: small_net().forward(np.ones(34), np.ones((2, 3)), np.ones(2)),
    r"want 'float32' or 'float64'": lambda: small_net().init(generator(0), "float16"),
    r"\(5, 1\).*\(5,\)": lambda: bce_with_logits(np.ones((5, 1)), np.ones(5)),
    r"want \(N, C\) and \(N,\)": lambda: cross_entropy(np.ones((5, 2)), np.ones((5, 1), int)),
    r"the learning rate, is 0: want a number > 0": lambda: Adam(lr=0),
    r"beta1 is 1.0: want a number ≥ 0 and < 1": lambda: Adam(beta1=1.0),
    r"want the same flat shape and dtype": lambda: Adam().step(np.ones(3), np.ones(4)),
    r"want the output's shape and theta's dtype": lambda: small_net().backward(
        np.ones(34), small_net().forward(np.ones(34), np.ones((2, 3)))[1], np.ones(2)),
    r"stats is float32, theta is float64": lambda: small_net().forward(np.ones(34), np.ones((2, 3)), np.ones(8, np.float32)),
    r"tape is of an inference pass": lambda: small_net().track(
        np.ones(8), small_net().forward(np.ones(34), np.ones((2, 3)), np.ones(8))[1]),
    r"momentum is 2: want a number ≥ 0 and < 1": lambda: SGD(momentum=2),
    r"the learning rate, is inf": lambda: Adam(lr=math.inf),
    r"rho is 1.5: want a number ≥ 0 and < 1": lambda: RMSProp(rho=1.5),
    r"want the same flat shape": lambda: Adam().step(np.array(1.0), np.array(1.0)),
    r"minigan.arrays.generator\(seed\)": lambda: small_net().init(0),
    r"the gradient is None": lambda: gradcheck.vjp_error(abs, np.ones(3), 1.0, None, generator(0)),
    r"gradient check needs float64": lambda: gradcheck.vjp_error(abs, np.ones(3, np.float32), 1.0, np.ones(3), generator(0)),
    r"the gradient is \(2,\)": lambda: gradcheck.vjp_error(abs, np.ones(3), 1.0, np.ones(2), generator(0)),
    r"got the class ReLU: want ReLU\(…\)": lambda: Net(Linear(2, 3), ReLU, Linear(3, 1)),
    r"want an object with its settings": lambda: Adam(schedule=Cosine),
    r"float32 and float64: want one dtype": lambda: after_a_step().load_state(
        {"t": 1, "moments": [np.zeros(2), np.zeros(2)], "mean": np.zeros(2, np.float32)}),
    r"the mean of .* is not finite": lambda: after_a_step().load_state(
        {"t": 1, "moments": [np.zeros(2, np.float32)] * 2, "mean": np.full(2, np.nan, np.float32)}),
    r"array_api_strict and numpy": lambda: bce_with_logits(to(np.ones(3), "array_api_strict"), np.ones(3)),
}


def after_a_step():
    adam = Adam(average=0.9).fresh(np.zeros(2, np.float32))
    adam.step(np.zeros(2, np.float32), np.ones(2, np.float32))
    return adam


@pytest.mark.parametrize("message", REFUSED)
def test_the_impossible_is_refused_with_a_reason(message):
    with pytest.raises((ValueError, TypeError), match=message):
        REFUSED[message]()


def test_an_optimizer_belongs_to_one_theta():
    adam = Adam()
    adam.step(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match=r"belongs to a theta of shape \(3,\), got \(4,\)"):
        adam.step(np.ones(4), np.ones(4))
    assert adam.t == 1


class Faulty(Linear):
    """A Linear with bad manners; `how` names them."""

    def __init__(self, how):
        super().__init__(3, 2)
        self.how = how

    def forward(self, params, x):
        if self.how == "writes into x":
            x *= 0.5
        self.stored = x
        return super().forward(params, x)

    def backward(self, params, cache, dy):
        if self.how == "writes into dy":
            dy *= 2
            dx, dparams = super().backward(params, cache, dy)
            return 0.5 * dx, [0.5 * gradient for gradient in dparams]
        return super().backward(params, (self.stored, 1.0) if self.how == "stores its cache" else cache, dy)


def test_gradcheck_sees_bad_manners():
    rng = generator(0)
    params, x = [rng.standard_normal((3, 2)), rng.standard_normal(2)], rng.standard_normal((4, 3))
    assert max(gradcheck.check_layer(Faulty("none"), params, x, rng).values()) < 1e-8
    for how in ("writes into x", "writes into dy"):
        with pytest.raises(ValueError, match="has written into an array"):
            gradcheck.check_layer(Faulty(how), params, x.copy(), rng)
    assert max(gradcheck.check_layer(Faulty("stores its cache"), params, x, rng).values()) > 0.01


@pytest.mark.parametrize("x", [0.0, 1e-7, -1e-6])
def test_gradcheck_takes_no_kink_for_a_fault(x):
    with pytest.raises(ValueError, match="not smooth near x"):
        gradcheck.check_layer(ReLU(), [], np.full((3, 4), x), generator(0))


def test_gradcheck_judges_a_kink_apart():
    """|x| at 0.3 has a gradient; within H of 0 it has none that could be measured, and the check says so."""
    rng = generator(0)
    x = np.array([0.3, -0.2])
    assert gradcheck.vjp_error(abs, x, np.array([1.0, 2.0]), np.array([1.0, -2.0]), rng) < 1e-9
    with pytest.raises(ValueError, match="not smooth"):
        gradcheck.vjp_error(abs, np.array([5e-6]), np.array([1.0]), np.array([1.0]), rng)


class Halved:
    """A layer whose backward forgets dparams."""

    shapes = ()

    def forward(self, params, x):
        return 0.5 * x, None

    def backward(self, params, cache, dy):
        return 0.5 * dy


def test_gradcheck_says_what_a_backward_must_give():
    with pytest.raises(ValueError, match=r"want a pair \(dx, dparams\)"):
        gradcheck.check_layer(Halved(), [], np.ones((2, 3)), generator(0))
    with pytest.raises(TypeError, match="a generator that draws"):
        gradcheck.vjp_error(lambda x: x, np.ones(3), np.ones(3), np.ones(3), 0)


def test_labels_of_one_byte_mark_one_class_of_many(backend, rng):
    logits, labels = rng.standard_normal(size=(2, 300), dtype="float64"), np.array([5, 200])
    expected = cross_entropy(logits, to(labels, backend))
    for got, want in zip(cross_entropy(logits, to(labels.astype(np.uint8), backend)), expected):
        assert (to_numpy(got) == to_numpy(want)).all()
