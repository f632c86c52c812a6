"""Tables of ratings: from a file in MovieLens 100k's layout, or made up from tastes of low rank.

A table is float32 (users, items): 1 … 5, and 0 where nothing was rated. The file `u.data` of MovieLens 100k (GroupLens,
https://grouplens.org/datasets/movielens/100k/, to be downloaded by yourself: its licence forbids passing it on) has one
rating a line: user, item, rating, time, separated by tabs.
"""

import numpy as np

from minigan.check import indices, whole
from minigan.check import number as number_of
from minigan.check import path as path_of

LARGEST = 1_000_000  # users or items; a number beyond is a mistake in the file
DENSE = 1 << 30  # numbers of a table: 4 GB


def read_ratings(path):
    """(users, items, ratings): int64 from 0, int64 from 0, float32 1 … 5, in the file's order.

    Blank lines are passed over. A line that is not three or four whole numbers, the rating from 1 to 5, is refused with its
    number.
    """
    rows = {}
    with open(path_of("path", path), encoding="utf-8-sig", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            fields = line.rstrip("\r\n").split("\t")
            plain = len(fields) in (3, 4) and all(field.isascii() and field.isdigit() and len(field) < 16 for field in fields)
            user, item, rating = map(int, fields[:3]) if plain else (0, 0, 0)
            if not (1 <= user <= LARGEST and 1 <= item <= LARGEST and 1 <= rating <= 5):
                raise ValueError(f"{path}, line {number}: got {line.rstrip()[:80]!r}, want user, item, rating and time, "
                                 "separated by tabs: whole numbers, user and item from 1, the rating from 1 to 5")
            if (user, item) in rows:
                raise ValueError(f"{path}, line {number}: user {user} has rated item {item} before")
            rows[user, item] = rating
    if not rows:
        raise ValueError(f"{path} holds no ratings")
    users, items = np.array(list(rows)).T
    return users - 1, items - 1, np.array(list(rows.values()), np.float32)


def low_rank_ratings(n_users=600, n_items=300, rank=3, missing=0.9, seed=0):
    """(users, items, ratings) made up: taste times kind, of rank `rank`, plus how generous the user and how good the item
    is, plus noise, rounded to 1 … 5; the share `missing` of the table is left out.
    """
    n_users, n_items, rank = whole("n_users", n_users), whole("n_items", n_items), whole("rank", rank)
    missing = number_of("missing", missing, least=0, most=1)
    rng = np.random.default_rng(whole("seed", seed, 0))
    taste, kind = rng.standard_normal((n_users, rank)), rng.standard_normal((n_items, rank))
    liking = taste @ kind.T / np.sqrt(rank) + 0.3 * rng.standard_normal((n_users, n_items))
    liking += 0.5 * rng.standard_normal((n_users, 1)) + 0.5 * rng.standard_normal((1, n_items))
    users, items = np.nonzero(rng.random((n_users, n_items)) >= missing)
    return users, items, np.clip(np.round(3 + 1.2 * liking[users, items]), 1, 5).astype(np.float32)


def triple(users, items, ratings, shape=(LARGEST, LARGEST)):
    """The three as arrays (N,), N ≥ 1, checked: whole numbers from 0, below `shape`, and a finite rating for each."""
    users, items = (indices(name, values, size) for name, values, size in zip(("users", "items"), (users, items), shape))
    ratings = np.asarray(ratings)
    if not users.shape == items.shape == ratings.shape or not np.isfinite(ratings).all():
        raise ValueError(f"users are {users.shape}, items {items.shape}, ratings {ratings.shape}: want (N,) each, and finite "
                         "ratings")
    return users, items, ratings


def as_table(users, items, ratings, shape):
    """The dense table, float32, 0 where nothing was rated. users, items, ratings: (N,). shape: (users, items), how many."""
    if not isinstance(shape, (tuple, list)) or len(shape) != 2:
        raise ValueError(f"shape is {shape!r}: want (users, items)")
    n_users, n_items = (whole(name, length) for name, length in zip(("users", "items"), shape))
    if n_users * n_items > DENSE:
        raise ValueError(f"a table of {n_users} × {n_items} takes {n_users * n_items * 4e-9:.3g} GB: want {DENSE:.3g} numbers "
                         "at most. Keep fewer users or items, and number them without gaps")
    users, items, ratings = triple(users, items, ratings, shape)
    if ratings.min() < 1 or ratings.max() > 5:
        raise ValueError(f"ratings go from {ratings.min()} to {ratings.max()}: want 1 to 5; 0 in a table means not rated")
    if len(np.unique(users * n_items + items)) < len(users):
        raise ValueError("some user has rated an item twice: want one rating for each pair of user and item")
    table = np.zeros((n_users, n_items), np.float32)
    table[users, items] = ratings
    return table


def split(users, items, ratings, held_out=0.1, seed=0):
    """Two triples (users, items, ratings): for training, and the held-out share, drawn at random."""
    users, items, ratings = triple(users, items, ratings)
    share = number_of("held_out", held_out, least=0, most=1)
    away = np.random.default_rng(whole("seed", seed, 0)).random(len(ratings)) < share
    return [(users[part], items[part], ratings[part]) for part in (~away, away)]
