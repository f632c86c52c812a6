"""Convolutions, LSTMs, skip connections: gradients, causality, what they refuse, and torch beside them."""

import gradients_of_layers
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from minigan.arrays import generator, to_numpy
from minigan.nn import (
    LSTM,
    BatchNorm,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    Linear,
    MaskedConv2d,
    Net,
    Noise,
    NormedLinear,
    ReLU,
    Reshape,
    Residual,
    RowLSTM,
    Shift,
)
from minigan.nn.gradcheck import TOLERANCE
from minigan.nn.shapes import as_rows

size, seed = st.integers(1, 3), st.integers(0, 10_000)
two = st.tuples(size, size)
per_backend = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def windows(draw, most=4):
    """kernel, stride, padding: padding less than the kernel, so that no window sees zeros alone."""
    kernel = draw(st.tuples(st.integers(1, most), st.integers(1, most)))
    padding = tuple(draw(st.integers(0, k - 1)) for k in kernel)
    return {"kernel": kernel, "stride": draw(two), "padding": padding}


@per_backend
@given(window=windows(), places=st.tuples(st.integers(3, 4), st.integers(3, 4)), N=size, n_in=size, n_out=size, seed=seed)
def test_conv(backend, window, places, N, n_in, n_out, seed):
    """Three places at least: then even the widest padding leaves an image."""
    sizes = {"places": places, "N": N, "n_in": n_in, "n_out": n_out, **window}
    shape = [s * (n - 1) + k - 2 * p for n, k, s, p in zip(places, *(window[name] for name in ("kernel", "stride", "padding")))]
    assume(min(shape) >= 1)
    assert gradients_of_layers.error_of("conv", generator(seed, backend), **sizes) <= TOLERANCE


@per_backend
@given(window=windows(), h=st.integers(2, 4), w=st.integers(2, 4), N=size, n_in=size, n_out=size, seed=seed)
def test_conv_transpose(backend, window, h, w, N, n_in, n_out, seed):
    sizes = {"N": N, "h": h, "w": w, "n_in": n_in, "n_out": n_out, **window}
    shape = [s * (n - 1) + k - 2 * p for n, k, s, p in zip((h, w), *(window[name] for name in ("kernel", "stride", "padding")))]
    assume(min(shape) >= 1)
    assert gradients_of_layers.error_of("conv_transpose", generator(seed, backend), **sizes) <= TOLERANCE


@per_backend
@given(kernel=st.sampled_from([3, 5, (1, 3), (3, 5)]), mask=st.sampled_from("AB"), colours=st.integers(1, 3), h=size, w=size,
       groups_in=st.integers(1, 2), groups_out=st.integers(1, 2), seed=seed)  # fmt: skip
def test_masked_conv(backend, kernel, mask, colours, h, w, groups_in, groups_out, seed):
    sizes = {"kernel": kernel, "mask": mask, "colours": colours, "h": h + 1, "w": w + 1, "groups_in": groups_in,
             "groups_out": groups_out}  # fmt: skip
    assert gradients_of_layers.error_of("masked_conv", generator(seed, backend), **sizes) <= TOLERANCE


@per_backend
@given(N=size, T=st.integers(1, 6), n_in=size, n_out=size, seed=seed)
def test_lstm(backend, N, T, n_in, n_out, seed):
    assert gradients_of_layers.error_of("lstm", generator(seed, backend), N=N, T=T, n_in=n_in, n_out=n_out) <= TOLERANCE


@per_backend
@given(N=size, h=st.integers(1, 4), w=size, n_in=size, n_out=size, seed=seed)
def test_row_lstm(backend, N, h, w, n_in, n_out, seed):
    sizes = {"N": N, "h": h, "w": w, "n_in": n_in, "n_out": n_out}
    assert gradients_of_layers.error_of("row_lstm", generator(seed, backend), **sizes) <= TOLERANCE


@per_backend
@given(N=st.integers(3, 6), n=size, seed=seed)
def test_residual(backend, N, n, seed):
    assert gradients_of_layers.error_of("residual", generator(seed, backend), N=N, n=n) <= TOLERANCE


@per_backend
@given(N=size, n_in=st.integers(2, 4), n_out=size, seed=seed)
def test_normed_linear(backend, N, n_in, n_out, seed):
    """Of one weight only the sign would be learnt: two at least."""
    assert gradients_of_layers.error_of("normed_linear", generator(seed, backend), N=N, n_in=n_in, n_out=n_out) <= TOLERANCE


@per_backend
@given(N=size, n=size, seed=seed)
def test_noise(backend, N, n, seed):
    assert gradients_of_layers.error_of("noise", generator(seed, backend), N=N, n=n) <= TOLERANCE


@per_backend
@given(N=size, h=size, w=size, c=size, seed=seed)
def test_shapes(backend, N, h, w, c, seed):
    assert gradients_of_layers.error_of("shapes", generator(seed, backend), N=N, h=h, w=w, c=c) <= TOLERANCE


def jacobian(layer, rng, *shape):
    """|∂y/∂x|, (outputs, inputs), with the axes of one example on both sides, at a random x: by backward, output by output."""
    params = [rng.standard_normal(size=parameter, dtype="float64") for parameter in layer.shapes]
    y, cache = layer.forward(params, rng.standard_normal(size=(1, *shape), dtype="float64"))
    rows = []
    for i in range(y[0].size):
        dy = np.zeros(y.size)
        dy[i] = 1.0
        rows.append(abs(layer.backward(params, cache, dy.reshape(y.shape))[0]))
    return np.concatenate(rows).reshape(*y.shape[1:], *shape)


@pytest.mark.parametrize("mask", "AB")
def test_a_masked_convolution_sees_earlier_pixels_alone(mask):
    """And all of those in its window: with random weights no derivative is 0 by chance."""
    seen = jacobian(MaskedConv2d(1, 1, 5, mask=mask), generator(0), 5, 5, 1)[2, 2, 0, :, :, 0] > 0
    order = np.arange(25).reshape(5, 5)
    assert (seen == (order < 12 if mask == "A" else order <= 12)).all()


@pytest.mark.parametrize("mask", "AB")
def test_colours_of_a_pixel_see_each_other_in_order(mask):
    seen = jacobian(MaskedConv2d(6, 3, 3, mask=mask, colours=3), generator(0), 3, 3, 6)
    at_centre = seen[1, 1, :, 1, 1, :] > 0  # (outputs: r g b, inputs: r r g g b b)
    colour_in, colour_out = np.array([0, 0, 1, 1, 2, 2]), np.arange(3)[:, None]
    assert (at_centre == (colour_in < colour_out if mask == "A" else colour_in <= colour_out)).all()
    assert (seen[1, 1, :, 0, 0, :] > 0).all() and (seen[1, 1, :, 1, 2, :] == 0).all()


def test_a_row_lstm_sees_the_triangle_above_and_its_left_neighbour():
    """Each row up, h brings one pixel more to either side, and x one more to the left."""
    seen = jacobian(RowLSTM(1, 2), generator(0), 4, 9, 1)[3, 4, :, :, :, 0].max(axis=0) > 0
    up, column = np.arange(3, -1, -1)[:, None], np.arange(9)
    assert (seen == ((column >= 4 - up - 1) & (column <= 4 + up))).all()


@pytest.mark.parametrize("layer", [LSTM(2, 3), Shift(2)])
def test_a_sequence_is_read_forwards(layer):
    seen = jacobian(layer, generator(0), 5, 2).max(axis=(1, 3)) > 0  # (step of y, step of x)
    steps = np.arange(5)
    earlier = steps[None, :] <= steps[:, None] if isinstance(layer, LSTM) else steps[None, :] == steps[:, None] - 1
    assert (seen == earlier).all()


CAUSAL = [MaskedConv2d(2, 3, 3, mask="B"), RowLSTM(2, 3), Residual(ReLU(), MaskedConv2d(2, 2, 3, mask="B"))]


@pytest.mark.parametrize("layer", CAUSAL)
def test_one_pixel_at_a_time_gives_what_the_whole_image_gives(layer, backend):
    rng = generator(3, backend)
    params = [rng.standard_normal(size=shape, dtype="float64") for shape in layer.shapes]
    x = rng.standard_normal(size=(2, 3, 4, 2), dtype="float64")
    y, memory = layer.forward(params, x)[0], layer.memory(2, (3, 4, 2), x)
    for i, j in np.ndindex(3, 4):
        at = to_numpy(layer.at(params, memory, (i, j), x[:, i, j, :]))
        assert abs(at - to_numpy(y[:, i, j, :])).max() < 1e-12  # sums of a few tens of numbers of size 1


def test_averages_over_pixels_and_over_rows_are_the_same_batchnorm(rng, backend):
    x = rng.standard_normal(size=(3, 4, 5, 2), dtype="float64")
    layer, params = BatchNorm(2), [rng.standard_normal(size=2, dtype="float64") for _ in range(2)]
    rows = layer.forward(params, as_rows(x))[0]
    assert (to_numpy(layer.forward(params, x)[0]).reshape(60, 2) == to_numpy(rows)).all()


def test_net_knows_the_shape_behind_each_layer():
    net = Net(Reshape(8, 8, 1), Conv2d(1, 4, 4, stride=2, padding=1), ReLU(), Flatten(), Linear(64, 3))
    assert net.input_shape == (64,) and net.output_shapes == [(8, 8, 1), (4, 4, 4), (4, 4, 4), (64,), (3,)]
    assert (net.n_in, net.n_out) == (64, 3)
    table = repr(net).splitlines()
    assert "Conv2d(1, 4, 4, stride=2, padding=1)" in table[3] and "(4, 4, 4)" in table[3] and table[3].endswith("68")
    assert Net(Conv2d(3, 4, 3)).output_shapes == [(None, None, 4)]  # images of any size


REFUSED = {
    r"Linear\(5, 10\).*Reshape\(3, 3, 1\) wants rows of 9": lambda: Net(Linear(5, 10), Reshape(3, 3, 1)),
    "3 high, 5 with its padding, and the kernel 6": lambda: Net(Reshape(3, 3, 1), Conv2d(1, 2, 6, padding=1)),
    "7 wide.*leaves 1 over": lambda: Net(Reshape(8, 7, 1), Conv2d(1, 2, 4, stride=2)),
    r"takes images \(h, w, 1\), and gets the shape \(3, 3, 2\)": lambda: Net(Reshape(3, 3, 2), Conv2d(1, 2, 2)),
    "T ≥ 1": lambda: LSTM(2, 3).output_shape((0, 2)),
    "takes sequences": lambda: Net(Reshape(3, 3, 2), LSTM(2, 4)),
    "odd": lambda: MaskedConv2d(1, 2, 4),
    "'A'.*'B'": lambda: MaskedConv2d(1, 2, 3, mask="C"),
    "groups": lambda: MaskedConv2d(3, 4, 3, colours=3),
    "sees nothing": lambda: MaskedConv2d(1, 2, 1, mask="A"),
    "cuts off all": lambda: Net(Reshape(1, 1, 2), ConvTranspose2d(2, 1, 2, padding=1)),
    "wants the same": lambda: Residual(Linear(2, 3)),
    "rows, columns": lambda: Conv2d(1, 2, (3, 3, 3)),
    "stride.*1 or more": lambda: Conv2d(1, 2, 3, stride=0),
    "draws noise: want Noise between": lambda: Residual(Linear(2, 2), Noise(0.1)),
    "unknown size": lambda: Net(Conv2d(1, 2, 2), Flatten()),
}


@pytest.mark.parametrize("message", REFUSED)
def test_the_impossible_is_refused_when_the_network_is_built(message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        REFUSED[message]()


@pytest.mark.parametrize(("size", "message"), [(6, r"3 in steps of 2 leaves 1 over.*Conv2d\(1, 4, 3, stride=2\)"),
                                               (3, r"ReLU\(\) gives the shape \(1, 1, 4\).*Conv2d\(4, 4, 2\)")])  # fmt: skip
def test_an_image_of_unknown_size_that_does_not_fit_is_refused_with_the_layer(size, message):
    net = Net(Conv2d(1, 4, 3, stride=2), ReLU(), Conv2d(4, 4, 2))
    theta = net.init(generator(0))
    assert net.forward(theta, np.ones((2, 5, 5, 1), np.float32))[0].shape == (2, 1, 1, 4)
    with pytest.raises(ValueError, match=message):
        net.forward(theta, np.ones((2, size, size, 1), np.float32))


def torch_and_ours(name, rng):
    """A torch module in float64, ours with the same weights, an input for each, and how to bring torch's to our layout."""
    torch = pytest.importorskip("torch")
    nn, images = torch.nn, (lambda a: a.permute(0, 2, 3, 1))
    halving = {"stride": 2, "padding": 1}
    pairs = {
        "conv": (nn.Conv2d(3, 4, 4, **halving), Conv2d(3, 4, 4, **halving), (2, 3, 8, 6)),
        "conv, oblong": (nn.Conv2d(3, 4, (3, 2), stride=(1, 2)), Conv2d(3, 4, (3, 2), stride=(1, 2)), (2, 3, 5, 6)),
        "transposed": (nn.ConvTranspose2d(3, 4, 4, **halving), ConvTranspose2d(3, 4, 4, **halving), (2, 3, 4, 3)),
        "masked": (nn.Conv2d(3, 4, 5, padding=2), MaskedConv2d(3, 4, 5, mask="B"), (2, 3, 6, 5)),
        "lstm": (nn.LSTM(3, 4, batch_first=True), LSTM(3, 4), (2, 7, 3)),
    }
    theirs, layer, shape = pairs[name]
    theirs = theirs.double()
    if name == "masked":
        with torch.no_grad():
            theirs.weight[:, :, 2, 3:] = 0
            theirs.weight[:, :, 3:] = 0
    x = torch.from_numpy(rng.standard_normal(size=shape)).requires_grad_()
    params = layer.from_torch({key: value.numpy() for key, value in theirs.state_dict().items()})
    return theirs, layer, params, x, (lambda a: a) if name == "lstm" else images


def test_torch_agrees_on_weights_of_fixed_length():
    torch = pytest.importorskip("torch")
    rng, layer = generator(0), NormedLinear(4, 3, scale=1.5)
    params = [rng.standard_normal(shape) for shape in layer.shapes]
    theirs = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(4, 3).double())
    named = layer.to_torch(params)
    theirs.load_state_dict({key: torch.from_numpy(np.ascontiguousarray(value)) for key, value in named.items()})
    x, dy = torch.from_numpy(rng.standard_normal((5, 4))).requires_grad_(), rng.standard_normal((5, 3))
    y_theirs = theirs(x)
    y_theirs.backward(torch.from_numpy(dy))
    y, cache = layer.forward(params, x.detach().numpy())
    dx, (dV, db) = layer.backward(params, cache, dy)
    gradients = dict(theirs.named_parameters())
    expected = [gradients[name].grad.numpy() for name in ("parametrizations.weight.original1", "bias")]
    for ours, right in [(y, y_theirs.detach().numpy()), (dx, x.grad.numpy()), (dV.T, expected[0]), (db, expected[1])]:
        assert abs(ours - right).max() < 1e-10
    assert all((a == b).all() for a, b in zip(params, layer.from_torch(named)))
    with pytest.raises(ValueError, match=r"lengths, is \[3\.\] in the shape \(3, 1\).*each 1\.5"):
        layer.from_torch(named | {"parametrizations.weight.original0": np.full((3, 1), 3.0)})
    for lengths in (np.full((3, 1), np.nan), np.full(1, 1.5)):
        with pytest.raises(ValueError, match=r"wants \(3, 1\)"):
            layer.from_torch(named | {"parametrizations.weight.original0": lengths})


def test_a_column_of_zeros_stays_zero():
    layer = NormedLinear(4, 2)
    params, x = [np.zeros((4, 2)), np.ones(2)], np.ones((3, 4))
    y, cache = layer.forward(params, x)
    dx, dparams = layer.backward(params, cache, np.ones((3, 2)))
    assert (y == 1).all() and (dx == 0).all() and all(np.isfinite(array).all() for array in dparams)


@pytest.mark.parametrize("name", ["conv", "conv, oblong", "transposed", "masked", "lstm"])
def test_torch_agrees(name):
    rng = generator(0)
    theirs, layer, params, x, ours_of = torch_and_ours(name, rng)
    y_theirs = theirs(x)[0] if name == "lstm" else theirs(x)
    y, cache = layer.forward(params, ours_of(x).detach().numpy().copy())
    assert abs(y - ours_of(y_theirs).detach().numpy()).max() < 1e-10
    dy = rng.standard_normal(size=y.shape)
    import torch

    dy_theirs = torch.from_numpy(dy) if name == "lstm" else torch.from_numpy(dy).permute(0, 3, 1, 2)
    y_theirs.backward(dy_theirs)
    dx, dparams = layer.backward(params, cache, dy)
    assert abs(dx - ours_of(x.grad).numpy()).max() < 1e-10
    gradients = {key: parameter.grad.numpy() for key, parameter in theirs.named_parameters()}
    if name == "lstm":
        gradients["bias_hh_l0"] = 0 * gradients["bias_hh_l0"]  # torch has the bias twice, each with the whole gradient
    for ours, expected in zip(dparams, layer.from_torch(gradients), strict=True):
        assert abs(ours - expected).max() < 1e-10
    named = layer.to_torch(params)
    back = layer.from_torch(named)
    assert all((a == b).all() for a, b in zip(params, back))
    theirs.load_state_dict({key: torch.from_numpy(np.ascontiguousarray(value)) for key, value in named.items()})
