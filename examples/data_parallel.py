"""Train on several processes, or machines, that share each batch.

    python -m pip install '.[mpi]'
    mpirun -n 4 python examples/data_parallel.py                         # a GAN, on four processes
    mpirun -n 2 python examples/data_parallel.py --model vae --batch 1024
    python examples/data_parallel.py                                     # the same θ, by one process

Every rank sees the same batch and takes its rows of it, and the gradients are added up over the ranks (`minigan/parallel.py`).
Rank 0 writes a checkpoint into --out every --every steps. After whatever ended it, the same command goes on from there, also
with another number of ranks. Printed: the losses, the time of a step, and how far apart the θ of the ranks are: 0.
"""

import argparse
import time
from pathlib import Path

from minigan import checkpoint
from minigan.arrays import ORDER, generator, to
from minigan.data.digits import digits
from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
from minigan.models.networks import relu_network
from minigan.models.vae import VAE
from minigan.parallel import MPI, NCCL, DataParallel

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--model", choices=["gan", "gan-batchnorm", "vae"], default="gan")
parser.add_argument("--steps", type=int, default=2000)
parser.add_argument("--batch", type=int, default=128, help="rows that all ranks share")
parser.add_argument("--every", type=int, default=200, help="steps from a checkpoint to the next")
parser.add_argument("--dtype", choices=["float32", "float64"], default="float32")
parser.add_argument("--backend", default="numpy", help="numpy or cupy")
parser.add_argument("--nccl", action="store_true", help="NCCL adds the gradients up: one GPU a rank")
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--out", type=Path, default=Path("runs/data_parallel"))
args = parser.parse_args()


def build():
    """The model, on every rank from the same seed: the same θ without a message."""
    settings = {"seed": args.seed, "dtype": args.dtype, "backend": args.backend}
    if args.model == "vae":
        return VAE(relu_network(64, 128, 20), relu_network(10, 128, 64), latent=10, **settings)
    G = relu_network(10, 128, 256, 64) if args.model == "gan" else vanilla_generator(10, n_out=64, hidden=32)
    return GAN(G, vanilla_discriminator(n_in=64, hidden=32), latent=10, **settings)


ranks = NCCL() if args.nccl else MPI()
model = DataParallel(build(), ranks)
images = to(digits()[0].astype(args.dtype), args.backend)
model.check(images[: args.batch, :])
path = args.out / "checkpoint.safetensors"
if path.exists():
    checkpoint.load(path, model, batch=args.batch)  # all ranks read the same file
ranks.comm.Barrier()  # nobody writes it while another one reads

start, begun = time.perf_counter(), model.steps
for step in range(model.steps, args.steps):
    rows = generator(args.seed, "numpy", ORDER, step).integers(len(images), size=args.batch)  # the same on every rank
    losses = model.step(images[rows], check=False)
    if model.steps % args.every == 0 or model.steps == args.steps:
        means, apart = model.mean(losses), model.apart()
        if apart != 0.0:
            raise SystemExit(f"step {model.steps}, rank {ranks.rank}: {means}, θ apart by {apart}: want finite numbers, and 0")
        if ranks.rank == 0:
            args.out.mkdir(parents=True, exist_ok=True)
            checkpoint.save(path, model, batch=args.batch)
            words = [f"{name} {value:.3f}" for name, value in means.items()]
            words += [f"{1000 * (time.perf_counter() - start) / (model.steps - begun):.1f} ms a step", f"θ apart by {apart:g}"]
            print(f"step {model.steps} on {ranks.size} ranks:", ", ".join(words), flush=True)
        start, begun = time.perf_counter(), model.steps
