"""The semi-supervised GAN: a classifier for few labels, which a generator keeps busy.

D is a classifier with K classes. A class "fake" comes with it for nothing: give it the logit 0. With the logits l of an image,

    p(class c | real) = e^{l_c} / Σ e^l          p(real) = Σ e^l / (Σ e^l + 1) = σ(s),     s = log Σ_c e^{l_c}

so s is D's logit of "real", and the losses are those that are there already:

    labelled rows       cross-entropy of l, as in any classifier
    unlabelled rows     ½ BCE(s, 1): they are of some class, whichever
    generated rows      ½ BCE(s, 0)               ∂s/∂l = softmax(l), so dl = ds · softmax(l)

What the unlabelled images teach is where images are at all: boundaries between classes should not run through them.

**Feature matching.** G is not asked to fool D, but to give D's features f (a layer before the last) the mean that real images
give:

    L_G = ‖mean f(x) − mean f(G(z))‖²          ∂L_G/∂f(G(z_n)) = 2/N (mean f(G(z)) − mean f(x))

It is not asked for samples that look real. Dai et al. 2017 say why that helps: a classifier needs samples that mark the space
between the classes, where no image is, and a G that drew real images would give it none.
D is cut into `features` and `head`, so that both gradients can be read: head(features(x)).

**What holds D.** D could learn the few labelled images by heart, and no loss bounds its features. So it is made of
`NormedLinear` layers, whose weights keep their length, with `Noise` before and between them (`noisy_features` in
`networks.py`). A step hands D a generator for its noise.
Sources: Salimans et al. 2016, sections 3.1 and 5; Dai et al. 2017, Good semi-supervised learning that requires a bad GAN.
"""

import numpy as np

from minigan.arrays import INIT, namespace, to_numpy
from minigan.check import instance, rows, whole
from minigan.models.adversarial import fake_loss, real_loss
from minigan.models.check import check_labels
from minigan.models.model import Learner, Model
from minigan.nn import Adam, Net, cross_entropy
from minigan.nn.losses import log_softmax


def evidence(logits):
    """s = log Σ_c e^{l_c} of each row, (N, 1), and ∂s/∂l = softmax(l), (N, K)."""
    xp = namespace(logits)
    top = xp.max(logits, axis=1, keepdims=True)  # taken out, so that no exponent is positive
    e = xp.exp(logits - top)
    total = xp.sum(e, axis=1, keepdims=True)
    return top + xp.log(total), e / total


def d_grad(features, theta_f, head, theta_h, labelled, labels, unlabelled, fake, rng=None):
    """The loss of D and its gradients. labelled (M, n), labels (M,), unlabelled and fake (N, n).

    rng: a generator, for features that draw noise.
    -> {"loss_class", "loss_real", "loss_fake"}, dθ of the features, dθ of the head.
    """
    xp, M, N = namespace(labelled, unlabelled, fake), labelled.shape[0], unlabelled.shape[0]
    f, tape_f = features.forward(theta_f, xp.concat([labelled, unlabelled, fake], axis=0), rng=rng)
    logits, tape_h = head.forward(theta_h, f)
    loss_class, dclass = cross_entropy(logits[:M, :], labels)
    s, p = evidence(logits[M:, :])
    loss_real, dreal = real_loss()(s[:N, :])
    loss_fake, dfake = fake_loss(s[N:, :])
    dlogits = xp.concat([dclass, xp.concat([dreal, dfake], axis=0) * p], axis=0)
    df, dtheta_h = head.backward(theta_h, tape_h, dlogits)
    _, dtheta_f = features.backward(theta_f, tape_f, df, want_dx=False)
    return {"loss_class": loss_class, "loss_real": loss_real, "loss_fake": loss_fake}, dtheta_f, dtheta_h


def matching_grad(G, theta_g, features, theta_f, z, real, rng=None):
    """‖mean f(real) − mean f(G(z))‖² and its gradient with respect to θ_G. real: (N, n). rng: as for `d_grad`."""
    fake, tape_g = G.forward(theta_g, z)
    f_fake, tape_f = features.forward(theta_f, fake, rng=rng)
    f_real, _ = features.forward(theta_f, real, rng=rng)
    xp, N = namespace(fake), fake.shape[0]
    off = xp.mean(f_fake, axis=0) - xp.mean(f_real, axis=0)
    df = xp.zeros_like(f_fake) + (2.0 / N) * off
    dfake, _ = features.backward(theta_f, tape_f, df, want_dtheta=False)  # through D, which stands still
    _, dtheta_g = G.backward(theta_g, tape_g, dfake, want_dx=False)
    return xp.sum(off * off), dtheta_g


def beside(unlabelled, images, labels, n_classes):
    """The data of `train`: (unlabelled, labelled, labels), labelled rows repeated until there are as many as unlabelled ones.

    unlabelled: (N, n). images: (M, n), M ≤ N. labels: (M,), whole numbers 0 … n_classes − 1, each of which must occur.
    """
    unlabelled, images = rows("unlabelled", unlabelled), rows("images", images, unlabelled.shape[-1])
    _check_classes(labels, images, whole("n_classes", n_classes))
    if unlabelled.shape[0] < images.shape[0]:
        raise ValueError(f"{unlabelled.shape[0]} unlabelled rows, {images.shape[0]} labelled: want as many unlabelled ones at "
                         "least; the labelled images may be among them")
    xp = namespace(unlabelled, images, labels)
    index = xp.asarray(np.arange(unlabelled.shape[0]) % images.shape[0])
    return unlabelled, xp.take(images, index, axis=0), xp.take(labels, index, axis=0)


def _check_classes(labels, images, n_classes):
    """Raise unless labels is (N,), a class 0 … n_classes − 1 for each image, and each class occurs."""
    check_labels(labels, images, n_classes)
    missing = sorted(set(range(n_classes)) - set(to_numpy(labels).tolist()))
    if missing:
        raise ValueError(f"no labelled row of class {', '.join(map(str, missing))}: want one of each of the {n_classes}")


class SSGAN(Model):
    """A semi-supervised GAN.

    G: Net, noise (N, latent) -> samples (N, n).
    features: Net, images (N, n) -> features (N, m).
    head: Net, features (N, m) -> one logit a class (N, K).
    latent: int, dimensions of the noise.
    optimizer_g, optimizer_d: patterns; Adam(3e-4, beta1=0.5) if None.
    seed: int ≥ 0. backend: "numpy" or "cupy". dtype: "float32" or "float64".
    """

    parts = ("generator", "seeing", "judging")
    by_rows = False  # feature matching compares means over the batch

    def __init__(self, G, features, head, latent=100, *, optimizer_g=None, optimizer_d=None, seed=0, backend="numpy",
                 dtype="float32"):
        super().__init__(seed=seed, backend=backend, dtype=dtype)
        instance("G", G, Net), instance("features", features, Net), instance("head", head, Net)
        self.G, self.features, self.head, self.latent = G, features, head, whole("latent", latent)
        if G.input_shape != (self.latent,) or G.output_shapes[-1] != features.input_shape:
            raise ValueError(f"G makes {G.output_shapes[-1]} of {G.input_shape}: want {features.input_shape}, what features "
                             f"takes, of ({self.latent},)")
        if features.output_shapes[-1] != head.input_shape or max(features.min_batch, head.min_batch) > 1:
            raise ValueError(f"features makes {features.output_shapes[-1]}, head takes {head.input_shape}: want the same, and "
                             "no BatchNorm in either: labelled, unlabelled and generated rows go through as one batch")
        if len(head.output_shapes[-1]) != 1 or head.range is not None:
            raise ValueError(f"head makes {head.output_shapes[-1]}, in {head.range or 'any range'}: want a row of logits (K,), "
                             "one for each class, with no activation behind")
        if G.draws or head.draws:
            raise ValueError("G or head has Noise in it: only features may draw noise, leave it out of the others")
        self.optimizer_g, self.optimizer_d = (Adam(3e-4) if one is None else one for one in (optimizer_g, optimizer_d))
        rng = self.rng(INIT)
        self.generator = Learner(G, self.optimizer_g, G.init(rng, dtype))
        self.seeing = Learner(features, self.optimizer_d, features.init(rng, dtype))
        self.judging = Learner(head, self.optimizer_d, head.init(rng, dtype))
        self.width, self.range, self.rows, self.n_classes = features.n_in, G.range, G.min_batch, head.n_out

    def check(self, batch):
        """Raise unless `batch` is (unlabelled (N, n), labelled (N, n), labels (N,)); `beside` makes it."""
        if not isinstance(batch, tuple) or len(batch) != 3:
            raise TypeError(f"got {type(batch).__name__}: want a tuple (unlabelled, labelled, labels), as `beside` makes it")
        unlabelled, labelled, labels = batch
        super().check(unlabelled)
        super().check(labelled)
        if unlabelled.shape[0] != labelled.shape[0]:
            raise ValueError(f"{unlabelled.shape[0]} unlabelled rows, {labelled.shape[0]} labelled: want as many of both; "
                             "`beside` repeats the labelled ones")
        check_labels(labels, labelled, self.n_classes)

    def begin(self, data):
        """Raise unless some labelled row is of each class: a batch may lack one, the data may not."""
        _check_classes(data[2], data[1], self.n_classes)

    def step(self, batch, *, check=True):
        """One step of D, one of G. -> {"loss_class", "loss_real", "loss_fake", "loss_g"}, scalars on the device."""
        if check:
            self.check(batch)
        (unlabelled, labelled, labels), rng = batch, self.rng()
        N = unlabelled.shape[0]
        z = rng.standard_normal(size=(N, self.latent), dtype=self.dtype)
        fake, tape = self.generator.forward(z)
        D = (self.features, self.seeing.theta, self.head, self.judging.theta)
        losses, dtheta_f, dtheta_h = d_grad(*D, labelled, labels, unlabelled, fake, rng)
        self.seeing.step(dtheta_f)
        self.judging.step(dtheta_h)
        self.generator.track(tape, z)
        z = rng.standard_normal(size=(N, self.latent), dtype=self.dtype)
        G = (self.G, self.generator.theta, self.features, self.seeing.theta)
        loss_g, dtheta_g = matching_grad(*G, z, unlabelled, rng)
        self.generator.step(dtheta_g)
        self.steps += 1
        return {**losses, "loss_g": loss_g}

    def probabilities(self, images):
        """p(class | real) of each image, (N, K)."""
        super().check(images, rows=1)
        return namespace(images).exp(log_softmax(self.judging.infer(self.seeing.infer(images))))

    def accuracy(self, images, labels):
        """The share of images whose likeliest class is their label."""
        check_labels(labels, images, self.n_classes)
        return float(np.mean(to_numpy(self.probabilities(images)).argmax(axis=1) == to_numpy(labels)))

    def sample(self, n, seed=None):
        """n samples (n, pixels). seed: the same seed gives the same noise; None draws anew."""
        return self.generator.infer(self.sampler(seed).standard_normal(size=(whole("n", n), self.latent), dtype=self.dtype))
