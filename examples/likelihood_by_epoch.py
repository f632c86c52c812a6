"""Who learns p(x) fastest? The log-likelihood of test images, epoch by epoch and second by second.

    python examples/likelihood_by_epoch.py
    python examples/likelihood_by_epoch.py --data mnist --epochs 10 --every 1 --backend cupy

PixelCNN, PixelRNN (row LSTM) and RBM say log p(x) exactly; the VAE gives a lower bound of it. All see the same images of black
and white pixels, each drawn once with its grey level as the probability; batches of 64 and Adam at 0.001 for all but the RBM,
which has its own rule, at 0.1. likelihood.png: left by epochs, right by seconds of training.
"""

import argparse
import time
from pathlib import Path

from matplotlib.figure import Figure

from minigan.arrays import generator, to
from minigan.data.load import add_data_arguments, load_images
from minigan.metrics.rbm_likelihood import log_likelihood, log_partition
from minigan.models.bipartite import bernoulli
from minigan.models.networks import tanh_network
from minigan.models.pixelcnn import PixelCNN
from minigan.models.pixelrnn import PixelRNN
from minigan.models.rbm import RBM
from minigan.models.vae import VAE
from minigan.train import train

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
add_data_arguments(parser)
parser.add_argument("--channels", type=int, default=32, help="of PixelCNN and PixelRNN")
parser.add_argument("--code", type=int, default=8, help="of the VAE")
parser.add_argument("--epochs", type=int, default=45)
parser.add_argument("--every", type=int, default=3, help="epochs between two looks")
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--backend", default="numpy", help="numpy or cupy")
parser.add_argument("--out", default="runs/likelihood_by_epoch")
args = parser.parse_args()
Path(args.out).mkdir(parents=True, exist_ok=True)

images, _, (h, w, c) = load_images(args)
images = bernoulli(images.reshape(-1, h * w, c).mean(axis=2), generator(0))
n, last = h * w, len(images) * 9 // 10
known, test = images[:last], to(images[last:][:1000], args.backend)
options = {"seed": args.seed, "backend": args.backend}
models = {
    "PixelCNN, exact": PixelCNN((h, w), channels=args.channels, **options),
    "PixelRNN, exact": PixelRNN((h, w), channels=args.channels, **options),
    "VAE, lower bound": VAE(tanh_network(n, 200, 200, 2 * args.code), tanh_network(args.code, 200, 200, n), args.code,
                            **options),
    "RBM of 16 units, exact": RBM(16, learning_rate=0.1, batch_size=64, centred=True, random_state=args.seed,
                                  backend=args.backend),
}  # fmt: skip


def mean_log_p(model):
    """The mean over the test images, in nats: log p(x), or its bound."""
    if isinstance(model, RBM):
        return float(log_likelihood(model.params, test, log_partition(model.params)).mean())
    return float((model.elbo(test, seed=0) if isinstance(model, VAE) else model.log_likelihood(test)).mean())


figure = Figure(figsize=(9, 4), layout="constrained")
panels = figure.subplots(1, 2, sharey=True)
for name, model in models.items():
    epochs, seconds, values = [], [0.0], []
    for done in range(0, args.epochs, args.every):
        start = time.perf_counter()
        train(model, known, epochs=args.every, batch_size=min(64, last), seed=args.seed + done, progress=False)
        seconds.append(seconds[-1] + time.perf_counter() - start)
        epochs.append(done + args.every)
        values.append(mean_log_p(model))
    print(f"{name}: {values[-1]:.2f} nats after {epochs[-1]} epochs, {seconds[-1]:.0f} s")
    panels[0].plot(epochs, values, label=name)
    panels[1].plot(seconds[1:], values)
panels[0].set(xlabel="epochs", ylabel="log p(test image), nats")
panels[1].set(xlabel="seconds of training", xscale="log")
panels[0].legend(fontsize=8)
for axes in panels:
    axes.grid(alpha=0.3)
figure.savefig(Path(args.out) / "likelihood.png", dpi=120)
print(f"likelihood.png is in {args.out}")
