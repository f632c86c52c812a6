"""Probes of sheet 3: the RBM's conditionals, energies, contrastive divergence, completion.

Where something is drawn, the student's function and the library's get the same generator and must ask it for the same numbers
in the same order: one draw by `bernoulli` for a whole layer, each time that a layer is sampled, and nothing else.
"""

import numpy as np

from minigan.homework.probes import normal
from minigan.models.bipartite import (
    Binary,
    Gaussian,
    cd_grad,
    dreams_minus_data,
    energy,
    free_energy,
    gibbs,
    mean_hiddens,
    mean_visibles,
)
from minigan.models.completion import complete

SIZES = (("float64", 6, 5, 3), ("float64", 3, 4, 7), ("float32", 5, 6, 4))  # dtype, N, n_visible, n_hidden


def _machine(rng, dtype, visible, hidden):
    return normal(rng, dtype, W=(visible, hidden), b=(visible,), c=(hidden,))


def _bits(rng, dtype, *shape):
    return rng.integers(2, size=shape).astype(dtype)


class MeanHiddens:
    """p(h = 1 | v)."""

    def cases(rng):
        for dtype, N, visible, hidden in SIZES:
            yield {**_machine(rng, dtype, visible, hidden), "v": _bits(rng, dtype, N, visible)}

    def run(W, b, c, v):
        return {"mean h": mean_hiddens([W, b, c], v)}


class MeanVisibles:
    """E[v | h], binary and Gaussian."""

    def cases(rng):
        for dtype, N, visible, hidden in SIZES:
            yield {**_machine(rng, dtype, visible, hidden), "h": _bits(rng, dtype, N, hidden)}

    def run(W, b, c, h):
        params = [W, b, c]
        return {"mean v": mean_visibles(params, h), "mean v of Gaussian units": mean_visibles(params, h, Gaussian)}


class Gibbs:
    """Where k rounds lead, with the same draws."""

    def cases(rng):
        for (dtype, N, visible, hidden), k in zip(SIZES, (1, 3, 2)):
            yield {**_machine(rng, dtype, visible, hidden), "v": _bits(rng, dtype, N, visible), "k": k, "seed": 7}

    def run(W, b, c, v, k, seed):
        params = [W, b, c]
        rng = np.random.default_rng(seed)
        binary, draw = gibbs(params, v, rng, Binary, k), rng.random()
        gaussian = gibbs(params, v, np.random.default_rng(seed), Gaussian, k)
        standing = gibbs(params, v, rng, Binary, 0)
        return {"v of binary units": binary, "v of Gaussian units": gaussian, "the next draw": draw,
                "v after 0 rounds": standing}  # fmt: skip

    def laws(inputs, answer):
        binary = set(np.unique(answer["v of binary units"])) <= {0.0, 1.0}
        yield "binary units are 0 or 1: sample them, do not keep the probabilities", binary
        rng, (N, visible), hidden = np.random.default_rng(inputs["seed"]), inputs["v"].shape, len(inputs["c"])
        for _ in range(inputs["k"]):
            for units in (hidden, visible):
                rng.random((N, units), inputs["v"].dtype.name)
        drawn = answer["the next draw"] == rng.random()
        yield "a round draws the hidden layer once and the visible one once, and nothing else", drawn


class Energy:
    """E(v, h)."""

    def cases(rng):
        for dtype, N, visible, hidden in SIZES:
            v, h = _bits(rng, dtype, N, visible), _bits(rng, dtype, N, hidden)
            yield {**_machine(rng, dtype, visible, hidden), "v": v, "h": h}

    def run(W, b, c, v, h):
        return {"energy": energy([W, b, c], v, h), "energy of Gaussian units": energy([W, b, c], v, h, Gaussian)}


class FreeEnergy:
    """F(v), with inputs to the hidden units large enough to overflow an exponential too."""

    def cases(rng):
        for dtype, N, visible, hidden in SIZES:
            yield {**_machine(rng, dtype, visible, hidden), "v": _bits(rng, dtype, N, visible)}
        huge = {name: 1000.0 * part for name, part in _machine(rng, "float64", 4, 3).items()}
        yield {**huge, "v": _bits(rng, "float64", 5, 4)}

    def run(W, b, c, v):
        return {"F": free_energy([W, b, c], v), "F of Gaussian units": free_energy([W, b, c], v, Gaussian)}


class DreamsMinusData:
    """The statistics of dreams and data, plain and centred, for as many dreams as data or not."""

    def cases(rng):
        for (dtype, N, visible, hidden), M in zip(SIZES, (6, 5, 5)):
            v, dream = _bits(rng, dtype, N, visible), _bits(rng, dtype, M, visible)
            shapes = {"h": (N, hidden), "dream_h": (M, hidden), "mu": (visible,), "lam": (hidden,)}
            yield {"v": v, "dream": dream, **{name: rng.random(shape).astype(dtype) for name, shape in shapes.items()}}

    def run(v, h, dream, dream_h, mu, lam):
        plain, centred = dreams_minus_data(v, h, dream, dream_h), dreams_minus_data(v, h, dream, dream_h, [mu, lam])
        names = ("dW", "db", "dc")
        return {**dict(zip(names, plain)), **{f"{name} centred": part for name, part in zip(names, centred)}}


class CdGrad:
    """The gradient of CD-1, CD-3, of persistent chains, centred, of Gaussian units; and k = 0 refused."""

    def cases(rng):
        for (dtype, N, visible, hidden), k in zip(SIZES, (1, 3, 2)):
            more = {"v": _bits(rng, dtype, N, visible), "chains": _bits(rng, dtype, 4, hidden), "k": k, "seed": 8}
            means = {"mu": rng.random(visible).astype(dtype), "lam": rng.random(hidden).astype(dtype)}
            inputs = {**_machine(rng, dtype, visible, hidden), **more, **means}
            yield inputs
        for k in (0, -1):
            yield {**inputs, "k": k, "refused": "a k of 0 or less must raise ValueError"}

    def run(W, b, c, v, chains, k, seed, mu, lam):
        def grad(**options):
            rng = np.random.default_rng(seed)
            gradient, hidden, h = cd_grad([W, b, c], v, rng, **{"k": k, **options})
            return {**dict(zip(("dW", "db", "dc"), gradient)), "last hidden states": hidden, "h on the data": h,
                    "the next draw": rng.random()}  # fmt: skip

        answer = grad()
        variants = {"of persistent chains": {"chains": chains}, "centred": {"offsets": [mu, lam]},
                    "of Gaussian units": {"units": Gaussian}}  # fmt: skip
        for variant, options in variants.items():
            answer |= {f"{name} {variant}": value for name, value in grad(**options).items()}
        return answer


class _Completion:
    def cases(rng):
        for dtype, N, visible, hidden in SIZES:
            observed = rng.random((N, visible)) < 0.5
            yield {**_machine(rng, dtype, visible, hidden), "v": _bits(rng, dtype, N, visible), "observed": observed, "seed": 9}

    def laws(inputs, answer):
        observed = inputs["observed"]
        for name in ("v after 2 rounds", "v after 5 rounds", "v of Gaussian units"):
            yield "what was observed must stay as it is", np.array_equal(answer[name][observed], inputs["v"][observed])


def _completed(method, params, v, observed, seed):
    def completed(rounds, units=Binary, rng=None):
        return complete(params, v, observed, rng or np.random.default_rng(seed), units, method, rounds)

    rng = np.random.default_rng(seed)
    return {"v after 2 rounds": completed(2), "v after 5 rounds": completed(5, rng=rng), "the next draw": rng.random(),
            "v of Gaussian units": completed(4, Gaussian)}  # fmt: skip


class MeanField(_Completion):
    """v with its gaps filled by the mean field."""

    def run(W, b, c, v, observed, seed):
        return _completed("mean_field", [W, b, c], v, observed, seed)


class GibbsCompletion(_Completion):
    """v with its gaps filled by Gibbs sampling, with the same draws."""

    def run(W, b, c, v, observed, seed):
        return _completed("gibbs", [W, b, c], v, observed, seed)
