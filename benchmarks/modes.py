"""Mode collapse and its remedies, in numbers: ring of 8 and grid of 25 Gaussians, every variant, several seeds.

    python benchmarks/modes.py [--seeds 5] [--steps 15000] [--jobs 2] [--only "PacGAN 2" --worlds grid]

All variants share networks (generator 4 × 64 with BatchNorm, discriminator 3 × 64), noise (2-D), batches of 128, Adam
(β₁ = 0.5) at 0.007, falling linearly to 1 %, and the number of generator steps; what differs is in VARIANTS. 2,500 samples
are judged: modes found, share within 3 standard deviations of one, reverse KL. Published for plain GANs: 6.3 of 8 and
17.3 of 25 modes; for PacGAN2: 7.9 and 23.8 (Lin et al. 2018, other networks). Prints a Markdown table: mean (least … most).
Each finished cell is kept in --log, and is not run again: a benchmark that was stopped goes on where it was.
"""

import argparse
import itertools
import json
import os
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

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
}


def cell(variant, world_name, seed, steps):
    """Train one variant on one world with one seed. -> the statistics and the seconds."""
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
    world = WORLDS[world_name]()
    D = plain_network(2 * options.get("pack", 1), 64, 64, 64, 1)
    falling = Straight(steps, to=0.01)
    gan = kind(plane_generator(), D, latent=2, seed=seed, optimizer_g=Adam(lr, schedule=falling),
               optimizer_d=Adam(lr * faster, schedule=falling), **options)  # fmt: skip
    start = time.perf_counter()
    train(gan, world.sample(100_000, seed), steps=steps, batch_size=128, seed=seed, progress=False, intervals=10)
    return mode_statistics(gan.sample(2500, seed=1), world) | {"seconds": time.perf_counter() - start}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=15_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--worlds", nargs="+", default=["ring", "grid"])
    parser.add_argument("--log", type=Path, default=Path("runs/modes.jsonl"))
    args = parser.parse_args()

    cells = list(itertools.product(args.only, args.worlds, range(args.seeds)))
    args.log.parent.mkdir(parents=True, exist_ok=True)
    lines = args.log.read_text(encoding="utf-8").splitlines() if args.log.exists() else []
    results = {tuple(key): result for key, steps, result in map(json.loads, lines) if steps == args.steps}
    with ProcessPoolExecutor(args.jobs) as pool, open(args.log, "a", encoding="utf-8") as log:
        running = {pool.submit(cell, *key, args.steps): key for key in cells if key not in results}
        for done in as_completed(running):
            results[running[done]] = done.result()
            log.write(json.dumps([running[done], args.steps, done.result()], ensure_ascii=False) + "\n")
            log.flush()

    def spread(key, digits, variant, world):
        values = [results[variant, world, seed][key] for seed in range(args.seeds)]
        return f"{sum(values) / len(values):.{digits}f} ({min(values):.{digits}f} … {max(values):.{digits}f})"

    print("| world | variant | modes | high quality | reverse KL | seconds |\n| --- | --- | --- | --- | --- | --- |")
    for world, variant in itertools.product(args.worlds, args.only):
        figures = [spread(key, digits, variant, world) for key, digits in
                   (("modes", 1), ("high_quality", 3), ("reverse_kl", 3), ("seconds", 0))]  # fmt: skip
        print(f"| {world} | {variant} | {' | '.join(figures)} |", flush=True)


if __name__ == "__main__":
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"  # one job, one core; read when a job imports NumPy
    main()
