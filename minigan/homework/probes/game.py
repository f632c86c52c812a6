"""Probes of sheet 4: games in the plane, the Wasserstein critic, tangents and the gradient penalty."""

import numpy as np

from minigan.homework.probes import normal, pair
from minigan.models import games
from minigan.models.wgan import clipped, critic_grad, generator_grad
from minigan.nn import LeakyReLU, Linear, Net, ReLU, Sigmoid
from minigan.nn.penalty import penalty_grad, unit_slope, zero_slope

G, D = Net(Linear(3, 6), LeakyReLU(), Linear(6, 4), Sigmoid()), Net(Linear(4, 5), LeakyReLU(), Linear(5, 1))
D_OF_TWO = Net(Linear(8, 5), LeakyReLU(), Linear(5, 1))
WORLDS = {"saddle": games.SADDLE, "twist": games.TWIST, "Dirac": games.DIRAC}


def _points(rng):
    for game in WORLDS:
        x, y, eta = rng.uniform(0.3, 1.5), rng.uniform(-1.5, -0.3), rng.uniform(0.1, 0.5)
        yield {"game": game, "x": x, "y": y, "eta": eta}


def _pair(point):
    x, y = point
    return {"new_x": x, "new_y": y}


class Simultaneous:
    """Both at once."""

    cases = _points

    def run(game, x, y, eta):
        return _pair(games.simultaneous(WORLDS[game], x, y, eta))


class Alternating:
    """x, then y where x has gone, k times."""

    def cases(rng):
        for k in (1, 3):
            for point in _points(rng):
                yield {**point, "k": k}

    def run(game, x, y, eta, k):
        return _pair(games.alternating(WORLDS[game], x, y, eta, k))


class Extragradient:
    """Look ahead, then step."""

    cases = _points

    def run(game, x, y, eta):
        return _pair(games.extragradient(WORLDS[game], x, y, eta))


class Regularised:
    """Simultaneous, with a price on y's slope."""

    def cases(rng):
        for point in _points(rng):
            yield {**point, "gamma": 0.5 + rng.random()}

    def run(game, x, y, eta, gamma):
        return _pair(games.regularised(WORLDS[game], x, y, eta, gamma))


class CriticGrad:
    """The critic's loss and gradient, with as many fakes as real rows or not."""

    def cases(rng):
        for dtype, real, fake in (("float64", 5, 5), ("float64", 4, 7), ("float32", 6, 6)):
            yield normal(rng, dtype, theta_d=(D.size,), real=(real, 4), fake=(fake, 4))

    def run(theta_d, real, fake):
        loss, dtheta_d = pair(critic_grad(D, theta_d, real, fake), "loss, dtheta_d")
        return {"loss": loss, "dtheta_d": dtheta_d}


class GeneratorGrad:
    """The generator's loss and gradient through the critic, which may judge samples in pairs."""

    def cases(rng):
        for dtype, pack in (("float64", 1), ("float64", 2), ("float32", 1)):
            sizes = {"theta_g": (G.size,), "theta_d": ((D, D_OF_TWO)[pack - 1].size,), "z": (6, 3)}
            yield {**normal(rng, dtype, **sizes), "pack": pack}

    def run(theta_g, theta_d, z, pack):
        critic = (D, D_OF_TWO)[pack - 1]
        loss, dtheta_g = pair(generator_grad(G, theta_g, critic, theta_d, z, pack), "loss, dtheta_g")
        return {"loss": loss, "dtheta_g": dtheta_g}


class Clipped:
    """θ in a box."""

    def cases(rng):
        for dtype in ("float64", "float32"):
            yield {**normal(rng, dtype, theta=(20,)), "bound": 0.5 + rng.random()}

    def run(theta, bound):
        return {"clipped": clipped(theta, bound), "it_is_a_new_vector": clipped(theta, 100.0) is not theta}


class Tangents:
    """How the outputs change when the inputs move along t."""

    def cases(rng):
        for dtype in ("float64", "float32"):
            inputs = normal(rng, dtype, x=(5, 3), W=(3, 4), b=(4,), t=(5, 3), dy=(5, 4))
            inputs["x"][0, 0] = 0.0  # a kink
            yield {**inputs, "slope": 0.1 + 0.3 * rng.random()}

    def run(x, W, b, t, dy, slope):
        linear, answer = Linear(3, 4), {}
        _, cache = linear.forward([W, b], x)
        answer["Linear"], tangent_cache = linear.tangent([W, b], cache, t)
        _, (answer["Linear_dW"], answer["Linear_db"]) = linear.backward([W, b], tangent_cache, dy)
        for layer in (ReLU(), LeakyReLU(slope)):
            _, cache = layer.forward([], x)
            change, tangent_cache = layer.tangent([], cache, t)
            answer[type(layer).__name__] = change
            answer[f"{type(layer).__name__}_backward"] = layer.backward([], tangent_cache, change * t)[0]
        return answer

    def laws(inputs, answer):
        yield "b does not move, so a tangent's gradient with respect to b is 0", not np.any(answer["Linear_db"])


class UnitSlope:
    """λ mean (‖g‖ − 1)² and its derivative; at a slope of 0 too."""

    def cases(rng):
        for dtype in ("float64", "float32"):
            yield {**normal(rng, dtype, g=(5, 3)), "weight": 1.0 + rng.random()}
        yield {"g": np.zeros((2, 3)), "weight": 2.0}
        yield {"g": np.vstack([np.zeros((1, 3)), rng.standard_normal((2, 3))]), "weight": 2.0}

    def run(g, weight):
        P, v = pair(unit_slope(g, weight), "P, v")
        return {"P": P, "v": v}


class ZeroSlope:
    """γ/2 mean ‖g‖² and its derivative."""

    def cases(rng):
        for dtype in ("float64", "float32"):
            yield {**normal(rng, dtype, g=(5, 3)), "weight": 1.0 + rng.random()}

    def run(g, weight):
        P, v = pair(zero_slope(g, weight), "P, v")
        return {"P": P, "v": v}


class PenaltyGrad:
    """P and ∂P/∂θ."""

    def cases(rng):
        for dtype, kind in (("float64", "unit"), ("float64", "zero"), ("float32", "unit")):
            yield {**normal(rng, dtype, theta=(D.size,), x=(5, 4)), "kind": kind, "weight": 1.0 + rng.random()}

    def run(theta, x, kind, weight):
        P, dtheta = penalty_grad(D, theta, x, {"unit": unit_slope, "zero": zero_slope}[kind], weight)
        return {"P": P, "dtheta": dtheta}
