"""Probes of sheet 7: networks that do not look ahead, the likelihood of pixels, one pixel drawn, one pixel computed.

Images have more columns than rows, so that the two cannot be exchanged. What a network sees is found by moving one pixel.
"""

from contextlib import suppress

import numpy as np

from minigan.homework.probes import normal, parts
from minigan.models.autoregressive import Autoregressive, Walk, draw_pixel, pixel_log_p
from minigan.models.pixelcnn import pixelcnn_network
from minigan.models.pixelrnn import pixelrnn_network
from minigan.nn import LSTM, SGD, Linear, MaskedConv2d, Net, Reshape, Shift


def _near(a, b):
    return np.allclose(a, b, rtol=1e-3, atol=1e-3)


def _looks(net, theta, x):
    """What a network gives, and what with one pixel moved, for each pixel in turn."""
    if net.input_shape != x.shape[1:]:
        raise TypeError(f"the network takes examples {net.input_shape}, want {x.shape[1:]}, the rows of the data")
    theta = np.resize(theta, net.size)  # a network with too many parameters is asked too, and its size is judged apart
    y, moved = net.forward(theta, x)[0], []
    for i in range(x.shape[1]):
        other = x.copy()
        other[:, i] += 1
        moved.append(net.forward(theta, other)[0])
    return {"shape of the output": np.array(y.shape), "number of parameters": net.size, "output": y,
            "output with one pixel moved": np.stack(moved)}  # fmt: skip


def _sees(inputs, answer):
    """Laws of what reaches what: at [i, j] whether pixel i of x reaches the output at pixel j. Images have 5 columns."""
    N, T = inputs["x"].shape
    reached = (answer["output with one pixel moved"] != answer["output"]).reshape(T, N, T, -1).any(axis=(1, 3))
    yield "output at a pixel must not depend on that pixel itself", not reached.diagonal().any()
    yield "output at a pixel must not depend on later pixels", not np.tril(reached, -1).any()
    # some are stopped by a ReLU, and a single channel may be dead
    beside = any(reached[i, i + 1] for i in range(T - 1) if i % 5 < 4)
    yield "a pixel must reach the output at the next one", beside or inputs.get("channels") == 1


class PixelCNNNetwork:
    """What reaches what, how many parameters there are, and the output for given ones."""

    def cases(rng):
        for dtype, levels, channels, blocks, kernel in (("float64", 2, 4, 1, 3), ("float64", 3, 5, 2, 5),
                                                        ("float64", 2, 1, 1, 3), ("float32", 4, 6, 0, 3)):  # fmt: skip
            net = pixelcnn_network((3, 5), levels, channels, blocks, kernel)
            shapes, counts = {"theta": (net.size,), "x": (6, 15)}, {"channels": channels, "blocks": blocks, "kernel": kernel}
            yield {**normal(rng, dtype, **shapes), "levels": levels, **counts}

    def run(theta, x, levels, channels, blocks, kernel):
        return _looks(pixelcnn_network((3, 5), levels, channels, blocks, kernel), theta, x)

    laws = _sees


class PixelRNNNetwork:
    """The same of both kinds of PixelRNN."""

    def cases(rng):
        for dtype, kind, levels, layers in (("float64", "raster", 2, 1), ("float64", "raster", 3, 2), ("float64", "row", 2, 1),
                                            ("float32", "row", 4, 2)):  # fmt: skip
            net = pixelrnn_network((3, 5), levels, 4, layers, kind)
            arrays = normal(rng, dtype, theta=(net.size,), x=(6, 15))
            yield {**arrays, "kind": kind, "levels": levels, "layers": layers}

    def run(theta, x, kind, levels, layers):
        return _looks(pixelrnn_network((3, 5), levels, 4, layers, kind), theta, x)

    laws = _sees


def _levels(rng, dtype, N, T, levels):
    """Images (N, T) and the number of each pixel's level. Each level is there once at least, if there is room."""
    level = np.resize(np.arange(levels), N * T)
    level = rng.permutation(level).reshape(N, T)
    return {"x": (level / (levels - 1)).astype(dtype), "level": level}


class PixelLogP:
    """log p and its derivative: binary pixels, levels, two levels with two logits, fifty levels, logits far from 0."""

    def cases(rng):
        for dtype, levels, binary, size in (("float64", 2, True, 1.0), ("float64", 2, True, 1000.0), ("float32", 2, True, 1.0),
                                            ("float64", 4, False, 1.0), ("float64", 50, False, 1.0), ("float64", 2, False, 1.0),
                                            ("float64", 3, False, 1000.0), ("float32", 5, False, 1.0)):  # fmt: skip
            shape = (5, 11) if binary else (5, 11, levels)
            logits = (size * rng.standard_normal(shape)).astype(dtype)
            yield {"logits": logits, **_levels(rng, dtype, 5, 11, levels), "levels": levels, "axes of logits": logits.ndim}

    def run(logits, x, **more):
        return dict(zip(("log p", "dlogits"), parts(pixel_log_p(logits, x), "log p, dlogits")))

    def laws(inputs, answer):
        dlogits, at_most_1 = answer["dlogits"], bool((answer["log p"] <= 1e-6).all())
        yield "a probability is at most 1, its logarithm at most 0", at_most_1
        if inputs["axes of logits"] == 2:
            up = _near(np.minimum(dlogits * (2 * inputs["x"] - 1), 0), 0)
            yield "a pixel that is 1 becomes more probable when its logit grows, one that is 0 less probable", up
        else:
            even = _near(dlogits.sum(axis=-1), 0)
            yield "a softmax over the levels does not change when all logits of a pixel grow: their dlogits sum to 0", even
            own = np.take_along_axis(dlogits, inputs["level"][:, :, None], axis=-1)
            yield "the level that the pixel has is the one that must become more probable", bool((own >= -1e-6).all())


def _reader(levels):
    """A small network that does not look ahead, made of what is given: for images of 2 × 3 pixels."""
    return Net(Reshape(6, 1), Shift(1), LSTM(1, 4), Linear(4, 1 if levels == 2 else levels))


def _model(theta, levels, average=0.0):
    model = Autoregressive((2, 3), levels, _reader(levels), SGD(0.1, average=average), 0, "numpy", theta.dtype.name)
    model.learner.theta = theta.copy()
    return model


def _images(rng, dtype, levels):
    return {**normal(rng, dtype, theta=(_reader(levels).size,)), **_levels(rng, dtype, 5, 6, levels), "levels": levels}


class LogLikelihood:
    """log p(x) and bits for each dimension, of θ̄ where an average is kept, and of a network that knows nothing."""

    def cases(rng):
        for dtype, levels, knows in (("float64", 4, "nothing"), ("float64", 2, "something"), ("float64", 4, "something"),
                                     ("float32", 3, "something")):  # fmt: skip
            inputs = _images(rng, dtype, levels)
            inputs["theta"] *= knows == "something"
            yield {**inputs, "the network knows": knows}
        inputs["x"][0, 0] = 0.5 / (levels - 1)
        words = "data between the grey levels must raise ValueError"
        yield {**inputs, "the network knows": knows, "refused": words}

    def run(theta, x, levels, **more):
        model, averaged = _model(theta, levels), _model(theta, levels, average=0.5)
        averaged.learner.optimizer.mean = 0.5 * theta
        return {"log p": model.log_likelihood(x), "bits for each dimension": model.bits_per_dimension(x),
                "log p where θ is averaged": averaged.log_likelihood(x)}  # fmt: skip

    def laws(inputs, answer):
        if inputs["the network knows"] == "nothing":
            wanted = _near(answer["bits for each dimension"], np.log2(inputs["levels"]))
            yield "a pixel of whose L levels nothing is known costs log₂ L bits", wanted


class Step:
    """The loss, and where θ goes."""

    def cases(rng):
        for dtype, levels in (("float64", 2), ("float64", 3), ("float32", 4)):
            inputs = _images(rng, dtype, levels)
            yield inputs
        yield {**inputs, "x": inputs["x"] + 2, "refused": "data out of range must raise ValueError before θ moves"}

    def run(theta, x, levels, level):
        model, other = _model(theta, levels), _model(theta, levels)
        losses = model.step(x)
        if not isinstance(losses, dict) or losses.keys() != {"loss"}:
            raise TypeError(f'step returns {losses!r}, want {{"loss": …}}')
        steps, moved = model.steps, model.learner.theta
        looks, model.check = [], lambda x: looks.append(1)
        model.step(x[:2], check=False)
        with suppress(ValueError):
            other.step(x + 2)
        return {"loss": losses["loss"], "what was subtracted from theta": theta - moved, "steps": steps,
                "theta after a second step": model.learner.theta, "looks at the data with check=False": len(looks),
                "theta after data out of range": other.learner.theta}  # fmt: skip

    def laws(inputs, answer):
        stays = np.array_equal(answer["theta after data out of range"], inputs["theta"])
        yield "data out of range must raise ValueError before θ moves", stays


class DrawPixel:
    """One pixel by given uniform numbers: of many rows, of numbers in even steps, and just below 1."""

    def cases(rng):
        for dtype, levels, uniform in (("float64", 4, "in even steps"), ("float64", 2, "in even steps"),
                                       ("float32", 60, "just below 1"), ("float64", 5, "any"), ("float32", 2, "any"),
                                       ("float32", 3, "any")):  # fmt: skip
            logits, u = 2 * rng.standard_normal((200, 1 if levels == 2 else levels)), rng.random((200, 1))
            if uniform == "in even steps":
                logits[:], u = logits[:1], (np.arange(200)[:, None] + 0.5) / 200
            if uniform == "just below 1":
                u, logits[:, -1] = np.full((200, 1), np.nextafter(np.float32(1), np.float32(0))), 8.0
            yield {"logits": logits.astype(dtype), "u": u.astype(dtype), "levels": levels, "uniform": uniform}

    def run(logits, u, **more):
        return {"x": draw_pixel(logits, u)}

    def laws(inputs, answer):
        x, logits, levels = answer["x"], inputs["logits"], inputs["levels"]
        level = np.clip(np.rint(x * (levels - 1)), 0, levels - 1)
        yield "a pixel is one of the levels 0, 1/(L − 1), …, 1", _near(level, x * (levels - 1))
        if inputs["uniform"] == "in even steps":
            two = np.concatenate([np.zeros_like(logits), logits], axis=1) if levels == 2 else logits
            weights = np.exp(two[0] - two[0].max())
            often = np.bincount(level[:, 0].astype(int), minlength=levels) / len(x)
            as_said = np.allclose(often, weights / weights.sum(), atol=0.011)
            yield "of evenly spread uniform numbers, each level gets a share that is its probability", as_said


class MaskedAt:
    """y pixel by pixel is y of the whole image; with x said before and after."""

    def cases(rng):
        for dtype, kernel, mask, colours in (("float64", (3, 5), "A", 1), ("float64", (5, 3), "B", 1),
                                             ("float64", (3, 3), "A", 3), ("float64", (1, 3), "B", 1),
                                             ("float32", (3, 3), "B", 3)):  # fmt: skip
            n_in, n_out = (3, 6) if colours == 3 else (2, 4)
            W, b = MaskedConv2d(n_in, n_out, kernel, mask=mask, colours=colours).shapes
            arrays = normal(rng, dtype, x=(2, 3, 5, n_in), W=W, b=b)
            yield {**arrays, "kernel": kernel, "mask": mask, "colours": colours}

    def run(x, W, b, kernel, mask, colours):
        layer = MaskedConv2d(*W.shape[1:], kernel, mask=mask, colours=colours)
        whole, _ = layer.forward([W, b], x)
        layer.forward = _too_much
        memory, later = (layer.memory(len(x), x.shape[1:], W) for _ in range(2))
        y, unknown = np.zeros_like(whole), np.zeros_like(whole)
        for i, j in np.ndindex(x.shape[1:3]):
            y[:, i, j] = layer.at([W, b], memory, (i, j), x[:, i, j])
            unknown[:, i, j] = layer.at([W, b], later, (i, j), np.zeros_like(x[:, i, j]))
            layer.put(later, (i, j), x[:, i, j])
        return {"y, pixel by pixel": y, "y, where each pixel is said after it was asked about": unknown,
                "y of the whole image": whole, "memory after at": memory, "memory after put": later}  # fmt: skip

    def laws(inputs, answer):
        kept = np.array_equal(answer["memory after at"], answer["memory after put"])
        yield "at must keep x of its pixel: what comes later sees it in the memory", kept
        same = _near(answer["y, pixel by pixel"], answer["y of the whole image"])
        yield "y, pixel by pixel, must be what forward gives for the whole image", same
        upper = answer["y, pixel by pixel"][:, 0, 0]
        if inputs["mask"] == "A" and inputs["colours"] == 1:
            yield "nothing comes before the first pixel: with mask A y is b there", _near(upper, inputs["b"])


def _too_much(*args, **kwargs):
    raise ValueError("at must not pass the whole image through forward: only its own pixel is asked for")


class Place:
    """A layer for the probe of Walk: at a pixel (i, j) it gives the sum of the earlier pixels, and i + j/2."""

    n_in, n_out, input_shape, shapes = 1, 2, (None, None, 1), ()
    forward = backward = _too_much

    def output_shape(self, shape):
        return (*shape[:2], 2)

    def memory(self, N, shape, like):
        return [np.zeros((N, 1), like.dtype)]

    def put(self, memory, pixel, x):
        memory[0] = memory[0] + x

    def at(self, params, memory, pixel, x):
        i, j = pixel
        return np.concatenate([memory[0], np.full_like(memory[0], i + j / 2)], axis=1)


class WalkOver:
    """All pixels of an image, one after the other, through two networks."""

    def cases(rng):
        for dtype, first in (("float64", "Shift"), ("float64", "Place"), ("float32", "Shift")):
            size = _walked(first).size
            yield {**normal(rng, dtype, theta=(size,), x=(4, 6)), "first": first}

    def run(theta, x, first):
        def walked(x):
            walk, outputs = Walk(_walked(first), theta, len(x)), []
            for i, pixel in enumerate(walk.pixels):
                outputs.append(walk.at(pixel))
                walk.put(x[:, i : i + 1])
            return np.stack(outputs, axis=1)

        moved = x.copy()
        moved[:, 2] += 1
        return {"the outputs": walked(x), "the outputs for other pixels": walked(moved)}

    def laws(inputs, answer):
        changed = answer["the outputs"] != answer["the outputs for other pixels"]
        yield "what is put must reach the output at the next pixel", bool(changed[:, 3].any())
        yield "what is put must not change what was said before", not changed[:, :3].any()


def _walked(first):
    return _reader(3) if first == "Shift" else Net(Reshape(2, 3, 1), Place(), Linear(2, 4))
