"""Train a DCGAN: the game of the plain GAN, played by convolutional networks.

    python examples/dcgan.py                                  # digits, 8×8
    python examples/dcgan.py --data mnist                     # or fashion-mnist; twenty minutes of a core
    python examples/dcgan.py --images FOLDER --size 32        # your own pictures, in colour: docs/own-data.md
    python examples/dcgan.py --resume                         # after Ctrl-C, or whatever else stopped it

Then look at it with examples/z_walk.py and examples/use_a_trained_gan.py.
"""

import argparse

from minigan.data.load import add_data_arguments, load_images
from minigan.models.dcgan import dcgan
from minigan.models.gan import GAN
from minigan.nn import Adam, Straight
from minigan.train import train

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
add_data_arguments(parser)
parser.add_argument("--latent", type=int, help="numbers of noise: by default 10 for images of 28×28, else 32")
parser.add_argument("--width", type=int, default=16, help="channels behind D's first layer")
parser.add_argument("--lr", type=float, default=2e-3, help="learning rate at the start; it falls to a tenth")
parser.add_argument("--smooth", type=float, default=0.0, help="D's target for real images is 1 − smooth")
parser.add_argument("--average", type=float, default=0.999, help="of the θ_G that samples are drawn with; 0 for none")
parser.add_argument("--epochs", type=int, help="by default 13, and more where that is less than 4,200 steps")
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--backend", default="numpy", help="numpy or cupy")
parser.add_argument("--out", default="runs/dcgan")
parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
args = parser.parse_args()

images, _, shape = load_images(args)
if len(images) < 2:
    parser.error(f"--images {args.images}: 1 image, want 2 at least, better hundreds")
batch = min(64, len(images))
steps = len(images) // batch  # of an epoch
epochs = args.epochs or max(13, 4200 // steps)
latent = args.latent or (10 if shape == (28, 28, 1) else 32)
G, D = dcgan(shape, latent, args.width)
print(f"G\n{G}\n\nD\n{D}")
falling = Straight(epochs * steps, to=0.1)
gan = GAN(
    G,
    D,
    latent=latent,
    smooth=args.smooth,
    optimizer_g=Adam(args.lr, beta1=0.5, schedule=falling, average=args.average),
    optimizer_d=Adam(args.lr, beta1=0.5, schedule=falling),
    seed=args.seed,
    backend=args.backend,
)
image = shape if shape[2] > 1 else shape[:2]
train(gan, images, epochs=epochs, batch_size=batch, seed=args.seed, out=args.out, resume=args.resume, image=image)
print(f"samples.png, curves.png, training.gif, log.csv and checkpoint.safetensors are in {args.out}")
