"""Predict ratings with an RBM: of a made-up table, or of a file in the layout of MovieLens 100k's u.data.

    python examples/rbm_ratings.py
    python examples/rbm_ratings.py --file ml-100k/u.data

A tenth of the ratings is held out; the error on it is printed beside two baselines.
"""

import argparse

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
args = parser.parse_args()

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
