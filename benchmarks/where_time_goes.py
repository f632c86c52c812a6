"""Where the time of a training step goes, and what the limit is.

    OPENBLAS_NUM_THREADS=1 python benchmarks/where_time_goes.py

Two rates of this machine are measured first, the best of nine tries: the floating-point operations a second of a large matrix
product (the BLAS), and the bytes a second of the optimizer's kind of work, reading and writing vectors that do not fit the
cache. From them follows what a step cannot do without:

    products     2 · rows · n_in · n_out operations for each product: a layer has one forward, one for dW, one for dx
    optimizer    Adam reads θ, dθ and two moments, and writes θ and the moments: 7 · 4 bytes for each parameter

Each layer's products are listed: (rows, inner) @ (inner, columns) forward; dW is (inner, rows) @ (rows, columns), dx is
(rows, columns) @ (columns, inner), and all three take the same number of operations. Beside the time at full rate stands what
NumPy takes for these products alone. Then steps are run under Python's profiler, and its seconds are laid together by source
file. What a file has beyond its products is copies, sums and elementwise work, most of it bound by the memory.
"""

import cProfile
import math
import pstats
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np

import minigan
from minigan import memory
from minigan.models.dcgan import dcgan
from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
from minigan.models.networks import tanh_network
from minigan.models.pixelcnn import PixelCNN
from minigan.models.pixelrnn import PixelRNN
from minigan.models.rbm import RBM
from minigan.models.vae import VAE
from minigan.nn import ConvTranspose2d
from minigan.nn.shapes import shapes_behind

STEPS = 10
PACKAGE = Path(minigan.__file__).parent


def seconds_of(function, times=9, take=statistics.median):
    """The median time of a call, or the least with take=min."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return take(seconds)


class Product(NamedTuple):
    """One weight's products in a step: how often forward, for dW and for dx."""

    layer: str
    rows: int
    inner: int
    columns: int
    forward: int = 1
    dW: int = 1
    dx: int = 1

    def operations(self):
        return 2.0 * self.rows * self.inner * self.columns * (self.forward + self.dW + self.dx)

    def alone(self):
        """Milliseconds of these products and nothing else."""
        x, W, dy = (np.ones(shape, np.float32) for shape in ((self.rows, self.inner), (self.inner, self.columns),
                                                             (self.rows, self.columns)))  # fmt: skip
        calls = ((self.forward, lambda: x @ W), (self.dW, lambda: x.T @ dy), (self.dx, lambda: dy @ W.T))
        return 1000 * sum(times * seconds_of(call) for times, call in calls if times)


def products(layers, shape, rows, *, first_dx=False, **times):
    """The products of layers in a row, for `rows` examples of this shape. times: of forward, dW and dx. -> [Product].

    The first layer's dx is left out unless first_dx: nobody wants the gradient of the data.
    """
    found = []
    for layer, behind in zip(layers, shapes_behind(layers, shape)[1]):
        if hasattr(layer, "net"):
            found += products(layer.layers, shape, rows, first_dx=first_dx or bool(found), **times)
        for *inner, columns in (weight for weight in layer.shapes if len(weight) > 1):
            pixels, sizes = behind, (math.prod(inner), columns)
            if isinstance(layer, ConvTranspose2d):  # each pixel of the input becomes a window, by x Wᵀ
                pixels, sizes = shape, sizes[::-1]
            wanted = times if found or first_dx else times | {"dx": 0}
            found.append(Product(repr(layer), rows * math.prod(pixels[:-1]), *sizes, **wanted))
        shape = behind
    return found


def of_net(net, rows, **times):
    """The products of a Net."""
    return products(net.layers, net.input_shape, rows, **times)


def of_gan(gan, rows):
    """A step of D on real and fake rows, a step of G: through D in the latter for dx alone."""
    D = {"rows": rows, "forward": 2, "dW": 2, "dx": 2} if gan.D.min_batch > 1 else {"rows": 2 * rows}  # apart, or one batch
    return (of_net(gan.G, rows, forward=2) + of_net(gan.D, **D)
            + of_net(gan.D, rows, dW=0, first_dx=True))  # fmt: skip


def systems():
    """{name: (step, products, parameters that Adam moves)}."""
    rng = np.random.default_rng(0)
    grey = rng.random((128, 784), dtype="float32")
    black = np.round(grey)
    gan = GAN(vanilla_generator(), vanilla_discriminator())
    images = GAN(*dcgan((28, 28, 1), 64, 64), latent=64)
    encoder, decoder = tanh_network(784, 200, 200, 100), tanh_network(50, 200, 200, 784)
    vae, cnn, rnn = VAE(encoder, decoder, 50), PixelCNN((28, 28)), PixelRNN((28, 28))
    rbm = RBM(256, learning_rate=0.01, batch_size=100, n_iter=1).fit(black[:100])
    machine = [Product("W", 100, 784, 256, forward=2, dW=2)]  # v W, v′ W; vᵀ h, v′ᵀ h′; h Wᵀ
    return {
        "vanilla GAN, batch 128": (lambda: gan.step(grey), of_gan(gan, 128), gan.G.size + gan.D.size),
        "DCGAN, width 64, batch 64": (lambda: images.step(grey[:64]), of_gan(images, 64), images.G.size + images.D.size),
        "VAE, batch 100": (lambda: vae.step(grey[:100]), of_net(encoder, 100) + of_net(decoder, 100, first_dx=True),
                           encoder.size + decoder.size),
        "PixelCNN, batch 64": (lambda: cnn.step(black[:64]), of_net(cnn.network, 64), cnn.network.size),
        "PixelRNN, batch 64": (lambda: rnn.step(black[:64]), of_net(rnn.network, 64), rnn.network.size),
        "RBM, PCD-1, batch 100": (lambda: rbm.step(black[:100]), machine, 0),
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
    flops = 2 * 1024**3 / seconds_of(lambda: a @ a, take=min)
    bandwidth = 3 * theta[0].nbytes / seconds_of(lambda: np.add(theta[0], theta[1], out=theta[2]), take=min)
    print(f"this machine: {flops / 1e9:.0f} GFLOP/s in a large product, {bandwidth / 1e9:.1f} GB/s over vectors\n")
    for name, (step, parts, parameters) in systems().items():
        for _ in range(3):
            step()
        whole = 1000 * seconds_of(step)
        counted, adam = Counter(parts), 1000 * 28 * parameters / bandwidth
        full = {part: times * 1000 * part.operations() / flops for part, times in counted.items()}
        alone = {part: times * part.alone() for part, times in counted.items()}
        print(f"{name}: {whole:.1f} ms a step. Its products: {sum(full.values()):.1f} ms at full rate, "
              f"{sum(alone.values()):.1f} ms alone. Its optimizer: {adam:.1f} ms at full rate")  # fmt: skip
        print(f"    {'layer':52} {'rows × inner × columns':24} forward, dW, dx   full rate    alone")
        for part, times in counted.items():
            size = f"{part.rows} × {part.inner} × {part.columns}"
            passes = ", ".join(str(times * n) for n in (part.forward, part.dW, part.dx))
            print(f"    {part.layer:52} {size:24} {passes:15} {full[part]:11.2f} {alone[part]:8.2f}")
        files = by_file(step)
        scale = whole / sum(files.values())  # the profiler itself costs time
        print("    " + ", ".join(f"{file} {ms * scale:.1f}" for file, ms in files.items() if ms * scale > 0.02 * whole) + "\n")


if __name__ == "__main__":
    main()
