"""A classifier: which of C classes does an image show?

    p(class | x) = softmax(net(x))          loss: cross-entropy of the labels

It serves two ends. Trained on real images it judges generated ones (`metrics/coverage.py`). And it measures what a code is
worth: started from the encoder of an autoencoder, does it need fewer labels? A step takes images and labels,
`train(classifier, (images, labels))`.
"""

import numpy as np

from minigan.arrays import INIT, copy_of, namespace, to_numpy
from minigan.check import instance
from minigan.models.check import check_batch, check_labels
from minigan.models.model import Learner, Model
from minigan.nn import Adam, Linear, Net, ReLU, cross_entropy
from minigan.nn.initialise import he
from minigan.nn.losses import log_softmax


def classifier_network(n_in, n_classes=10, hidden=256):
    """Linear → ReLU → Linear to one logit a class."""
    return Net(Linear(n_in, hidden, init=he), ReLU(), Linear(hidden, n_classes))


class Classifier(Model):
    """A network that ends in one logit a class.

    net: Net, images (N, n) -> logits (N, C).
    optimizer: a pattern; Adam(1e-3, beta1=0.9) if None.
    theta: the first θ, where it is not to be drawn: an encoder's, with a last layer.
    seed: int ≥ 0. backend: "numpy" or "cupy". dtype: "float32" or "float64".
    """

    parts = ("learner",)

    def __init__(self, net, optimizer=None, theta=None, seed=0, backend="numpy", dtype="float32"):
        super().__init__(seed=seed, backend=backend, dtype=dtype)
        self.net, self.optimizer = instance("net", net, Net), Adam(1e-3, beta1=0.9) if optimizer is None else optimizer
        if theta is not None:
            check_batch(theta[None, :], width=net.size, backend=backend, dtype=dtype)
        if net.range is not None or len(net.output_shapes[-1]) != 1:
            raise ValueError(f"the network gives {net.output_shapes[-1]}, in {net.range or 'any range'}: want one "
                             "logit a class, and no last activation")
        self.learner = Learner(net, self.optimizer, net.init(self.rng(INIT), dtype) if theta is None else copy_of(theta))
        self.theta = None  # it is the learner's now
        self.width, self.rows, self.n_classes = net.n_in, net.min_batch, net.n_out

    def check(self, batch):
        """Raise unless `batch` is (images (N, n), labels (N,))."""
        if not isinstance(batch, tuple) or len(batch) != 2:
            raise TypeError(f"got {type(batch).__name__}: a classifier learns from a tuple (images, labels)")
        images, labels = batch
        super().check(images)
        check_labels(labels, images, self.n_classes)

    def step(self, batch, *, check=True):
        """One step on images (N, n) and labels (N,), whole numbers 0 … C − 1. -> {"loss": cross-entropy}."""
        if check:
            self.check(batch)
        (images, labels), rng = batch, self.rng() if self.net.draws else None
        logits, tape = self.learner.forward(images, rng)
        loss, dlogits = cross_entropy(logits, labels)
        self.learner.step(self.learner.backward(tape, dlogits, want_dx=False)[1])
        self.learner.track(tape, images, rng)
        self.steps += 1
        return {"loss": loss}

    def probabilities(self, images):
        """softmax of the logits, (N, C)."""
        super().check(images, rows=1)
        return namespace(images).exp(log_softmax(self.learner.infer(images)))

    def accuracy(self, images, labels):
        """The share of images whose likeliest class is their label."""
        check_labels(labels, images, self.n_classes)
        return float(np.mean(to_numpy(self.probabilities(images)).argmax(axis=1) == to_numpy(labels)))
