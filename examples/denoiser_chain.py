"""The denoiser's Markov chain beside a GAN's one shot: samples in a row, and how slowly they forget.

    python examples/denoiser_chain.py
    python examples/denoiser_chain.py --data mnist --epochs 20 --noise 0.4

chain.png: six chains from test images, a row each, round after round. forgetting.png: the autocorrelation of the chain (of each
pixel's probability, mean over pixels and chains), round by round; samples of a GAN are drawn apart from each other, so theirs
is 0 from the first lag on. Printed: the rounds that a sample is worth, 1 + 2 Σ autocorrelation.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from minigan import pictures
from minigan.arrays import to, to_numpy
from minigan.data.load import add_data_arguments, load_images
from minigan.models.boltzmann import autocorrelation
from minigan.models.gsn import GSN
from minigan.models.networks import tanh_network
from minigan.train import train

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
add_data_arguments(parser)
parser.add_argument("--hidden", type=int, default=500)
parser.add_argument("--noise", type=float, default=0.15)
parser.add_argument("--walkback", type=int, default=3)
parser.add_argument("--epochs", type=int, default=150)
parser.add_argument("--rounds", type=int, default=300)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--backend", default="numpy", help="numpy or cupy")
parser.add_argument("--out", default="runs/denoiser_chain")
parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
args = parser.parse_args()

images, _, shape = load_images(args)
images = np.round(images)  # black and white: the chain draws pixels that are 0 or 1
n, last, image = images.shape[1], len(images) * 9 // 10, shape if shape[2] > 1 else shape[:2]
gsn = GSN(tanh_network(n, args.hidden, n), args.noise, args.walkback, seed=args.seed, backend=args.backend)
train(gsn, images[:last], epochs=args.epochs, batch_size=min(64, last), seed=args.seed, out=args.out, resume=args.resume,
      image=image)  # fmt: skip

start = to(images[last : last + 50], args.backend)
chain = to_numpy(gsn.chain(start, args.rounds, seed=0))  # (rounds, 50, n)
shown = [0, 1, 2, 3, 5, 10, 20, 50, 100, args.rounds - 1]
shown = [i for i in shown if i < args.rounds]
first = images[last : last + 6]
rows = np.stack([first, *(chain[i, : len(first)] for i in shown)], axis=1).reshape(-1, n)
pictures.save_table(Path(args.out) / "chain.png", rows, image, [f"chain {i}" for i in range(1, len(first) + 1)],
                    ["test image", *(i + 1 for i in shown)], title="P(x | spoiled x), after how many rounds")  # fmt: skip

lags = np.arange(min(60, args.rounds // 3))
settled = chain[args.rounds // 5 :].transpose(0, 2, 1)  # (rounds, n, 50)
moving = settled.std(axis=(0, 2)) > 0.05
correlation = np.mean([autocorrelation(settled[:, i], lags) for i in np.flatnonzero(moving)], axis=0)
rounds = 1 + 2 * max(0.0, correlation[1:].sum())  # what is remembered longer is not in it
print(f"a sample is worth {rounds:.0f} rounds of the chain, or more; a GAN draws it in one pass")
figure = Figure(figsize=(6, 3.5), layout="constrained")
axes = figure.subplots()
axes.plot(lags, correlation, label="the denoiser's chain")
axes.plot(lags, lags == 0, ":", color="black", label="a GAN: each sample by itself")
axes.set(xlabel="rounds between two samples", ylabel="autocorrelation", title="how long a sample is remembered")
axes.grid(alpha=0.3)
axes.legend()
figure.savefig(Path(args.out) / "forgetting.png", dpi=120)
print(f"chain.png and forgetting.png are in {args.out}")
