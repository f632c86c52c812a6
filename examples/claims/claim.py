"""What the claims share: options, a GAN of the digits, a run of another example, the file of figures. It is no claim itself."""

import argparse
import contextlib
import io
import json
import runpy
import sys
import time
from pathlib import Path

import numpy as np

from minigan import memory
from minigan.arrays import DRAW, generator
from minigan.data.digits import digits
from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
from minigan.nn import Adam, Straight
from minigan.train import train

EXAMPLES = Path(__file__).parents[1]


def arguments(file, doc, seeds=3, **numbers):
    """--seeds, --out, and an option for each of the numbers. The picture of the script `file` belongs at args.picture."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=seeds, help="how many")
    parser.add_argument("--out", type=Path, default=Path("runs/claims"))
    for name, default in numbers.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    args = parser.parse_args()
    memory.keep()  # as `train` does, for those that have a loop of their own
    args.out.mkdir(parents=True, exist_ok=True)
    args.picture = args.out / f"{Path(file).stem}.png"
    return args


def spread(values):
    """Mean (least … most), to three digits."""
    mean, least, most = (f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.3g}" for x in (np.mean(values), min(values), max(values)))
    return f"{mean} ({least} … {most})"


def report(args, figures, verdict):
    """Print the figures and the verdict, and write them beside the picture, with the seconds of processor time that the script
    took. figures: {label: a number for each seed}.
    """
    figures = {label: [float(f"{value:.4g}") for value in values] for label, values in figures.items()}
    for label, values in figures.items():
        print(f"{label}: {spread(values)}")
    print(verdict, f"{args.picture} shows it.", sep="\n")
    seconds = round(time.process_time())
    text = json.dumps({"figures": figures, "verdict": verdict, "seconds": seconds}, ensure_ascii=False, indent=1)
    args.picture.with_suffix(".json").write_text(text + "\n", encoding="utf-8")


def example(name, **options):
    """Run an example with these options: (its variables, what it printed)."""
    before, said = sys.argv, io.StringIO()
    sys.argv = [name, *(str(part) for key, value in options.items() for part in (f"--{key}", value))]
    try:
        with contextlib.redirect_stdout(said):
            return runpy.run_path(str(EXAMPLES / name)), said.getvalue()
    finally:
        sys.argv = before


def shuffled_digits(seed):
    """(images, labels) of the digits, in an order of the seed: the writers mixed, so that any part is like any other."""
    images, labels = digits()
    order = generator(seed, "numpy", DRAW).permutation(len(images))
    return images[order], labels[order]


def digit_gan(seed, steps, k=1):
    """A GAN for the digits, half as wide as that of examples/vanilla_gan.py, whose learning rate falls within these steps."""
    adam_g, adam_d = falling(1e-3, steps), falling(1e-3, k * steps)
    return GAN(vanilla_generator(20, 64, 16), vanilla_discriminator(64, 32), 20, k, "non-saturating", adam_g, adam_d, seed)


def falling(lr, steps):
    """Adam whose rate falls to a tenth within these steps of its own: D takes k in a step of the game."""
    return Adam(lr, schedule=Straight(steps, to=0.1))


def trained(model, data, steps, seed=0, batch_size=64):
    """The model, that many steps later."""
    train(model, data, steps=steps, batch_size=batch_size, seed=seed, progress=False, intervals=2)
    return model
