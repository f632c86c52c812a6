"""Load a trained GAN, and ask what one asks of it: samples, walks between them, has it memorised, how good is it.

    python examples/use_a_trained_gan.py runs/gan_mnist/checkpoint.safetensors
    python examples/use_a_trained_gan.py runs/gan_mnist/checkpoint.safetensors --measure

Beside the checkpoint it writes grid.png, walk.png (from one z to another: straight above, along the sphere below),
neighbours.png (samples, and to the right of each the training images nearest to it) and samples.npy. With --measure it prints
the Parzen-window log-likelihood, classes and confidence, two-sample accuracy, precision and recall.
"""

import argparse
from pathlib import Path

import numpy as np
from minigan.metrics.classifier import Classifier, coverage

from minigan import checkpoint, pictures
from minigan.arrays import generator
from minigan.data.mnist import mnist
from minigan.metrics.neighbours import nearest, precision_recall, two_sample_accuracy
from minigan.metrics.parzen import parzen
from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
from minigan.nn import Adam

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("checkpoint")
parser.add_argument("--latent", type=int, default=10)
parser.add_argument("--seed", type=int, default=0, help="the one that the GAN was trained with")
parser.add_argument("--data", choices=["mnist", "fashion-mnist"], default="mnist")
parser.add_argument("--data-dir", help="the folder that holds MNIST; else MINIGAN_DATA, the cache, or a download")
parser.add_argument("--n", type=int, default=100, help="how many samples to draw")
parser.add_argument("--measure", action="store_true", help="print the figures too (about half a minute)")
args = parser.parse_args()
out = Path(args.checkpoint).parent

(train, _), (test, _) = (mnist(part, folder=args.data_dir, name=args.data) for part in ("train", "test"))
gan = GAN(vanilla_generator(args.latent), vanilla_discriminator(), latent=args.latent, seed=args.seed,
          optimizer_g=Adam(lr=2e-4), optimizer_d=Adam(lr=2e-4))  # fmt: skip
checkpoint.load(args.checkpoint, gan)

samples = gan.sample(args.n, seed=1)
np.save(out / "samples.npy", samples)
pictures.save_image(out / "grid.png", pictures.tile(samples))

start, end = generator(3).standard_normal(size=(2, 5, 1, args.latent), dtype="float32")
share = np.linspace(0, 1, 12, dtype=np.float32)[:, None]
straight = (1 - share) * start + share * end
length = np.linalg.norm(start, axis=2, keepdims=True) * np.linalg.norm(end, axis=2, keepdims=True)
angle = np.arccos(np.sum(start * end, axis=2, keepdims=True) / length)
sphere = (np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle)
walks = np.stack([straight, sphere], axis=1).reshape(-1, args.latent).astype(np.float32)
pictures.save_image(out / "walk.png", pictures.tile(gan.G.forward(gan.theta_g, walks, gan.stats_g)[0], columns=12))

index, distance = nearest(samples[:10], train, k=5)
rows = np.concatenate([samples[:10, None], train[index]], axis=1).reshape(-1, 784)
pictures.save_image(out / "neighbours.png", pictures.tile(rows, columns=6))
_, of_samples = nearest(gan.sample(1000, seed=2), train)
_, of_held_out = nearest(test[:1000], train)
for name, d in (("samples", of_samples), ("held-out images", of_held_out)):
    low, middle, high = np.quantile(d, [0.05, 0.5, 0.95])
    print(f"distance of {name} to the nearest training image: median {middle:.2f}, nine tenths from {low:.2f} to {high:.2f}")

if args.measure:
    many = gan.sample(10_000, seed=4)
    result = parzen(many, train[-10_000:-9_000], test)
    print(f"Parzen window: {result['log_likelihood']:.0f} ± {result['error']:.1f} nats, sigma {result['sigma']:.3f}")
    labels = {part: mnist(part, folder=args.data_dir, name=args.data)[1] for part in ("train", "test")}
    judge = Classifier(784).fit(train, labels["train"], epochs=3, batch_size=128)
    seen = coverage(judge, many)
    right = judge.accuracy(test, labels["test"])
    print(f"classifier, {right:.1%} right: {seen['classes']} classes, {seen['confident']:.1%} sure")
    print(f"two-sample accuracy (nearest neighbour): {two_sample_accuracy(test[:5000], many[:5000]):.3f}")
    print("precision {precision:.2f}, recall {recall:.2f}".format(**precision_recall(test[:5000], many[:5000])))
print(f"grid.png, walk.png, neighbours.png and samples.npy are in {out}")
