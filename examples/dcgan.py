"""Train a DCGAN: the game of the plain GAN, played by convolutional networks.

    python examples/dcgan.py                                  # digits, 8×8
    python examples/dcgan.py --data mnist --epochs 20         # or fashion-mnist
    python examples/dcgan.py --images FOLDER --size 32        # your own pictures, in colour: docs/own-data.md
    python examples/dcgan.py --resume                         # after Ctrl-C, or whatever else stopped it

Then look at it with examples/z_walk.py and examples/use_a_trained_gan.py.
"""

import argparse

from minigan.data.load import add_data_arguments, load_images
from minigan.models.dcgan import dcgan
from minigan.models.gan import GAN
from minigan.nn import Adam
from minigan.train import train

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
add_data_arguments(parser)
parser.add_argument("--latent", type=int, default=32)
parser.add_argument("--width", type=int, default=32, help="channels behind D's first layer")
parser.add_argument("--smooth", type=float, default=0.1, help="D's target for real images is 1 − smooth")
parser.add_argument("--average", type=float, default=0.999, help="of the θ_G that samples are drawn with; 0 for none")
parser.add_argument("--epochs", type=int, help="by default 20, and more where that is less than 4,200 steps")
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--backend", default="numpy", help="numpy or cupy")
parser.add_argument("--out", default="runs/dcgan")
parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
args = parser.parse_args()

images, _, shape = load_images(args)
if len(images) < 2:
    parser.error(f"--images {args.images}: 1 image, want 2 at least, better hundreds")
batch = min(64, len(images))
epochs = args.epochs or max(20, 4200 // (len(images) // batch))
G, D = dcgan(shape, args.latent, args.width)
print(f"G\n{G}\n\nD\n{D}")
gan = GAN(
    G,
    D,
    latent=args.latent,
    smooth=args.smooth,
    optimizer_g=Adam(lr=2e-4, beta1=0.5, average=args.average),
    optimizer_d=Adam(lr=2e-4, beta1=0.5),
    seed=args.seed,
    backend=args.backend,
)
image = shape if shape[2] > 1 else shape[:2]
train(gan, images, epochs=epochs, batch_size=batch, seed=args.seed, out=args.out, resume=args.resume, image=image)
print(f"samples.png, curves.png, training.gif, log.csv and checkpoint.safetensors are in {args.out}")
