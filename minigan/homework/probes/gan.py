"""Probes of sheet 2: the GAN's losses and gradients, Adam, the alternating step."""

from contextlib import suppress

import numpy as np

from minigan.homework.probes import normal, parts
from minigan.models.adversarial import Losses, d_grad_and_tapes, fake_loss, g_grad, minimax, non_saturating, real_loss
from minigan.models.gan import GAN
from minigan.nn import SGD, Adam, BatchNorm, LeakyReLU, Linear, Net, Sigmoid, mse

# BatchNorm in both, so that it matters which rows go through together, and in which mode
G = Net(Linear(3, 6), BatchNorm(6), LeakyReLU(), Linear(6, 4), Sigmoid())
D = Net(Linear(4, 5), BatchNorm(5), LeakyReLU(), Linear(5, 1))
D_OF_TWO = Net(Linear(8, 5), LeakyReLU(), Linear(5, 1))  # judges samples in pairs
DTYPES = ("float64", "float64", "float32")


def _logit_cases(rng):
    for dtype in DTYPES:
        yield {"logits": 3.0 * normal(rng, dtype, l=(rng.integers(3, 8), 1))["l"]}
    for signs in (rng.choice([-1.0, 1.0], (4, 1)), np.full((3, 1), -1.0), np.full((3, 1), 1.0)):
        yield {"logits": 1e4 * signs}


class Minimax:
    """E log(1 − D)."""

    cases = _logit_cases

    def run(logits):
        loss, dlogits = parts(minimax(logits), "loss, dlogits")
        return {"loss": loss, "dlogits": dlogits}


class NonSaturating:
    """−E log D."""

    cases = _logit_cases

    def run(logits):
        loss, dlogits = parts(non_saturating(logits), "loss, dlogits")
        return {"loss": loss, "dlogits": dlogits}


class DGrad:
    """D's loss, gradient and tapes: of two games, of a D that joins rows or not, with as many fakes as real rows or not."""

    def cases(rng):
        games = (("float64", 5, 5, "the GAN's"), ("float64", 4, 7, "squares"), ("float32", 6, 6, "the GAN's"))
        for dtype, real, fake, losses in games:
            yield {**normal(rng, dtype, theta_d=(D.size,), real=(real, 4), fake=(fake, 4)), "losses": losses}
        yield {**normal(rng, theta_d=(D_OF_TWO.size,), real=(4, 8), fake=(3, 8)), "losses": "the GAN's"}

    def run(theta_d, real, fake, losses):
        net = D if real.shape[1] == 4 else D_OF_TWO
        game = {"the GAN's": Losses(real_loss(0.1), fake_loss, non_saturating),
                "squares": Losses(lambda s: mse(s, 1.0), lambda s: mse(s, -0.5), lambda s: mse(s, 1.0))}[losses]  # fmt: skip
        loss, dtheta_d, tapes = parts(d_grad_and_tapes(net, theta_d, real, fake, game), "loss, dtheta_d, tapes")
        stats = net.init_stats(theta_d.dtype.name)
        for tape in tapes:
            stats = net.track(stats, tape)
        return {"loss": loss, "dtheta_d": dtheta_d, "D's running statistics after these tapes": stats}


class GGrad:
    """G's loss and gradient through D, for both losses."""

    def cases(rng):
        for dtype, loss, pack in (("float64", "non-saturating", 1), ("float64", "minimax", 1), ("float32", "non-saturating", 1),
                                  ("float64", "non-saturating", 2)):  # fmt: skip
            sizes = {"theta_g": (G.size,), "theta_d": ((D, D_OF_TWO)[pack - 1].size,), "z": (6, 3)}
            yield {**normal(rng, dtype, **sizes), "loss_name": loss, "pack": pack}

    def run(theta_g, theta_d, z, loss_name, pack):
        loss, dtheta_g = parts(g_grad(G, theta_g, (D, D_OF_TWO)[pack - 1], theta_d, z, loss_name, pack), "loss, dtheta_g")
        return {"loss": loss, "dtheta_g": dtheta_g}


class Falling:
    """1/t, as an object: an optimizer takes no plain function."""

    def __call__(self, t):
        return 1.0 / t


class AdamChange:
    """What one, two and three steps add to θ: the first few are where the corrections of the means count."""

    def cases(rng):
        for dtype in DTYPES:
            betas = {"beta1": 0.3 + 0.5 * rng.random(), "beta2": 0.5 + 0.4 * rng.random()}
            gradients = normal(rng, dtype, dtheta=(8,), dtheta_2=(8,), dtheta_3=(8,))
            yield {**normal(rng, dtype, theta=(8,)), **gradients, "lr": 0.05, "eps": 0.1, **betas}

    def run(theta, dtheta, dtheta_2, dtheta_3, lr, eps, beta1, beta2):
        adam, answer = Adam(lr, beta1, beta2, eps, schedule=Falling()), {}
        for name, gradient in (("step_1", dtheta), ("step_2", dtheta_2), ("step_3", dtheta_3)):
            before = theta
            theta = adam.step(theta, gradient)
            answer[name] = theta - before
        m, v = adam.moments
        return {**answer, "m": m, "v": v}

    def laws(inputs, answer):
        first = np.sign(answer["step_1"]) == -np.sign(inputs["dtheta"])
        yield "the first step goes against the gradient", bool(first.all())
        size = inputs["lr"] * np.abs(inputs["dtheta"]) / (np.abs(inputs["dtheta"]) + inputs["eps"])
        at_once = np.allclose(np.abs(answer["step_1"]), size, rtol=1e-3)
        yield "after one step m̂ is g and v̂ is g²: are the hats there, and eps outside the root?", at_once


class _Other(GAN):
    """A game with gradients and noise of its own, as a WGAN has: what a step must go through."""

    def d_grad(self, real, fake, rng):
        loss, gradient, tapes = super().d_grad(real, fake, rng)
        return 3.0 * loss, 3.0 * gradient, tapes

    def g_grad(self, z):
        loss, gradient = super().g_grad(z)
        return 3.0 * loss, 3.0 * gradient

    def noise(self, rng, n):
        return 0.5 * super().noise(rng, n)


def _game(theta_g, theta_d, pack):
    """A GAN with given θs. Plain gradient descent, so that nothing hangs on Adam; averaged, so that `track` looks at its x."""
    descent = {"optimizer_g": SGD(0.5, momentum=0.5, average=0.5), "optimizer_d": SGD(0.25, average=0.5)}
    gan = _Other(G, (D, D_OF_TWO)[pack - 1], latent=3, seed=3, dtype=theta_g.dtype.name, pack=pack, **descent)
    gan.generator.theta, gan.discriminator.theta = theta_g, theta_d
    return gan


def _after(gan):
    """All that a step may have moved."""
    return {"new_theta_g": gan.generator.theta, "new_theta_d": gan.discriminator.theta,
            "G's running statistics": gan.generator.stats, "D's running statistics": gan.discriminator.stats}  # fmt: skip


def _game_cases(rng):
    for dtype, pack in (("float64", 1), ("float64", 2), ("float32", 1)):
        thetas = normal(rng, dtype, theta_g=(G.size,), theta_d=((D, D_OF_TWO)[pack - 1].size,))
        yield {**thetas, "real": rng.random((6, 4)).astype(dtype), "pack": pack}


class StepD:
    """One step of D: θ_D moves, θ_G does not, the running statistics of both learn."""

    cases = _game_cases

    def run(theta_g, theta_d, real, pack):
        gan = _game(theta_g, theta_d, pack)
        loss = gan.step_d(real, np.random.default_rng(5))
        return {"loss": loss, **_after(gan)}

    def laws(inputs, answer):
        yield "D's step must leave θ_G as it is", np.array_equal(answer["new_theta_g"], inputs["theta_g"])
        moved = not np.array_equal(answer["new_theta_d"], inputs["theta_d"])
        yield "D's step must move θ_D: has the gradient gone to self.discriminator.step?", moved
        for name, net in (("G", G), ("D", (D, D_OF_TWO)[inputs["pack"] - 1])):
            first = net.init_stats(inputs["real"].dtype.name)  # empty without BatchNorm
            learned = not first.size or not np.array_equal(answer[f"{name}'s running statistics"], first)
            yield f"{name} has seen a batch: its running statistics must learn from it, by track with the tape and x", learned


class StepG:
    """Two steps of G: θ_G moves, θ_D and the running statistics stand still."""

    cases = _game_cases

    def run(theta_g, theta_d, real, pack):
        gan = _game(theta_g, theta_d, pack)
        loss = gan.step_g(6, np.random.default_rng(6))
        gan.step_g(6, np.random.default_rng(7))
        return {"loss": loss, **_after(gan)}

    def laws(inputs, answer):
        yield "G's step must leave θ_D as it is", np.array_equal(answer["new_theta_d"], inputs["theta_d"])
        moved = not np.array_equal(answer["new_theta_g"], inputs["theta_g"])
        yield "G's step must move θ_G: has the gradient gone to self.generator.step?", moved


class Logged(GAN):
    """A game whose two steps do nothing but note who moved, with what."""

    def step_d(self, batch, rng):
        self.moves.append([0.0, batch.shape[0], float(batch[0, 0]), float(rng.random())])
        return float(len(self.moves))

    def step_g(self, n, rng):
        self.moves.append([1.0, n, 0.0, float(rng.random())])
        return 100.0


def _logged(k, seed):
    gan = Logged(G, D, latent=3, k=k, seed=seed)
    gan.moves = []
    return gan


class Step:
    """Who moves when, on which rows: k steps of D, each on rows of its own, then one of G; twice. Data looked at, or not."""

    def cases(rng):
        for k in (1, 2, 3):
            inputs = {"real": rng.random((6 * k + k - 1, 4)).astype("float32"), "k": k, "model_seed": int(rng.integers(1000))}
            yield {**inputs, "data": "numbers"}
        yield {**inputs, "data": "NaN, with check=False"}
        yield {**inputs, "data": "NaN", "refused": "data with NaN must raise ValueError before anybody moves"}

    def run(real, k, model_seed, data):
        gan, strict, options = _logged(k, model_seed), _logged(k, model_seed), {"check": False} if "check" in data else {}
        real = real if data == "numbers" else np.full_like(real, np.nan)
        first = gan.step(real, **options)
        second = gan.step(real, **options)
        with suppress(ValueError):
            strict.step(np.full_like(real, np.nan))
        moves = np.array(gan.moves)
        return {"who moved": moves[:, 0], "rows": moves[:, 1], "first values": moves[:, 2], "draws": moves[:, 3],
                "losses": np.array([first["loss_d"], first["loss_g"], second["loss_d"], second["loss_g"]], "float64"),
                "self.steps": gan.steps, "the number of moves on data with NaN": len(strict.moves)}  # fmt: skip

    def laws(inputs, answer):
        yield "data with NaN must raise ValueError before anybody moves", not answer["the number of moves on data with NaN"]
        if inputs["data"] != "numbers":
            return
        k, moves = inputs["k"], answer["who moved"].tolist()
        yield "D moves k times, then G once", moves == [*[0.0] * k, 1.0] * 2
        yield "every step of D wants fresh rows", len(set(answer["first values"][:k].tolist())) == k
        fresh = len(set(answer["draws"].tolist())) == len(moves)
        yield "every step wants fresh noise: self.rng() gives other draws when the step is counted", fresh
