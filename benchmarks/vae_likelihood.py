"""The VAE's test log-likelihood on MNIST, beside the published figure.

    MINIGAN_DATA=folder python benchmarks/vae_likelihood.py --seeds 0 1 2
    MINIGAN_DATA=folder python benchmarks/vae_likelihood.py --seeds 0 --samples 5 --epochs 400 --lr 3e-3

The network of Burda et al. 2016 (784-200-200-50, tanh), training images binarised anew at every step, batches of 100, Adam
(β₁ = 0.9) along half a cosine to 1 % of its rate, averaged θ. 10,000 test images, binarised once with seed 0, 5,000 importance
samples each. Published: −86.76 nats for one code in training (k = 1), −84.78 for 50. A run that was stopped goes on where it
was; one that has ended can be the `--start` of a longer one, with a folder of its own in `--out`.
"""

import argparse
import json
import time
from pathlib import Path

from minigan.arrays import generator, to
from minigan.checkpoint import load_model
from minigan.data.mnist import mnist
from minigan.models.bipartite import bernoulli
from minigan.models.model import Learner
from minigan.models.networks import tanh_network
from minigan.models.vae import VAE
from minigan.nn import Adam, Cosine
from minigan.train import train


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--samples", type=int, default=1, help="codes for each image in training")
    parser.add_argument("--epochs", type=int, default=400)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--start", type=Path, help="a checkpoint whose averaged θ is the first θ of this run")
    parser.add_argument("--importance", type=int, default=5000, help="codes for each image in the estimate")
    parser.add_argument("--backend", default="numpy", help="numpy or cupy")
    parser.add_argument("--out", type=Path, default=Path("runs/vae_likelihood"))
    args = parser.parse_args()
    images, _ = mnist("train")
    test = to(bernoulli(mnist("test")[0], generator(0)), args.backend)
    for seed in args.seeds:
        optimizer = Adam(args.lr, beta1=0.9, schedule=Cosine(600 * args.epochs, to=0.01), average=0.999)
        vae = VAE(tanh_network(784, 200, 200, 100), tanh_network(50, 200, 200, 784), 50, samples=args.samples, binarise=True,
                  optimizer=optimizer, seed=seed, backend=args.backend)  # fmt: skip
        if args.start:
            before = load_model(args.start, args.backend)
            vae.q, vae.p = (Learner(net, optimizer, learner.averaged)
                            for net, learner in ((vae.encoder, before.q), (vae.decoder, before.p)))  # fmt: skip
        out, start = args.out / f"k{args.samples}_seed{seed}", time.perf_counter()
        train(vae, images, epochs=args.epochs, batch_size=100, seed=seed, out=out, resume=True)
        minutes = (time.perf_counter() - start) / 60
        log_p = vae.log_likelihood(test, samples=args.importance, seed=0)
        result = {"seed": seed, "samples": args.samples, "epochs": args.epochs, "minutes": round(minutes, 1),
                  "elbo": float(vae.elbo(test, seed=0).mean()), "log_likelihood": float(log_p.mean()),
                  "error": float(log_p.std() / len(log_p) ** 0.5)}  # fmt: skip
        (out / "result.json").write_text(json.dumps(result), encoding="utf-8")
        print(result, flush=True)


if __name__ == "__main__":
    main()
