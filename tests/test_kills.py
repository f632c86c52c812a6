"""A run that is killed at any moment ends, resumed, at the θ of a run that never stopped, bit for bit.

SIGKILL tears it away in the middle of whatever it does: a step, a write, a rename. SIGTERM is what a cluster sends: the run
finishes its step, writes, and says how to go on. Each model logs, and so writes its files, at every step.
MINIGAN_KILLS=100 and MINIGAN_TERMS=20 are the full count, over all models together; by default there are a few.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from minigan import checkpoint
from minigan.arrays import generator
from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
from minigan.models.networks import tanh_network
from minigan.models.rbm import RBM
from minigan.models.vae import VAE
from minigan.models.wgan import WGAN
from minigan.record import CHECKPOINT, read_log
from minigan.train import train

KILLS, TERMS = int(os.environ.get("MINIGAN_KILLS", "8")), int(os.environ.get("MINIGAN_TERMS", "4"))
EPOCHS, ROWS = 40, 70
MODELS = {
    "GAN": lambda: GAN(vanilla_generator(3, 16, 4), vanilla_discriminator(16, 4), latent=3),
    "WGAN": lambda: WGAN(vanilla_generator(3, 16, 4), vanilla_discriminator(16, 4), latent=3, k=2),
    "RBM": lambda: RBM(5, random_state=1, momentum=0.5),
    "VAE": lambda: VAE(tanh_network(16, 8, 6), tanh_network(3, 8, 16), latent=3),
}
PROGRAM = """
import sys
sys.path.insert(0, {tests!r})
from test_kills import MODELS, run
print("ready", flush=True)
run(MODELS[sys.argv[1]](), sys.argv[2])
"""


def run(model, out):
    """Resume, or begin; a row, a checkpoint and perhaps a picture at every step."""
    rows = generator(7).random(size=(ROWS, 16), dtype="float32")
    return train(model, rows, epochs=EPOCHS, batch_size=10, intervals=10**6, frames=10, out=out, resume=out is not None,
                 progress=False)  # fmt: skip


def state_bytes(model):
    """The state as a checkpoint has it: θ, running statistics, moments, counts."""
    return repr(model.state()), [array.tobytes() for array in arrays(model.state())]


def arrays(nest):
    if isinstance(nest, (dict, list, tuple)):
        for part in nest.values() if isinstance(nest, dict) else nest:
            yield from arrays(part)
    elif hasattr(nest, "tobytes"):
        yield nest


@pytest.mark.slow
@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize(("number", "times"), [(signal.SIGKILL, KILLS), (signal.SIGTERM, TERMS)], ids=["KILL", "TERM"])
def test_killed_at_random_moments_and_resumed_equals_uninterrupted(tmp_path, kind, number, times):
    program, out = tmp_path / "program.py", tmp_path / "run"
    program.write_text(PROGRAM.format(tests=str(Path(__file__).parent)))
    command = [sys.executable, program, kind, out]
    whole, interrupted, wanted = MODELS[kind](), 0, max(1, times // len(MODELS))
    run(whole, None)
    for moment in np.random.default_rng(len(kind)).exponential(0.2, 50 * wanted):  # seconds; a run may end before its moment
        if interrupted == wanted:
            break
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout.readline() == "ready\n"
            time.sleep(moment)
            process.send_signal(number)
            process.stdout.read()
        if process.returncode == -signal.SIGKILL:
            interrupted += 1
        elif number == signal.SIGTERM:
            # by Python's KeyboardInterrupt, or before the first step by the signal itself
            assert process.returncode in (0, -signal.SIGINT, -signal.SIGTERM)
            interrupted += process.returncode != 0
        if (out / CHECKPOINT).exists():
            resumed = MODELS[kind]()
            checkpoint.load(out / CHECKPOINT, resumed)  # it is whole
            assert read_log(out / "log.csv")[1] == 0 if (out / "log.csv").exists() else True
            if resumed.steps == whole.steps:  # it had come to the end
                for path in sorted(out.rglob("*"), reverse=True):
                    path.rmdir() if path.is_dir() else path.unlink()
    assert interrupted == wanted, f"only {interrupted} of {50 * wanted} runs were caught before their end"
    subprocess.run(command, check=True, capture_output=True)
    last = MODELS[kind]()
    checkpoint.load(out / CHECKPOINT, last)
    assert state_bytes(last) == state_bytes(whole)
    rows, unreadable = read_log(out / "log.csv")
    assert ([row["step"] for row in rows], unreadable) == (list(range(1, whole.steps + 1)), 0)
    assert not list(out.rglob("*.unfinished"))
