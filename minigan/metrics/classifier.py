"""A judge for generated images: a small classifier, trained on the real ones.

It answers two questions about samples: how sure is it of what each one shows (a smear gets no class above 0.9), and do
all classes occur (a generator that draws only ones has collapsed). A high confidence alone does not make a digit: the
judge knows digits and nothing else. Its accuracy on held-out images says how far to trust it.
"""

import numpy as np

from minigan.arrays import generator, namespace, to_numpy
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
        xp = namespace(images, labels)
        self.theta = xp.asarray(self.net.init(generator(self.seed)))
        adam = Adam(lr, beta1=0.9)
        for epoch in range(epochs):
            order = generator([self.seed, epoch]).permutation(len(images))
            for start in range(0, len(order), batch_size):
                chosen = xp.asarray(order[start : start + batch_size])
                logits, tape = self.net.forward(self.theta, xp.take(images, chosen, axis=0))
                _, dlogits = cross_entropy(logits, xp.take(labels, chosen, axis=0))
                _, dtheta = self.net.backward(self.theta, tape, dlogits, want_dx=False)
                self.theta = adam.step(self.theta, dtheta)
        return self

    def probabilities(self, images):
        """softmax of the logits, (N, n_classes)."""
        logits, _ = self.net.forward(self.theta, images)
        return namespace(images).exp(log_softmax(logits))

    def accuracy(self, images, labels):
        """The share of images whose likeliest class is their label."""
        return float(np.mean(to_numpy(self.probabilities(images)).argmax(axis=1) == to_numpy(labels)))


def coverage(classifier, samples, sure=0.9):
    """{"classes": how many classes some sample is surely of, "confident": the share of samples with a class ≥ sure,
    "histogram": sure samples in each class}.
    """
    p = to_numpy(classifier.probabilities(samples))
    certain = p.max(axis=1) >= sure
    histogram = np.bincount(p.argmax(axis=1)[certain], minlength=p.shape[1])
    return {"classes": int((histogram > 0).sum()), "confident": float(certain.mean()), "histogram": histogram.tolist()}
