"""One epoch of an RBM on 20,000 MNIST images beside scikit-learn's BernoulliRBM, and beside its bare matrix products.

    MINIGAN_DATA=folder python benchmarks/rbm.py [--rounds 5] [--hidden 256]

The same settings for both: PCD-1, batches of 100, learning rate 0.01 (scikit-learn has no momentum, weight decay or
centring, so they are off), float32, images thresholded at ½. Timed is `fit` with n_iter=1 (scikit-learn's `partial_fit`
would silently work in float64). The rounds are interleaved; figures are medians. Then both are fitted for as many epochs as
there were rounds, and the mean pseudo-likelihood on the training images is printed: the work bought the same.
"""

import argparse
import statistics
import time

import numpy as np

from minigan.data.mnist import mnist
from minigan.models.bipartite import pseudo_likelihood
from minigan.models.rbm import RBM


def bare_products(X, hidden, batch):
    """The five products of a PCD-1 step: v W, h Wᵀ, v′ W, vᵀ h, v′ᵀ h′."""
    rng = np.random.default_rng(0)
    v, h = X[:batch], rng.random((batch, hidden), dtype=np.float32)
    W = rng.random((X.shape[1], hidden), dtype=np.float32)

    def run():
        for _ in range(len(X) // batch):
            v @ W, h @ W.T, v @ W, v.T @ h, v.T @ h

    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--hidden", type=int, default=256)
    args = parser.parse_args()
    from sklearn.neural_network import BernoulliRBM

    X = np.round(mnist()[0][:20_000])
    settings = {"n_components": args.hidden, "learning_rate": 0.01, "batch_size": 100, "random_state": 0}
    ours, theirs = RBM(n_iter=1, centred=False, **settings), BernoulliRBM(n_iter=1, **settings)
    runners = {"minigan": lambda: ours.fit(X), "scikit-learn": lambda: theirs.fit(X),
               "products": bare_products(X, args.hidden, 100)}  # fmt: skip
    times = {name: [] for name in runners}
    for _ in range(args.rounds):
        for name, run in runners.items():
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    seconds = {name: statistics.median(values) for name, values in times.items()}
    print(", ".join(f"{name} {value:.2f} s" for name, value in seconds.items()))
    print(f"minigan / scikit-learn {seconds['minigan'] / seconds['scikit-learn']:.2f}, "
          f"minigan / products {seconds['minigan'] / seconds['products']:.2f}")
    ours.set_params(n_iter=args.rounds).fit(X)
    theirs.set_params(n_iter=args.rounds).fit(X)
    machines = {"minigan": ours.params, "scikit-learn": [theirs.components_.T, theirs.intercept_visible_,
                                                         theirs.intercept_hidden_]}  # fmt: skip
    for name, params in machines.items():
        score = pseudo_likelihood([p.astype(np.float32) for p in params], X, np.random.default_rng(0)).mean()
        print(f"{name}: pseudo-likelihood {score:.1f} after {args.rounds} epochs")


if __name__ == "__main__":
    main()
