"""A judge for generated images: a small classifier, trained on the real ones.

It answers two questions about samples: how sure is it of what each one shows, and do all classes occur (a generator that
draws only ones has collapsed). Confidence alone does not make a digit: the judge has seen digits and nothing else, and is
sure of many things that are none (of about half of plain noise, for one). So look at the pictures too; and its accuracy on
held-out images says how far to trust it with real ones.
"""

import numpy as np

from minigan.arrays import INIT, ORDER, generator, namespace, to_numpy
from minigan.nn import Adam, Linear, Net, ReLU, cross_entropy
from minigan.nn.initialise import he
from minigan.nn.losses import log_softmax


class Classifier:
    """Linear → ReLU → Linear → softmax over the classes 0 … n_classes − 1.

    n_in: numbers in an image. hidden: units between. seed: of weights and shuffling. It runs where its data are.
    """

    def __init__(self, n_in, n_classes=10, hidden=256, seed=0):
        self.net = Net(Linear(n_in, hidden, init=he), ReLU(), Linear(hidden, n_classes))
        self.seed, self.theta = seed, None

    def fit(self, images, labels, *, epochs=40, batch_size=64, lr=1e-3):
        """Train on images float32 (N, n_in), labels (N,) whole numbers."""
        self._check(images, labels)
        xp = namespace(images, labels)
        self.theta = xp.asarray(self.net.init(generator([INIT, self.seed])))
        adam = Adam(lr, beta1=0.9)
        for epoch in range(epochs):
            order = generator([ORDER, self.seed, epoch]).permutation(len(images))
            for start in range(0, len(order), batch_size):
                chosen = xp.asarray(order[start : start + batch_size])
                logits, tape = self.net.forward(self.theta, xp.take(images, chosen, axis=0))
                _, dlogits = cross_entropy(logits, xp.take(labels, chosen, axis=0))
                _, dtheta = self.net.backward(self.theta, tape, dlogits, want_dx=False)
                self.theta = adam.step(self.theta, dtheta)
        return self

    def _check(self, images, labels):
        if labels.shape != images.shape[:1]:
            raise ValueError(f"images are {tuple(images.shape)}, labels {tuple(labels.shape)}: want (N, n) and (N,)")
        low, high = int(labels.min()), int(labels.max())
        if low < 0 or high >= self.net.n_out:
            raise ValueError(f"labels go from {low} to {high}, want 0 to {self.net.n_out - 1}")

    def probabilities(self, images):
        """softmax of the logits, (N, n_classes)."""
        if self.theta is None:
            raise ValueError("this Classifier is not fitted yet: call fit(images, labels) first")
        logits, _ = self.net.forward(self.theta, images)
        return namespace(images).exp(log_softmax(logits))

    def accuracy(self, images, labels):
        """The share of images whose likeliest class is their label."""
        self._check(images, labels)
        return float(np.mean(to_numpy(self.probabilities(images)).argmax(axis=1) == to_numpy(labels)))


def coverage(classifier, samples, sure=0.9):
    """{"classes": how many classes some sample is surely of, "confident": the share of samples with a class ≥ sure,
    "histogram": sure samples in each class}.
    """
    p = to_numpy(classifier.probabilities(samples))
    certain = p.max(axis=1) >= sure
    histogram = np.bincount(p.argmax(axis=1)[certain], minlength=p.shape[1])
    return {"classes": int((histogram > 0).sum()), "confident": float(certain.mean()), "histogram": histogram.tolist()}
