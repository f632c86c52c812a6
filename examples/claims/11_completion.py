"""A trained RBM completes missing entries.

    python examples/claims/11_completion.py

Half an image: for each seed, `examples/rbm_completion.py` hides the lower half of unseen digits; the squared error there,
beside the mean image, the best guess of somebody who ignores the upper half. A table with holes: `examples/rbm_ratings.py`
on a made-up table of ratings of which nine tenths are missing; the error beside that of the means of users and items. The
picture is the first seed's.
"""

import re

from claim import arguments, example, report

args = arguments(__file__, __doc__, epochs=30)
figures = {}


def collect(pattern, said):
    for name, value in re.findall(pattern, said, re.MULTILINE):
        figures.setdefault(name, []).insert(0, float(value))


for seed in reversed(range(args.seeds)):  # the first seed's picture stays
    _, said = example("rbm_completion.py", epochs=args.epochs, seed=seed, out=args.out)
    collect(r"^(.*: mean squared error) (\S+) on", said)
    _, said = example("rbm_ratings.py", epochs=args.epochs, seed=seed)
    collect(r"^(.*: RMSE) (\S+)$", said)
(args.out / "completion.png").replace(args.picture)

half = sum(a < b for a, b in zip(figures["gibbs: mean squared error"], figures["mean image: mean squared error"]))
table = sum(a < b for a, b in zip(figures["RBM: RMSE"], figures["user and item biases: RMSE"]))
verdict = "Holds" if half == table == args.seeds else "Holds in part" if half or table else "Does not hold"
report(args, figures, f"{verdict}: the hidden half is guessed better by Gibbs than by the mean image with {half} of "
       f"{args.seeds} seeds, the ratings better than by the means of users and items with {table}.")  # fmt: skip
