"""One full iteration of the lecture's GAN (one step of D, one of G) beside torch, and beside its bare matrix products.

    python benchmarks/gan_step.py [--rounds 40] [--batches 64 128 256] [--backend cupy]

All do the same work: the lecture's 784-wide networks, float32, binary cross-entropy on logits, Adam(2e-4, 0.5, 0.999);
fresh noise each time; in G's step no gradient of D's parameters. Every round runs each of them once, one after the
other, so that a slow minute of the machine hits all; the figures are medians and their ratios. The bare products are the
matrix products of the iteration and nothing else: no activation, no loss, no optimizer.
Memory is the process's peak, minigan alone, after the first steps and after all of them.
"""

import argparse
import resource
import statistics
import time

from minigan.arrays import generator
from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
from minigan.nn import Adam


def minigan_step(batch, backend):
    gan = GAN(vanilla_generator(), vanilla_discriminator(), optimizer_g=Adam(2e-4, 0.5), optimizer_d=Adam(2e-4, 0.5),
              backend=backend)
    real = generator(0, backend).random(size=(batch, 784), dtype="float32")
    return lambda: gan.step(real, check=False)


def bare_products(batch, backend):
    """The products of one iteration: (rows, inner) @ (inner, columns) for each Linear, forward, dW and dx."""
    rng = generator(0, backend)

    def matrix(*shape):
        return rng.random(size=shape, dtype="float32")

    def products(net, forward, dW, dx, dx_first):
        linears = [layer for layer in net.layers if type(layer).__name__ == "Linear"]
        work = []
        for i, layer in enumerate(linears):
            x, W, dy = matrix(batch, layer.n_in), matrix(layer.n_in, layer.n_out), matrix(batch, layer.n_out)
            work += [(x, W)] * forward + [(x.T, dy)] * dW + [(dy, W.T)] * (dx if i else dx_first)
        return work

    # D's step: G forward; D forward, dW, dx on real and fake. G's step: G forward; D forward, dx; G dW, dx
    work = products(vanilla_generator(), forward=2, dW=1, dx=1, dx_first=0)
    work += products(vanilla_discriminator(), forward=3, dW=2, dx=3, dx_first=1)

    def run():
        for a, b in work:
            a @ b

    return run


def torch_step(batch, backend, fused):
    import torch
    from torch import nn

    device = "cuda" if backend == "cupy" else "cpu"
    widths = [10, 128, 256, 512, 1024]
    blocks = [[nn.Linear(a, b), nn.BatchNorm1d(b), nn.ReLU()] for a, b in zip(widths, widths[1:])]
    G = nn.Sequential(*sum(blocks, []), nn.Linear(1024, 784), nn.Sigmoid()).to(device)
    blocks = [[nn.Linear(a, b), nn.LeakyReLU(0.2)] for a, b in zip([784, 512, 256], [512, 256, 128])]
    D = nn.Sequential(*sum(blocks, []), nn.Linear(128, 1)).to(device)
    adam = [torch.optim.Adam(net.parameters(), lr=2e-4, betas=(0.5, 0.999), fused=fused or None) for net in (G, D)]
    bce = nn.BCEWithLogitsLoss()
    ones, zeros = torch.ones(batch, 1, device=device), torch.zeros(batch, 1, device=device)
    real = torch.rand(batch, 784, device=device)

    def update(optimizer, net, loss):
        parameters = list(net.parameters())
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters)):
            parameter.grad = gradient
        optimizer.step()

    def run():
        with torch.no_grad():
            fake = G(torch.randn(batch, 10, device=device))
        update(adam[1], D, 0.5 * (bce(D(real), ones) + bce(D(fake), zeros)))
        update(adam[0], G, bce(D(G(torch.randn(batch, 10, device=device))), ones))

    return run


def synchronise(backend):
    if backend == "cupy":
        import cupy

        cupy.cuda.runtime.deviceSynchronize()


def interleaved_medians(runners, rounds, backend):
    """{name: median milliseconds}, each runner once a round."""
    times = {name: [] for name in runners}
    for i in range(rounds + 3):
        for name, run in runners.items():
            synchronise(backend)
            time.sleep(0.03)  # the threads of the one before stop spinning
            start = time.perf_counter()
            run()
            synchronise(backend)
            if i >= 3:  # the first rounds warm up
                times[name].append(1e3 * (time.perf_counter() - start))
    return {name: statistics.median(values) for name, values in times.items()}


def peak_megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--batches", type=int, nargs="+", default=[64, 128, 256])
    parser.add_argument("--backend", default="numpy")
    args = parser.parse_args()

    step = minigan_step(max(args.batches), args.backend)
    for _ in range(5):
        step()
    early = peak_megabytes()
    for _ in range(100):
        step()
    print(f"memory, batch {max(args.batches)}: peak {early:.0f} MB after 5 steps, {peak_megabytes():.0f} MB after 105")

    print(f"{'batch':>5} {'minigan':>10} {'torch':>10} {'fused':>10} {'products':>10}   minigan / torch, fused, products")
    for batch in args.batches:
        runners = {"minigan": minigan_step(batch, args.backend), "products": bare_products(batch, args.backend)}
        try:
            runners["torch"] = torch_step(batch, args.backend, fused=False)
            runners["fused"] = torch_step(batch, args.backend, fused=True)
        except ImportError:
            print("torch is not installed (pip install 'minigan[bench]'): the products alone")
        ms = interleaved_medians(runners, args.rounds, args.backend)
        names = ("minigan", "torch", "fused", "products")
        columns = " ".join(f"{ms[name]:7.2f} ms" if name in ms else f"{'-':>10}" for name in names)
        ratios = ", ".join(f"{ms['minigan'] / ms[name]:.2f}" for name in names[1:] if name in ms)
        print(f"{batch:5d} {columns}   {ratios}")


if __name__ == "__main__":
    main()
