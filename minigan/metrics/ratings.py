"""What a model of ratings has to beat, and by what measure.

The measure is the root of the mean squared error on held-out ratings. The baselines: everything is rated with the mean; and
the mean plus what is special about the user and about the item,

    r̂_ui = μ + b_u + b_i,     b_i = Σ (r − μ) / (shrink + n_i),     b_u = Σ (r − μ − b_i) / (shrink + n_u)

cut to the scale 1 … 5. The sums run over an item's, or a user's, ratings; `shrink` keeps a few ratings from saying too much.
Source: Koren 2010, "Factor in the neighbors", section 2.1.
"""

import numpy as np

from minigan.check import indices, number
from minigan.data.ratings import triple


def rmse(predicted, ratings):
    """√ of the mean of (predicted − ratings)². Both (N,), finite, N ≥ 1."""
    predicted, ratings = np.asarray(predicted, float), np.asarray(ratings, float)
    if predicted.shape != ratings.shape or ratings.ndim != 1 or not len(ratings) or not np.isfinite(predicted + ratings).all():
        raise ValueError(f"predicted is {predicted.shape}, ratings {ratings.shape}: want (N,) finite numbers each, N ≥ 1")
    return float(np.sqrt(np.mean((predicted - ratings) ** 2)))


def global_mean(train, users, items):
    """The mean of the training ratings, for every question, (M,). train, users, items: as for `biases`."""
    return np.full(len(indices("users", users)), triple(*train)[2].mean())


def biases(train, users, items, shrink=5.0):
    """μ + b_u + b_i for each question (user, item), (M,).

    train: (users, items, ratings), (N,) each. users, items: (M,), whole numbers from 0. shrink: float ≥ 0.
    """
    shrink = number("shrink", shrink, least=0)
    known_users, known_items, ratings = triple(*train)
    users, items = indices("users", users), indices("items", items)
    if users.shape != items.shape:
        raise ValueError(f"users are {users.shape}, items {items.shape}: want a user and an item for each question")
    mean = ratings.mean()

    def shrunk_means(index, values):
        """Of each of them, and last a 0: that of one who has no rating."""
        return np.append(np.bincount(index, values) / np.maximum(shrink + np.bincount(index), 1e-12), 0.0)

    of_item = shrunk_means(known_items, ratings - mean)
    of_user = shrunk_means(known_users, ratings - mean - of_item[known_items])
    users, items = (np.minimum(asked, len(means) - 1) for asked, means in ((users, of_user), (items, of_item)))
    return np.clip(mean + of_user[users] + of_item[items], 1, 5)
