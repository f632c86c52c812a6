"""How good are the digits of examples/vanilla_gan.py, at its default settings?

    python benchmarks/digits_quality.py [--seeds 5] [--samples 2000] [--jobs 2]

Runs the example with each seed, as a sweep (`minigan/sweep.py`), and shows samples to the library's own classifier, trained on
four fifths of the real digits; its accuracy on the other fifth is printed first, and what it says of those real digits.
`classes`: in how many of the ten classes some sample is surely (probability ≥ 0.9). `confident`: the share of samples with such
a class. `rarest`: sure samples of the class that has fewest.
"""

import argparse
import runpy
import sys
from pathlib import Path

import numpy as np

from minigan.data.digits import digits
from minigan.metrics.coverage import coverage
from minigan.models.classifier import Classifier, classifier_network
from minigan.spread import markdown
from minigan.sweep import add_arguments, run_command
from minigan.train import train as train_model

EXAMPLE = Path(__file__).parents[1] / "examples" / "vanilla_gan.py"


def judge():
    """A classifier that has learned four fifths of the digits, and the other fifth: (classifier, images, labels)."""
    images, labels = digits()
    learned = np.arange(len(images)) % 5 != 0
    classifier = Classifier(classifier_network(64))
    train_model(classifier, (images[learned], labels[learned]), epochs=40, batch_size=64, progress=False)
    return classifier, images[~learned], labels[~learned]


def run(folder, seed, samples, epochs):
    """Train the example's GAN with one seed. -> what the classifier says of its samples."""
    sys.argv = [str(EXAMPLE), "--seed", str(seed), "--epochs", str(epochs), "--out", str(folder), "--resume"]
    gan = runpy.run_path(str(EXAMPLE))["gan"]
    seen = coverage(judge()[0], gan.sample(samples, seed=1))
    return {"classes": seen["classes"], "confident": seen["confident"], "rarest": min(seen["histogram"])}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_arguments(parser, "runs/digits_quality")
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--epochs", type=int, default=300, help="the example's default is 300")
    args = parser.parse_args()
    classifier, images, labels = judge()
    print(f"classifier: {classifier.accuracy(images, labels):.1%} right on held-out digits, "
          f"{coverage(classifier, images)['confident']:.1%} of them with probability ≥ 0.9")
    rows = run_command(run, {"samples": [args.samples], "epochs": [args.epochs]}, args)
    print(markdown(rows, ["samples", "epochs"], {"classes": 1, "confident": 3, "rarest": 0, "seconds": 0}))


if __name__ == "__main__":
    main()
