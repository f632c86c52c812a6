"""Watch a GAN learn a shape in the plane.

    python examples/gan_2d.py
    python examples/gan_2d.py --world two-moons --loss wgan-gp
    python examples/gan_2d.py --world my_drawing.png --r1 0.1 --show
    python examples/gan_2d.py --step           # one step of D or of G for each picture

It writes gan_2d.png, the end, and gan_2d.gif, the whole way; what they show is explained in minigan/plane.py.
"""

import argparse
from pathlib import Path

from minigan.health import Health

from minigan import pictures
from minigan.arrays import NOISE, ORDER, generator, to
from minigan.data.toy import WORLDS, drawing
from minigan.metrics.modes import mode_statistics
from minigan.models.gan import GAN
from minigan.models.networks import plain_network, plane_generator
from minigan.models.wgan import WGAN
from minigan.nn import Adam
from minigan.plane import as_image, draw

LOSSES = {"non-saturating": {}, "minimax": {"loss": "minimax"}, "wgan-clip": {"clip": 0.1}, "wgan-gp": {"penalty": 0.1}}

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--world", default="ring", help=f"{', '.join(WORLDS)}, or an image file with something dark drawn in it")
parser.add_argument("--loss", choices=LOSSES, default="non-saturating")
parser.add_argument("--k", type=int, default=1, help="steps of D for one of G")
parser.add_argument("--r1", type=float, default=0.0, help="weight of the R1 penalty (0.1 is a good start)")
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
if ("wgan" in args.loss and args.r1) or args.frames < 1:
    parser.error("--r1 goes with the losses of a plain GAN, and --frames is 1 or more")
Path(args.out).mkdir(parents=True, exist_ok=True)

world = WORLDS[args.world]() if args.world in WORLDS else drawing(args.world)
data = to(world.sample(20_000, args.seed), args.backend)
shown = world.sample(1000, args.seed + 1)
kind = WGAN if "wgan" in args.loss else GAN
options = {**LOSSES[args.loss], **({"r1": args.r1} if kind is GAN else {})}
gan = kind(plane_generator(), plain_network(2 * args.pack, 64, 64, 64, 1), latent=2, k=args.k, pack=args.pack, seed=args.seed,
           optimizer_g=Adam(3e-3), optimizer_d=Adam(3e-3), backend=args.backend, **options)  # fmt: skip
figure = None
if args.show:
    from matplotlib import pyplot

    figure = pyplot.figure(figsize=(13, 4.2))
log, frames, health = [], [], Health()


def look(step):
    """Log, draw, and say what is wrong."""
    seen = {name: float(value) for name, value in gan.monitor(data[:1024, :]).items()}
    modes = mode_statistics(gan.sample(2500, seed=1), world) if world.centres is not None else {}
    curves = {name: value for name, value in (seen | modes).items() if name.startswith(("d", "high", "reverse"))}
    log.append({"step": step, **curves})
    frames.append(as_image(draw(gan, shown, log, figure)))
    if args.show:
        pyplot.pause(0.01)
        if args.step:
            figure.waitforbuttonpress()
    for line in health.look(seen):
        print(f"step {step}: {line}")
    print(f"step {step}: " + ", ".join(f"{name} {value:.3g}" for name, value in {**seen, **modes}.items()))


if args.step:  # the alternating loop, taken apart
    for frame in range(args.frames):
        rng = generator([NOISE, args.seed, frame], args.backend)
        n = 256 // args.pack * args.pack
        batch = data[256 * frame % 19_000 :, :][:n, :]
        gan.step_d(batch, rng) if frame % (args.k + 1) < args.k else gan.step_g(n, rng)
        look(frame + 1)
else:
    for step in range(args.steps):
        decay = 1 - 0.99 * step / args.steps
        gan.optimizer_g.lr = gan.optimizer_d.lr = 3e-3 * decay
        chosen = generator([ORDER, args.seed, step]).integers(20_000, size=256 * args.k)
        gan.step(data[chosen], check=False)
        if step % max(1, args.steps // args.frames) == 0 or step == args.steps - 1:
            look(step + 1)

pictures.save_image(Path(args.out) / "gan_2d.png", frames[-1])
pictures.save_animation(Path(args.out) / "gan_2d.gif", frames)
print(f"gan_2d.png and gan_2d.gif are in {args.out}")
