"""The GAN: what must hold in its step, and what it refuses without changing its state."""

import pickle

import numpy as np
import pytest

from minigan.arrays import INIT, MONITOR, NOISE, SAMPLE, generator, to, to_numpy
from minigan.models.adversarial import Losses, fake_loss, non_saturating, real_loss
from minigan.models.dcgan import dcgan
from minigan.models.gan import GAN, d_grad, g_grad, vanilla_discriminator, vanilla_generator
from minigan.models.networks import plain_network, relu_network
from minigan.nn import SGD, Adam, BatchNorm, LeakyReLU, Linear, Net, Reshape, Sigmoid, Stairs, Straight, gradcheck
from minigan.nn.penalty import penalty_grad, zero_slope


def small_gan(backend="numpy", **options):
    return GAN(vanilla_generator(3, 8, 4), vanilla_discriminator(8, 4), latent=3, backend=backend, **options)


def data(backend="numpy", rows=16, dtype="float32"):
    return generator(7, backend).random(size=(rows, 8), dtype=dtype)


def same(a, b):
    """Two states are equal bit for bit."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return np.array_equal(to_numpy(a), to_numpy(b)) if hasattr(a, "dtype") else a == b


def test_the_vanilla_networks_have_their_usual_sizes():
    G, D = vanilla_generator(), vanilla_discriminator()
    assert [shape for layer in G.shapes for shape in layer if len(shape) == 2] == [
        (10, 128), (128, 256), (256, 512), (512, 1024), (1024, 784)]  # fmt: skip
    assert [shape for layer in D.shapes for shape in layer if len(shape) == 2] == [
        (784, 512), (512, 256), (256, 128), (128, 1)]  # fmt: skip
    assert [type(layer).__name__ for layer in G.layers] == ["Linear", "BatchNorm", "ReLU"] * 4 + ["Linear", "Sigmoid"]
    assert [type(layer).__name__ for layer in D.layers] == ["Linear", "LeakyReLU"] * 3 + ["Linear"]


@pytest.mark.parametrize("k", [1, 2, 3])
def test_a_step_is_k_steps_of_D_and_then_one_of_G(backend, k):
    """The step, taken apart: the same noise, batch after batch, D first, gives the same θs."""
    gan = small_gan(backend, k=k, seed=5, optimizer_g=SGD(0.1), optimizer_d=SGD(0.1), dtype="float64")
    real = data(backend, rows=4 * k, dtype="float64")
    theta_g, theta_d, G, D = gan.generator.theta, gan.discriminator.theta, gan.G, gan.D
    gan.step(real)
    rng = generator(5, backend, NOISE, 0)
    for i in range(k):
        z = rng.standard_normal(size=(4, 3), dtype="float64")
        _, dtheta_d = d_grad(D, theta_d, real[4 * i : 4 * i + 4, :], G.forward(theta_g, z)[0])
        theta_d = theta_d - 0.1 * dtheta_d
    _, dtheta_g = g_grad(G, theta_g, D, theta_d, rng.standard_normal(size=(4, 3), dtype="float64"))
    assert to_numpy(gan.discriminator.theta) == pytest.approx(to_numpy(theta_d), rel=1e-12)
    assert to_numpy(gan.generator.theta) == pytest.approx(to_numpy(theta_g - 0.1 * dtheta_g), rel=1e-12)


def test_every_row_of_the_data_is_used_once_in_a_step():
    gan = small_gan(k=3)
    rows = data(rows=11)
    assert [len(batch) for batch in gan.batches(rows)] == [3, 4, 4]
    assert (np.concatenate(gan.batches(rows)) == rows).all()


def test_the_generators_gradient_leaves_D_as_it_is_and_runs_through_it(backend, rng):
    G, D = vanilla_generator(3, 8, 4), vanilla_discriminator(8, 4)
    theta_g, one, other = G.init(rng), D.init(rng), D.init(rng)
    z = rng.standard_normal(size=(6, 3), dtype="float32")
    before = to_numpy(one).copy()
    _, through_one = g_grad(G, theta_g, D, one, z)
    _, through_other = g_grad(G, theta_g, D, other, z)
    assert (to_numpy(one) == before).all()
    assert abs(to_numpy(through_one) - to_numpy(through_other)).max() > 1e-3


@pytest.mark.parametrize("loss", ["non-saturating", "minimax"])
def test_one_small_step_of_G_raises_D_of_G(backend, rng, loss):
    G, D = vanilla_generator(3, 8, 4), vanilla_discriminator(8, 4)
    theta_g, theta_d = G.init(rng, "float64"), D.init(rng, "float64")
    z = rng.standard_normal(size=(20, 3), dtype="float64")

    def opinion(theta_g):
        return to_numpy(Sigmoid().forward([], D.forward(theta_d, G.forward(theta_g, z)[0])[0])[0]).mean()

    _, gradient = g_grad(G, theta_g, D, theta_d, z, loss)
    assert opinion(theta_g - 1e-4 * gradient) > opinion(theta_g)


def test_the_minimax_loss_is_flat_where_D_rejects_and_the_other_is_steep():
    """A D that says logit −20 to all: σ(−20) = 2e-9 is the ratio of the two gradients."""
    G, D = Net(Linear(2, 3)), Net(Linear(3, 1))
    theta_g, theta_d = G.init(generator(0), "float64"), np.array([0.01, 0.01, 0.01, -20.0])
    z = generator(1).standard_normal((10, 2))
    norms = [np.linalg.norm(g_grad(G, theta_g, D, theta_d, z, loss)[1]) for loss in ("minimax", "non-saturating")]
    assert norms[0] / norms[1] == pytest.approx(np.exp(-20), rel=0.2)


def test_one_seed_gives_one_run_and_another_another(backend):
    runs = []
    for seed in (0, 0, 1):
        gan = small_gan(backend, seed=seed)
        for _ in range(5):
            gan.step(data(backend))
        runs.append(gan.state())
    assert same(runs[0], runs[1])
    assert not same(runs[0]["generator"]["theta"], runs[2]["generator"]["theta"])


def test_resumed_equals_uninterrupted(backend):
    gan, resumed = small_gan(backend, k=2), small_gan(backend, k=2, seed=9)
    for _ in range(3):
        gan.step(data(backend))
    saved = gan.state()
    kept = to(saved, "numpy")
    for _ in range(3):
        gan.step(data(backend))
    assert same(to(saved, "numpy"), kept)  # a state does not change when training goes on
    resumed.load_state(saved)
    for _ in range(3):
        resumed.step(data(backend))
    assert same(gan.state(), resumed.state())


def test_two_models_share_no_optimizer_and_a_used_one_starts_afresh():
    adam = Adam()
    adam.step(np.ones(3), np.ones(3))
    one, other = small_gan(optimizer_g=adam, optimizer_d=adam), small_gan(optimizer_g=adam, optimizer_d=adam)
    one.step(data())
    assert [player.optimizer.t for player in (one.generator, one.discriminator, other.generator)] == [1, 1, 0]
    assert adam.t == 1


def test_a_state_and_the_model_share_no_memory():
    gan = small_gan()
    gan.step(data())
    state, kept = gan.state(), gan.state()
    gan.load_state(state)
    for player in ("generator", "discriminator"):
        for array in (state[player]["theta"], state[player]["stats"], *state[player]["optimizer"]["moments"]):
            array[:] = 0
    assert same(gan.state(), kept)


def test_the_running_statistics_are_those_of_the_generators_passes():
    """A step with k = 2, by plain NumPy: in each pass of G for D, every BatchNorm's mean and variance (that with N − 1 below)
    become 0.9 of what they were and 0.1 of what its input has. They start at 0 and 1. G's own step counts no pass.
    """
    gan = small_gan(seed=5, k=2, dtype="float64")
    weights = [[array.copy() for array in params] for params in gan.G.unpack(gan.generator.theta) if params]
    gan.step(data(dtype="float64"))
    rng = generator(5, "numpy", NOISE, 0)
    expected = [[np.zeros(n), np.ones(n)] for n in (4, 8, 16, 32)]
    for _ in range(2):
        h = rng.standard_normal((8, 3))
        for i, ((W, b), (gamma, beta)) in enumerate(zip(weights[:-1:2], weights[1::2])):
            a = h @ W + b
            mean, squares = a.sum(axis=0) / 8, ((a - a.sum(axis=0) / 8) ** 2).sum(axis=0)
            expected[i] = [0.9 * expected[i][0] + 0.1 * mean, 0.9 * expected[i][1] + 0.1 * squares / 7]
            h = np.maximum(gamma * (a - mean) / np.sqrt(squares / 8 + 1e-5) + beta, 0)
    flat = np.concatenate([array for pair in expected for array in pair])
    assert gan.generator.stats == pytest.approx(flat, rel=1e-9, abs=1e-12)


def test_training_and_samples_draw_different_noise():
    """With one seed for all, the first weights, the first noise and the first sample's noise have nothing in common."""
    gan = small_gan(seed=0)
    z = [gan.noise(generator(0, "numpy", purpose, 0), 100).ravel() for purpose in (INIT, NOISE, SAMPLE, MONITOR)]
    for i, one in enumerate(z):
        for other in z[i + 1 :]:
            assert abs(np.corrcoef(one, other)[0, 1]) < 0.25


def test_a_sample_depends_on_its_own_noise_alone(backend):
    gan = small_gan(backend)
    gan.step(data(backend))
    many, one = to_numpy(gan.sample(20, seed=3)), to_numpy(gan.sample(1, seed=3))
    assert many.shape == (20, 8)
    assert many[:1] == pytest.approx(one, rel=1e-5)
    state = gan.state()
    gan.sample(3)
    assert same(state, gan.state())


def test_step_reports_scalars_on_the_device(backend):
    gan = small_gan(backend)
    report = gan.step(data(backend)) | gan.monitor(data(backend))
    assert set(report) == {"loss_d", "loss_g", "d_real", "d_fake", "spread", "gradient_d", "gradient_g"}
    assert all(value.ndim == 0 and type(value) is not float for value in report.values())
    assert 0 < float(report["d_real"]) < 1


IMPOSSIBLE_BATCHES = {
    r"want \(N, 8\)": np.zeros((16, 9), np.float32),
    r"want \(N, 8\): one example a row": np.zeros((16, 2, 4), np.float32),
    r"has 0 rows": np.zeros((0, 8), np.float32),
    r"has 1 rows, want 2": np.zeros((1, 8), np.float32),
    r"NaN or infinite": np.full((16, 8), np.nan, np.float32),
    r"NaN or infinite values": np.where(np.eye(16, 8) > 0, np.inf, 0.5).astype(np.float32),
    r"values from -1 to 1, the model works in \[0, 1\]: scale": np.linspace(-1, 1, 128, dtype=np.float32).reshape(16, 8),
    r"values from 0 to 255": np.linspace(0, 255, 128, dtype=np.float32).reshape(16, 8),
    r"is float64, the model float32": np.zeros((16, 8)),
    r"is uint8, the model float32": np.zeros((16, 8), np.uint8),
    r"array of array_api_strict, the model lives on numpy": to(np.zeros((16, 8), np.float32), "array_api_strict"),
    r"got list, want an array": [[0.0] * 8] * 16,
}


@pytest.mark.parametrize("message", IMPOSSIBLE_BATCHES)
def test_an_impossible_batch_is_refused_and_nothing_changes(message):
    gan = small_gan()
    gan.step(data())
    state = gan.state()
    with pytest.raises((ValueError, TypeError), match=message):
        gan.step(IMPOSSIBLE_BATCHES[message])
    assert same(state, gan.state())


def test_a_batch_too_small_for_k_is_refused_before_anything_changes():
    gan = small_gan(k=3)
    state = gan.state()
    with pytest.raises(ValueError, match="has 5 rows, want 6"):
        gan.step(data(rows=5))
    assert same(state, gan.state())


IMPOSSIBLE_MODELS = {
    r"k is 0": {"k": 0},
    r"k is 1.5": {"k": 1.5},
    r"loss is 'wasserstein': want one of 'non-saturating', 'minimax'": {"loss": "wasserstein"},
    r"G takes \(3,\), latent is 4: make them equal": {"latent": 4},
    r"G makes samples of 9 numbers, D takes 8, and judges 1 at a time: want 1 · 9 = 9": {"G": vanilla_generator(3, 9, 4)},
    r"D gives \(2,\), want one logit": {"D": Net(Linear(8, 2))},
    r"leave out its last activation": {"D": Net(Linear(8, 4), LeakyReLU(), Linear(4, 1), Sigmoid())},
    r"unknown backend 'gpu'": {"backend": "gpu"},
    r"dtype is 'float16': want one of 'float32', 'float64'": {"dtype": "float16"},
    r"seed is -1: want a whole number": {"seed": -1},
    r"seed is None: want a whole number": {"seed": None},
    r"pack is 0": {"pack": 0},
    r"D takes 8, and judges 2 at a time: want 2 · 8 = 16": {"pack": 2},
    r"smooth is 0.7: want a number ≥ 0 and < 0.5": {"smooth": 0.7},
    r"r1 is -1: want a number ≥ 0": {"r1": -1},
    r"r1_schedule is Straight\(steps=5, to=0.0\), and r1 is 0": {"r1_schedule": Straight(5)},
    r"latent is 0: want a whole number": {"latent": 0},
    r"G makes \(2, 2, 2\), D takes \(8,\): want rows of numbers; end a G of images in Flatten": {
        "G": Net(Linear(3, 8), Reshape(2, 2, 2))},
    r"BatchNorm has no tangent": {"r1": 1.0, "D": Net(Linear(8, 4), BatchNorm(4), Linear(4, 1))},
}


@pytest.mark.parametrize("message", IMPOSSIBLE_MODELS)
def test_an_impossible_model_is_refused(message):
    options = {"G": vanilla_generator(3, 8, 4), "D": vanilla_discriminator(8, 4), "latent": 3, **IMPOSSIBLE_MODELS[message]}
    with pytest.raises(ValueError, match=message):
        GAN(**options)


def test_a_foreign_state_is_refused_whole():
    """Each foreign state has one thing wrong, near its end; nothing before that may have been taken over."""
    gan, other = small_gan(), small_gan(seed=1)
    other.step(data())
    before, good = gan.state(), other.state()
    D = good["discriminator"]
    adam, theta = D["optimizer"], D["theta"]
    moments = adam["moments"]
    foreign = [
        {},
        [],
        {**good, "discriminator": good["generator"]},
        {**good, "discriminator": {**D, "theta": theta[:-1]}},
        {**good, "discriminator": {**D, "theta": np.where(theta == theta[-1], np.nan, theta)}},
        {**good, "discriminator": {**D, "theta": to(theta, "array_api_strict")}},
        {**good, "generator": {**good["generator"], "stats": good["generator"]["stats"].astype(np.float64)}},
        {**good, "steps": -5},
        {**good, "steps": None},
        {**good, "steps": True},
        {**good, "seed": -1},
        {**good, "discriminator": {**D, "optimizer": {**adam, "moments": []}}},
        {**good, "discriminator": {**D, "optimizer": {**adam, "mean": theta}}},
        {**good, "discriminator": {**D, "optimizer": {**adam, "t": -1}}},
        {**good, "discriminator": {**D, "optimizer": {**adam, "moments": [np.zeros(3, np.float32)] * 2}}},
        {**good, "discriminator": {**D, "optimizer": {**adam, "moments": [moment.astype(np.float64) for moment in moments]}}},
        {**good, "discriminator": {**D, "optimizer": {**adam, "moments": [moments[0], moments[1] * np.inf]}}},
        {**good, "discriminator": {**D, "optimizer": {}}},
        {**good, "discriminator": None},
    ]
    for state in foreign:
        with pytest.raises((ValueError, TypeError), match=r"this model|want|training cannot go on from this state"):
            gan.load_state(state)
        assert same(gan.state(), before)
    gan.load_state(good)
    assert same(gan.state(), good)


@pytest.mark.parametrize("n", [0, -1])
def test_no_samples_are_refused(n):
    with pytest.raises(ValueError, match=f"n is {n}: want a whole number, 1 or more"):
        small_gan().sample(n)


def test_an_optimizer_class_is_no_optimizer():
    with pytest.raises(TypeError, match=r"want one such as Adam\(lr=2e-4\)"):
        small_gan(optimizer_g=Adam)


def test_of_one_row_no_spread_is_said():
    """It does not differ from itself: a share of 0 would be a collapse."""
    gan = GAN(relu_network(2, 8, 3), plain_network(3, 8, 1), latent=2)
    rows = generator(0).random((4, 3), "float32")
    assert "spread" in gan.monitor(rows)
    assert "spread" not in gan.monitor(rows[:1])


def test_smoothing_moves_the_target_of_real_rows_alone(rng, backend):
    """∂/∂logit of ½ BCE(D(x), 0.9) at logit 0 is ½ (½ − 0.9) / N: seen in the bias of a D that is 0 otherwise."""
    D = Net(Linear(3, 1))
    theta = 0 * D.init(rng, "float64")
    x = rng.standard_normal(size=(4, 3), dtype="float64")
    _, dtheta = d_grad(D, theta, x, x, Losses(real_loss(0.1), fake_loss, non_saturating))
    assert float(dtheta[-1]) == pytest.approx(0.5 * (0.5 - 0.9) + 0.5 * 0.5)


@pytest.mark.parametrize("pack", [2, 3])
def test_packing_judges_samples_together(pack):
    """12 rows make 12/m packs; the generator's gradient is that of the packed loss, by central differences."""
    rng = generator(0)
    G, D = Net(Linear(3, 4)), vanilla_discriminator(4 * pack, 3)
    theta_g, theta_d = G.init(rng, "float64"), D.init(rng, "float64")
    z = rng.standard_normal((12, 3))
    _, gradient = g_grad(G, theta_g, D, theta_d, z, pack=pack)
    loss = lambda theta: g_grad(G, theta, D, theta_d, z, pack=pack)[0]  # noqa: E731
    assert gradcheck.vjp_error(loss, theta_g, 1.0, gradient, rng) <= 1e-6
    gan = GAN(G, D, latent=3, k=2, pack=pack)
    rows = rng.random((5 * pack + 1, 4), dtype=np.float32)
    assert [len(batch) % pack for batch in gan.batches(rows)] == [0, 0]
    gan.step(rows)
    assert 0 < gan.monitor(rows)["d_real"] < 1


def test_the_models_options_reach_its_gradients():
    """After one step, each option has led D, and with it only D's part, elsewhere."""
    thetas = {}
    for name, options in (("plain", {}), ("smooth", {"smooth": 0.2}), ("r1", {"r1": 1.0})):
        gan = small_gan(optimizer_d=SGD(0.1), **options)
        start, theta_g = gan.discriminator.theta, gan.generator.theta
        rng = generator(0)
        gan.step_d(data(), rng)
        thetas[name] = gan.discriminator.theta
        fake = gan.G.forward(theta_g, gan.noise(generator(0), 16))[0]
        losses = Losses(real_loss(options.get("smooth", 0.0)), fake_loss, non_saturating)
        expected = d_grad(gan.D, start, data(), fake, losses)[1]
        if name == "r1":
            expected = expected + penalty_grad(gan.D, start, data(), zero_slope, 1.0)[1]
        assert gan.discriminator.theta == pytest.approx(start - 0.1 * expected, abs=1e-6)
    assert np.abs(thetas["smooth"] - thetas["plain"]).max() > 1e-4
    assert np.abs(thetas["r1"] - thetas["plain"]).max() > 1e-4


def test_r1_can_be_let_go():
    """Two steps with R1, from step 3 on those of a GAN without, but for a billionth of γ: too little for θ in float32."""
    falling, penalised, plain = (small_gan(optimizer_d=SGD(0.1), **options) for options in (
        {"r1": 5.0, "r1_schedule": Stairs((3, 1e-9))}, {"r1": 5.0}, {}))  # fmt: skip
    for _ in range(2):
        falling.step(data()), penalised.step(data())
    assert (falling.discriminator.theta == penalised.discriminator.theta).all()
    plain.load_state(falling.state())
    for gan in (falling, penalised, plain):
        gan.step(data())
    assert falling.discriminator.theta == pytest.approx(plain.discriminator.theta, abs=1e-7)
    assert np.abs(falling.discriminator.theta - penalised.discriminator.theta).max() > 1e-4


def test_r1_flattens_D_around_the_data():
    """Two clusters that D separates: with R1 its slope at the real points stays smaller."""
    slopes = []
    for r1 in (0.0, 10.0):
        gan = small_gan(r1=r1, optimizer_d=Adam(1e-2), optimizer_g=Adam(1e-6))
        for _ in range(100):
            gan.step(data())
        _, tape = gan.D.forward(gan.discriminator.theta, data())
        slope, _ = gan.D.backward(gan.discriminator.theta, tape, np.ones((16, 1), np.float32), want_dtheta=False)
        slopes.append(np.linalg.norm(slope))
    assert slopes[1] < 0.5 * slopes[0]


@pytest.mark.parametrize("model", [lambda: small_gan(smooth=0.1), lambda: dcgan((8, 8, 1))], ids=["GAN", "DCGAN"])
def test_a_gan_can_be_pickled(model):
    again, one = (pickle.loads(pickle.dumps(model())) for _ in range(2))
    assert type(again) is type(one)
