"""Convolutions and the LSTM beside torch: forward and both gradients, float32.

    python benchmarks/layer_speed.py [--threads 2]

Conv2d 64 → 128, 4×4, stride 2, padding 1 on (128, 14, 14); 3×3, 32 → 32 and 16 → 16, padding 1, on (64, 28, 28); an LSTM of
128 units on 64 sequences of 28 steps of 28 numbers. Torch has its default layout, channels first. How they are timed:
harness.py.
"""

import harness

CONVOLUTIONS = {
    "64 → 128, 4×4, stride 2": {"rows": 128, "side": 14, "n_in": 64, "n_out": 128, "kernel": 4, "stride": 2},
    "32 → 32, 3×3": {"rows": 64, "side": 28, "n_in": 32, "n_out": 32, "kernel": 3, "stride": 1},
    "16 → 16, 3×3": {"rows": 64, "side": 28, "n_in": 16, "n_out": 16, "kernel": 3, "stride": 1},
}


def numbers(*shape):
    import numpy as np

    return np.random.default_rng(0).standard_normal(shape, dtype="float32")


def minigan_conv(rows, side, n_in, n_out, kernel, stride):
    from minigan.arrays import generator
    from minigan.nn import Conv2d

    layer = Conv2d(n_in, n_out, kernel, stride=stride, padding=1)
    params, x = layer.init(generator(0), "float32"), numbers(rows, side, side, n_in)
    dy = numbers(*layer.forward(params, x)[0].shape)

    def run():
        _, cache = layer.forward(params, x)
        layer.backward(params, cache, dy)

    return run


def torch_conv(rows, side, n_in, n_out, kernel, stride):
    import torch

    layer = torch.nn.Conv2d(n_in, n_out, kernel, stride, padding=1)
    x = torch.from_numpy(numbers(rows, n_in, side, side)).requires_grad_()
    dy = torch.randn_like(layer(x))
    return lambda: torch.autograd.grad(layer(x), [x, *layer.parameters()], dy)


def minigan_lstm(rows, steps, n_in, units):
    from minigan.arrays import generator
    from minigan.nn import LSTM

    layer = LSTM(n_in, units)
    params, x, dy = layer.init(generator(0), "float32"), numbers(rows, steps, n_in), numbers(rows, steps, units)

    def run():
        _, cache = layer.forward(params, x)
        layer.backward(params, cache, dy)

    return run


def torch_lstm(rows, steps, n_in, units):
    import torch

    layer = torch.nn.LSTM(n_in, units, batch_first=True)
    x, dy = torch.from_numpy(numbers(rows, steps, n_in)).requires_grad_(), torch.from_numpy(numbers(rows, steps, units))
    return lambda: torch.autograd.grad(layer(x)[0], [x, *layer.parameters()], dy)


def main():
    args = harness.arguments(__doc__).parse_args()
    for name, sizes in CONVOLUTIONS.items():
        print(name)
        harness.compare(__file__, ["minigan_conv", "torch_conv"], args, **sizes)
    print("LSTM")
    harness.compare(__file__, ["minigan_lstm", "torch_lstm"], args, rows=64, steps=28, n_in=28, units=128)


if __name__ == "__main__":
    main()
