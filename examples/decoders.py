"""Three decoders side by side: PCA, an autoencoder and a VAE, with codes of one size; and how blurred their samples are.

    python examples/decoders.py                        # digits
    python examples/decoders.py --data mnist --epochs 20

decoders.png: for each, the test images reconstructed from their codes, and samples: codes drawn from a Gaussian, decoded.
Printed: the squared error of the former, and of the latter how likely they make the test images by Parzen windows, how sharp
they are (`metrics/sharpness.py`), and for how large a share of them a classifier is sure of the class.
"""

import argparse
from pathlib import Path

import numpy as np

from minigan import pictures
from minigan.arrays import to, to_numpy
from minigan.data.load import add_data_arguments, load_images
from minigan.metrics.coverage import coverage
from minigan.metrics.parzen import parzen
from minigan.metrics.sharpness import sharpness
from minigan.models.autoencoder import Autoencoder
from minigan.models.classifier import Classifier, classifier_network
from minigan.models.networks import tanh_network
from minigan.models.pca import PCA
from minigan.models.vae import VAE
from minigan.nn import Net, Sigmoid
from minigan.train import train

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
add_data_arguments(parser)
parser.add_argument("--code", type=int, default=8, help="numbers in a code")
parser.add_argument("--hidden", type=int, default=200)
parser.add_argument("--epochs", type=int, default=100)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--backend", default="numpy", help="numpy or cupy")
parser.add_argument("--out", default="runs/decoders")
args = parser.parse_args()
Path(args.out).mkdir(parents=True, exist_ok=True)

images, labels, shape = load_images(args)
n, last = images.shape[1], len(images) * 9 // 10
known, test, columns = images[:last], images[last:], min(12, len(images) - last)
seen, options = to(known, args.backend), {"seed": args.seed, "backend": args.backend}
wide = (n, args.hidden, args.hidden)
models = {
    "PCA": PCA(args.code, backend=args.backend).fit(seen),
    "autoencoder": Autoencoder(tanh_network(*wide, args.code),
                               Net(*tanh_network(args.code, *wide[::-1]).layers, Sigmoid()), **options),
    "VAE": VAE(tanh_network(*wide, 2 * args.code), tanh_network(args.code, *wide[::-1]), args.code, **options),
}  # fmt: skip
for name in ("autoencoder", "VAE"):
    train(models[name], known, epochs=args.epochs, batch_size=min(100, last), seed=args.seed)
judge = Classifier(classifier_network(n, int(labels.max()) + 1)) if labels is not None else None
if judge:
    train(judge, (known, labels[:last]), epochs=20, batch_size=64, progress=False)

rows, names, shown, drawn = [test[:columns]], ["test images"], to(test, args.backend), {"test images": test}
for name, model in models.items():
    reconstructed = model.inverse_transform(model.transform(test)) if name == "PCA" else to_numpy(model.reconstruct(shown))
    drawn[name] = to_numpy(model.sample(2000, seed=1))
    rows += [reconstructed[:columns], drawn[name][:columns]]
    names += [f"{name}: reconstructed", f"{name}: samples"]
    print(f"{name}: squared error of a pixel {np.mean((reconstructed - test) ** 2):.4f}")
for name, samples in drawn.items():
    window = "" if name == "test images" else f"Parzen {parzen(samples, known[-500:], test)['log_likelihood']:.0f} nats, "
    sharp = sharpness(samples.reshape(len(samples), -1, shape[2]).mean(axis=2), shape[:2])
    sure = f", a classifier is sure of {coverage(judge, samples.astype(np.float32))['confident']:.0%}" if judge else ""
    print(f"{name}: {window}high frequencies {sharp['high_frequencies']:.3f}, Laplacian {sharp['laplacian']:.3f}{sure}")
pictures.save_table(Path(args.out) / "decoders.png", np.concatenate(rows), shape if shape[2] > 1 else shape[:2], names,
                    [""] * columns, title=f"codes of {args.code} numbers")  # fmt: skip
print(f"decoders.png is in {args.out}")
