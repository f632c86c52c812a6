"""Train an RBM on handwritten digits and look at what it has learned.

    python examples/rbm.py
    python examples/rbm.py --hidden 200 --epochs 100 --backend cupy

Into the folder of --out it writes filters.png (what each hidden unit looks for), reconstructions.png (digits above, as the
hidden units see them below), chain.png (Gibbs chains from noise, a row each, 1 to 1,000 rounds) and curves.png (the
likelihood while training, exact up to 20 hidden units and between AIS and its reverse beyond; the free energy of the
digits, of dreams and of noise).
"""

import argparse
from pathlib import Path

import numpy as np

from minigan import pictures
from minigan.arrays import generator, to, to_numpy
from minigan.data.digits import digits
from minigan.metrics.rbm_likelihood import ais, log_likelihood, log_partition, reverse_ais
from minigan.models.rbm import RBM

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--hidden", type=int, default=64)
parser.add_argument("--epochs", type=int, default=60)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--backend", default="numpy", help="numpy or cupy")
parser.add_argument("--out", default="runs/rbm")
args = parser.parse_args()
out = Path(args.out)
out.mkdir(parents=True, exist_ok=True)

v = to(np.round(digits()[0]), args.backend)  # (1797, 64) of 0 and 1
rbm = RBM(args.hidden, learning_rate=0.05, batch_size=50, k=1, persistent=True, backend=args.backend, random_state=args.seed)
rng = generator(args.seed, args.backend)
noise = to(np.round(generator(1).random((500, 64), "float32")), args.backend)


def bracket():
    """log Z: exactly where that can be done, else from below and from above."""
    if args.hidden <= 20:
        return [log_partition(rbm.params)] * 2
    start = to(to_numpy(rbm.gibbs(v[:100, :], k=200)).astype("float64"), args.backend)
    schedule = np.linspace(0, 1, 501)
    return [ais(rbm.params, rng, betas=schedule).log_z, reverse_ais(rbm.params, rng, start, betas=schedule).log_z]


log = []
for epoch in range(1, args.epochs + 1):
    rbm.partial_fit(v[generator([args.seed, epoch]).permutation(1797)])
    if epoch % max(1, args.epochs // 20) == 0:
        low, high = bracket()
        row = {"epoch": epoch, "likelihood_at most": float(log_likelihood(rbm.params, v, low).mean()),
               "likelihood_at least": float(log_likelihood(rbm.params, v, high).mean())}
        dreams = rbm.sample(500, seed=epoch, k=100)
        row |= {f"energy_{name}": float(rbm.free_energy(x).mean())
                for name, x in (("digits", v), ("dreams", dreams), ("noise", noise))}  # fmt: skip
        log.append(row)
        print(", ".join(f"{name.replace('_', ' ')} {value:.1f}" for name, value in row.items()))

weights = rbm.components_
pictures.save_image(out / "filters.png", pictures.tile(weights, low=-float(abs(weights).max()), high=float(abs(weights).max())))
pairs = np.concatenate([to_numpy(v[:16]), to_numpy(rbm.reconstruct(v[:16]))])
pictures.save_image(out / "reconstructions.png", pictures.tile(pairs, columns=16))
chain, stops = [noise[:10]], (1, 9, 40, 50, 400, 500)  # after 1, 10, 50, 100, 500 and 1,000 rounds
for rounds in stops:
    chain.append(rbm.gibbs(chain[-1], k=rounds))
seen = [chain[0]] + [rbm.reconstruct(state) for state in chain[1:]]
columns = np.stack([to_numpy(state) for state in seen], axis=1).reshape(-1, 64)
pictures.save_image(out / "chain.png", pictures.tile(columns, columns=len(chain)))
pictures.save_curves(out / "curves.png", log, x="epoch")
print(f"filters.png, reconstructions.png, chain.png and curves.png are in {out}")
