"""Probes of sheet 2: the GAN's losses and gradients, Adam, the alternating step."""

import numpy as np

from minigan.homework.probes import normal
from minigan.models.adversarial import d_grad, g_grad, minimax, non_saturating
from minigan.models.gan import GAN
from minigan.nn import SGD, Adam, LeakyReLU, Linear, Net, Sigmoid

G, D = Net(Linear(3, 6), LeakyReLU(), Linear(6, 4), Sigmoid()), Net(Linear(4, 5), LeakyReLU(), Linear(5, 1))
DTYPES = ("float64", "float64", "float32")


def _logit_cases(rng):
    for dtype in DTYPES:
        yield {"logits": 3.0 * normal(rng, dtype, l=(rng.integers(3, 8), 1))["l"]}
    yield {"logits": 1e4 * rng.choice([-1.0, 1.0], (4, 1))}


class Minimax:
    """The loss that is flat where D rejects the fakes."""

    cases = _logit_cases

    def run(logits):
        loss, dlogits = minimax(logits)
        return {"loss": loss, "dlogits": dlogits}


class NonSaturating:
    """The loss that is steep there."""

    cases = _logit_cases

    def run(logits):
        loss, dlogits = non_saturating(logits)
        return {"loss": loss, "dlogits": dlogits}


class DGrad:
    """D's loss and gradient, with and without smoothing, and with as many fakes as real rows or not."""

    def cases(rng):
        for dtype, real, fake, smooth in (("float64", 5, 5, 0.0), ("float64", 4, 7, 0.1), ("float32", 6, 6, 0.0)):
            yield {**normal(rng, dtype, theta_d=(D.size,), real=(real, 4), fake=(fake, 4)), "smooth": smooth}

    def run(theta_d, real, fake, smooth):
        loss, dtheta_d = d_grad(D, theta_d, real, fake, smooth)
        return {"loss": loss, "dtheta_d": dtheta_d}


class GGrad:
    """G's loss and gradient through D, for both losses."""

    def cases(rng):
        for dtype, loss, pack in (("float64", "non-saturating", 1), ("float64", "minimax", 1), ("float32", "non-saturating", 1),
                                  ("float64", "non-saturating", 2)):  # fmt: skip
            sizes = {"theta_g": (G.size,), "theta_d": (_packed_d(pack).size,), "z": (6, 3)}
            yield {**normal(rng, dtype, **sizes), "loss_name": loss, "pack": pack}

    def run(theta_g, theta_d, z, loss_name, pack):
        loss, dtheta_g = g_grad(G, theta_g, _packed_d(pack), theta_d, z, loss_name, pack)
        return {"loss": loss, "dtheta_g": dtheta_g}


def _packed_d(pack):
    return D if pack == 1 else Net(Linear(4 * pack, 5), LeakyReLU(), Linear(5, 1))


class AdamChange:
    """θ after one, two and three steps: the first few are where the corrections of the means count."""

    def cases(rng):
        for dtype in DTYPES:
            betas = {"beta1": 0.3 + 0.5 * rng.random(), "beta2": 0.5 + 0.4 * rng.random()}
            yield {**normal(rng, dtype, theta=(8,), dtheta=(8,)), "lr": 0.05, "eps": 0.1, **betas}

    def run(theta, dtheta, lr, eps, beta1, beta2):
        adam, answer = Adam(lr, beta1, beta2, eps), {}
        for name, gradient in (("theta_1", dtheta), ("theta_2", dtheta[::-1].copy()), ("theta_3", dtheta**2)):
            theta = answer[name] = adam.step(theta, gradient)
        return answer


def _game(theta_g, theta_d):
    """A GAN with given θs. Plain gradient descent, so that nothing hangs on Adam."""
    gan = GAN(G, D, latent=3, optimizer_g=SGD(0.5), optimizer_d=SGD(0.25), seed=3, dtype=theta_g.dtype.name)
    gan.theta_g, gan.theta_d = theta_g, theta_d
    return gan


def _game_cases(rng):
    for dtype in DTYPES:
        yield {**normal(rng, dtype, theta_g=(G.size,), theta_d=(D.size,)), "real": rng.random((6, 4)).astype(dtype)}


class StepD:
    """One step of D: θ_D moves, θ_G does not."""

    cases = _game_cases

    def run(theta_g, theta_d, real):
        gan = _game(theta_g, theta_d)
        loss = gan.step_d(real, np.random.default_rng(5))
        return {"loss": loss, "new_theta_d": gan.theta_d, "new_theta_g": gan.theta_g, "new_stats_g": gan.stats_g}

    def laws(inputs, answer):
        yield "D's step must leave θ_G as it is", np.array_equal(answer["new_theta_g"], inputs["theta_g"])
        moved = not np.array_equal(answer["new_theta_d"], inputs["theta_d"])
        yield "D's step must move θ_D: has the optimizer's answer been kept?", moved


class StepG:
    """One step of G: θ_G moves, θ_D stands still."""

    cases = _game_cases

    def run(theta_g, theta_d, real):
        gan = _game(theta_g, theta_d)
        loss = gan.step_g(6, np.random.default_rng(6))
        return {"loss": loss, "new_theta_g": gan.theta_g, "new_theta_d": gan.theta_d}

    def laws(inputs, answer):
        yield "G's step must leave θ_D as it is", np.array_equal(answer["new_theta_d"], inputs["theta_d"])
        moved = not np.array_equal(answer["new_theta_g"], inputs["theta_g"])
        yield "G's step must move θ_G: has the optimizer's answer been kept?", moved


class Logged(GAN):
    """A game whose two steps do nothing but note who moved, with what."""

    def step_d(self, batch, rng):
        self.moves.append([0.0, batch.shape[0], float(batch[0, 0]), float(rng.random())])
        return float(len(self.moves))

    def step_g(self, n, rng):
        self.moves.append([1.0, n, 0.0, float(rng.random())])
        return 100.0


class Step:
    """Who moves when, on which rows: k steps of D, each on rows of its own, then one of G; twice."""

    def cases(rng):
        for k in (1, 2, 3):
            yield {"real": rng.random((6 * k, 4)).astype("float32"), "k": k}

    def run(real, k):
        gan = Logged(G, D, latent=3, k=k, seed=4)
        gan.moves = []
        first = gan.step(real)
        second = gan.step(real)
        moves = np.array(gan.moves)
        return {"who_moved": moves[:, 0], "rows": moves[:, 1], "first_values": moves[:, 2], "draws": moves[:, 3],
                "losses": np.array([first["loss_d"], first["loss_g"], second["loss_d"], second["loss_g"]], "float64"),
                "steps": gan.steps}  # fmt: skip

    def laws(inputs, answer):
        k, moves = inputs["k"], answer["who_moved"].tolist()
        yield "D moves k times, then G once", moves == [*[0.0] * k, 1.0] * 2
        yield "every step of D wants fresh rows", len(set(answer["first_values"][:k].tolist())) == k
        yield "every step wants fresh noise: seed it with the step's number", len(set(answer["draws"].tolist())) == len(moves)
