"""Watch two players on their field: three games, four rules of moving.

    python examples/games.py
    python examples/games.py --eta 0.4 --k 5

It prints what each rule conserves, shrinks or grows, and draws the paths on the vector field into games.png.
"""

import argparse
import math
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from minigan.models.games import DIRAC, RULES, SADDLE, TWIST, trajectory

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--eta", type=float, default=0.2, help="step size")
parser.add_argument("--steps", type=int, default=150)
parser.add_argument("--k", type=int, default=1, help="steps of y for one of x, when alternating")
parser.add_argument("--out", default="runs/games")
args = parser.parse_args()
Path(args.out).mkdir(parents=True, exist_ok=True)
eta = args.eta

figure = Figure(figsize=(13, 10), layout="constrained")
axes = figure.subplots(3, 4, sharex=True, sharey=True)
side = np.linspace(-2, 2, 17)
for row, game in zip(axes, (SADDLE, TWIST, DIRAC)):
    field = np.array([[game.slopes(x, y) for x in side] for y in side])
    for panel, (name, rule) in zip(row, RULES.items()):
        options = {"k": args.k} if name == "alternating" else {}
        path = np.array(trajectory(rule, game, (1.0, 0.5), eta, args.steps, **options))
        panel.quiver(side, side, -field[..., 0], field[..., 1], color="0.75", angles="xy")
        panel.plot(*path.T, ".-", markersize=3, linewidth=0.8)
        panel.plot(*path[0], "o", color="black")
        panel.plot(0, 0, "*", color="red")
        panel.set(title=f"{game.name}, {name}", xlim=(-2, 2), ylim=(-2, 2), aspect="equal")
        with np.errstate(over="ignore"):
            ratio = (path[-1] @ path[-1] / (path[0] @ path[0])) ** (1 / args.steps)
        print(f"{game.name:9} {name:14} ‖z‖² times {ratio:.4f} a step, on average")
for panel in axes[-1]:
    panel.set_xlabel("x wants f small")
for panel in axes[:, 0]:
    panel.set_ylabel("y wants f large")
figure.savefig(Path(args.out) / "games.png", dpi=90)

print(f"\nwhat the theory says at η = {eta}")
print(f"xy, simultaneous: 1 + η² = {1 + eta**2:.4f}; extragradient: 1 − η² + η⁴ = {1 - eta**2 + eta**4:.4f}")
print(f"x² − y², simultaneous and alternating: (1 − 2η)² = {(1 - 2 * eta) ** 2:.4f}")
print(f"Dirac-GAN near 0, simultaneous: 1 + η²/4 = {1 + eta**2 / 4:.4f}; |λ| = {math.sqrt(1 + eta**2 / 4):.4f}; alternating: 1")
x, y = np.array(trajectory(RULES["alternating"], TWIST, (1.0, 0.5), eta, 10_000)).T
print(f"xy, alternating, 10,000 steps: x² + y² − ηxy stays within {np.ptp(x * x + y * y - eta * x * y):.1e}")
print(f"games.png is in {args.out}")
