"""The exact test likelihood of a small RBM on MNIST, on the images and on their negatives.

    MINIGAN_DATA=folder python benchmarks/rbm_likelihood.py [--seeds 3] [--centred]

16 hidden units, PCD-1 with 100 chains, batches of 100, learning rate 0.01, 50 epochs, all else as it comes; images thresholded
at ½; log Z by enumeration. Half a minute for a run.
"""

import argparse
import statistics

import numpy as np

from minigan.data.mnist import mnist
from minigan.metrics.rbm_likelihood import log_likelihood, log_partition
from minigan.models.rbm import RBM


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--centred", action="store_true")
    args = parser.parse_args()
    train, test = (np.round(mnist(part)[0]) for part in ("train", "test"))
    for name, flip in (("images", False), ("negatives", True)):
        results = []
        for seed in range(args.seeds):
            rbm = RBM(16, learning_rate=0.01, batch_size=100, n_iter=args.epochs, centred=args.centred, random_state=seed)
            rbm.fit(1 - train if flip else train)
            log_p = log_likelihood(rbm.params, 1 - test if flip else test, log_partition(rbm.params))
            results.append(float(log_p.mean()))
            print(f"{name}, seed {seed}: {results[-1]:.2f} nats", flush=True)
        print(f"{name}: mean {statistics.mean(results):.2f}, from {min(results):.2f} to {max(results):.2f}")


if __name__ == "__main__":
    main()
