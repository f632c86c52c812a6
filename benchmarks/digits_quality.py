"""How good are the digits of examples/vanilla_gan.py, at its default settings?

    python benchmarks/digits_quality.py [--seeds 5] [--samples 2000]

Runs the example with each seed and shows samples to the library's own classifier, trained on four fifths of the real
digits; its accuracy on the other fifth is printed first, and what it says of those real digits. `classes`: in how many of
the ten classes some sample is surely (probability ≥ 0.9). `confident`: the share of samples with such a class.
"""

import argparse
import contextlib
import io
import runpy
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from minigan.data.digits import digits
from minigan.metrics.coverage import coverage
from minigan.models.classifier import Classifier, classifier_network
from minigan.train import train as train_model

EXAMPLE = Path(__file__).parents[1] / "examples" / "vanilla_gan.py"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--samples", type=int, default=2000)
    args = parser.parse_args()

    images, labels = digits()
    train = np.arange(len(images)) % 5 != 0
    classifier = Classifier(classifier_network(64))
    train_model(classifier, (images[train], labels[train]), epochs=40, batch_size=64, progress=False)
    print(f"classifier: {classifier.accuracy(images[~train], labels[~train]):.1%} right on held-out digits, "
          f"{coverage(classifier, images[~train])['confident']:.1%} of them with probability ≥ 0.9")

    shares = []
    for seed in range(args.seeds):
        with tempfile.TemporaryDirectory() as out:
            sys.argv = [str(EXAMPLE), "--seed", str(seed), "--out", out]
            start = time.perf_counter()
            with contextlib.redirect_stdout(io.StringIO()):
                gan = runpy.run_path(str(EXAMPLE))["gan"]
            seconds = time.perf_counter() - start
        seen = coverage(classifier, gan.sample(args.samples, seed=1))
        shares.append(seen["confident"])
        print(f"seed {seed}: classes {seen['classes']}, confident {seen['confident']:.1%}, in each class "
              f"{seen['histogram']}, {seconds:.0f} s", flush=True)
    print(f"confident: mean {statistics.mean(shares):.1%}, from {min(shares):.1%} to {max(shares):.1%}")


if __name__ == "__main__":
    main()
