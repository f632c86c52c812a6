"""Does an encoder that has seen no label help when labels are few?

    python examples/few_labels.py                                               # digits
    python examples/few_labels.py --data mnist --labels 100 600 1000 3000 --epochs 30

A denoising autoencoder learns from all training images. Then classifiers learn from a few labelled ones, the same for each: on
PCA's codes, on the encoder's codes (frozen), and on the raw pixels: one network from random starts, and the same with the
encoder as its first layer (fine-tuned). All have the same optimizer and the same number of steps. Five draws of the labels;
the error on test images, mean (least … most), is printed and drawn in few_labels.png.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from minigan.arrays import ORDER, generator, to, to_numpy
from minigan.data.load import add_data_arguments, load_images
from minigan.models.autoencoder import Autoencoder
from minigan.models.classifier import Classifier, classifier_network
from minigan.models.networks import relu_network
from minigan.models.pca import PCA
from minigan.nn import Adam, Linear, Net, ReLU, Sigmoid
from minigan.train import train

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
add_data_arguments(parser)
parser.add_argument("--labels", type=int, nargs="+", default=[20, 50, 100, 300])
parser.add_argument("--draws", type=int, default=5)
parser.add_argument("--hidden", type=int, default=500, help="width of the encoder, and of the classifiers on codes")
parser.add_argument("--noise", type=float, default=0.4, help="share of the pixels that are spoiled; 0 for a plain autoencoder")
parser.add_argument("--epochs", type=int, default=100, help="of the autoencoder")
parser.add_argument("--steps", type=int, default=400, help="of each classifier")
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--backend", default="numpy", help="numpy or cupy")
parser.add_argument("--out", default="runs/few_labels")
args = parser.parse_args()
Path(args.out).mkdir(parents=True, exist_ok=True)

images, labels, shape = load_images(args)
if labels is None:
    parser.error("--images: a folder has no labels, and this is about labels; want --data")
if args.data == "digits":
    (images, unseen), (labels, unseen_labels) = (images[:1400], images[1400:]), (labels[:1400], labels[1400:])
else:
    unseen, unseen_labels, _ = load_images(args, "test")
n, wide = images.shape[1], args.hidden
encoder = Net(*relu_network(n, wide).layers, ReLU())
decoder = Net(*relu_network(wide, n).layers, Sigmoid())
coder = Autoencoder(encoder, decoder, Adam(1e-3, beta1=0.9), args.noise, args.seed, backend=args.backend)
train(coder, images, epochs=args.epochs, batch_size=min(100, len(images)), seed=args.seed)
pca = PCA(min(64, n // 2)).fit(images)


def codes(x):
    return to_numpy(coder.encode(to(x, args.backend)))


def error(net, transform, chosen, draw, theta=None):
    """Of a classifier that starts from θ, on test images, after --steps steps on the chosen ones."""
    classifier = Classifier(net, Adam(1e-3, beta1=0.9), theta, seed=draw)
    batch = min(50, len(chosen))
    rows = (transform(images[chosen]), labels[chosen])
    train(classifier, rows, steps=args.steps, batch_size=batch, seed=draw, progress=False)
    return 1 - classifier.accuracy(transform(unseen), unseen_labels)


def start(draw):
    """θ of the encoder, with a last layer as it is drawn for a classifier."""
    last = Net(Linear(wide, 10))
    return np.concatenate([to_numpy(coder.coder.theta), last.init(generator(draw))])


whole = Net(*encoder.layers, Linear(wide, 10))
contenders = {
    "PCA codes": lambda c, d: error(classifier_network(pca.n_components_, 10, wide), pca.transform, c, d),
    "frozen encoder": lambda c, d: error(classifier_network(wide, 10, wide), codes, c, d),
    "raw pixels, random start": lambda c, d: error(whole, np.asarray, c, d),
    "fine-tuned encoder": lambda c, d: error(whole, np.asarray, c, d, start(d)),
}
figure = Figure(figsize=(6.5, 4), layout="constrained")
axes = figure.subplots()
found = {name: [] for name in contenders}
for m in args.labels:
    orders = [generator(args.seed, "numpy", ORDER, draw).permutation(len(images))[:m] for draw in range(args.draws)]
    for name, contend in contenders.items():
        found[name].append([contend(chosen, draw) for draw, chosen in enumerate(orders)])
        errors = found[name][-1]
        print(f"{m} labels, {name}: {np.mean(errors):.2%} ({min(errors):.2%} … {max(errors):.2%})", flush=True)
for name, errors in found.items():
    errors = 100 * np.array(errors)
    line = axes.loglog(args.labels, errors.mean(axis=1), "o-", label=name)[0]
    axes.fill_between(args.labels, errors.min(axis=1), errors.max(axis=1), alpha=0.12, color=line.get_color())
axes.set(xlabel="labelled images", ylabel="errors on test images, %",
         title=f"{args.draws} draws of labels: mean, least and most")  # fmt: skip
axes.grid(alpha=0.3, which="both")
axes.yaxis.set(major_formatter="{x:g}", minor_formatter="{x:g}")
axes.set_xticks(args.labels, args.labels)
axes.set_xticks([], minor=True)
axes.legend()
figure.savefig(Path(args.out) / "few_labels.png", dpi=120)
print(f"few_labels.png is in {args.out}")
