"""A learned encoder helps when labels are few.

    python examples/claims/15_few_labels.py

A denoising autoencoder learns from 1,400 digits without their labels: of each image 40 % of the pixels are spoiled. Then
classifiers learn from a few labelled ones, as many of each class, the same for all: one with a hidden layer on the frozen
encoder's codes; one on the pixels with the encoder as its first layer (fine-tuned); and that network from a random start.
Errors on digits by other writers; a draw of the labels and an autoencoder for each seed. `--noise 0` trains a plain
autoencoder. A semi-supervised GAN helps too (`examples/few_labels_gan.py`).
"""

import numpy as np
from claim import arguments, report, trained
from matplotlib.figure import Figure

from minigan.arrays import DRAW, generator
from minigan.data.digits import digits
from minigan.models.autoencoder import Autoencoder
from minigan.models.classifier import Classifier, classifier_network
from minigan.models.networks import relu_network
from minigan.nn import Adam, Linear, Net, ReLU, Sigmoid

args = arguments(__file__, __doc__, seeds=8, steps=1400, noise=0.4)
CODE, LABELS = 256, (10, 20, 50, 100)
images, labels = digits()
(images, unseen), (labels, unseen_labels) = (images[:1400], images[1400:]), (labels[:1400], labels[1400:])
NAMES = ("frozen encoder", "fine-tuned encoder", "random start")
errors = {name: np.zeros((len(LABELS), args.seeds)) for name in NAMES}
for seed in range(args.seeds):
    encoder, decoder = Net(*relu_network(64, CODE).layers, ReLU()), Net(*relu_network(CODE, 64).layers, Sigmoid())
    coder = Autoencoder(encoder, decoder, Adam(1e-3, beta1=0.9), args.noise, seed)
    coder = trained(coder, images, args.steps, seed, batch_size=100)
    last = Net(Linear(CODE, 10))
    whole = Net(*encoder.layers, *last.layers)
    start = np.concatenate([coder.coder.theta, last.init(generator(seed))])
    order = generator(seed, "numpy", DRAW).permutation(len(images))
    contenders = {"frozen encoder": (classifier_network(CODE, 10, 128), coder.encode, None),
                  "fine-tuned encoder": (whole, np.asarray, start), "random start": (whole, np.asarray, None)}  # fmt: skip
    for i, m in enumerate(LABELS):
        chosen = np.concatenate([order[labels[order] == c][: m // 10] for c in range(10)])
        for name, (net, transform, theta) in contenders.items():
            rows = (transform(images[chosen]), labels[chosen])
            classifier = trained(Classifier(net, theta=theta, seed=seed), rows, 300, seed, batch_size=min(50, m))
            errors[name][i, seed] = 100 * (1 - classifier.accuracy(transform(unseen), unseen_labels))

figure = Figure(figsize=(6.5, 4.2), layout="constrained")
axes = figure.subplots()
for name, values in errors.items():
    line = axes.loglog(LABELS, values.mean(axis=1), "o-", label=name)[0]
    axes.fill_between(LABELS, values.min(axis=1), values.max(axis=1), alpha=0.12, color=line.get_color())
axes.set(xlabel="labelled images", ylabel="errors on test images, %", title=f"{args.seeds} seeds: mean, least and most",
         xticks=LABELS, xticklabels=LABELS, yticks=(12, 15, 20, 30, 40, 50))  # fmt: skip
axes.yaxis.set(major_formatter="{x:g}", minor_formatter="")
axes.legend()
figure.savefig(args.picture, dpi=100)

figures = {f"{m} labels, {name}: errors, %": values[i] for i, m in enumerate(LABELS) for name, values in errors.items()}
saved = {(name, m): errors["random start"][i] - errors[name][i] for name in NAMES[:2] for i, m in enumerate(LABELS)}
figures |= {f"{m} labels: errors saved by the {name}, points": gain
            for (name, m), gain in saved.items()}  # fmt: skip
t = {key: gain.mean() / (gain.std(ddof=1) / np.sqrt(args.seeds)) for key, gain in saved.items() if args.seeds > 1}


def where(name, sign):
    """For which numbers of labels the encoder saves (1) or costs (−1) errors beyond three standard errors."""
    return [str(m) for key, m in t if key == name and sign * t[key, m] > 3]


frozen, tuned = (bool(where(name, 1)) for name in NAMES[:2])
verdict = "Holds" if frozen and tuned else "Holds in part" if frozen or tuned else "Does not hold"
better, worse = ([", ".join(where(name, sign)) or "none" for name in NAMES[:2]] for sign in (1, -1))
report(args, figures, f"{verdict}. By more than three standard errors, the frozen encoder makes fewer errors than the network "
       f"from a random start with these numbers of labels: {better[0]}; and more with: {worse[0]}. The fine-tuned one makes "
       f"fewer with: {better[1]}; and more with: {worse[1]}.")  # fmt: skip
