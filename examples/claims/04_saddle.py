"""The solution is a saddle, a Nash equilibrium; x² − y² has it at 0.

    python examples/claims/04_saddle.py

Neither player can gain alone at 0: f(0, y) ≤ f(0, 0) ≤ f(x, 0). Both players start at a random point, one for each seed,
and move by their own gradients with step size 0.2. Figures: by what factor the distance from 0 changes, per step. On x² −
y² every rule arrives. On xy, whose equilibrium is also 0, simultaneous steps diverge and alternating ones circle for ever:
that a solution exists does not mean that the players find it. Two remedies: extragradient steps by the gradient at the place
where a plain step would lead; regularised adds a penalty that pulls y to 0. The picture is that of `examples/games.py`: a row
for each game, the third is the smallest GAN, the Dirac-GAN (`minigan/models/games.py`); a dot is the start, a star the
equilibrium.
"""

import numpy as np
from claim import arguments, example, report

from minigan.arrays import generator
from minigan.models.games import RULES, SADDLE, TWIST, trajectory

args = arguments(__file__, __doc__, seeds=10, steps=200)
example("games.py", out=args.out)
(args.out / "games.png").replace(args.picture)

figures = {}
for game in (SADDLE, TWIST):
    for name, rule in RULES.items():
        factors = figures.setdefault(f"{game.name}, {name}: distance from 0, factor per step", [])
        for seed in range(args.seeds):
            path = np.linalg.norm(trajectory(rule, game, generator(seed).standard_normal(2), 0.2, args.steps), axis=1)
            factors.append((path[-1] / path[0]) ** (1 / args.steps))

largest = {label.partition(":")[0]: max(factors) for label, factors in figures.items()}
holds = all(factor < 1 for name, factor in largest.items() if "²" in name)
arrive = [name.partition(", ")[2] for name, factor in largest.items() if name.startswith("xy") and factor < 0.999]
verdict = "Holds" if holds else "Does not hold"
report(args, figures, f"{verdict} for x² − y². On xy these rules arrive: {', '.join(arrive)}.")
