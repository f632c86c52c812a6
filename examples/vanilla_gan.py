"""Train the vanilla GAN on handwritten digits.

    python examples/vanilla_gan.py
    python examples/vanilla_gan.py --loss minimax --k 2 --seed 1 --backend cupy

It writes the log, a grid of samples, the curves, an animation and a checkpoint into the folder of --out. After Ctrl-C, or
whatever else stopped it, --resume goes on as if nothing had happened.
"""

import argparse

from minigan.data.digits import digits
from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
from minigan.nn import Adam
from minigan.train import train

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--data", choices=["digits"], default="digits")
parser.add_argument("--backend", default="numpy", help="numpy or cupy")
parser.add_argument("--epochs", type=int, default=300)
parser.add_argument("--loss", default="non-saturating", help="of the generator: non-saturating or minimax")
parser.add_argument("--k", type=int, default=1, help="steps of D for one of G")
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--out", default="runs/vanilla_gan")
parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
args = parser.parse_args()

images, _ = digits()  # (1797, 64), from 0, white, to 1, ink
latent = 20
gan = GAN(
    G=vanilla_generator(latent, n_out=64, hidden=32),
    D=vanilla_discriminator(n_in=64, hidden=64),
    latent=latent,
    k=args.k,
    loss=args.loss,
    optimizer_g=Adam(lr=1e-3),
    optimizer_d=Adam(lr=1e-3),
    seed=args.seed,
    backend=args.backend,
)
train(gan, images, epochs=args.epochs, batch_size=64, seed=args.seed, out=args.out, resume=args.resume)
print(f"samples.png, curves.png, training.gif and log.csv are in {args.out}")
