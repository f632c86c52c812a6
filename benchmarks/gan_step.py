"""One full iteration of the vanilla GAN (one step of D, one of G) beside torch, and beside its bare matrix products.

    python benchmarks/gan_step.py [--threads 2] [--batches 64 128 256] [--backend cupy]

All do the same work: its 784-wide networks, float32, binary cross-entropy on logits, Adam(2e-4, 0.5, 0.999), fresh
noise each time, no gradient of D's parameters in G's step. `torch_default` has torch's default Adam, `torch_fused` the fused
one, and `torch_joined` also gives D its real and fake rows as one batch, which changes nothing in a D without BatchNorm and
saves passes. The bare products are the matrix products of such an iteration and nothing else: no activation, no loss, no
optimizer; D's rows are joined there too.
How the contenders are timed: harness.py.
"""

import harness

WIDTHS_G, WIDTHS_D = [10, 128, 256, 512, 1024, 784], [784, 512, 256, 128, 1]


def real_images(batch, backend):
    """The same numbers for all: numpy, or cupy where that is asked for."""
    import numpy as np

    images = np.random.default_rng(0).random(size=(batch, 784), dtype="float32")
    if backend == "numpy":
        return images
    import cupy

    return cupy.asarray(images)


def minigan(batch, backend):
    from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
    from minigan.nn import Adam

    gan = GAN(vanilla_generator(), vanilla_discriminator(), optimizer_g=Adam(2e-4, 0.5), optimizer_d=Adam(2e-4, 0.5),
              backend=backend)  # fmt: skip
    real = real_images(batch, backend)
    return lambda: gan.step(real, check=False)


def products(batch, backend):
    """The products of one iteration: (rows, inner) @ (inner, columns) for each Linear, forward, dW and dx."""
    from minigan.arrays import generator

    rng = generator(0, backend)

    def matrices(rows, n, m):
        return [rng.random(size=shape, dtype="float32") for shape in ((rows, n), (n, m), (rows, m))]

    work = []
    for i, (n, m) in enumerate(zip(WIDTHS_G, WIDTHS_G[1:])):  # forward for D's step; forward, dW and dx for G's
        x, W, dy = matrices(batch, n, m)
        work += [(x, W), (x, W), (x.T, dy)] + [(dy, W.T)] * (i > 0)
    for i, (n, m) in enumerate(zip(WIDTHS_D, WIDTHS_D[1:])):
        x, W, dy = matrices(2 * batch, n, m)  # D's step, real and fake: forward, dW and dx
        work += [(x, W), (x.T, dy)] + [(dy, W.T)] * (i > 0)
        x, W, dy = matrices(batch, n, m)  # G's step: forward and dx
        work += [(x, W), (dy, W.T)]

    def run():
        for a, b in work:
            a @ b

    return run


def torch_default(batch, backend, fused=None, joined=False):
    import torch
    from torch import nn

    device = "cuda" if backend == "cupy" else "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        raise ImportError("this torch has no CUDA")
    blocks = [[nn.Linear(a, b), nn.BatchNorm1d(b), nn.ReLU()] for a, b in zip(WIDTHS_G, WIDTHS_G[1:-1])]
    G = nn.Sequential(*sum(blocks, []), nn.Linear(1024, 784), nn.Sigmoid()).to(device)
    blocks = [[nn.Linear(a, b), nn.LeakyReLU(0.2)] for a, b in zip(WIDTHS_D, WIDTHS_D[1:-1])]
    D = nn.Sequential(*sum(blocks, []), nn.Linear(128, 1)).to(device)
    adam = {net: torch.optim.Adam(net.parameters(), lr=2e-4, betas=(0.5, 0.999), fused=fused) for net in (G, D)}
    bce = nn.BCEWithLogitsLoss()
    ones, zeros = torch.ones(batch, 1, device=device), torch.zeros(batch, 1, device=device)
    both = torch.cat([ones, zeros])
    real = torch.from_numpy(real_images(batch, "numpy")).to(device)

    def update(net, loss):
        parameters = list(net.parameters())
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters)):
            parameter.grad = gradient
        adam[net].step()

    def run():
        with torch.no_grad():
            fake = G(torch.randn(batch, 10, device=device))
        if joined:
            update(D, bce(D(torch.cat([real, fake])), both))
        else:
            update(D, 0.5 * (bce(D(real), ones) + bce(D(fake), zeros)))
        update(G, bce(D(G(torch.randn(batch, 10, device=device))), ones))

    return run


def torch_fused(batch, backend):
    return torch_default(batch, backend, fused=True)


def torch_joined(batch, backend):
    return torch_default(batch, backend, fused=True, joined=True)


def main():
    parser = harness.arguments(__doc__)
    parser.add_argument("--batches", type=int, nargs="+", default=[64, 128, 256])
    parser.add_argument("--backend", default="numpy")
    args = parser.parse_args()
    for batch in args.batches:
        names = ["minigan", "torch_default", "torch_fused", "torch_joined", "products"]
        harness.compare(__file__, names, args, batch=batch, backend=args.backend)


if __name__ == "__main__":
    main()
