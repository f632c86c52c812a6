"""Hide one half of each digit and let an RBM fill it in.

    python examples/rbm_completion.py
    python examples/rbm_completion.py --hide top --backend cupy

The error on the hidden half is printed beside that of the mean image, the best guess of somebody who ignores the other
half. completion.png shows, from top to bottom: what is given, the mean image, mean field, Gibbs sampling, the truth.
"""

import argparse
from pathlib import Path

import numpy as np

from minigan import pictures
from minigan.arrays import to, to_numpy
from minigan.data.digits import digits
from minigan.models.rbm import RBM

HALVES = {"top": np.s_[:4, :], "bottom": np.s_[4:, :], "left": np.s_[:, :4], "right": np.s_[:, 4:]}

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--hide", choices=HALVES, default="bottom")
parser.add_argument("--hidden", type=int, default=128)
parser.add_argument("--epochs", type=int, default=100)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--backend", default="numpy", help="numpy or cupy")
parser.add_argument("--out", default="runs/rbm_completion")
args = parser.parse_args()
Path(args.out).mkdir(parents=True, exist_ok=True)

images, _ = digits()
images = np.round(images)
known, unseen = images[:1500], images[1500:]
observed = np.ones((8, 8), bool)
observed[HALVES[args.hide]] = False
observed = observed.ravel()

rbm = RBM(args.hidden, learning_rate=0.05, batch_size=50, n_iter=args.epochs, backend=args.backend, random_state=args.seed)
rbm.fit(to(known, args.backend))

mean_image = np.where(observed, unseen, known.mean(axis=0))
filled = {method: to_numpy(rbm.complete(unseen, observed, method=method)) for method in ("mean_field", "gibbs")}
for name, guess in {"mean image": mean_image, **filled}.items():
    error = np.mean((guess - unseen)[:, ~observed] ** 2)
    print(f"{name}: mean squared error {error:.3f} on the hidden {args.hide} half of {len(unseen)} unseen digits")

given = np.where(observed, unseen, 0.3).astype(np.float32)
rows = np.concatenate([picture[:16] for picture in (given, mean_image, *filled.values(), unseen)])
pictures.save_table(Path(args.out) / "completion.png", rows, (8, 8), ["given", "mean image", "mean field", "Gibbs", "truth"],
                    range(1, 17), title=f"unseen digits, their {args.hide} half hidden and filled in")  # fmt: skip
print(f"completion.png is in {args.out}")
