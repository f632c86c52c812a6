"""Where the time of a training step goes, and what the limit is.

    OPENBLAS_NUM_THREADS=1 python benchmarks/where_time_goes.py

Two rates of this machine are measured first: the floating-point operations a second of a large matrix product (the BLAS), and
the bytes a second of the optimizer's kind of work, reading and writing vectors that do not fit the cache. From them follows
what a step cannot do without:

    products     2 · rows · n_in · n_out operations for each product: a layer has one forward, one for dW, one for dx
    optimizer    Adam reads θ, dθ and two moments, and writes θ and the moments: 7 · 4 bytes for each parameter

Then steps are run under Python's profiler, and its seconds are laid together by source file. A product belongs to the file of
its layer. What a file has beyond its products is copies, sums and elementwise work, all of them bound by the memory.
"""

import cProfile
import math
import pstats
import time
from pathlib import Path

import numpy as np

import minigan
from minigan import memory
from minigan.models.dcgan import dcgan
from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
from minigan.models.networks import tanh_network
from minigan.models.pixelcnn import PixelCNN
from minigan.models.vae import VAE
from minigan.nn import ConvTranspose2d
from minigan.nn.shapes import shapes_behind

STEPS = 10
PACKAGE = Path(minigan.__file__).parent


def median_seconds(function, times=9):
    """The median time of a call."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return sorted(seconds)[times // 2]


def products(layers, shape):
    """Operations of one forward pass for one example of this shape: the first layer's, and those of all layers."""
    each = []
    for layer, behind in zip(layers, shapes_behind(layers, shape)[1]):
        if hasattr(layer, "net"):
            each.append(products(layer.layers, shape)[1])
        elif layer.shapes and len(layer.shapes[0]) > 1:
            transposed = isinstance(layer, ConvTranspose2d)  # there each pixel of the input becomes a window
            each.append(2.0 * math.prod((shape if transposed else behind)[:-1]) * math.prod(layer.shapes[0]))
        shape = behind
    return (each[0], sum(each)) if each else (0.0, 0.0)


def forward(net):
    """Operations of a forward pass for one example."""
    return products(net.layers, net.input_shape)[1]


def forward_backward(net):
    """Forward, dW, and dx of all layers but the first."""
    first, whole = products(net.layers, net.input_shape)
    return 3 * whole - first


def of_gan(G, D):
    """A step of D on real and fake rows, a step of G; dx alone through D in the latter."""
    return forward(G) + 2 * forward_backward(D) + forward_backward(G) + 2 * forward(D)


def systems():
    """{name: (step, operations, parameters)}."""
    rng = np.random.default_rng(0)
    grey = rng.random((128, 784), dtype="float32")
    black = np.round(grey)
    gan = GAN(vanilla_generator(), vanilla_discriminator())
    images = GAN(*dcgan((28, 28, 1), 64, 64), latent=64)
    encoder, decoder = tanh_network(784, 200, 200, 100), tanh_network(50, 200, 200, 784)
    vae, pixels = VAE(encoder, decoder, 50), PixelCNN((28, 28))
    return {
        "vanilla GAN, batch 128": (lambda: gan.step(grey), 128 * of_gan(gan.G, gan.D), gan.G.size + gan.D.size),
        "DCGAN, width 64, batch 64": (lambda: images.step(grey[:64]), 64 * of_gan(images.G, images.D),
                                      images.G.size + images.D.size),
        "VAE, batch 100": (lambda: vae.step(grey[:100]), 100 * (forward_backward(encoder) + forward_backward(decoder)
                           + products(decoder.layers, (50,))[0]), encoder.size + decoder.size),
        "PixelCNN, batch 64": (lambda: pixels.step(black[:64]), 64 * forward_backward(pixels.network), pixels.network.size),
    }  # fmt: skip


def by_file(step):
    """{source file: milliseconds a step}, the largest first; NumPy's own functions belong to the file that calls them."""
    profile = cProfile.Profile()
    profile.runcall(lambda: [step() for _ in range(STEPS)])
    stats, files = pstats.Stats(profile).stats, {}

    def give(key, seconds, depth=0):
        name, callers = Path(key[0]), stats[key][4]
        total = sum(caller[2] for caller in callers.values())
        if PACKAGE in name.parents or not callers or depth > 9 or not total:
            files[name.name] = files.get(name.name, 0.0) + seconds * 1000 / STEPS
            return
        for caller, share in callers.items():
            give(caller, seconds * share[2] / total, depth + 1)

    for key, (_, _, own, _, _) in stats.items():
        give(key, own)
    return dict(sorted(files.items(), key=lambda item: -item[1]))


def main():
    memory.keep()  # as `train` does
    a, theta = np.ones((1024, 1024), np.float32), np.ones((8, 1 << 24), np.float32)
    flops = 2 * 1024**3 / median_seconds(lambda: a @ a)
    bandwidth = 3 * theta[0].nbytes / median_seconds(lambda: np.add(theta[0], theta[1], out=theta[2]))
    print(f"this machine: {flops / 1e9:.0f} GFLOP/s in a large product, {bandwidth / 1e9:.1f} GB/s over vectors\n")
    for name, (step, operations, parameters) in systems().items():
        for _ in range(3):
            step()
        whole = 1000 * median_seconds(step)
        limit, adam = 1000 * operations / flops, 1000 * 28 * parameters / bandwidth
        print(f"{name}: {whole:.1f} ms a step; its products' limit is {limit:.1f} ms, the optimizer's {adam:.1f} ms")
        files = by_file(step)
        scale = whole / sum(files.values())  # the profiler itself costs time
        print("    " + ", ".join(f"{file} {ms * scale:.1f}" for file, ms in files.items() if ms * scale > 0.02 * whole) + "\n")


if __name__ == "__main__":
    main()
