"""Walk between codes of a trained GAN, and add and subtract them.

    python examples/dcgan.py && python examples/z_walk.py runs/dcgan/checkpoint.safetensors
    python examples/z_walk.py runs/dcgan/checkpoint.safetensors --data mnist

walk.png: rows from one z to another; a smooth row means that neighbours in z are neighbours in the pictures. arithmetic.png: a
classifier, trained on real images, finds for 20,000 z which digit G(z) shows and how much ink it has; z̄(class, thick) is the
mean of the z of thick ones. Does z̄(3, thick) − z̄(3, thin) + z̄(7, thin) show a thick 7? Each row shows the three means, the
sum, and samples around it. Printed: how often the sum shows the class that it should, and how its ink compares.
"""

import argparse
from pathlib import Path

import numpy as np

from minigan import pictures
from minigan.arrays import generator, to, to_numpy
from minigan.checkpoint import load_model
from minigan.data.load import add_data_arguments, load_images
from minigan.models.classifier import Classifier, classifier_network
from minigan.train import train

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("checkpoint")
add_data_arguments(parser)
parser.add_argument("--n", type=int, default=20_000, help="how many z the classifier looks at")
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--backend", default="numpy", help="numpy or cupy")
args = parser.parse_args()
if args.images:
    parser.error("--images: a folder has no labels, and the sums ask for classes; want --data")
gan, out = load_model(args.checkpoint, args.backend), Path(args.checkpoint).parent
images, labels, shape = load_images(args)
rng = generator(args.seed)


def draw(z):
    return to_numpy(gan.generate(to(np.asarray(z, gan.dtype), args.backend)))


start, end = rng.standard_normal((2, 8, gan.latent), gan.dtype)
walks = pictures.walk(start, end, 12, around=True)
pictures.save_table(out / "walk.png", draw(walks.reshape(-1, gan.latent)), shape[:2], range(1, 9),
                    [f"{i}/11" for i in range(12)], title="walks from one z to another, along the sphere")  # fmt: skip
steps = np.linalg.norm(np.diff(draw(walks.reshape(-1, gan.latent)).reshape(8, 12, -1), axis=1), axis=2)
apart = np.linalg.norm(draw(start) - draw(end), axis=1)
print(f"one step of a walk changes the picture by {np.median(steps):.2f}, its two ends differ by {np.median(apart):.2f}")

judge = Classifier(classifier_network(images.shape[1]))
train(judge, (images, labels), steps=2000, batch_size=64, progress=False)
z = rng.standard_normal((args.n, gan.latent), gan.dtype)
drawn = np.concatenate([draw(part) for part in np.array_split(z, max(1, args.n // 1000))])
p = judge.probabilities(drawn)
shows, ink = np.where(p.max(axis=1) > 0.9, p.argmax(axis=1), -1), drawn.mean(axis=1)


def mean_z(digit, thick):
    """The mean of the z whose pictures surely show the digit, with ink among the upper or the lower third of them."""
    mine = np.flatnonzero(shows == digit)
    order = mine[np.argsort(ink[mine])]
    third = max(1, len(order) // 3)
    return z[order[-third:] if thick else order[:third]].mean(axis=0)


found = [digit for digit in range(10) if (shows == digit).sum() >= 30]
rows, names, right, more = [], [], [], []
for a, b in zip(found, found[1:]):
    terms = [mean_z(a, True), mean_z(a, False), mean_z(b, False)]
    total = terms[0] - terms[1] + terms[2]
    around = total + 0.3 * rng.standard_normal((6, gan.latent), gan.dtype)
    pictures_ = draw(np.stack([*terms, total, *around]))
    rows.append(pictures_)
    names.append(f"{a} thick − {a} thin + {b} thin")
    right.append(judge.probabilities(pictures_[3:4]).argmax() == b)
    more.append(pictures_[3].mean() - pictures_[2].mean())
if rows:
    columns = ["first", "second", "third", "sum", *["around it"] * 6]
    pictures.save_table(out / "arithmetic.png", np.concatenate(rows), shape[:2], names, columns, title="sums of mean z")
    print(f"{len(rows)} sums: {sum(right)} show the class that they should, {sum(m > 0 for m in more)} have more ink than the "
          f"third term (by {np.mean(more):.3f} of a pixel's range on average)")
print(f"walk.png and arithmetic.png are in {out}")
