r"""
Tangents and their masks
========================

A network of linear maps and LeakyReLUs is linear in pieces. Which piece, x decides: in each layer, units with positive input
have slope 1 and the others slope 0.2. That is x's *mask*. A small change v of x runs through the same network with the same
mask and without biases, and what comes out is the change of D(x): the tangent of ``Net.tangent``, on which the gradient penalty
stands (``minigan/nn/penalty.py``).
"""

import numpy as np
from matplotlib import pyplot

from minigan.arrays import generator
from minigan.nn import LeakyReLU, Linear, Net

rng = generator(2)
D = Net(Linear(2, 6), LeakyReLU(0.2), Linear(6, 6), LeakyReLU(0.2), Linear(6, 1))
theta = D.init(rng, "float64")
x, v = np.array([[0.6, -0.3]]), np.array([[0.02, 0.01]])
y, tape = D.forward(theta, x)
change, tangent_tape = D.tangent(theta, tape, v)

# %%
# What x does in each layer, and what v does with x's mask: each row is one array of one example, from the input above to the
# score below. Left: x on its way. Middle: the masks that x sets. Right: v on its way; where the mask is 0.2 it is cut to a
# fifth.

layers, way, moved, masks = D.unpack(theta), [x], [v], []
for (W, b), (V, _) in zip(layers[::2], layers[::2]):
    a, t = way[-1] @ W + b, moved[-1] @ V
    mask = np.where(a > 0, 1.0, 0.2) if a.shape[1] > 1 else np.ones_like(a)
    masks.append(mask)
    way.append(a * mask)
    moved.append(t * mask)
figure, axes = pyplot.subplots(1, 3, figsize=(10, 3), layout="constrained")
for ax, rows, title, limit in ((axes[0], way, "x on its way", 1.5), (axes[1], masks, "the masks that x sets", 3.0),
                               (axes[2], moved, "v on its way, by x's masks", 0.05)):  # fmt: skip
    table = np.full((len(rows), 6), np.nan)
    for i, row in enumerate(rows):
        table[i, : row.shape[1]] = row[0]
        for j, value in enumerate(row[0]):
            ax.text(j, i, f"{value:.2g}", ha="center", va="center", fontsize=8)
    ax.imshow(table, cmap="RdBu", vmin=-limit, vmax=limit)
    ax.set(title=title, xlabel="unit", yticks=range(len(rows)),
           yticklabels=["hidden 1", "hidden 2", "score"] if len(rows) == 3 else ["input", "hidden 1", "hidden 2", "score"])
pyplot.show()

# %%
# The tangent is exact: D(x + v) − D(x) is the same number, as long as x + v lies in the same piece.

print("by hand", moved[-1][0, 0], "Net.tangent", change[0, 0], "D(x + v) − D(x)", (D.forward(theta, x + v)[0] - y)[0, 0])

# %%
# The pieces themselves, over the plane: every colour is one pattern of masks. Inside a piece D is a plane, and its slope is
# constant; at the borders the slope jumps, and there alone the second derivative would not be 0.

side = np.linspace(-2, 2, 300)
points = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
_, tapes = D.forward(theta, points)
(W1, b1), _, (W2, b2), *_ = D.unpack(theta)
first = points @ W1 + b1
second = np.where(first > 0, first, 0.2 * first) @ W2 + b2
pattern = np.concatenate([first > 0, second > 0], axis=1) @ 2.0 ** np.arange(12)
_, number = np.unique(pattern, return_inverse=True)
figure, ax = pyplot.subplots(figsize=(5, 5), layout="constrained")
ax.imshow((number * 7 % 20).reshape(300, 300), cmap="tab20", extent=(-2, 2, -2, 2), origin="lower", interpolation="nearest")
ax.plot(*x[0], "k*", markersize=12)
ax.annotate("x", x[0], xytext=(6, 6), textcoords="offset points")
ax.set(title=f"{number.max() + 1} pieces, one pattern of masks each", xlabel="x₁", ylabel="x₂")
pyplot.show()
