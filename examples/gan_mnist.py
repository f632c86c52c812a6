"""Train the lecture's GAN, at its size, on MNIST.

    python examples/gan_mnist.py
    python examples/gan_mnist.py --resume                       # after Ctrl-C, or whatever else stopped it
    python examples/gan_mnist.py --images FOLDER --size 28      # on your own pictures
    python examples/gan_mnist.py --data digits                  # on the digits that come with minigan: no download

Then look at it with examples/use_a_trained_gan.py.
"""

import argparse

from minigan.data.digits import digits
from minigan.data.images import image_folder
from minigan.data.mnist import mnist
from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
from minigan.nn import Adam
from minigan.train import train

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--data", choices=["mnist", "fashion-mnist", "digits"], default="mnist")
parser.add_argument("--data-dir", help="the folder that holds MNIST; else MINIGAN_DATA, the cache, or a download")
parser.add_argument("--images", help="a folder of your own images instead")
parser.add_argument("--size", type=int, default=28, help="of your images, in pixels")
parser.add_argument("--latent", type=int, default=10)
parser.add_argument("--epochs", type=int, default=60)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--backend", default="numpy", help="numpy or cupy")
parser.add_argument("--out", default="runs/gan_mnist")
parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
args = parser.parse_args()

if args.images:
    images, unreadable = image_folder(args.images, args.size)
    print(f"{len(images)} images, {len(unreadable)} files could not be read", *unreadable.items(), sep="\n  ")
elif args.data == "digits":
    images, _ = digits()
else:
    images, _ = mnist("train", folder=args.data_dir, name=args.data)

gan = GAN(
    G=vanilla_generator(args.latent, n_out=images.shape[1]),
    D=vanilla_discriminator(n_in=images.shape[1]),
    latent=args.latent,
    optimizer_g=Adam(lr=2e-4),
    optimizer_d=Adam(lr=2e-4),
    seed=args.seed,
    backend=args.backend,
)
batch = min(128, len(images))
train(gan, images, epochs=args.epochs, batch_size=batch, seed=args.seed, out=args.out, resume=args.resume)
print(f"samples.png, curves.png, training.gif, log.csv and checkpoint.safetensors are in {args.out}")
