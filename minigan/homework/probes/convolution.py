"""Probes of sheet 5: windows, convolutions and their transposes, the mask, the LSTM.

The windows have sides, strides and paddings that differ between rows and columns, so that none of them can be exchanged.
"""

import numpy as np

from minigan.homework.probes import cached, halves, normal, parts
from minigan.nn import LSTM, Conv2d, ConvTranspose2d, MaskedConv2d
from minigan.nn.activations import sigmoid
from minigan.nn.conv import Window
from minigan.nn.lstm import cell, cell_backward

# name: (kernel, stride, padding), and an image (h, w) on which it fits
WINDOWS = {
    "2 × 3": ((2, 3), (1, 1), (0, 0), (4, 5)),
    "2 × 3 in steps of 1 × 2": ((2, 3), (1, 2), (0, 0), (4, 7)),
    "2 × 2 in steps of 2 × 2, padding 1 × 1": ((2, 2), (2, 2), (1, 1), (4, 6)),
    "3 × 3, padding 1 × 2": ((3, 3), (1, 1), (1, 2), (3, 4)),
    "3 × 2 in steps of 2 × 3, padding 1 × 2": ((3, 2), (2, 3), (1, 2), (5, 4)),
}
HALF = "the first 5 taps of 3 × 3, padding 1 × 1"  # as a mask leaves them
DTYPES = ("float64", "float64", "float64", "float64", "float32")


def _window(name):
    """(the window of that name, an image (h, w))."""
    if name == HALF:
        return Window([*np.ndindex(3, 3)][:5], (3, 3), (1, 1), (1, 1)), (3, 4)
    kernel, stride, padding, image = WINDOWS[name]
    return Window(np.ndindex(kernel), kernel, stride, padding), image


def _layer(kind, window, n_in, n_out):
    kernel, stride, padding, _ = WINDOWS[window]
    return kind(n_in, n_out, kernel, stride=stride, padding=padding)


class Patches:
    """The pixels under each window."""

    def cases(rng):
        for dtype, name in (*zip(DTYPES, WINDOWS), ("float64", HALF)):
            yield {**normal(rng, dtype, x=(2, *_window(name)[1], 3)), "window": name}

    def run(x, window):
        return {"patches": _window(window)[0].patches(x)}

    def laws(inputs, answer):
        x, rows, window = inputs["x"], answer["patches"], _window(inputs["window"])[0]
        if inputs["window"] == HALF:
            return
        (k, m), (_, step), (top, left) = window.kernel, window.stride, window.padding
        inside = x[:, : k - top, : m - left].sum(axis=(1, 2, 3))
        yield "the first window begins p rows and columns outside of the image, where all is 0", _near(rows[0].sum(), inside[0])
        yield "places come in the order of images, rows, columns", _near(rows[len(rows) // len(x)].sum(), inside[1])
        if not left:
            yield "place (0, 1) lies s columns right of place (0, 0)", _near(rows[1].sum(), x[0, :k, step : step + m].sum())
            in_order = _near(rows[0, x.shape[3] : 2 * x.shape[3]], x[0, 0, 1])
            yield "in a row stand the taps one after the other, (0, 0), (0, 1), …, and of each tap its channels", in_order


def _near(a, b):
    return np.allclose(a, b, rtol=1e-3, atol=1e-3)


class Fold:
    """Every number added to its pixel."""

    def cases(rng):
        for dtype, name in (*zip(DTYPES, WINDOWS), ("float64", HALF)):
            window, image = _window(name)
            yield {**normal(rng, dtype, columns=(2 * np.prod(window.places(image)), 3 * len(window.taps))), "window": name}

    def run(columns, window):
        window, image = _window(window)
        return {"the image": window.fold(columns, image)}

    def laws(inputs, answer):
        image, columns, (window, _) = answer["the image"], inputs["columns"], _window(inputs["window"])
        if not any(window.padding):
            kept = _near(image.sum(), columns.sum())
            yield "without padding no number is lost: where windows overlap, what was copied twice is added twice", kept
            yield "pixel (0, 0) lies under tap (0, 0) of the first window alone", _near(image[0, 0, 0], columns[0, :3])
            step = window.stride[1]
            both = _near(image[0, 0, step], columns[0, 3 * step : 3 * step + 3] + columns[1, :3])
            yield "place (0, 1) lies s columns right of place (0, 0)", both
        if window.stride == window.kernel:  # no overlap: each pixel has one number
            cut = _near(image[0, 0, 0], columns[0, -3:])
            yield "p rows and columns are cut off on each side: pixel (p, p) of the padded image is pixel (0, 0)", cut


def _forward(layer, W, b, x):
    y, cache = parts(layer.forward([W, b], x), "y, cache")
    kept, constant = cached(cache, "x, 1.0")
    return {"y": y, "x in the cache": kept, "the constant in the cache": constant}


def _backward(layer, W, b, x, dy):
    y, cache = parts(layer.forward([W, b], x), "y, cache")
    layer.forward([W, b], 2.0 * x + 1.0)
    dx, dparams = parts(layer.backward([W, b], cache, dy), "dx, [dW, db]")
    dW, db = parts(dparams, "dW, db")
    return {"y": y, "dx": dx, "dW": dW, "db": db, **halves(layer, [W, b], cache, dy, "dW, db")}


def _bilinear(inputs, answer):
    """y − b is linear in x, and in W: so ⟨dx, x⟩ and ⟨dW, W⟩ are ⟨dy, y − b⟩."""
    wanted = (inputs["dy"] * (answer["y"] - inputs["b"])).sum()
    holds = {name: _near((answer[f"d{name}"] * inputs[name]).sum(), wanted) for name in ("x", "W")}
    yield "y − b is linear in x, so ⟨dx, x⟩ must be ⟨dy, y − b⟩", holds["x"]
    yield "y − b is linear in W, so ⟨dW, W⟩ must be ⟨dy, y − b⟩", holds["W"]


class ConvForward:
    """y = patches(x) W + b."""

    def cases(rng):
        for dtype, name in zip(DTYPES, WINDOWS):
            kernel, *_, image = WINDOWS[name]
            yield {**normal(rng, dtype, x=(2, *image, 3), W=(*kernel, 3, 4), b=(4,)), "window": name}

    def run(x, W, b, window):
        return _forward(_layer(Conv2d, window, 3, 4), W, b, x)

    def laws(inputs, answer):
        x, W, (kernel, _, padding, _) = inputs["x"], inputs["W"], WINDOWS[inputs["window"]]
        under = x[0, : kernel[0], : kernel[1]] if not any(padding) else x[0, :1, :1] * np.zeros((*kernel, 1))
        turned = np.einsum("abi,abio->o", under, W[::-1, ::-1]) + inputs["b"]
        straight = any(padding) or not _near(answer["y"][0, 0, 0], turned)
        yield "the kernel must not be turned round: tap (0, 0) meets the upper left pixel of the window", straight


class ConvBackward:
    """dx, dW, db, of a batch that was not the last to go forward."""

    def cases(rng):
        for dtype, name in zip(DTYPES, WINDOWS):
            kernel, *_, image = WINDOWS[name]
            dy = (2, *_window(name)[0].places(image), 4)
            yield {**normal(rng, dtype, x=(2, *image, 3), W=(*kernel, 3, 4), b=(4,), dy=dy), "window": name}

    def run(x, W, b, dy, window):
        return _backward(_layer(Conv2d, window, 3, 4), W, b, x, dy)

    def laws(inputs, answer):
        yield from _bilinear(inputs, answer)
        corner = _near(answer["dx"][0, 0, 0], inputs["W"][0, 0] @ inputs["dy"][0, 0, 0])
        alone = not any(WINDOWS[inputs["window"]][2])
        yield "pixel (0, 0) lies under tap (0, 0) of the first window alone: there dx is W[0, 0] dy", not alone or corner


def _transposed(rng, dtype, name, **more):
    """Inputs of a transposed convolution: x is as small as the y of the convolution whose transpose it is."""
    kernel, *_, image = WINDOWS[name]
    x = (2, *_window(name)[0].places(image), 3)
    return {**normal(rng, dtype, x=x, W=(*kernel, 4, 3), b=(4,), **{key: (2, *image, 4) for key in more}), "window": name}


class TransposeForward:
    """y = fold(x Wᵀ) + b."""

    def cases(rng):
        for dtype, name in zip(DTYPES, WINDOWS):
            yield _transposed(rng, dtype, name)

    def run(x, W, b, window):
        return _forward(_layer(ConvTranspose2d, window, 3, 4), W, b, x)

    def laws(inputs, answer):
        x, W, y = inputs["x"], inputs["W"], answer["y"] - inputs["b"]
        if not any(WINDOWS[inputs["window"]][2]):
            corner = _near(y[0, 0, 0], W[0, 0] @ x[0, 0, 0])
            yield "pixel (0, 0) lies under tap (0, 0) of the first window alone: there y is W[0, 0] x + b", corner
            kept = _near(y.sum(axis=(0, 1, 2)), W.sum(axis=(0, 1)) @ x.sum(axis=(0, 1, 2)))
            yield "where windows overlap they add up: without padding Σ (y − b) is (Σ W) (Σ x)", kept


class TransposeBackward:
    """dx, dW, db, of a batch that was not the last to go forward."""

    def cases(rng):
        for dtype, name in zip(DTYPES, WINDOWS):
            yield _transposed(rng, dtype, name, dy=True)

    def run(x, W, b, dy, window):
        return _backward(_layer(ConvTranspose2d, window, 3, 4), W, b, x, dy)

    laws = _bilinear


class Masked:
    """Which taps are left, forward, backward, and what depends on what."""

    def cases(rng):
        for dtype, kernel, mask, colours in (("float64", (3, 5), "A", 1), ("float64", (5, 3), "B", 1),
                                             ("float64", (3, 3), "A", 3), ("float32", (3, 3), "B", 3)):  # fmt: skip
            n_in, n_out = (3, 6) if colours == 3 else (2, 4)
            W, b = MaskedConv2d(n_in, n_out, kernel, mask=mask, colours=colours).shapes
            arrays = normal(rng, dtype, x=(2, 4, 5, n_in), W=W, b=b, dy=(2, 4, 5, n_out))
            yield {**arrays, "kernel": kernel, "mask": mask, "colours": colours}
        arrays |= {"mask": "B", "colours": 1}
        yield {**arrays, "kernel": (3, 4), "refused": "an even kernel must raise ValueError"}
        yield {**arrays, "kernel": (3, 3), "mask": "C", "refused": "a mask that is neither A nor B must raise ValueError"}

    def run(x, W, b, dy, kernel, mask, colours):
        n_in, n_out = W.shape[1:]
        layer = MaskedConv2d(n_in, n_out, kernel, mask=mask, colours=colours)
        if tuple(layer.shapes) != (W.shape, b.shape):
            raise TypeError(f"self.shapes is {layer.shapes}, want {(W.shape, b.shape)}: which taps does mask {mask} leave?")
        if layer.input_shape != (None, None, n_in):
            raise TypeError(f"self.input_shape is {layer.input_shape}, want {(None, None, n_in)}")
        layer.init(np.random.default_rng(0), W.dtype.name)  # wants self.init_weights
        answer = {"self.window.taps": np.array(layer.window.taps), **_backward(layer, W, b, x, dy)}
        for group in range(colours):  # what changes in y when one group of x changes at pixel (1, 2)?
            moved = x.copy()
            moved[:, 1, 2, np.arange(n_in) * colours // n_in == group] += 1
            answer[f"y with group {group} of x moved"] = parts(layer.forward([W, b], moved), "y, cache")[0]
        return answer

    def laws(inputs, answer):
        colours, mask = inputs["colours"], inputs["mask"]
        changed = [answer[f"y with group {group} of x moved"] != answer["y"] for group in range(colours)]
        reached = np.stack([change.any(axis=0).reshape(20, colours, -1).any(axis=-1) for change in changed], axis=1)
        yield "y at a pixel must not depend on later pixels", not reached[:7].any()
        own = np.triu(np.ones((colours, colours)), k=1 if mask == "A" else 0)  # of pixel (1, 2), the eighth
        if colours == 1:
            wanted = f"with mask {mask} y at a pixel must{' not' if mask == 'A' else ''} depend on x at that pixel"
        else:
            wanted = "at one pixel, which groups of x reach which groups of y? with A the earlier ones, with B its own too"
        yield wanted, np.array_equal(reached[7], own)


GATES = {"all": (0.0, 0.0), "i closed, f open": (-60.0, 60.0)}  # what is added to a_i and to a_f


class Cell:
    """One step."""

    def cases(rng):
        for dtype, gates in (("float64", "i closed, f open"), ("float64", "all"), ("float32", "all")):
            arrays = normal(rng, dtype, a=(5, 12), c=(5, 3))
            arrays["a"][:, :3] += GATES[gates][0]
            arrays["a"][:, 3:6] += GATES[gates][1]
            yield {**arrays, "gates": gates}

    def run(a, c, gates):
        h, new, cache = parts(cell(a, c), "h_t, c_t, cache")
        names = "i, f, o, g, c_{t−1}, tanh(c_t)"
        return {"h_t": h, "c_t": new, **{f"{name} in the cache": v for name, v in zip(names.split(", "), cached(cache, names))}}

    def laws(inputs, answer):
        stays = inputs["gates"] == "all" or _near(answer["c_t"], inputs["c"])
        yield "where i is 0 and f is 1 the memory stays as it is: are the gates taken in the order i, f, o, g?", stays
        yield "h lies between −1 and 1", bool((np.abs(answer["h_t"]) <= 1).all())


class CellBackward:
    """da and the gradient of the memory before, where something comes from above through h, through the memory, or both."""

    def cases(rng):
        for dtype, above in zip(("float64",) * 3 + ("float32",), ("dc alone", "dh alone", "dh and dc", "dh and dc")):
            arrays = normal(rng, dtype, a=(5, 12), c=(5, 3), dh=(5, 3), dc=(5, 3))
            if above != "dh and dc":
                arrays["dc" if above == "dh alone" else "dh"][:] = 0.0
            factors = {"1 − g², the slope of tanh": 1 - np.tanh(arrays["a"][:, 9:]) ** 2}
            for gate, value in zip("ifo", np.split(sigmoid(arrays["a"][:, :9]), 3, axis=1)):
                slope = {f"{gate} (1 − {gate}), the slope of σ": value * (1 - value)}
                factors |= {gate: value, f"1 − {gate}": 1 - value, **slope}
            yield {**arrays, **factors, "from above": above}  # the factors are for the judge: has one been left out?

    def run(a, c, dh, dc, **more):
        _, _, cache = parts(cell(a, c), "h_t, c_t, cache")
        cell(2.0 * a, c)
        da, before = parts(cell_backward(cache, dh, dc), "da, the gradient of c_{t−1}")
        if np.shape(da) != a.shape:
            raise ValueError(f"da has shape {np.shape(da)}, a has {a.shape}")
        return {**dict(zip(("da_i", "da_f", "da_o", "da_g"), np.split(da, 4, axis=1))), "the gradient of c_{t−1}": before}

    def laws(inputs, answer):
        if inputs["from above"] == "dh alone":
            through_h = bool(answer["the gradient of c_{t−1}"].any())
            yield "c_t reaches the loss through h_t too, so dh alone must give c_{t−1} a gradient", through_h
        if inputs["from above"] == "dc alone":
            yield "o does not act on the memory, so dc alone gives da_o = 0", not answer["da_o"].any()


class LSTMForward:
    """h_1 … h_T, and what is handed on."""

    def cases(rng):
        for dtype, T in (("float64", 3), ("float64", 5), ("float32", 4)):
            yield normal(rng, dtype, x=(3, T, 4), W_x=(4, 8), W_h=(2, 8), b=(8,))

    def run(x, W_x, W_h, b):
        layer, later = LSTM(4, 2), x.copy()
        later[:, 0] += 1
        y, cache = parts(layer.forward([W_x, W_h, b], x), "y, cache")
        kept, said, cells = cached(cache, "x, y, the caches of the cells")
        other, _ = layer.forward([W_x, 2 * W_h, b], x)
        (without, _), (moved, _) = (layer.forward([W_x, 0 * W_h, b], given) for given in (x, later))
        return {"y at step 1": y[:, 0].copy(), "y": y, "x in the cache": kept, "y in the cache": said,
                "cells in the cache": len(cells), "y with twice the W_h": other, "y with W_h = 0": without,
                "y with W_h = 0 and x_1 moved": moved}  # fmt: skip

    def laws(inputs, answer):
        later = {name: value[:, 1:] for name, value in answer.items() if name.startswith("y with") or name == "y"}
        through_h = not np.allclose(later["y"], later["y with twice the W_h"])
        yield "from step 2 on y must depend on W_h: h is handed on", through_h
        through_memory = not np.allclose(later["y with W_h = 0"], later["y with W_h = 0 and x_1 moved"])
        yield "x_1 must reach later steps through the memory, even with W_h = 0", through_memory


class LSTMBackward:
    """dx, dW_x, dW_h, db, back through h, through the memory, and both; and one step alone."""

    def cases(rng):
        for dtype, T, way in (("float64", 1, "none, one step"), ("float64", 3, "the memory alone"), ("float64", 3, "h alone"),
                              ("float64", 4, "h and the memory"), ("float32", 5, "h and the memory")):  # fmt: skip
            arrays = normal(rng, dtype, x=(3, T, 4), W_x=(4, 8), W_h=(2, 8), b=(8,), dy=(3, T, 2))
            if way == "the memory alone":
                arrays["W_h"][:] = 0.0
            if way == "h alone":
                arrays["b"][2:4] = -60.0  # f is 0
            if "alone" in way:
                arrays["dy"][:, :-1] = 0.0
            yield {**arrays, "way through time": way}

    def run(x, W_x, W_h, b, dy, **way):
        layer, params = LSTM(4, 2), [W_x, W_h, b]
        _, cache = parts(layer.forward(params, x), "y, cache")
        layer.forward(params, 2.0 * x + 1.0)
        dx, dparams = parts(layer.backward(params, cache, dy), "dx, [dW_x, dW_h, db]")
        gradients = dict(zip(("dW_x", "dW_h", "db"), parts(dparams, "dW_x, dW_h, db")))
        return {"dx": dx, **gradients, **halves(layer, params, cache, dy, "dW_x, dW_h, db")}

    def laws(inputs, answer):
        way, dx = inputs["way through time"], answer["dx"]
        handed = {"the memory alone": "through the memory: is dc handed back?",
                  "h alone": "through h and W_h: is dh handed back?"}  # fmt: skip
        if way in handed:
            arrives = bool(np.abs(dx[:, 0]).max() > 1e-9)
            yield f"what comes from the last step must reach x of the first, {handed[way]}", arrives
        if dx.shape[1] == 1:
            nothing = not answer["dW_h"].any()
            yield "in one step W_h meets h_0 = 0 only, so dW_h is 0: does dW_h pair h_{t−1} with step t?", nothing
