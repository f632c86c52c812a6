"""Load a trained model from its checkpoint alone: samples, walks between them, has it memorised, how good is it.

    python examples/use_a_trained_gan.py runs/vanilla_gan/checkpoint.safetensors
    python examples/use_a_trained_gan.py runs/dcgan/checkpoint.safetensors --n 100 --each
    python examples/use_a_trained_gan.py runs/gan_mnist/checkpoint.safetensors --data mnist --measure

It works for every model whose samples are images (GAN, WGAN, DCGAN, VAE, RBM, …). Beside the checkpoint it writes grid.png and
samples.npy; with --each every sample as a PNG file of its own; for a GAN walk.png, from one z to another, straight and along
the sphere. With --data it also draws neighbours.png, samples beside the training images nearest to them, and prints the
distances; with --measure the Parzen-window log-likelihood, classes and confidence, two-sample accuracy, precision and recall.
"""

import argparse
from pathlib import Path

import numpy as np

from minigan import pictures
from minigan.arrays import generator, to_numpy
from minigan.checkpoint import load_model
from minigan.data.digits import digits
from minigan.data.mnist import mnist
from minigan.metrics.coverage import coverage
from minigan.metrics.neighbours import nearest, precision_recall, two_sample_accuracy
from minigan.metrics.parzen import parzen
from minigan.models.classifier import Classifier, classifier_network
from minigan.models.gan import GAN
from minigan.train import train

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("checkpoint")
parser.add_argument("--n", type=int, default=100, help="how many samples to draw")
parser.add_argument("--seed", type=int, default=1, help="of the samples")
parser.add_argument("--each", action="store_true", help="every sample as a PNG file of its own, in samples/")
parser.add_argument("--image", type=int, nargs="+", help="the shape of a sample, h w or h w 3, where it is no square")
parser.add_argument("--data", choices=["digits", "mnist", "fashion-mnist"], help="what it was trained on, to compare with")
parser.add_argument("--data-dir", help="the folder that holds MNIST; else MINIGAN_DATA, the cache, or a download")
parser.add_argument("--measure", action="store_true", help="print the figures too (half a minute for MNIST)")
args = parser.parse_args()
out, model = Path(args.checkpoint).parent, load_model(args.checkpoint)
print(model)
if not hasattr(model, "sample"):
    parser.error(f"{args.checkpoint} holds a {type(model).__name__}, which draws no samples")

samples = to_numpy(model.sample(args.n, seed=args.seed))
shape = pictures.check_shape(samples.shape[1], args.image)
low, high = model.range or (0.0, 1.0)
np.save(out / "samples.npy", samples)
pictures.save_image(out / "grid.png", pictures.tile(samples, shape, low=low, high=high))
if args.each:
    (out / "samples").mkdir(exist_ok=True)
    for i, sample in enumerate(np.clip((samples - low) / (high - low), 0, 1).reshape(-1, *shape)):
        pictures.save_image(out / "samples" / f"{i:04d}.png", sample, enlarge=False)
print(f"grid.png and samples.npy{' and samples/' if args.each else ''} are in {out}")

if isinstance(model, GAN):
    start, end = generator(args.seed).standard_normal(size=(2, 5, 1, model.latent), dtype=model.dtype)
    rows = [pictures.walk(start, end, 12, round_) for round_ in (False, True)]
    walks = np.stack(rows, axis=1).reshape(-1, model.latent)
    labels = [f"{i // 2 + 1}, {'round' if i % 2 else 'straight'}" for i in range(10)]
    pictures.save_table(out / "walk.png", model.generate(walks), shape, labels, [f"{i}/11" for i in range(12)], low=low,
                        high=high, title="from one z to another: straight, and along the sphere")  # fmt: skip

if args.data:
    if args.data == "digits":
        (known, known_labels), last = digits(low, high), 1400
        unseen, unseen_labels = known[last:], known_labels[last:]
        print("the GANs of the digits learn from all 1,797: what is compared below is not held out, but for the classifier")
    else:
        known, known_labels = mnist("train", folder=args.data_dir, name=args.data, low=low, high=high)
        unseen, unseen_labels = mnist("test", folder=args.data_dir, name=args.data, low=low, high=high)
        last = len(known)
    index, distance = nearest(samples[:10], known, k=5)
    rows = np.concatenate([samples[:10, None], known[index]], axis=1).reshape(-1, samples.shape[1])
    pictures.save_table(out / "neighbours.png", rows, shape, [f"{d:.1f}" for d in distance[:, 0]],
                        ["sample", *(f"training {i}" for i in range(1, 6))], low=low, high=high,
                        title="nearest training images; left: distance to the first")  # fmt: skip
    many = to_numpy(model.sample(min(1000, len(unseen)), seed=args.seed + 1))
    groups = {"samples": many} | ({} if args.data == "digits" else {"held-out images": unseen[: len(many)]})
    for name, points in groups.items():
        least, middle, most = np.quantile(nearest(points, known)[1], [0.05, 0.5, 0.95])
        print(f"distance of {name} to the nearest training image: median {middle:.2f}, nine tenths {least:.2f} to {most:.2f}")

if args.data and args.measure:
    many = to_numpy(model.sample(10_000, seed=args.seed + 2)).astype("float32")
    part = last // 6
    result = parzen(many, known[last - part : last - part + min(1000, part // 2)], unseen)
    print(f"Parzen window: {result['log_likelihood']:.0f} ± {result['error']:.1f} nats, sigma {result['sigma']:.3f}")
    judge = Classifier(classifier_network(known.shape[1]))
    train(judge, (known[:last], known_labels[:last]), steps=1400, batch_size=128, progress=False)
    seen = coverage(judge, many)
    right = judge.accuracy(unseen, unseen_labels)
    print(f"classifier, {right:.1%} right: {seen['classes']} classes, {seen['confident']:.1%} sure")
    n = min(5000, len(unseen))
    print(f"two-sample accuracy (nearest neighbour): {two_sample_accuracy(unseen[:n], many[:n]):.3f}")
    print("precision {precision:.2f}, recall {recall:.2f}".format(**precision_recall(unseen[:n], many[:n])))
