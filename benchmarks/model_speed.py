"""One training step of the larger models beside torch: DCGAN, VAE and PixelCNN, float32, each with Adam at its default.

    python benchmarks/model_speed.py [--threads 2]

DCGAN on 28×28, width 64, batch 64; the VAE of Burda et al. 2016 (784-200-200-50, tanh), batch 100; a PixelCNN with a 7×7
layer of 32 channels and five residual blocks (32-16-32), batch 64, 28×28. The same networks, losses and noise on both sides.
How they are timed: harness.py.
"""

import harness


def images(rows):
    import numpy as np

    return np.random.default_rng(0).random((rows, 784), dtype="float32")


def minigan_dcgan(rows):
    from minigan.models.dcgan import dcgan
    from minigan.models.gan import GAN

    gan, real = GAN(*dcgan((28, 28, 1), 64, 64), latent=64), images(rows)
    return lambda: gan.step(real, check=False)


def torch_dcgan(rows):
    import torch
    from torch import nn

    G = nn.Sequential(nn.Linear(64, 4096), nn.Unflatten(1, (256, 4, 4)), nn.BatchNorm2d(256), nn.ReLU(),
                      nn.ConvTranspose2d(256, 128, 3, 2, 1), nn.BatchNorm2d(128), nn.ReLU(),
                      nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.BatchNorm2d(64), nn.ReLU(),
                      nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Sigmoid())  # fmt: skip
    D = nn.Sequential(nn.Conv2d(1, 64, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(64, 128, 4, 2, 1), nn.BatchNorm2d(128),
                      nn.LeakyReLU(0.2), nn.Conv2d(128, 256, 3, 2, 1), nn.BatchNorm2d(256), nn.LeakyReLU(0.2),
                      nn.Flatten(), nn.Linear(4096, 1))  # fmt: skip
    adam = {net: torch.optim.Adam(net.parameters(), 2e-4, betas=(0.5, 0.999)) for net in (G, D)}
    bce, ones, zeros = nn.BCEWithLogitsLoss(), torch.ones(rows, 1), torch.zeros(rows, 1)
    real = torch.from_numpy(images(rows)).reshape(-1, 1, 28, 28)

    def update(net, loss):
        parameters = list(net.parameters())
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters)):
            parameter.grad = gradient
        adam[net].step()

    def run():
        with torch.no_grad():
            fake = G(torch.randn(rows, 64))
        update(D, 0.5 * (bce(D(real), ones) + bce(D(fake), zeros)))
        update(G, bce(D(G(torch.randn(rows, 64))), ones))

    return run


def minigan_vae(rows):
    from minigan.models.networks import tanh_network
    from minigan.models.vae import VAE

    vae = VAE(tanh_network(784, 200, 200, 100), tanh_network(50, 200, 200, 784), 50, binarise=True)
    x = images(rows)
    return lambda: vae.step(x, check=False)


def torch_vae(rows):
    import torch
    from torch import nn

    def tanh(*widths):
        layers = sum([[nn.Linear(a, b), nn.Tanh()] for a, b in zip(widths, widths[1:])], [])
        return nn.Sequential(*layers[:-1])

    encoder, decoder = tanh(784, 200, 200, 100), tanh(50, 200, 200, 784)
    adam = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], 1e-3)
    grey = torch.from_numpy(images(rows))

    def run():
        x = torch.bernoulli(grey)
        mean, logvar = encoder(x).chunk(2, dim=1)
        logits = decoder(mean + torch.exp(0.5 * logvar) * torch.randn_like(mean))
        kl = 0.5 * torch.sum(mean**2 + logvar.exp() - 1 - logvar)
        loss = (nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="sum") + kl) / rows
        adam.zero_grad()
        loss.backward()
        adam.step()

    return run


def minigan_pixelcnn(rows):
    import numpy as np

    from minigan.models.pixelcnn import PixelCNN

    model, x = PixelCNN((28, 28)), np.round(images(rows))
    return lambda: model.step(x, check=False)


def torch_pixelcnn_network():
    import torch
    from torch import nn

    class Masked(nn.Conv2d):
        def __init__(self, n_in, n_out, k, centre):
            super().__init__(n_in, n_out, k, padding=k // 2)
            mask = torch.ones(k, k)
            mask[k // 2, k // 2 + centre :] = 0
            mask[k // 2 + 1 :] = 0
            self.register_buffer("mask", mask)

        def forward(self, x):
            return nn.functional.conv2d(x, self.weight * self.mask, self.bias, padding=self.padding)

    class Block(nn.Sequential):
        def forward(self, x):
            return x + super().forward(x)

    blocks = [Block(nn.ReLU(), nn.Conv2d(32, 16, 1), nn.ReLU(), Masked(16, 16, 3, 1), nn.ReLU(), nn.Conv2d(16, 32, 1))
              for _ in range(5)]  # fmt: skip
    return nn.Sequential(Masked(1, 32, 7, 0), *blocks, nn.ReLU(), nn.Conv2d(32, 32, 1), nn.ReLU(), nn.Conv2d(32, 1, 1))


def torch_pixelcnn(rows):
    import torch
    from torch import nn

    net = torch_pixelcnn_network()
    adam = torch.optim.Adam(net.parameters(), 1e-3)
    x = torch.from_numpy(images(rows)).round().reshape(-1, 1, 28, 28)

    def run():
        loss = nn.functional.binary_cross_entropy_with_logits(net(x), x, reduction="sum") / rows
        adam.zero_grad()
        loss.backward()
        adam.step()

    return run


def main():
    parser = harness.arguments(__doc__, rounds=5, steps=5, starts=2)
    parser.add_argument("--models", nargs="+", default=["dcgan", "vae", "pixelcnn"])
    args = parser.parse_args()
    for name in args.models:
        rows = 100 if name == "vae" else 64
        harness.compare(__file__, [f"minigan_{name}", f"torch_{name}"], args, rows=rows)


if __name__ == "__main__":
    main()
