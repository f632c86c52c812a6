"""Probes of sheet 4: games in the plane, the Wasserstein critic, tangents and the gradient penalty."""

import numpy as np

from minigan.homework.probes import normal, parts
from minigan.models import games
from minigan.models.wgan import WGAN, clipped, high, low
from minigan.nn import LeakyReLU, Linear, Net, ReLU, Sigmoid
from minigan.nn.penalty import penalty_grad, unit_slope, zero_slope

G, D = Net(Linear(3, 6), LeakyReLU(), Linear(6, 4), Sigmoid()), Net(Linear(4, 5), LeakyReLU(), Linear(5, 1))
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

    def laws(inputs, answer):
        game, eta, x, y = WORLDS[inputs["game"]], inputs["eta"], float(answer["new_x"]), inputs["y"]
        there = inputs["k"] > 1 or np.isclose(answer["new_y"], y + eta * game.slopes(x, y)[1])
        yield "y answers with its own slope, where x has gone: y + η ∂f/∂y at (new x, y)", bool(there)


class Extragradient:
    """Look ahead, then step."""

    cases = _points

    def run(game, x, y, eta):
        return _pair(games.extragradient(WORLDS[game], x, y, eta))

    def laws(inputs, answer):
        here = inputs["x"] - inputs["eta"] * WORLDS[inputs["game"]].slopes(inputs["x"], inputs["y"])[0]
        yield "the slopes must be those of the place looked ahead to, not of here", not np.isclose(answer["new_x"], here)


class Regularised:
    """Simultaneous, with a price on y's slope."""

    def cases(rng):
        for point in _points(rng):
            yield {**point, "gamma": 0.5 + rng.random()}

    def run(game, x, y, eta, gamma):
        return _pair(games.regularised(WORLDS[game], x, y, eta, gamma))

    def laws(inputs, answer):
        _, dy = WORLDS[inputs["game"]].slopes(inputs["x"], inputs["y"])
        priced = (answer["new_y"] - inputs["y"] - inputs["eta"] * dy) * inputs["y"] <= 0
        yield "the price takes y towards 0: beside η ∂f/∂y, y changes against its own sign", bool(priced)


class HighAndLow:
    """The critic's two losses."""

    def cases(rng):
        for dtype, N in (("float64", 5), ("float64", 3), ("float32", 4)):
            yield normal(rng, dtype, scores=(N, 1))

    def run(scores):
        (loss_high, dhigh), (loss_low, dlow) = parts(high(scores), "loss, dscores"), parts(low(scores), "loss, dscores")
        return {"loss of high": loss_high, "dscores of high": dhigh, "loss of low": loss_low, "dscores of low": dlow}

    def laws(inputs, answer):
        yield "high is small where the scores are high: its slope is negative", bool((answer["dscores of high"] < 0).all())
        yield "low is small where the scores are low: its slope is positive", bool((answer["dscores of low"] > 0).all())


class Clipped:
    """θ in a box."""

    def cases(rng):
        for dtype in ("float64", "float32"):
            yield {**normal(rng, dtype, theta=(20,)), "bound": 0.5 + rng.random()}

    def run(theta, bound):
        mine = theta.copy()
        clipped(mine, 100.0)[...] = 0.0
        return {"clipped": clipped(theta, bound), "theta after what was returned has been written into": mine}

    def laws(inputs, answer):
        kept = np.array_equal(answer["theta after what was returned has been written into"], inputs["theta"])
        yield "it must be a new vector, where nothing had to be clipped too", kept


class Tangents:
    """How the outputs change when the inputs move along t."""

    def cases(rng):
        for dtype, batch in (("float64", (5,)), ("float32", (5,)), ("float64", (2, 5))):
            inputs = normal(rng, dtype, x=(*batch, 3), W=(3, 4), b=(4,), t=(*batch, 3), dy=(*batch, 4))
            inputs["x"][0, 0] = 0.0  # a kink
            yield {**inputs, "slope": 0.1 + 0.3 * rng.random()}

    def run(x, W, b, t, dy, slope):
        linear, answer = Linear(3, 4), {}
        _, cache = linear.forward([W, b], x)
        answer["the change by Linear"], tangent_cache = linear.tangent([W, b], cache, t)
        _, (answer["dW of the change"], answer["db of the change"]) = linear.backward([W, b], tangent_cache, dy)
        for layer in (ReLU(), LeakyReLU(slope)):
            _, cache = layer.forward([], x)
            change, tangent_cache = layer.tangent([], cache, t)
            answer[f"the change by {type(layer).__name__}"] = change
            answer[f"backward of the change by {type(layer).__name__}"] = layer.backward([], tangent_cache, change * t)[0]
        return answer

    def laws(inputs, answer):
        yield "b does not move, so a tangent's gradient with respect to b is 0", not np.any(answer["db of the change"])


class UnitSlope:
    """λ mean (‖g‖ − 1)² and its derivative; at a slope of 0 too."""

    def cases(rng):
        for dtype in ("float64", "float32"):
            yield {**normal(rng, dtype, g=(5, 3)), "weight": 1.0 + rng.random()}
        yield {"g": np.zeros((2, 3)), "weight": 2.0}
        yield {"g": np.vstack([np.zeros((1, 3)), rng.standard_normal((2, 3))]), "weight": 2.0}

    def run(g, weight):
        P, v = parts(unit_slope(g, weight), "P, v")
        return {"P": P, "v": v}


class ZeroSlope:
    """γ/2 mean ‖g‖² and its derivative."""

    def cases(rng):
        for dtype in ("float64", "float32"):
            yield {**normal(rng, dtype, g=(5, 3)), "weight": 1.0 + rng.random()}

    def run(g, weight):
        P, v = parts(zero_slope(g, weight), "P, v")
        return {"P": P, "v": v}


class PenaltyGrad:
    """P and ∂P/∂θ."""

    def cases(rng):
        for dtype, kind in (("float64", "unit"), ("float64", "zero"), ("float32", "unit")):
            yield {**normal(rng, dtype, theta=(D.size,), x=(5, 4)), "kind": kind, "weight": 1.0 + rng.random()}

    def run(theta, x, kind, weight):
        P, dtheta = penalty_grad(D, theta, x, {"unit": unit_slope, "zero": zero_slope}[kind], weight)
        return {"P": P, "dtheta": dtheta}


class CriticGrad:
    """The critic's loss and gradient, with the penalty between real and fake, and without: clipped, or 0."""

    def cases(rng):
        for dtype, clip in (("float64", "None"), ("float64", 0.5), ("float32", "None")):
            arrays = normal(rng, dtype, theta_d=(D.size,), real=(5, 4), fake=(5, 4))
            yield {**arrays, "penalty": 1.0 + rng.random(), "clip": clip, "seed": 4}
        yield {**arrays, "penalty": 0.0, "clip": "None", "seed": 4}

    def run(theta_d, real, fake, penalty, clip, seed):
        wgan = WGAN(G, D, latent=3, penalty=penalty, clip=None if clip == "None" else clip, dtype=theta_d.dtype.name)
        wgan.discriminator.theta = theta_d
        rng = np.random.default_rng(seed)
        loss, dtheta_d, tapes = parts(wgan.d_grad(real, fake, rng), "loss, dtheta_d, tapes")
        return {"loss": loss, "dtheta_d": dtheta_d, "passes of D": len(tapes), "the next draw": rng.random()}

    def laws(inputs, answer):
        drawn, rng = answer["the next draw"], np.random.default_rng(inputs["seed"])
        if inputs["clip"] == "None" and inputs["penalty"]:
            rng.random(size=(5, 1), dtype=inputs["real"].dtype.name)
        words = "one ε for each row, drawn at once as (N, 1), and nothing where weights are clipped or the penalty is 0"
        yield words, drawn == rng.random()
