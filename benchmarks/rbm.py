"""One epoch of an RBM on MNIST images beside scikit-learn's BernoulliRBM, and beside its bare matrix products.

    MINIGAN_DATA=folder python benchmarks/rbm.py [--threads 2] [--images 20000] [--hidden 256]

The same settings for both: PCD-1, batches of 100, learning rate 0.01 (scikit-learn has no momentum, weight decay or
centring, so they are off), float32, images thresholded at ½. A step is `fit` with n_iter=1, from the start (scikit-learn's
`partial_fit` would silently work in float64); the bare products are the five of each batch. Afterwards both are fitted for
`--epochs` epochs, with three seeds, and the mean pseudo-likelihood on the training images is printed: what the work has
bought. They start differently: minigan's visible biases at the log-odds of the data's means, scikit-learn's at 0.
How the contenders are timed: harness.py.
"""

import harness


def binary_images(images):
    import numpy as np

    from minigan.data.mnist import mnist

    return np.round(mnist()[0][:images])


def minigan(images, hidden, epochs):
    from minigan.models.rbm import RBM

    return rbm(RBM, binary_images(images), epochs, hidden, {"centred": False})


def scikit_learn(images, hidden, epochs):
    from sklearn.neural_network import BernoulliRBM

    return rbm(BernoulliRBM, binary_images(images), epochs, hidden, {})


def rbm(kind, X, epochs, hidden, own):
    """The step `fit`, one epoch, of an RBM of either kind."""
    settings = {"n_components": hidden, "learning_rate": 0.01, "batch_size": 100, "random_state": 0} | own
    machine = kind(n_iter=1, **settings)

    def epoch():
        machine.fit(X)

    def afterwards():
        trained = [kind(n_iter=epochs, **settings | {"random_state": seed}).fit(X) for seed in range(3)]
        found = ", ".join(f"{pseudo_likelihood(machine, X):.1f}" for machine in trained)
        return f"pseudo-likelihood of three seeds {found} after {epochs} epochs, {trained[0].components_.dtype}"

    epoch.afterwards = afterwards
    return epoch


def pseudo_likelihood(trained, X):
    """The mean of n log p(v_i | all others), one pixel i drawn for each image; a formula for both, from the weights alone."""
    import numpy as np

    def free_energy(v):
        return -(v @ trained.intercept_visible_) - np.logaddexp(0, v @ trained.components_.T + trained.intercept_hidden_).sum(1)

    rows, pixels = np.arange(len(X)), np.random.default_rng(0).integers(X.shape[1], size=len(X))
    flipped = X.copy()
    flipped[rows, pixels] = 1 - flipped[rows, pixels]
    return -X.shape[1] * np.logaddexp(0, free_energy(X) - free_energy(flipped)).mean()


def products(images, hidden, epochs):
    """The five products of a PCD-1 step, v W, h Wᵀ, v′ W, vᵀ h, v′ᵀ h′, for each batch of an epoch."""
    import numpy as np

    rng = np.random.default_rng(0)
    v, h, W = (rng.random(shape, dtype="float32") for shape in ((100, 784), (100, hidden), (784, hidden)))

    def run():
        for _ in range(images // 100):
            v @ W, h @ W.T, v @ W, v.T @ h, v.T @ h

    return run


def main():
    parser = harness.arguments(__doc__, rounds=5, steps=3, warm=1)
    parser.add_argument("--images", type=int, default=20_000)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--epochs", type=int, default=11)
    args = parser.parse_args()
    harness.compare(__file__, ["minigan", "scikit_learn", "products"], args,
                    images=args.images, hidden=args.hidden, epochs=args.epochs)  # fmt: skip


if __name__ == "__main__":
    main()
