"""What an RBM's features are worth: scikit-learn's own example, with its RBM and with this one.

    python benchmarks/rbm_features.py [--seeds 0 1 2]

Digits, each also nudged by a pixel in the four directions, scaled to [0, 1], a fifth held out; an RBM of 100 units, learning
rate 0.06, 10 epochs, batches of 10; logistic regression on its features (lbfgs, C = 6000, 1,000 rounds at most). Printed:
accuracy on the held-out part for each seed, with all else at its default; then the time of one `fit`, by harness.py.
Source: scikit-learn's example "Restricted Boltzmann Machine features for digit classification".
"""

import harness

SETTINGS = {"n_components": 100, "learning_rate": 0.06, "batch_size": 10, "n_iter": 10}


def data(seed=0):
    """X float32 (8985, 64) in [0, 1] and labels: (train, test) of each."""
    import numpy as np
    from sklearn.model_selection import train_test_split

    from minigan.data.digits import digits

    images, labels = digits()
    grid = images.reshape(-1, 8, 8)
    padded = np.pad(grid, ((0, 0), (1, 1), (1, 1)))
    nudged = [grid, padded[:, :8, 1:9], padded[:, 2:, 1:9], padded[:, 1:9, :8], padded[:, 1:9, 2:]]
    return train_test_split(np.concatenate(nudged).reshape(-1, 64), np.tile(labels, 5), test_size=0.2, random_state=0)


def accuracy(rbm):
    """Of a logistic regression on the features of this RBM, fitted here."""
    from sklearn.linear_model import LogisticRegression

    train, test, y_train, y_test = data()
    features = rbm.fit(train).transform(train)
    classifier = LogisticRegression(C=6000.0, max_iter=1000).fit(features, y_train)
    return classifier.score(rbm.transform(test), y_test)


def timed(rbm):
    train = data()[0]
    return lambda: rbm.fit(train)


def minigan():
    from minigan.models.rbm import RBM

    return timed(RBM(random_state=0, **SETTINGS))


def minigan_centred():
    from minigan.models.rbm import RBM

    return timed(RBM(random_state=0, centred=True, **SETTINGS))


def scikit_learn():
    from sklearn.neural_network import BernoulliRBM

    return timed(BernoulliRBM(random_state=0, **SETTINGS))


def main():
    parser = harness.arguments(__doc__, rounds=3, steps=1, warm=1, starts=2)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    args = parser.parse_args()
    harness.compare(__file__, ["minigan", "minigan_centred", "scikit_learn"], args)

    from sklearn.neural_network import BernoulliRBM

    from minigan.models.rbm import RBM

    for name, build in (("minigan", RBM), ("minigan, centred", lambda **options: RBM(centred=True, **options)),
                        ("scikit-learn", BernoulliRBM)):  # fmt: skip
        scores = [accuracy(build(random_state=seed, **SETTINGS)) for seed in args.seeds]
        each = ", ".join(f"{score:.3f}" for score in scores)
        print(f"{name}: accuracy {sum(scores) / len(scores):.3f}, seed by seed {each}", flush=True)


if __name__ == "__main__":
    main()
