"""A step of the vanilla GAN by two ranks of one thread, beside one process of one thread and one of two.

    python benchmarks/data_parallel.py [--batches 128 1024] [--rounds 5] [--steps 20] [--ranks 2]

Each contender is started anew in every round, in turns, so that a slow minute hits all; a round counts with the median of its
steps, and a ratio compares two contenders of one round: median (least … most) over rounds. The last columns say what the
ranks' sums cost: how long both all-reduces of a step take within it, and alone, when all ranks come at the same time: 1
number, and the two gradients. The difference between within and alone is waiting for the slower rank.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

from harness import REMOVED, THREADS, summary


def work(batch, steps):
    """Time steps on this rank; rank 0 prints the milliseconds of each, and those of the sums."""
    from minigan.arrays import generator
    from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
    from minigan.parallel import MPI, DataParallel

    model, ranks = GAN(vanilla_generator(), vanilla_discriminator(), latent=10), MPI()
    sums, plain = [], ranks.sum
    thetas = [learner.theta for learner in (model.generator, model.discriminator)]

    def timed(x):
        start = time.perf_counter()
        total = plain(x)
        sums.append(1000 * (time.perf_counter() - start))
        return total

    def milliseconds(call):
        ranks.comm.Barrier()
        start = time.perf_counter()
        call()
        return 1000 * (time.perf_counter() - start)

    ranks.sum = timed
    if ranks.size > 1:
        model = DataParallel(model, ranks)
    real = generator(0).random((batch, 784), dtype="float32")
    for _ in range(3):
        model.step(real, check=False)
    sums.clear()
    times = [milliseconds(lambda: model.step(real, check=False)) for _ in range(steps)]
    said = {"step": times, "sums": [sum(sums) / steps]}
    if ranks.size > 1:
        said["one number"] = [milliseconds(lambda: plain(thetas[0][:1])) for _ in range(steps)]
        said["gradients"] = [milliseconds(lambda: [plain(theta) for theta in thetas]) for _ in range(steps)]
        said["megabytes"] = [sum(theta.nbytes for theta in thetas) / 1e6]
    if ranks.rank == 0:
        print(json.dumps({name: statistics.median(values) for name, values in said.items()}))


def contender(ranks, threads, batch, steps):
    """Start one, and wait for what it says."""
    environment = {key: value for key, value in os.environ.items() if key not in REMOVED}
    environment |= dict.fromkeys(THREADS, str(threads))
    command = [sys.executable, __file__, "--work", str(batch), str(steps)]
    done = subprocess.run(["mpirun", "-n", str(ranks), *command] if ranks > 1 else command, env=environment, check=True,
                          stdout=subprocess.PIPE, text=True)  # fmt: skip
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, nargs="+", default=[128, 1024])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--work", type=int, nargs=2, metavar=("BATCH", "STEPS"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.work:
        return work(*args.work)
    names = {f"{args.ranks} ranks × 1 thread": (args.ranks, 1), "1 process × 1 thread": (1, 1),
             f"1 process × {args.ranks} threads": (1, args.ranks)}  # fmt: skip
    print("| batch | | ms a step | ranks / this | sums in a step | alone: 1 number | both gradients | MB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for batch in args.batches:
        rounds = [{name: contender(*how, batch, args.steps) for name, how in names.items()} for _ in range(args.rounds)]
        first = next(iter(names))
        for name in names:
            ratio = summary([turn[first]["step"] / turn[name]["step"] for turn in rounds]) if name != first else ""
            others = [summary([turn[name][key] for turn in rounds]) if key in rounds[0][name] and name == first else ""
                      for key in ("sums", "one number", "gradients")]  # fmt: skip
            megabytes = f"{rounds[0][name]['megabytes']:.1f}" if name == first else ""
            cells = [str(batch), name, summary([turn[name]["step"] for turn in rounds]), ratio, *others, megabytes]
            print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
