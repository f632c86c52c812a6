"""Train an RBM on handwritten digits and look at what it has learned.

    python examples/rbm.py
    python examples/rbm.py --hidden 200 --epochs 100 --backend cupy

Into the folder of --out it writes filters.png (what each hidden unit looks for), reconstructions.png (digits above, as the
hidden units see them below), chain.png (Gibbs chains from noise, a row each, 1 to 1,000 rounds) and curves.png: the likelihood
while training, exact up to 20 hidden units; beyond, two estimates: by AIS, on average too high, and by reverse AIS, which
on average is too low if it starts at samples of the machine (here: at chains of 200 rounds from the digits, which is not quite
that); and the free energy of the digits, of dreams and of noise.
"""

import argparse
from pathlib import Path

import numpy as np

from minigan import pictures
from minigan.arrays import DRAW, ORDER, generator, to, to_numpy
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
noise = to(np.round(generator(args.seed, "numpy", DRAW).random((500, 64), "float32")), args.backend)


def log_likelihoods():
    """Mean log p(v) of the digits: exactly where that can be done, else two estimates."""
    if args.hidden <= 20:
        return {"likelihood_exact": log_partition(rbm.params)}
    start = to(to_numpy(rbm.gibbs(v[:100, :], k=200)).astype("float64"), args.backend)
    schedule = np.linspace(0, 1, 501)
    return {"likelihood_AIS": ais(rbm.params, rng, betas=schedule).log_z,
            "likelihood_reverse AIS": reverse_ais(rbm.params, rng, start, betas=schedule).log_z}  # fmt: skip


log = []
for epoch in range(1, args.epochs + 1):
    rbm.partial_fit(v[generator(args.seed, "numpy", ORDER, epoch).permutation(1797)])
    if epoch % max(1, args.epochs // 20) == 0:
        row = {name: float(log_likelihood(rbm.params, v, log_z).mean()) for name, log_z in log_likelihoods().items()}
        dreams = rbm.sample(500, seed=epoch, k=100, mean=False)
        row |= {f"energy_{name}": float(rbm.free_energy(x).mean())
                for name, x in (("digits", v), ("dreams", dreams), ("noise", noise))}  # fmt: skip
        log.append({"epoch": epoch, **row})
        print(", ".join(f"{name.replace('_', ' ')} {value:.1f}" for name, value in log[-1].items()))

weights = rbm.components_
most = float(abs(weights).max())
pictures.save_image(out / "filters.png", pictures.tile(weights, low=-most, high=most))
pairs = np.concatenate([to_numpy(v[:16]), to_numpy(rbm.reconstruct(v[:16]))])
pictures.save_table(out / "reconstructions.png", pairs, (8, 8), ["digit", "E[v | E[h | v]]"], range(1, 17))
chain, stops = [noise[:10]], (1, 9, 40, 50, 400, 500)
for rounds in stops:
    chain.append(rbm.gibbs(chain[-1], k=rounds))
seen = [chain[0]] + [rbm.reconstruct(state) for state in chain[1:]]
columns = np.stack([to_numpy(state) for state in seen], axis=1).reshape(-1, 64)
pictures.save_table(out / "chain.png", columns, (8, 8), [f"chain {i}" for i in range(1, 11)], np.cumsum([0, *stops]),
                    title="Gibbs chains from noise: after how many rounds")  # fmt: skip
labels = {"likelihood": "log p(v) of the digits, nats", "energy": "free energy F, nats"}
pictures.save_curves(out / "curves.png", log, x="epoch", labels=labels)
print(f"filters.png, reconstructions.png, chain.png and curves.png are in {out}")
