"""Predict ratings with an RBM: of a made-up table, or of a file in the layout of MovieLens 100k's u.data.

    python examples/rbm_ratings.py
    python examples/rbm_ratings.py --file ml-100k/u.data

A tenth of the ratings is held out; the error on it is printed beside two baselines. ratings.png: what the RBM expected where
the held-out ratings are 1 to 5.
"""

import argparse
from pathlib import Path

from matplotlib.figure import Figure

from minigan.arrays import to, to_numpy
from minigan.data.ratings import as_table, low_rank_ratings, read_ratings, split
from minigan.metrics.ratings import biases, global_mean, rmse
from minigan.models.ratings import RatingsRBM
from minigan.train import train

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--file", help="user, item, rating, time, separated by tabs; a made-up table without it")
parser.add_argument("--hidden", type=int, default=100)
parser.add_argument("--epochs", type=int, default=40)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--backend", default="numpy", help="numpy or cupy")
parser.add_argument("--out", default="runs/rbm_ratings")
args = parser.parse_args()
Path(args.out).mkdir(parents=True, exist_ok=True)

users, items, ratings = read_ratings(args.file) if args.file else low_rank_ratings(seed=args.seed)
shape = (users.max() + 1, items.max() + 1)
known, (asked_users, asked_items, truth) = split(users, items, ratings, seed=args.seed)
table = to(as_table(*known, shape), args.backend)

model = RatingsRBM(shape[1], args.hidden, weight_decay=2e-3, seed=args.seed, backend=args.backend)
train(model, table, epochs=args.epochs, batch_size=min(50, shape[0]), seed=args.seed)

print(f"{len(known[2])} ratings known, {len(truth)} held out, {1 - len(ratings) / (shape[0] * shape[1]):.0%} missing")
guesses = {
    "global mean": global_mean(known, asked_users, asked_items),
    "user and item biases": biases(known, asked_users, asked_items),
    "RBM": to_numpy(model.predict(table))[asked_users, asked_items],
}
for name, guess in guesses.items():
    print(f"{name}: RMSE {rmse(guess, truth):.3f}")

figure = Figure(figsize=(7, 3.5), layout="constrained")
for axes, name in zip(figure.subplots(1, 2, sharey=True), ("user and item biases", "RBM")):
    axes.boxplot([guesses[name][truth == stars] for stars in range(1, 6)], whis=(5, 95), showfliers=False)
    axes.plot(range(1, 6), range(1, 6), ":", color="0.5")
    axes.set(title=f"{name}, RMSE {rmse(guesses[name], truth):.2f}", xlabel="held-out rating", ylim=(0.8, 5.2))
    axes.set_ylabel("expected rating; box: half, line: nine tenths" if name != "RBM" else "")
figure.savefig(Path(args.out) / "ratings.png", dpi=120)
print(f"ratings.png is in {args.out}")
