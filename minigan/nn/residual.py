"""A skip connection: the layers learn what to add to their input.

    y = x + f(x)          f: layers in a row, whose output has the shape of their input

Backward, both ways add up: dx = dy + f′(x)ᵀ dy. The first term carries dy to the block below unchanged. Where f′ is small, the
gradient neither grows nor dies, however many blocks there are: that is why deep networks of such blocks can be trained.

f is a `Net`, and for the network outside, all parameters of f are one array: its flat θ. So a network can be a layer, and this
file is the chain rule of a sum, and no more.
Source: He et al. 2016.
"""

from minigan.nn.flat import total
from minigan.nn.net import Net
from minigan.nn.shapes import shapes_behind
from minigan.nn.torch_names import from_torch, to_torch


class Residual:
    """y = x + f(x). layers: those of f, in order."""

    def __init__(self, *layers):
        self.net, self.layers = Net(*layers), layers
        self.input_shape, self.min_batch = self.net.input_shape, self.net.min_batch
        self.shapes = ((self.net.size,),)
        self.stats_shapes = ((total(self.net.stats_shapes),),) if any(self.net.stats_shapes) else ()
        self.output_shape(self.input_shape)
        if self.net.draws:
            raise ValueError(f"{self!r} draws noise: want Noise between the layers of a Net, not in a skip connection")

    def __repr__(self):
        return f"Residual({', '.join(map(repr, self.layers))})"

    def output_shape(self, shape):
        """As it comes, where f keeps it."""
        _, (*_, behind) = shapes_behind(self.layers, shape)
        if behind != shape:
            raise ValueError(f"f of {self!r} makes {behind} of {shape}: x + f(x) wants the same shape")
        return shape

    def init(self, rng, dtype):
        """The first [θ] of f."""
        return [self.net.init(rng, dtype)]

    def init_stats(self, dtype, backend):
        """The running statistics of f before any batch."""
        return [self.net.init_stats(dtype, backend)]

    def forward(self, params, x, stats=(None,)):
        """x (N, …) -> y of the same shape, and f's tape."""
        y, tape = self.net.forward(params[0], x, stats[0])
        return x + y, tape

    def backward(self, params, cache, dy, *, want_dx=True, want_dparams=True):
        """dy -> dx = dy + f′(x)ᵀ dy, [dθ]; None in the place of what is not wanted."""
        dx, dtheta = self.net.backward(params[0], cache, dy, want_dx=want_dx, want_dtheta=want_dparams)
        return dy + dx if want_dx else None, [dtheta] if want_dparams else None

    def tangent(self, params, cache, t):
        """t -> t + f′(x) t, and the tape for backward."""
        moved, tape = self.net.tangent(params[0], cache, t)
        return t + moved, tape

    def check_tangent(self):
        """Raise ValueError if f has a curved layer."""
        self.net.check_tangent()

    def check_stats(self, stats):
        """Raise ValueError where the running statistics of f cannot be."""
        self.net.check_stats(stats[0])

    def track(self, stats, cache):
        """The running statistics of f after the training pass that left this tape."""
        return [self.net.track(stats[0], cache)]

    def memory(self, N, shape, like):
        """What `at` keeps: the memories of f's layers."""
        _, behind = shapes_behind(self.layers, shape)
        return [layer.memory(N, before, like) if hasattr(layer, "at") else None
                for layer, before in zip(self.layers, [shape, *behind])]  # fmt: skip

    def at(self, params, memory, pixel, x):
        """y at one pixel, (N, n), given x there and what was called for earlier pixels."""
        y = x
        for layer, p, kept in zip(self.layers, self.net.unpack(params[0]), memory):
            y = layer.at(p, kept, pixel, y) if kept is not None else layer.forward(p, y)[0]
        return x + y

    def to_torch(self, params, stats=(None,)):
        """The weights of f under torch's names: "0.weight", …"""
        return to_torch(self.net, params[0], stats[0])

    def from_torch(self, named):
        """The way back: [θ]."""
        return [from_torch(self.net, named)[0]]

    def stats_from_torch(self, named):
        """The way back: [running statistics]."""
        return [from_torch(self.net, named)[1]]
