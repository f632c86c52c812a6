"""A network: layers in a row, over one flat vector of parameters.

A `Net` is a description. It holds no weights: they come in as `theta`, a 1-D array of length `net.size`, and gradients
go out as another such vector. So nothing has to be zeroed, frozen or detached, and an optimizer, a gradient check, a
checkpoint or an average of two networks is a line over one vector.

    y, tape    = net.forward(theta, x)          y = f_L(… f_2(f_1(x)))
    dx, dtheta = net.backward(theta, tape, dy)  the chain rule, from the last layer to the first

L is the number of layers. `tape` is the list of what each layer wants to remember (and, last, y's shape). It is returned,
not stored, so the same network may see several batches before backward is called for any of them. A layer may remember its
output itself: do not write into y before backward. Backward hands each layer the gradient of its output and gets the gradient
of its input, which is the gradient of the output of the layer below.

    x ── f_1 ── f_2 ── … ── f_L ── y
    dx ← b_1 ← b_2 ← … ← b_L ← dy        each b_i also leaves its part of dθ

A layer is any object with `shapes` (of its parameters), `forward(params, x) -> (y, cache)` and
`backward(params, cache, dy) -> (dx, dparams)`. With parameters it has `init(rng, dtype)` too, and its backward takes the
flags want_dx and want_dparams. A layer that is linear in pieces has `tangent(params, cache, t)`. One with running statistics
(BatchNorm) has `stats_shapes`, `init_stats`, `check_stats` and `track`. One that `draws` (Noise) gets a generator in training.
What a layer makes of an example's shape: see `shapes.py`.

**A layer of your own**, with all that a network and its checkpoints ask for:

    from minigan.arrays import namespace
    from minigan.nn.shapes import sum_rows

    class Scale:                                                 # y = a x, with a factor for each of n features
        def __init__(self, n):
            self.n = self.n_in = self.n_out = n
            self.shapes = ((n,),)

        def init(self, rng, dtype):
            xp = namespace(rng)
            return [xp.ones(self.n, dtype=getattr(xp, dtype))]

        def forward(self, params, x):
            return params[0] * x, x

        def backward(self, params, cache, dy, *, want_dx=True, want_dparams=True):
            return params[0] * dy, [sum_rows(dy * cache)]

        def to_torch(self, params):                              # the names are yours: torch has no such layer
            return {"factors": params[0]}

        def from_torch(self, named):
            return [named["factors"]]

Here both gradients cost next to nothing, so the flags are not looked at; what is not wanted may be None.
`gradcheck.check_layer` says whether a backward is right.
"""

from minigan.arrays import backend_module, dtype_name, namespace
from minigan.nn.flat import flatten, places, total, views
from minigan.nn.shapes import Flatten, Reshape, shapes_behind


class Net:
    """Layers in a row.

    layers: the layers, in order.

    size: the number of parameters, θ's length. shapes: the parameters' shapes, layer by layer. input_shape: of one example;
    output_shapes: behind each layer. n_in, n_out: features of input and output. range: between which values the output lies,
    or None. min_batch: the fewest rows of a training batch, 2 where a layer joins the rows. draws: whether a layer draws noise.
    """

    def __init__(self, *layers):
        _check_layers(layers)
        self.layers = layers
        self.shapes = [layer.shapes for layer in layers]
        self.stats_shapes = [getattr(layer, "stats_shapes", ()) for layer in layers]
        self._places, self._stats_places = places(self.shapes), places(self.stats_shapes)
        self.size = total(self.shapes)
        self.input_shape, self.output_shapes = shapes_behind(layers)
        self.n_in, self.n_out = self.input_shape[-1], self.output_shapes[-1][-1]
        last = next((layer for layer in layers[::-1] if not isinstance(layer, (Flatten, Reshape))), None)
        self.range = getattr(last, "range", None)
        self.min_batch = max(getattr(layer, "min_batch", 1) for layer in layers)
        self._first = next((i for i, shapes in enumerate(self.shapes) if shapes), 0)  # below it there is nothing to learn
        self.draws = any(getattr(layer, "draws", False) for layer in layers)
        self._whole = [layer for layer in layers if hasattr(layer, "output_shape") or hasattr(layer, "input_shape")]

    def __repr__(self):
        """A table: layer, shape behind it, number of parameters."""
        rows = [("layer", "output", "parameters"), ("", str(self.input_shape), "")]
        rows += [(repr(layer), str(shape), f"{total([layer.shapes]):,}")
                 for layer, shape in zip(self.layers, self.output_shapes)]  # fmt: skip
        rows += [("Net", "", f"{self.size:,}")]
        a, b, c = (max(map(len, column)) for column in zip(*rows))
        return "\n".join(f"{name:{a}}  {shape:{b}}  {count:>{c}}".rstrip() for name, shape, count in rows)

    def init(self, rng, dtype="float32"):
        """The first θ, drawn with rng, on rng's backend. dtype: "float32" or "float64"."""
        if dtype not in ("float32", "float64"):
            raise ValueError(f"dtype is {dtype!r}: want 'float32' or 'float64'")
        return flatten(namespace(rng), dtype, [layer.init(rng, dtype) if layer.shapes else [] for layer in self.layers])

    def init_stats(self, dtype="float32", backend="numpy"):
        """The running statistics before any batch: one flat vector, like θ; empty without BatchNorm."""
        first = [layer.init_stats(dtype, backend) if shapes else [] for layer, shapes in zip(self.layers, self.stats_shapes)]
        return flatten(backend_module(backend), dtype, first)

    def unpack(self, theta):
        """[[W, b], [], [gamma, beta], …]: views of θ, layer by layer, read-only where the module has read-only arrays."""
        if theta.shape != (self.size,):
            raise ValueError(f"theta has shape {tuple(theta.shape)}, this network wants ({self.size},): make one with net.init")
        return views(theta, self._places)

    def unpack_stats(self, stats):
        """[[], [mean, variance], …]: views of the running statistics, layer by layer."""
        return views(stats, self._stats_places)

    def forward(self, theta, x, stats=None, rng=None):
        """x (N, *input_shape) -> y (N, *output_shapes[-1]), and the tape for backward. θ and x share module and dtype.

        Without stats: training, BatchNorm uses the batch's statistics, and Noise draws with the generator rng. With stats:
        inference, BatchNorm uses those, and Noise adds none. There may be more axes of batch in front where every layer works
        on the last axis alone.
        """
        params = self.unpack(theta)
        self._check(theta, x, stats, rng)
        of_layers = [[]] * len(self.layers) if stats is None else self.unpack_stats(stats)
        tape = []
        for layer, p, part in zip(self.layers, params, of_layers):
            drawing = stats is None and getattr(layer, "draws", False)
            x, cache = layer.forward(p, x, *([part] if part else [rng] if drawing else []))
            tape.append(cache)
        return x, [*tape, x.shape]

    def backward(self, theta, tape, dy, *, want_dx=True, want_dtheta=True):
        """dy, of y's shape -> dx, of x's shape, dθ (net.size,). What is not wanted is not computed, and None is returned."""
        if dy.shape != tape[-1] or dy.dtype != theta.dtype:
            raise ValueError(f"dy is {tuple(dy.shape)} of {dy.dtype}, the output was {tuple(tape[-1])} and theta is "
                             f"{theta.dtype}: want the output's shape and theta's dtype")
        params, lowest = self.unpack(theta), 0 if want_dx else self._first
        grads = []
        for i in reversed(range(lowest, len(self.layers))):
            layer, p, cache = self.layers[i], params[i], tape[i]
            if layer.shapes:
                dy, dparams = layer.backward(p, cache, dy, want_dx=want_dx or i > lowest, want_dparams=want_dtheta)
            else:
                dy, dparams = layer.backward(p, cache, dy)
            grads.append(dparams)
        dtheta = flatten(namespace(theta), dtype_name(theta), grads[::-1]) if want_dtheta else None
        return (dy if want_dx else None), dtheta

    def tangent(self, theta, tape, t):
        """How y changes when x changes by t, of x's shape, at the x that left this tape -> (dy, a tape of its own).

        `backward(theta, that tape, …)` is the tangent's backward: it differentiates ∂y/∂x · t. Exact for layers that are
        linear, or linear in pieces; a network with other layers raises ValueError.
        """
        self.check_tangent()
        tangent_tape = []
        for layer, p, cache in zip(self.layers, self.unpack(theta), tape):
            t, cache = layer.tangent(p, cache, t)
            tangent_tape.append(cache)
        return t, [*tangent_tape, t.shape]

    def check_tangent(self):
        """Raise ValueError if some layer has no tangent."""
        curved = {type(layer).__name__ for layer in self.layers if not hasattr(layer, "tangent")}
        for layer in self.layers:
            if hasattr(layer, "check_tangent"):  # it has layers of its own
                layer.check_tangent()
        if curved:
            raise ValueError(f"{', '.join(sorted(curved))} has no tangent: where a layer is curved, or joins the rows of a "
                             "batch, a penalty on input gradients would need second derivatives. Use Linear, convolutions, "
                             "ReLU and LeakyReLU")

    def track(self, stats, tape):
        """New running statistics, after the training pass that left this tape. `stats` itself stays as it is."""
        old = self.unpack_stats(stats)
        new = [layer.track(part, cache) if part else [] for layer, part, cache in zip(self.layers, old, tape)]
        return flatten(namespace(stats), dtype_name(stats), new)

    def check_stats(self, stats):
        """Raise ValueError where running statistics cannot be, such as a variance below 0."""
        for layer, part in zip(self.layers, self.unpack_stats(stats)):
            if part and hasattr(layer, "check_stats"):
                layer.check_stats(part)

    def _check(self, theta, x, stats, rng):
        namespace(*(one for one in (theta, x, stats, rng) if one is not None))
        if self.draws and stats is None and rng is None:
            raise ValueError("this network draws noise: a training pass wants a generator, net.forward(theta, x, rng=…). Of "
                             "the models, Classifier hands one over, and SSGAN for its features: leave Noise out elsewhere")
        if stats is not None and stats.dtype != theta.dtype:
            raise TypeError(f"stats is {stats.dtype}, theta is {theta.dtype}: want the same")
        if stats is not None and stats.shape != (total(self.stats_shapes),):
            raise ValueError(f"stats has shape {stats.shape}, this network wants ({total(self.stats_shapes)},): make "
                             "one with net.init_stats and net.track")
        if x.dtype != theta.dtype:
            raise TypeError(f"x is {x.dtype}, theta is {theta.dtype}: convert one of them, for instance "
                            f"x.astype('{dtype_name(theta)}')")
        wanted = self.input_shape
        if x.ndim > len(wanted) and 0 in x.shape:
            raise ValueError(f"x has shape {tuple(x.shape)}, and nothing in it: want {('N', *wanted)} with N ≥ 1, and 1 or "
                             "more along each axis")
        if x.ndim <= len(wanted) or any(n not in (None, m) for n, m in zip(wanted[::-1], x.shape[::-1])):
            raise ValueError(f"x has shape {tuple(x.shape)}: want a batch of examples, {('N', *wanted)} with N ≥ 1; a single "
                             "example is x[None]")
        if self._whole and x.ndim > len(wanted) + 1:
            raise ValueError(f"x has shape {tuple(x.shape)}: want one axis of batch, {('N', *wanted)}, since "
                             f"{self._whole[0]!r} looks at more than the last axis of an example")
        if None in wanted[:-1]:  # only now the size is known: raise where a layer does not fit
            shapes_behind(self.layers, tuple(x.shape[-len(wanted):]))


def _check_layers(layers):
    """ValueError unless these are layers: each has shapes, forward and backward, and init where it has parameters."""
    if not layers or isinstance(layers[0], (list, tuple)):
        raise ValueError("Net takes its layers one by one, and at least one: Net(Linear(2, 1)); of a list, Net(*layers)")
    for layer in layers:
        if isinstance(layer, Net):
            raise ValueError("Net takes layers, and got a Net: hand over its own, Net(*inner.layers, …)")
        if isinstance(layer, type):
            raise ValueError(f"Net takes layers, and got the class {layer.__name__}: want {layer.__name__}(…), an object of it")
        wanted = ("shapes", "forward", "backward", *(["init"] if getattr(layer, "shapes", ()) else []))
        missing = [name for name in wanted if not hasattr(layer, name)]
        if missing:
            raise ValueError(f"{layer!r} is no layer: it lacks {', '.join(missing)}. A layer has shapes (of its parameters, () "
                             "for none), forward(params, x) -> (y, cache), backward(params, cache, dy) -> (dx, dparams), and "
                             "with parameters init(rng, dtype)")
