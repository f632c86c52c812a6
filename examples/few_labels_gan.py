"""Few labels and many images: a semi-supervised GAN beside the same classifier without it, and beside an autoencoder's codes.

    python examples/few_labels_gan.py
    python examples/few_labels_gan.py --data mnist --labels 100 --hidden 1000 --average 0.999

The GAN and the classifier alone have the same classifier network, which draws noise before and between its layers, the same
optimizer, with averaged θ, the same number of steps and the same labelled images. The GAN also sees all images without their
labels. So does a denoising autoencoder, on whose codes a third classifier learns from those labels, as in `few_labels.py`.
Several draws of the labels; the errors on test images, mean (least … most), are printed and drawn in few_labels_gan.png;
samples.png shows what the generator of the last one draws: feature matching does not ask for good pictures.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from minigan import pictures
from minigan.arrays import DRAW, generator, to, to_numpy
from minigan.data.load import add_data_arguments, load_images
from minigan.models.autoencoder import Autoencoder
from minigan.models.classifier import Classifier, classifier_network
from minigan.models.networks import image_generator, noisy_features, relu_network
from minigan.models.ssgan import SSGAN, beside
from minigan.nn import Adam, Linear, Net, ReLU, Sigmoid, Straight
from minigan.train import train

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
add_data_arguments(parser)
parser.add_argument("--labels", type=int, nargs="+", default=[20, 50, 100])
parser.add_argument("--draws", type=int, default=3)
parser.add_argument("--hidden", type=int, default=256)
parser.add_argument("--epochs", type=int, default=60)
parser.add_argument("--lr", type=float, default=3e-3, help="falls to 0 along a straight line")
parser.add_argument("--average", type=float, default=0.99, help="of the θ that classify")
parser.add_argument("--noise", type=float, default=0.3, help="on the classifier's input")
parser.add_argument("--inner", type=float, default=0.5, help="noise between the classifier's layers")
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--backend", default="numpy", help="numpy or cupy")
parser.add_argument("--out", default="runs/few_labels_gan")
parser.add_argument("--resume", action="store_true", help="go on from the checkpoints in --out")
args = parser.parse_args()
out = Path(args.out)
out.mkdir(parents=True, exist_ok=True)

images, labels, shape = load_images(args)
if labels is None:
    parser.error("--images: a folder has no labels, and this is about labels; want --data")
if args.data == "digits":
    (images, unseen), (labels, unseen_labels) = (images[:1400], images[1400:]), (labels[:1400], labels[1400:])
else:
    unseen, unseen_labels, _ = load_images(args, "test")
n, wide, batch = images.shape[1], args.hidden, min(100, len(images))
steps = args.epochs * (len(images) // batch)
features = noisy_features(n, wide, wide // 2, *[wide // 4] * 3, noise=args.noise, inner=args.inner)
head, G = Net(Linear(wide // 4, 10)), image_generator(100, wide // 2, wide // 2, n)
test = to(unseen, args.backend), to(unseen_labels, args.backend)
coder = Autoencoder(Net(*relu_network(n, wide).layers, ReLU()), Net(*relu_network(wide, n).layers, Sigmoid()), noise=0.4,
                    seed=args.seed, backend=args.backend)  # fmt: skip
train(coder, images, epochs=args.epochs, batch_size=batch, out=out / "autoencoder", resume=args.resume, progress=False)
test_codes = coder.encode(test[0])


def balanced(m, draw):
    """m labelled images, as many of each class as can be."""
    order = generator(args.seed, "numpy", DRAW, draw).permutation(len(images))
    by_class = [order[labels[order] == c] for c in range(10)]
    chosen = np.concatenate([mine[: m // 10 + (c < m % 10)] for c, mine in enumerate(by_class)])
    return images[chosen], labels[chosen]


def on_codes(chosen, chosen_labels, draw):
    """Errors of a classifier that learns from the autoencoder's codes of the labelled images, %."""
    judge = Classifier(classifier_network(wide, 10, wide), Adam(1e-3, beta1=0.9), seed=draw, backend=args.backend)
    codes = coder.encode(to(chosen, args.backend))
    train(judge, (codes, chosen_labels), steps=400, batch_size=min(50, len(chosen)), seed=draw, progress=False)
    return 100 * (1 - judge.accuracy(test_codes, test[1]))


errors = {"semi-supervised GAN": [], "classifier alone": [], "classifier on an autoencoder's codes": []}
for m in args.labels:
    found = {name: [] for name in errors}
    for draw in range(args.draws):
        chosen = balanced(m, draw)
        data = beside(images, *chosen, 10)
        found["classifier on an autoencoder's codes"].append(on_codes(*chosen, draw))
        adam = Adam(args.lr, beta1=0.5, schedule=Straight(steps), average=args.average)
        gan = SSGAN(G, features, head, 100, optimizer_g=adam, optimizer_d=adam, seed=draw, backend=args.backend)
        alone = Classifier(Net(*features.layers, *head.layers), adam, seed=draw, backend=args.backend)
        for name, model, rows, folder in zip(found, (gan, alone), (data, data[1:]), (f"{m}_{draw}", f"{m}_{draw}_alone")):
            train(model, rows, steps=steps, batch_size=batch, seed=draw, out=out / folder, resume=args.resume, progress=False)
            found[name].append(100 * (1 - model.accuracy(*test)))
    for name, values in found.items():
        errors[name].append(values)
        print(f"{m} labels, {name}: {np.mean(values):.2f} % ({min(values):.2f} … {max(values):.2f})", flush=True)

figure = Figure(figsize=(6, 4), layout="constrained")
axes = figure.subplots()
for name, values in errors.items():
    values = np.array(values)
    line = axes.loglog(args.labels, values.mean(axis=1), "o-", label=name)[0]
    axes.fill_between(args.labels, values.min(axis=1), values.max(axis=1), alpha=0.15, color=line.get_color())
axes.set(xlabel="labelled images", ylabel="errors on test images, %",
         title=f"{args.draws} draws of labels: mean, least and most")  # fmt: skip
axes.grid(alpha=0.3, which="both")
axes.yaxis.set(major_formatter="{x:g}", minor_formatter="{x:g}")
axes.set_xticks(args.labels, args.labels)
axes.set_xticks([], minor=True)
axes.legend()
figure.savefig(out / "few_labels_gan.png", dpi=120)
pictures.save_image(out / "samples.png", pictures.tile(to_numpy(gan.sample(64, seed=0)), shape if shape[2] > 1 else shape[:2]))
print(f"few_labels_gan.png and samples.png are in {out}")
