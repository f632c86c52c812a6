"""PixelCNN and PixelRNN: probabilities that sum to 1, causality, the fast sampler, and what they refuse."""

import itertools
import time

import numpy as np
import pytest

from minigan.arrays import generator, namespace, to, to_numpy
from minigan.data.patterns import bars_and_stripes, bars_and_stripes_bound
from minigan.models import autoregressive
from minigan.models.autoregressive import Walk, draw_pixel, pixel_log_p
from minigan.models.pixelcnn import PixelCNN
from minigan.models.pixelrnn import PixelRNN
from minigan.nn import Adam, Cosine, gradcheck
from minigan.train import train

KINDS = {
    "cnn": lambda image=(3, 3), **options: PixelCNN(image, channels=6, blocks=2, **options),
    "wide cnn": lambda image=(3, 3), **options: PixelCNN(image, channels=6, blocks=2, kernel=5, **options),
    "row": lambda image=(3, 3), **options: PixelRNN(image, channels=4, layers=2, kind="row", **options),
    "raster": lambda image=(3, 3), **options: PixelRNN(image, channels=4, layers=2, kind="raster", **options),
}


def at_random_theta(kind, image=(3, 3), **options):
    """A model far from its start: every θ entry moved by N(0, ½²)."""
    model = KINDS[kind](image, dtype="float64", **options)
    step = generator(7).standard_normal(model.learner.theta.shape)
    model.learner.theta = model.learner.theta + to(0.5 * step, model.backend)
    return model


@pytest.mark.parametrize("levels", [2, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_the_probabilities_of_all_images_sum_to_one(kind, levels):
    image = (3, 3) if levels == 2 else (2, 3)
    model = at_random_theta(kind, image, levels=levels)
    images = np.array(list(itertools.product(np.linspace(0, 1, levels), repeat=model.width)))
    p = np.exp(model.log_likelihood(images))
    assert abs(p.sum() - 1) < 1e-10
    assert p.max() > 3 * p.min()  # and not because all are alike


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_said_at_a_pixel_depends_on_earlier_pixels_alone(kind):
    """The Jacobian of the logits by central differences: 0 from the pixel itself on. The LSTM in raster order sees all earlier
    pixels, the others most.
    """
    model = at_random_theta(kind)
    x = generator(1).random((1, 9))

    def logits(x):
        return model._in_order(model.learner.infer(x))[0]

    jacobian = np.stack([(logits(x + 1e-5 * e) - logits(x - 1e-5 * e)) / 2e-5 for e in np.eye(9)], axis=1)
    assert (np.triu(jacobian) == 0).all()
    earlier = np.tril(np.ones((9, 9), bool), -1)
    if kind == "raster":
        assert (jacobian[earlier] != 0).all()
    assert (jacobian[earlier] != 0).mean() > 0.5


@pytest.mark.parametrize("kernel", [3, 5])
def test_how_far_a_pixel_of_a_pixelcnn_sees(kernel):
    """Which pixels change the logit at (11, 2), for any of eight images: up to 3 + blocks · (k − 1)/2 rows up, and at r rows up
    no more than 3 + (r − 1)(k − 1)/2 columns to the right.
    """
    h, w, blocks, half = 12, 14, 2, kernel // 2
    model = PixelCNN((h, w), channels=12, blocks=blocks, kernel=kernel, dtype="float64")
    moves = 1e-5 * np.eye(h * w)

    def logit(x):
        return model._in_order(model.learner.infer(x))[:, 11 * w + 2]

    seen = np.zeros(h * w, bool)
    for x in generator(1).random((8, h * w)):
        seen |= logit(x + moves) != logit(x - moves)
    rows, columns = np.nonzero(seen.reshape(h, w))
    assert 11 - rows.min() == 3 + blocks * half
    for r in (1, 2, 3):
        assert columns[rows == 11 - r].max() - 2 == 3 + (r - 1) * half


def test_a_planted_leak_is_seen():
    """Mask B where A should be: the first layer sees the pixel itself, and the sum over all images shows it too."""
    from nn.test_planted_faults import module_with

    leaky = module_with("minigan.models.pixelcnn", '7, mask="A", init=he)', '7, mask="B", init=he)')
    model = leaky.PixelCNN((3, 3), channels=6, blocks=2, dtype="float64")
    x = generator(1).random((1, 9))
    change = model._in_order(model.learner.infer(x + np.eye(9)[4])) - model._in_order(model.learner.infer(x))
    assert abs(change[0, 4]) > 1e-6
    images = np.array(list(itertools.product([0.0, 1.0], repeat=9)))
    assert abs(np.exp(model.log_likelihood(images)).sum() - 1) > 1e-3


@pytest.mark.parametrize("levels", [2, 5])
@pytest.mark.parametrize("kind", KINDS)
def test_the_fast_sampler_draws_what_the_naive_one_draws(kind, levels):
    """The naive sampler passes the whole image through the network for every pixel. Same noise: the same pixels, and logits
    within 1e-12 (the order of the sums differs).
    """
    model = at_random_theta(kind, (3, 4), levels=levels)
    fast, rng = model.sample(5, seed=3), model.sampler(3)
    x = np.zeros((5, 12))
    walk = Walk(model.network, model.learner.theta, 5)
    for i, pixel in enumerate(walk.pixels):
        logits = model._in_order(model.learner.infer(x)).reshape(5, 12, -1)[:, i, :]
        assert abs(walk.at(pixel) - logits).max() < 1e-12
        x[:, i : i + 1] = draw_pixel(logits, rng.random(size=(5, 1)))
        walk.put(x[:, i : i + 1])
    assert (x == fast).all() and len(np.unique(x)) == levels


def test_the_fast_sampler_is_fast():
    """At least ten times, on 28×28: the naive one makes 784 passes over the images, of which 8 are timed."""
    model = PixelCNN((28, 28))
    start = time.perf_counter()
    model.sample(32, seed=0)
    fast = time.perf_counter() - start
    x = np.zeros((32, 784), np.float32)
    start = time.perf_counter()
    for _ in range(8):
        model.learner.infer(x)
    assert (time.perf_counter() - start) / 8 * 784 > 10 * fast


FAULTS = [
    (2, "the sign", "x - sigmoid(logits)", "sigmoid(logits) - x"),
    (2, "no sigmoid", "x - sigmoid(logits)", "x - logits"),
    (2, "the gradient of another loss", "x * logits - softplus(logits)", "x * logits - 2.0 * softplus(logits)"),
    (3, "the sign", "onehot - xp.exp(log_p)", "xp.exp(log_p) - onehot"),
    (3, "log p for p", "onehot - xp.exp(log_p)", "onehot - log_p"),
    (3, "all levels' log p, not the pixel's", "xp.sum(onehot * log_p, axis=2)", "xp.sum(log_p, axis=2)"),
]


@pytest.mark.parametrize(("levels", "name", "old", "new"), FAULTS, ids=[f"{fault[0]} levels, {fault[1]}" for fault in FAULTS])
def test_a_planted_fault_in_the_gradient_is_caught(levels, name, old, new):
    from nn.test_planted_faults import module_with

    rng = generator(3)
    x = np.round(rng.random((4, 6)) * (levels - 1)) / (levels - 1)
    logits = rng.standard_normal((4, 6) if levels == 2 else (4, 6, levels))
    for module, right in ((autoregressive, True), (module_with("minigan.models.autoregressive", old, new), False)):
        dlogits = module.pixel_log_p(logits, x)[1]
        error = gradcheck.vjp_error(lambda t, module=module: module.pixel_log_p(t, x)[0].sum(), logits, 1.0, dlogits, rng)
        assert error <= gradcheck.TOLERANCE if right else error > 1000 * gradcheck.TOLERANCE


@pytest.mark.parametrize("levels", [2, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_gradients(kind, levels, backend):
    """θ's gradient of −mean log p(x), the whole network through."""
    rng = generator(2, backend)
    model = at_random_theta(kind, (2, 3), levels=levels, backend=backend)
    drawn = generator(3).integers(0, levels, size=(4, 6)) / (levels - 1.0)
    x, net, theta = to(drawn, backend), model.network, model.learner.theta

    def loss(theta):
        logits, tape = net.forward(theta, x)
        log_p, dlogits = pixel_log_p(model._in_order(logits), x)
        return -namespace(log_p).mean(log_p), logits, tape, dlogits

    _, logits, tape, dlogits = loss(theta)
    dlogits = namespace(dlogits).reshape(dlogits, logits.shape) * (-1.0 / 4)
    _, dtheta = net.backward(theta, tape, dlogits, want_dx=False)
    assert gradcheck.vjp_error(lambda t: loss(t)[0], theta, 1.0, dtheta, rng) <= gradcheck.TOLERANCE


def test_levels_are_drawn_with_their_probability():
    """20,000 draws of a softmax over four levels: every share within five standard errors, wrong with probability 3e-6."""
    logits = np.log(np.array([[0.1, 0.2, 0.3, 0.4]])).repeat(20_000, axis=0)
    x = draw_pixel(logits, generator(0).random((20_000, 1)))
    shares = np.array([(x == level).mean() for level in np.arange(4) / 3])
    p = np.array([0.1, 0.2, 0.3, 0.4])
    assert (abs(shares - p) < 5 * np.sqrt(p * (1 - p) / 20_000)).all()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["cnn", "row", "raster"])
def test_bars_and_stripes_are_learned_to_the_bound(kind):
    data = bars_and_stripes(3)
    build = {"cnn": lambda o: PixelCNN((3, 3), channels=32, blocks=2, optimizer=o),
             "row": lambda o: PixelRNN((3, 3), channels=32, layers=2, optimizer=o),
             "raster": lambda o: PixelRNN((3, 3), channels=32, layers=2, kind="raster", optimizer=o)}[kind]  # fmt: skip
    model = build(Adam(1e-2, beta1=0.9, schedule=Cosine(2000, to=0.01)))
    train(model, data, steps=2000, batch_size=16, progress=False)
    assert bars_and_stripes_bound(3) - model.log_likelihood(data).sum() < 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_completion_keeps_what_is_known_and_follows_it(kind):
    model = at_random_theta(kind)
    x, known = (generator(0).random((6, 9)) < 0.5) * 1.0, np.arange(9) < 4
    filled = model.complete(np.where(known, x, np.nan), known, seed=1)
    assert (filled[:, :4] == x[:, :4]).all() and np.isin(filled, [0.0, 1.0]).all()
    assert (model.complete(x, np.ones(9, bool)) == x).all()
    assert (model.complete(x, np.zeros(9, bool), seed=5) == model.sample(6, seed=5)).all()


def test_what_is_known_may_be_an_array_of_the_models_backend(backend):
    model = PixelCNN((3, 3), channels=4, blocks=1, backend=backend)
    x, known = to(np.ones((2, 9), np.float32), backend), np.arange(9) < 4
    filled = model.complete(x, to(known, backend), seed=1)
    assert (to_numpy(filled) == to_numpy(model.complete(x, known, seed=1))).all()


@pytest.mark.parametrize("kind", KINDS)
def test_resumed_equals_uninterrupted(tmp_path, kind):
    data = (generator(0).random((24, 9)) < 0.4).astype(np.float32)
    whole, first, second = (KINDS[kind]() for _ in range(3))
    train(whole, data, steps=9, batch_size=8, progress=False)
    train(first, data, steps=4, batch_size=8, out=tmp_path, progress=False)
    train(second, data, steps=9, batch_size=8, out=tmp_path, resume=True, progress=False)
    assert (whole.learner.theta == second.learner.theta).all() and second.steps == 9


def test_bits_per_dimension_of_a_model_that_knows_nothing():
    model = PixelCNN((2, 2), levels=4)
    model.learner.theta = 0.0 * model.learner.theta
    assert model.bits_per_dimension(np.zeros((1, 4), np.float32))[0] == pytest.approx(2.0, rel=1e-6)


def refused_training(x, **options):
    model = PixelCNN((2, 2), channels=4, blocks=1, **options)
    before = model.learner.theta.copy()
    try:
        model.step(x)
    finally:
        assert model.steps == 0 and (model.learner.theta == before).all()


REFUSED = {
    "grey levels between": lambda: refused_training(np.full((3, 4), 0.3, np.float32)),
    r"works in \[0, 1\]": lambda: refused_training(np.full((3, 4), 2.0, np.float32), levels=3),
    r"want \(N, 4\)": lambda: refused_training(np.zeros((3, 5), np.float32)),
    "go on from above": lambda: PixelCNN((2, 2)).complete(np.zeros((1, 4), np.float32), np.array([False, True, True, False])),
    "want bool": lambda: PixelCNN((2, 2)).complete(np.zeros((1, 4), np.float32), np.array([1, 1, 0, 0])),
    "image is": lambda: PixelCNN((2, 2, 3)),
    "levels is 1": lambda: PixelCNN((2, 2), levels=1),
    "kind is 'column'": lambda: PixelRNN((2, 2), kind="column"),
    "n is 0": lambda: PixelCNN((2, 2)).sample(0),
}


@pytest.mark.parametrize("message", REFUSED)
def test_the_impossible_is_refused_and_nothing_changes(message):
    with pytest.raises((ValueError, TypeError), match=message):
        REFUSED[message]()


@pytest.mark.parametrize("kind", KINDS)
def test_the_model_runs_on_any_backend(kind, backend):
    model = KINDS[kind](backend=backend)
    x = to((generator(0).random((4, 9)) < 0.5).astype(np.float32), backend)
    assert np.isfinite(float(model.step(x)["loss"]))
    assert to_numpy(model.sample(2, seed=0)).shape == (2, 9) and to_numpy(model.log_likelihood(x)).shape == (4,)
