"""Watch a GAN learn a shape in the plane.

    python examples/gan_2d.py
    python examples/gan_2d.py --world two-moons --loss wgan-gp
    python examples/gan_2d.py --world my_drawing.png --show
    python examples/gan_2d.py --r1 0           # without the penalty on D's slope: modes are lost
    python examples/gan_2d.py --step           # one step of D or of G for each picture

It writes samples.png, the end, and training.gif, the whole way; what they show is explained in minigan/plane.py.
"""

import argparse
from pathlib import Path

from minigan import pictures
from minigan.arrays import NOISE, generator, to
from minigan.data.toy import WORLDS, drawing
from minigan.metrics.modes import mode_statistics
from minigan.models.gan import GAN
from minigan.models.networks import plain_network, plane_generator
from minigan.models.wgan import WGAN
from minigan.nn import Adam, Straight
from minigan.plane import as_image, draw
from minigan.train import train

LOSSES = {"non-saturating": {}, "minimax": {"loss": "minimax"}, "wgan-clip": {"clip": 0.1}, "wgan-gp": {"penalty": 0.1}}

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--world", default="ring", help=f"{', '.join(WORLDS)}, or an image file with something dark drawn in it")
parser.add_argument("--loss", choices=LOSSES, default="non-saturating")
parser.add_argument("--k", type=int, default=1, help="steps of D for one of G")
parser.add_argument("--r1", type=float, default=0.1, help="weight of the R1 penalty of a plain GAN; 0 for none")
parser.add_argument("--pack", type=int, default=1)
parser.add_argument("--steps", type=int, default=6000)
parser.add_argument("--frames", type=int, default=60)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--backend", default="numpy", help="numpy or cupy")
parser.add_argument("--show", action="store_true", help="a live window too")
parser.add_argument("--step", action="store_true", help="stop after each step of D and each step of G, --frames times in all")
parser.add_argument("--out", default="runs/gan_2d")
args = parser.parse_args()
if args.world not in WORLDS and not Path(args.world).is_file():
    parser.error(f"--world {args.world}: want {', '.join(WORLDS)}, or an image file")

world = WORLDS[args.world]() if args.world in WORLDS else drawing(args.world)
data, shown = world.sample(20_000, args.seed), world.sample(1000, args.seed + 1)
kind = WGAN if "wgan" in args.loss else GAN
options = {**LOSSES[args.loss], **({"r1": args.r1} if kind is GAN else {})}
adam_g, adam_d = (Adam(3e-3, schedule=None if args.step else Straight(args.steps * of_its_own, to=0.01))
                  for of_its_own in (1, args.k))  # fmt: skip
gan = kind(plane_generator(), plain_network(2 * args.pack, 64, 64, 64, 1), latent=2, k=args.k, pack=args.pack, seed=args.seed,
           optimizer_g=adam_g, optimizer_d=adam_d, backend=args.backend, **options)  # fmt: skip
figure, log = None, []
if args.show:
    from matplotlib import pyplot

    figure = pyplot.figure(figsize=(13, 4.2))


def look(gan):
    """Draw the plane; the curves are D's opinions and, where the world has modes, how many are found."""
    seen = {name: float(value) for name, value in gan.monitor(to(shown, args.backend)).items() if name.startswith("d")}
    modes = mode_statistics(gan.sample(2500, seed=1), world) if world.centres is not None else {}
    log.append({"step": len(log) if args.step else gan.steps, **seen, **modes})
    image = as_image(draw(gan, shown, log, figure))
    if args.show:
        pyplot.pause(0.01)
        if args.step:
            figure.waitforbuttonpress()
    return image


if args.step:  # the alternating loop, taken apart
    Path(args.out).mkdir(parents=True, exist_ok=True)
    frames, n, points = [look(gan)], 256 // args.pack * args.pack, to(data, args.backend)
    for frame in range(args.frames):
        rng = generator(args.seed, args.backend, NOISE, frame)
        batch = points[256 * frame % 19_000 :, :][:n, :]
        gan.step_d(batch, rng) if frame % (args.k + 1) < args.k else gan.step_g(n, rng)
        frames.append(look(gan))
    pictures.save_image(Path(args.out) / "samples.png", frames[-1], enlarge=False)
    pictures.save_animation(Path(args.out) / "training.gif", frames)
else:
    train(gan, data, steps=args.steps, batch_size=256 // args.pack * args.pack, seed=args.seed, out=args.out, picture=look,
          frames=args.frames)  # fmt: skip
print(", ".join(f"{name} {value:.3g}" for name, value in log[-1].items()))
print(f"samples.png and training.gif are in {args.out}")
