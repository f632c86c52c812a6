"""The examples run as a user runs them, small: no warning, nothing on standard error, the pictures are there."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(name, *arguments):
    command = [sys.executable, "-W", "error", EXAMPLES / name, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("options", [[], ["--loss", "minimax", "--k", 2]], ids=["plain", "minimax"])
def test_vanilla_gan(tmp_path, options):
    said = run("vanilla_gan.py", "--epochs", 2, "--out", tmp_path, *options)
    assert str(tmp_path) in said
    assert {path.name for path in tmp_path.iterdir()} == {"log.csv", "samples.png", "curves.png", "training.gif"}


def test_one_seed_gives_one_picture(tmp_path):
    pictures = []
    for i, seed in enumerate((0, 0, 1)):
        run("vanilla_gan.py", "--epochs", 2, "--seed", seed, "--out", tmp_path / str(i))
        pictures.append((tmp_path / str(i) / "samples.png").read_bytes())
    assert pictures[0] == pictures[1] != pictures[2]


@pytest.mark.gpu
def test_vanilla_gan_on_a_gpu(tmp_path):
    from minigan.arrays import backend_module

    try:
        backend_module("cupy")
    except ValueError as reason:
        pytest.skip(str(reason))
    run("vanilla_gan.py", "--epochs", 2, "--backend", "cupy", "--out", tmp_path)


def test_an_unknown_backend_is_a_clear_error(tmp_path):
    command = [sys.executable, EXAMPLES / "vanilla_gan.py", "--backend", "tpu", "--out", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0
    assert "unknown backend 'tpu'" in done.stderr
