"""The Wasserstein GAN: its gradients, its two bounds on the slope, and a distance that can be checked on paper."""

import numpy as np
import pytest

from minigan.arrays import generator, to, to_numpy
from minigan.models.gan import d_grad, g_grad
from minigan.models.networks import plain_network
from minigan.models.wgan import WASSERSTEIN, WGAN, clipped, high, low
from minigan.nn import SGD, Adam, BatchNorm, Linear, Net, Tanh, gradcheck


def small_wgan(backend="numpy", **options):
    return WGAN(plain_network(3, 6, 2), plain_network(2, 6, 1), latent=3, backend=backend, **options)


def points(backend="numpy", rows=20):
    return generator(7, backend).standard_normal(size=(rows, 2), dtype="float32")


@pytest.mark.parametrize("pack", [1, 2])
def test_gradients(backend, rng, pack):
    G, D = plain_network(3, 5, 2), plain_network(2 * pack, 5, 1)
    theta_g, theta_d = (net.init(rng, "float64") for net in (G, D))
    real, fake = (rng.standard_normal(size=(n, 2 * pack), dtype="float64") for n in (7, 4))
    z = rng.standard_normal(size=(6, 3), dtype="float64")

    def loss_d(theta):
        return d_grad(D, theta, real, fake, WASSERSTEIN)

    def loss_g(theta):
        return g_grad(G, theta, D, theta_d, z, WASSERSTEIN.generator, pack)

    on_real, on_fake = (to_numpy(D.forward(theta_d, x)[0]) for x in (real, fake))
    assert float(loss_d(theta_d)[0]) == pytest.approx(on_fake.mean() - on_real.mean())
    assert gradcheck.vjp_error(lambda t: loss_d(t)[0], theta_d, 1.0, loss_d(theta_d)[1], rng) <= 1e-6
    assert gradcheck.vjp_error(lambda t: loss_g(t)[0], theta_g, 1.0, loss_g(theta_g)[1], rng) <= 1e-6


@pytest.mark.parametrize(("loss", "sign"), [(high, -1), (low, 1)])
def test_the_losses_are_means_of_scores_and_know_their_gradient(backend, rng, loss, sign):
    scores = rng.standard_normal(size=(5, 1), dtype="float64")
    assert float(loss(scores)[0]) == pytest.approx(sign * to_numpy(scores).mean())
    assert gradcheck.vjp_error(lambda s: loss(s)[0], scores, 1.0, loss(scores)[1], rng) <= 1e-6


def test_clipped_is_a_new_vector_within_the_bounds(backend):
    theta = to(np.array([-3.0, -0.1, 0.0, 0.2, 5.0]), backend)
    assert to_numpy(clipped(theta, 0.15)) == pytest.approx([-0.15, -0.1, 0.0, 0.15, 0.15])
    assert to_numpy(theta).tolist() == [-3.0, -0.1, 0.0, 0.2, 5.0]


def test_a_small_step_of_G_raises_the_critics_score(rng):
    G, D = plain_network(3, 5, 2), plain_network(2, 5, 1)
    theta_g, theta_d = (net.init(rng, "float64") for net in (G, D))
    z = rng.standard_normal(size=(30, 3), dtype="float64")

    def score(theta_g):
        return to_numpy(D.forward(theta_d, G.forward(theta_g, z)[0])[0]).mean()

    loss, gradient = g_grad(G, theta_g, D, theta_d, z, WASSERSTEIN.generator)
    assert float(loss) == pytest.approx(-score(theta_g))
    assert score(theta_g - 1e-4 * gradient) > score(theta_g)


def test_a_critics_opinion_grows_with_its_score():
    assert small_wgan().opinion(np.array([-3.0, 1.0, 5.0])) == pytest.approx([0, 0.5, 1])


def test_clipping_keeps_every_weight_in_its_bounds(backend):
    gan = small_wgan(backend, clip=0.05, optimizer_d=Adam(0.1))
    for _ in range(5):
        gan.step(points(backend))
    theta = to_numpy(gan.discriminator.theta)
    assert np.abs(theta).max() == pytest.approx(0.05, rel=1e-6)
    assert (np.abs(theta) < 0.05).any()


def test_the_penalised_critic_measures_the_distance_of_two_clouds():
    """Data N(3, ·) against samples at N(0, ·): moving one onto the other costs W = 3 for each point. G is held still.

    The penalty is soft: of slopes s everywhere, s W − λ (s − 1)² is largest at s = 1 + W / 2λ = 1.15, so the critic's own
    optimum is 1.15 · 3 = 3.45.
    """
    gan = WGAN(Net(Linear(2, 2)), plain_network(2, 32, 32, 1), latent=2, k=5, penalty=10.0, optimizer_g=SGD(1e-9),
               optimizer_d=Adam(1e-3, beta1=0.5))  # fmt: skip
    gan.generator.theta = np.array([1, 0, 0, 1, 0, 0], np.float32)  # G(z) = z
    rng = np.random.default_rng(0)
    for _ in range(300):
        gan.step((rng.standard_normal((5 * 128, 2)) + [3, 0]).astype(np.float32))
    real = (rng.standard_normal((2000, 2)) + [3, 0]).astype(np.float32)
    assert float(gan.monitor(real)["distance"]) == pytest.approx(3.45, rel=0.05)


def test_without_a_bound_the_critic_runs_away():
    """Why there has to be one: the same game with the penalty's weight 0 claims ever larger distances."""
    distances = []
    for penalty in (0.0, 10.0):
        gan = small_wgan(penalty=penalty, optimizer_g=SGD(1e-9), optimizer_d=Adam(1e-2))
        for _ in range(300):
            gan.step(points())
        distances.append(abs(float(gan.monitor(points())["distance"])))
    assert distances[0] > 10 * distances[1]


def test_resumed_equals_uninterrupted(backend):
    gan, resumed = small_wgan(backend), small_wgan(backend)
    for _ in range(2):
        gan.step(points(backend))
    resumed.load_state(gan.state())
    assert set(gan.step(points(backend))) == set(resumed.step(points(backend))) == {"loss_d", "loss_g"}
    assert (to_numpy(gan.discriminator.theta) == to_numpy(resumed.discriminator.theta)).all()


REFUSED = {
    "BatchNorm has no tangent": {"D": Net(Linear(2, 4), BatchNorm(4), Linear(4, 1))},
    "Tanh has no tangent": {"D": Net(Linear(2, 4), Tanh(), Linear(4, 1))},
    "clip, the bound for the critic's weights, is 0: want a number > 0": {"clip": 0},
    "penalty, the weight of the gradient penalty, is -1: want a number ≥ 0": {"penalty": -1},
    "k is 0": {"k": 0},
}


@pytest.mark.parametrize("message", REFUSED)
def test_the_impossible_is_refused(message):
    options = {"G": plain_network(3, 6, 2), "D": plain_network(2, 6, 1), "latent": 3, **REFUSED[message]}
    with pytest.raises(ValueError, match=message):
        WGAN(**options)


def test_clipping_allows_any_critic():
    critic = Net(Linear(2, 4), BatchNorm(4), Tanh(), Linear(4, 1))
    gan = WGAN(plain_network(3, 6, 2), critic, latent=3, clip=0.1, backend="numpy")
    gan.step(points())


def test_a_critic_without_penalty_may_have_layers_without_tangent():
    D = Net(Linear(2, 4), BatchNorm(4), Tanh(), Linear(4, 1))
    assert WGAN(plain_network(3, 6, 2), D, 3, penalty=0).step(np.tile(points(), (5, 1))).keys() == {"loss_d", "loss_g"}
