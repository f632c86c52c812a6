"""The minimax loss of G is flat where D rejects the fakes; −log D(G(z)) is steep there.

    python examples/claims/01_minimax_is_flat.py

For each seed, `examples/generator_losses.py`: one G, one D that rejects all its samples and stands still, the same noise,
and SGD on the one loss or on the other. Two figures: how long the first gradient is, and how many steps G needs until D
believes it (mean D(G(z)) above 0.9). A run that is not there after --steps (1,500) counts with its last step: then the mean
is too low. The picture is that of the first seed.
"""

import re

from claim import arguments, example, report

args = arguments(__file__, __doc__, seeds=8, steps=1500)
ratio, steps = [], {"non-saturating": [], "minimax": []}
for seed in reversed(range(args.seeds)):  # the first seed's picture stays
    _, said = example("generator_losses.py", seed=seed, steps=args.steps, out=args.out)
    found = {name: (float(length), int(n)) for name, length, n in re.findall(r"(\S+): .* length (\S+); .* (\d+) steps", said)}
    ratio.insert(0, found["non-saturating"][0] / found["minimax"][0])
    for name, counts in steps.items():
        counts.insert(0, found[name][1])
(args.out / "generator_losses.png").replace(args.picture)

sooner = sum(steep < flat for steep, flat in zip(*steps.values()))
figures = {"first gradient: length of −log D's over length of log(1 − D)'s": ratio,
           "steps with −log D": steps["non-saturating"], "steps with log(1 − D)": steps["minimax"]}  # fmt: skip
holds = sooner == args.seeds and min(ratio) > 1
verdict = "Holds" if holds else "Does not always hold"
late = sum(flat >= args.steps - 1 for flat in steps["minimax"])
report(args, figures, f"{verdict}: −log D is there first in {sooner} of {args.seeds} runs; with log(1 − D) {late} are "
       f"not there in {args.steps:,} steps.")  # fmt: skip
