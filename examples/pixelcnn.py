"""Train a PixelCNN or a PixelRNN on binarised digits: exact likelihood, samples that grow pixel by pixel, completions.

    python examples/pixelcnn.py
    python examples/pixelcnn.py --model row                   # the PixelRNN's row LSTM; raster: an LSTM over the pixels
    python examples/pixelcnn.py --levels 17                   # all 17 grey levels of the digits
    python examples/pixelcnn.py --data mnist --epochs 5 --backend cupy

Into --out: samples.png; growing.gif, samples pixel by pixel; completion.png, the lower half of test images drawn given the
upper, beside an RBM's; receptive_field.png, which earlier pixels the logit of one pixel depends on (by the Jacobian), with
the blind spot. Printed: the exact log-likelihood of test images beside the RBM's, and seconds to train and to sample, beside
a GAN's one shot.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from minigan import pictures
from minigan.arrays import generator, to, to_numpy
from minigan.data.load import add_data_arguments, load_images
from minigan.metrics.rbm_likelihood import log_likelihood, log_partition
from minigan.models.bipartite import bernoulli
from minigan.models.networks import vanilla_generator
from minigan.models.pixelcnn import PixelCNN
from minigan.models.pixelrnn import PixelRNN
from minigan.models.rbm import RBM
from minigan.nn import Adam, Cosine
from minigan.train import train

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
add_data_arguments(parser)
parser.add_argument("--model", choices=["cnn", "row", "raster"], default="cnn")
parser.add_argument("--levels", type=int, default=2)
parser.add_argument("--channels", type=int, default=32)
parser.add_argument("--epochs", type=int, default=60)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--backend", default="numpy", help="numpy or cupy")
parser.add_argument("--out", default="runs/pixelcnn")
parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
args = parser.parse_args()

images, _, (h, w, c) = load_images(args)
images = images.reshape(-1, h * w, c).mean(axis=2)  # grey
binary = args.levels == 2
top = np.float32(args.levels - 1)
images = bernoulli(images, generator(0)) if binary else np.round(images * top) / top
last, batch = len(images) * 9 // 10, min(64, len(images) // 2)
known, test, out = images[:last], images[last:], Path(args.out)
optimizer = Adam(2e-3, beta1=0.9, schedule=Cosine(args.epochs * (last // batch), to=0.01))
options = {"channels": args.channels, "optimizer": optimizer, "seed": args.seed, "backend": args.backend}
build = PixelCNN if args.model == "cnn" else (lambda *a, **o: PixelRNN(*a, kind=args.model, **o))
model = build((h, w), args.levels, **options)
start = time.perf_counter()
train(model, known, epochs=args.epochs, batch_size=batch, seed=args.seed, out=out, resume=args.resume, image=(h, w), frames=4)
print(f"{time.perf_counter() - start:.0f} s of training")
shown = to(test[:500], args.backend)
print(f"test log-likelihood {float(model.log_likelihood(shown).mean()):.2f} nats, exact; "
      f"{float(model.bits_per_dimension(shown).mean()):.3f} bits a pixel")

start = time.perf_counter()
samples = to_numpy(model.sample(16, seed=1))
slow = time.perf_counter() - start
G = vanilla_generator(10, h * w)
theta, z = G.init(generator(0)), generator(1).standard_normal((16, 10), "float32")
G.forward(theta, z, G.init_stats())  # the first call warms up
start = time.perf_counter()
G.forward(theta, z, G.init_stats())
print(f"16 samples: {slow:.3f} s pixel by pixel, {time.perf_counter() - start:.4f} s by a GAN's one shot")
stops = np.unique(np.linspace(0, h * w, min(60, h * w) + 1).astype(int))
grown = [pictures.tile(np.where(np.arange(h * w) < stop, samples, 0.4), (h, w)) for stop in stops]
pictures.save_animation(out / "growing.gif", [np.kron(image, np.ones((6, 6))) for image in grown], milliseconds=80)

upper, first = np.arange(h * w) < h // 2 * w, test[:12]
filled = {args.model: to_numpy(model.complete(to(first, args.backend), upper, seed=0))}
if binary:
    rbm = RBM(16, learning_rate=0.05, batch_size=50, n_iter=30, random_state=args.seed).fit(known)
    filled["RBM, 16 units"] = rbm.complete(first, upper)
    exact = log_likelihood(rbm.params, test[:500], log_partition(rbm.params)).mean()
    print(f"an RBM of 16 units: {exact:.2f} nats, exact")
rows = [np.where(upper, first, 0.4), *filled.values(), first]
pictures.save_table(out / "completion.png", np.concatenate(rows), (h, w), ["given", *filled, "truth"],
                    range(1, len(first) + 1), title="the lower half drawn, given the upper")  # fmt: skip

r, c = h * 2 // 3, w // 2  # which earlier pixels does the logit of this one depend on?
field = build((h, w), 2, channels=args.channels, seed=args.seed, dtype="float64")
x = generator(0).random((4, h * w))
logits, tape = field.learner.forward(x)
dy = np.zeros((4, h * w, 1))
dy[:, r * w + c] = 1.0
dx, _ = field.learner.backward(tape, dy.reshape(logits.shape), want_dtheta=False)
seen = abs(dx).max(axis=0).reshape(h, w)
figure = Figure(figsize=(4.5, 4), layout="constrained")
axes = figure.subplots()
strength = axes.imshow(np.log10(np.where(seen > 0, seen, np.nan)), cmap="viridis")
figure.colorbar(strength, ax=axes, label="log₁₀ |∂ logit / ∂ pixel|")
axes.plot(c, r, "rs", markersize=6, label="the pixel")
axes.set(title="what it sees; white: nothing", xlabel="column", ylabel="row", facecolor="white")
axes.legend(loc="lower right", fontsize=7)
figure.savefig(out / "receptive_field.png", dpi=120)
print(f"samples.png, growing.gif, completion.png and receptive_field.png are in {out}")
