"""For a fixed G the best D is p_data / (p_data + p_g).

    python examples/claims/02_best_discriminator.py

For each seed, `examples/optimal_discriminator.py`: a D between two densities on the line, known in closed form, is trained
and compared with the formula wherever data fall (p + q > 0.01). Where none fall, D is free, and the formula says nothing
about it. The same run then lets G move: D ends near ½ where the data are. The picture is that of the first seed.
"""

from claim import arguments, example, report

args = arguments(__file__, __doc__, steps=3000)
distance, half = [], []
for seed in reversed(range(args.seeds)):  # the first seed's picture stays
    found, _ = example("optimal_discriminator.py", seed=seed, steps=args.steps, out=args.out)
    distance.insert(0, found["distance"])
    half.insert(0, abs(found["answer"][found["near"]] - 0.5).max())
(args.out / "optimal_discriminator.png").replace(args.picture)

figures = {"largest |D − p/(p + q)| where p + q > 0.01": distance,
           "largest |D − ½| within one unit of the data's mean, after G has moved": half}  # fmt: skip
holds = max(distance) < 0.05
report(args, figures, f"{'Holds' if holds else 'Does not hold'}: D is within {max(distance):.3f} of the formula, every seed.")
