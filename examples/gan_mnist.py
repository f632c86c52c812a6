"""Train the vanilla GAN, at its full size, on MNIST.

    python examples/gan_mnist.py
    python examples/gan_mnist.py --resume                       # after Ctrl-C, or whatever else stopped it
    python examples/gan_mnist.py --images FOLDER --size 28      # on your own pictures
    python examples/gan_mnist.py --data digits                  # on the digits that come with minigan: no download

Then look at it with examples/use_a_trained_gan.py.
"""

import argparse

from minigan.data.load import add_data_arguments, load_images
from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
from minigan.nn import Adam
from minigan.train import train

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
add_data_arguments(parser, default="mnist")
parser.add_argument("--latent", type=int, default=10)
parser.add_argument("--average", type=float, default=0.999, help="of the θ_G that samples are drawn with; 0 for none")
parser.add_argument("--epochs", type=int, default=60)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--backend", default="numpy", help="numpy or cupy")
parser.add_argument("--out", default="runs/gan_mnist")
parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
args = parser.parse_args()

images, _, _ = load_images(args)
batch = min(128, len(images))
gan = GAN(
    G=vanilla_generator(args.latent, n_out=images.shape[1]),
    D=vanilla_discriminator(n_in=images.shape[1]),
    latent=args.latent,
    optimizer_g=Adam(lr=2e-4, average=args.average),
    optimizer_d=Adam(lr=2e-4),
    seed=args.seed,
    backend=args.backend,
)
train(gan, images, epochs=args.epochs, batch_size=batch, seed=args.seed, out=args.out, resume=args.resume)
print(f"samples.png, curves.png, training.gif, log.csv and checkpoint.safetensors are in {args.out}")
