"""Train a VAE, and look at its code: the manifold, the codes of test images, one number of a code at a time.

    python examples/vae.py                              # digits, codes of 2 numbers
    python examples/vae.py --latent 8                   # larger codes: no manifold, better images
    python examples/vae.py --data mnist --epochs 20 --backend cupy

Into --out: samples.png, reconstructions.png, factors.png (one number of a code from −2 to 2, the others as they are), and for
codes of 2 numbers manifold.png (decoded at a grid of percentiles of the prior) and codes.png (where the test images lie, by
class). In training the pixels are drawn anew at each step, 1 with the grey level as the probability. Printed, of 200 test
images so drawn: the bound, and the likelihood by more and more importance samples, which grows.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from minigan import pictures
from minigan.arrays import generator, to, to_numpy
from minigan.data.load import add_data_arguments, load_images
from minigan.models.bipartite import bernoulli
from minigan.models.networks import tanh_network
from minigan.models.vae import VAE
from minigan.nn import Adam, Cosine
from minigan.train import train

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
add_data_arguments(parser)
parser.add_argument("--latent", type=int, default=2)
parser.add_argument("--hidden", type=int, default=200)
parser.add_argument("--samples", type=int, default=1, help="codes for each image in training; more than 1: the tighter bound")
parser.add_argument("--beta", type=float, default=1.0, help="weight of the KL")
parser.add_argument("--epochs", type=int, default=200)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--backend", default="numpy", help="numpy or cupy")
parser.add_argument("--out", default="runs/vae")
parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
args = parser.parse_args()

images, labels, shape = load_images(args)
n, last, out = images.shape[1], len(images) * 9 // 10, Path(args.out)
image, batch = shape if shape[2] > 1 else shape[:2], min(100, last)
optimizer = Adam(2e-3, beta1=0.9, schedule=Cosine(args.epochs * (last // batch), to=0.01))
hidden = (args.hidden, args.hidden)
vae = VAE(tanh_network(n, *hidden, 2 * args.latent), tanh_network(args.latent, *hidden, n), args.latent, samples=args.samples,
          beta=args.beta, binarise=True, optimizer=optimizer, seed=args.seed, backend=args.backend)  # fmt: skip
train(vae, images[:last], epochs=args.epochs, batch_size=batch, seed=args.seed, out=out, resume=args.resume, image=image)

test = to(images[last:], args.backend)
binary = bernoulli(test[:200, :], generator(1, args.backend))
print(f"bound {float(vae.elbo(binary, seed=0).mean()):.2f} nats")
for K in (1, 10, 100, 1000):
    print(f"likelihood by {K} importance samples {float(vae.log_likelihood(binary, K, seed=0).mean()):.2f} nats")

first = test[: min(12, len(test)), :]
pairs = np.concatenate([to_numpy(first), to_numpy(vae.reconstruct(first))])
pictures.save_table(out / "reconstructions.png", pairs, image, ["test image", "from its code"], range(1, len(first) + 1))
codes, side = to_numpy(vae.encode(test)[0]), np.linspace(-2, 2, 11, dtype=np.float32)
factors = np.repeat(codes[:1], 11 * min(args.latent, 8), axis=0)
for i in range(min(args.latent, 8)):
    factors[11 * i : 11 * i + 11, i] = side
pictures.save_table(out / "factors.png", to_numpy(vae.decode(to(factors, args.backend))), image,
                    [f"z[{i}]" for i in range(min(args.latent, 8))], [f"{z:.1f}" for z in side],
                    title="one number of a code at a time, the others as they are")  # fmt: skip
if args.latent == 2:
    from statistics import NormalDist

    percentiles = np.array([NormalDist().inv_cdf(p) for p in np.linspace(0.03, 0.97, 15)], np.float32)
    grid = np.stack(np.meshgrid(percentiles, percentiles[::-1]), axis=-1).reshape(-1, 2)
    pictures.save_table(out / "manifold.png", to_numpy(vae.decode(to(grid, args.backend))), image,
                        [f"{z:.1f}" for z in percentiles[::-1]], [f"{z:.1f}" for z in percentiles],
                        title="decoded at percentiles of the prior; z[0] to the right, z[1] upwards")  # fmt: skip
    figure = Figure(figsize=(5.5, 5), layout="constrained")
    axes = figure.subplots()
    classes = labels[last:] if labels is not None else np.zeros(len(codes))
    dots = axes.scatter(*codes.T, c=classes, cmap="tab10", s=8, vmin=-0.5, vmax=9.5)
    figure.colorbar(dots, ax=axes, ticks=range(10), label="class")
    axes.set(xlabel="z[0]", ylabel="z[1]", title="means of the codes of test images")
    figure.savefig(out / "codes.png", dpi=120)
print(f"the pictures are in {out}")
