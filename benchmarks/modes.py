"""Mode collapse and its remedies, in numbers: ring of 8 and grid of 25 Gaussians, every variant, several seeds.

    python benchmarks/modes.py [--seeds 5] [--steps 15000] [--jobs 2] [--only "PacGAN 2" --worlds grid]

All variants share networks (generator 4 × 64 with BatchNorm, discriminator 3 × 64), noise (2-D), batches of 128, Adam (β₁ =
0.5) at 0.007, falling linearly to 1 %, and the number of generator steps, where VARIANTS does not say otherwise. 2,500 samples
are judged: modes found, share within 3 standard deviations of one, reverse KL. Published for plain GANs: 6.3 of 8 and 17.3 of
25 modes; for PacGAN2: 7.9 and 23.8 (Lin et al. 2018, other networks). Prints a Markdown table: mean (least … most). A sweep
(`minigan/sweep.py`): each run has its folder in --out, and a benchmark that was stopped goes on where it was.
"""

import argparse

from minigan.nn import Stairs
from minigan.spread import markdown
from minigan.sweep import add_arguments, run_command

FALLING = Stairs(*((800 * i, 0.1 ** (i / 50)) for i in range(1, 51)))  # R1's γ, in 50 stairs to a tenth
VARIANTS = {
    "GAN, non-saturating": {},
    "GAN, minimax": {"loss": "minimax"},
    "GAN, k = 2": {"k": 2},
    "GAN, k = 5": {"k": 5},
    "label smoothing 0.1": {"smooth": 0.1},
    "two time scales, D 3 × G": {"lr_d": 3.0},
    "PacGAN 2": {"pack": 2},
    "PacGAN 4": {"pack": 4},
    "WGAN, clipping 0.1": {"clip": 0.1, "k": 2, "lr": 1e-3},
    "WGAN-GP, λ = 0.1": {"penalty": 0.1, "k": 1, "lr": 3e-3},
    "R1, γ = 0.1": {"r1": 0.1},
    "R1, γ = 0.1, 40,000 steps": {"r1": 0.1, "steps": 40_000},
    "R1 let go, 128 wide, batches of 256, 40,000 steps": {"r1": 0.1, "r1_schedule": FALLING, "width": 128, "beta2": 0.9,
                                                          "lr": 4e-3, "average": 0.999, "momentum": 0.01, "batch_size": 256,
                                                          "steps": 40_000},
}


def run(folder, seed, variant, world, steps):
    """Train one variant on one world with one seed. -> its statistics."""
    from minigan.data.toy import WORLDS
    from minigan.metrics.modes import mode_statistics
    from minigan.models.gan import GAN
    from minigan.models.networks import plain_network, plane_generator
    from minigan.models.wgan import WGAN
    from minigan.nn import Adam, Straight
    from minigan.train import train

    options = dict(VARIANTS[variant])
    lr, faster, steps = options.pop("lr", 0.007), options.pop("lr_d", 1.0), options.pop("steps", steps)
    kind = WGAN if {"clip", "penalty"} & set(options) else GAN
    width, beta2, points = options.pop("width", 64), options.pop("beta2", 0.999), WORLDS[world]()
    average, batch_size = options.pop("average", 0.0), options.pop("batch_size", 128)
    G = plane_generator(hidden=width, momentum=options.pop("momentum", 0.1))
    D = plain_network(2 * options.get("pack", 1), width, width, width, 1)
    k = options.setdefault("k", 1)  # D takes k steps in one of the game, and its rate falls with its own steps
    optimizer_g = Adam(lr, beta2=beta2, schedule=Straight(steps, to=0.01), average=average)
    optimizer_d = Adam(lr * faster, beta2=beta2, schedule=Straight(k * steps, to=0.01))
    gan = kind(G, D, latent=2, seed=seed, optimizer_g=optimizer_g, optimizer_d=optimizer_d, **options)
    train(gan, points.sample(100_000, seed), steps=steps, batch_size=batch_size, seed=seed, progress=False, intervals=10,
          out=folder, resume=True)  # fmt: skip
    return mode_statistics(gan.sample(2500, seed=1), points)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_arguments(parser, "runs/modes")
    parser.add_argument("--steps", type=int, default=15_000)
    parser.add_argument("--only", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--worlds", nargs="+", choices=["ring", "grid"], default=["ring", "grid"])
    args = parser.parse_args()
    rows = run_command(run, {"world": args.worlds, "variant": args.only, "steps": [args.steps]}, args)
    print(markdown(rows, ["world", "variant"], {"modes": 1, "high_quality": 3, "reverse_kl": 3, "seconds": 0}))


if __name__ == "__main__":
    main()
