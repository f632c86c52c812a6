"""RBM: low energy is high probability; CD climbs the likelihood.

    python examples/claims/10_energy.py

For each seed, `examples/rbm.py` with 16 hidden units, few enough for the exact likelihood. Figures: log p(v) of the digits
that it learns from (none is held out) at the first look, when the RBM is hardly more than independent pixels, and at the
last; and the free energy F of the digits, of the RBM's own dreams and of noise; p(v) = e^−F(v) / Z. This is CD with
persistent chains (PCD). That CD climbs is no law: on bars and stripes, CD-1 and PCD climb and fall
(`examples/rbm_bars_and_stripes.py`). The picture is the first seed's.
"""

import re
import shutil
import tempfile
from pathlib import Path

from claim import arguments, example, report

args = arguments(__file__, __doc__, epochs=40)
figures, pictures = {}, tempfile.TemporaryDirectory()
for seed in reversed(range(args.seeds)):  # the first seed's picture stays
    _, said = example("rbm.py", hidden=16, epochs=args.epochs, seed=seed, out=pictures.name)
    looks = [dict(re.findall(r"([a-z ]+) (\S+?)(?:, |$)", line)) for line in said.splitlines() if line.startswith("epoch")]
    for label, look, key in (("log p(v) at the first look, nats", 0, "likelihood exact"),
                              ("log p(v) at the last look, nats", -1, "likelihood exact"),
                              ("free energy of digits", -1, "energy digits"), ("free energy of dreams", -1, "energy dreams"),
                              ("free energy of noise", -1, "energy noise")):  # fmt: skip
        figures.setdefault(label, []).insert(0, float(looks[look][key]))
shutil.move(Path(pictures.name) / "curves.png", args.picture)
pictures.cleanup()

first, last, digits, dreams, noise = figures.values()
climbs, low = all(a < b for a, b in zip(first, last)), max(digits + dreams) < min(noise)
verdict, below = "Holds" if climbs and low else "Does not always hold", (sum(noise) - sum(digits)) / args.seeds
rises = sum(a < b for a, b in zip(first, last))
report(args, figures, f"{verdict}: the likelihood climbs with {rises} of {args.seeds} seeds; the free energy of digits is "
       f"{below:.0f} nats below that of noise.")  # fmt: skip
