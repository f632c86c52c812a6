"""The examples run as a user runs them, small: no warning, nothing on standard error, the pictures are there."""

import re
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from minigan.data.ratings import low_rank_ratings

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
    assert {path.name for path in tmp_path.iterdir()} == {
        "log.csv", "samples.png", "curves.png", "training.gif", "checkpoint.safetensors"}  # fmt: skip


SMALL = {
    "rbm": (["--epochs", 2, "--hidden", 8], {"filters.png", "reconstructions.png", "chain.png", "curves.png"}),
    "rbm_completion": (["--epochs", 2], {"completion.png"}),
    "rbm_bars_and_stripes": (["--steps", 100, "--seeds", 1], {"bars_and_stripes.png"}),
    "games": (["--steps", 20], {"games.png"}),
    "optimal_discriminator": (["--steps", 30], {"optimal_discriminator.png"}),
    "generator_losses": (["--steps", 20], {"generator_losses.png"}),
    "gan_2d": (["--steps", 20, "--frames", 2], {"gan_2d.png", "gan_2d.gif"}),
    "boltzmann_mixing": (["--sweeps", 200, "--draws", 1], {"mixing.png"}),
}


@pytest.mark.parametrize("name", SMALL)
def test_an_example_writes_its_pictures(tmp_path, name):
    options, pictures = SMALL[name]
    run(f"{name}.py", *options, "--out", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == pictures


PLANES = [
    ["--world", "grid", "--loss", "wgan-gp", "--pack", 2],
    ["--loss", "wgan-clip", "--k", 2],
    ["--world", "drawing"],
    ["--step"],
    ["--world", "swiss-roll", "--loss", "minimax", "--r1", 1],
]


@pytest.mark.parametrize("options", PLANES)
def test_the_plane_with_every_loss_and_kind_of_world(tmp_path, options):
    if "drawing" in options:
        sheet = Image.new("L", (50, 50), 255)
        ImageDraw.Draw(sheet).line((5, 5, 45, 45), fill=0, width=5)
        sheet.save(tmp_path / "line.png")
        options = ["--world", tmp_path / "line.png"]
    said = run("gan_2d.py", *options, "--steps", 6, "--frames", 3, "--out", tmp_path / "out")
    assert "spread" in said
    with Image.open(tmp_path / "out" / "gan_2d.gif") as animation:
        assert animation.n_frames >= 2


def test_the_lectures_gan_on_files_in_mnists_format_and_what_one_does_with_it(tmp_path):
    """200 random images in IDX files; the trained GAN is loaded, sampled, walked through and compared with its data."""
    folder, rng = tmp_path / "mnist", np.random.default_rng(0)
    folder.mkdir()
    for part in ("train", "t10k"):
        images = bytes([0, 0, 8, 3]) + struct.pack(">III", 200, 28, 28) + rng.integers(0, 255, 200 * 784, np.uint8).tobytes()
        (folder / f"{part}-images-idx3-ubyte").write_bytes(images)
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(bytes([0, 0, 8, 1]) + struct.pack(">I", 200) + bytes(200))
    out = tmp_path / "run"
    run("gan_mnist.py", "--data-dir", tmp_path, "--epochs", 1, "--out", out)
    run("gan_mnist.py", "--data-dir", tmp_path, "--epochs", 2, "--out", out, "--resume")
    said = run("use_a_trained_gan.py", out / "checkpoint.safetensors", "--data-dir", tmp_path)
    assert "distance of held-out images" in said
    assert {"grid.png", "walk.png", "neighbours.png", "samples.npy"} <= {path.name for path in out.iterdir()}


def test_the_lectures_gan_on_a_folder_of_colour_images(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for i in range(6):
        Image.new("RGB", (20, 30), (40 * i, 0, 255 - 40 * i)).save(folder / f"{i}.png")
    (folder / "broken.jpg").write_text("no image")
    run("gan_mnist.py", "--data", "digits", "--epochs", 1, "--out", tmp_path / "digits")
    assert (tmp_path / "digits/samples.png").exists()
    said = run("gan_mnist.py", "--images", folder, "--size", 6, "--epochs", 2, "--out", tmp_path / "run")
    assert "6 images, 1 files could not be read" in said
    assert "broken.jpg" in said


@pytest.mark.slow
def test_a_trained_discriminator_is_the_formula(tmp_path):
    """The example as it is: D within 0.02 of p/(p + q), its value within 0.01 of −log 4 + 2·JSD, and ½ at the end."""
    said = run("optimal_discriminator.py", "--out", tmp_path)
    assert float(re.search(r"p \+ q > 0.01: ([\d.]+)", said)[1]) < 0.02
    value, theory = map(float, re.search(r"value of D (\S+), −log 4 \+ 2·JSD (\S+)", said).groups())
    assert abs(value - theory) < 0.01
    low, high = map(float, re.search(r"D from (\S+) to (\S+);", said).groups())
    assert 0.45 < low < high < 0.55


@pytest.mark.slow
def test_the_exact_gradient_arrives_and_both_estimates_climb_and_fall(tmp_path):
    """Bars and stripes, exactly, one rule and 20,000 steps for all; the margins hold for all of seeds 0 to 7, three are run."""
    said = run("rbm_bars_and_stripes.py", "--seeds", 3, "--out", tmp_path)
    results = re.findall(r"(.+), seed \d: best (\S+) at step (\d+), last (\S+)", said)
    assert len(results) == 9
    for name, best, step, last in results:
        fall = float(best) - float(last)
        if name == "exact gradient":
            assert float(last) > -42.1
            assert fall < 0.1
        else:
            assert -62 < float(best) < -46
            assert int(step) < 20_000
            assert (2 < fall < 10) if name == "CD-1" else fall > 80


@pytest.mark.slow
def test_a_tenth_of_the_learning_rate_keeps_persistent_chains_above_cd(tmp_path):
    said = run("rbm_bars_and_stripes.py", "--learning-rate", 0.01, "--seeds", 2, "--out", tmp_path)
    last = {(name, seed): float(x) for name, seed, x in re.findall(r"(.+), seed (\d): .*last (\S+)", said)}
    for seed in "01":
        assert last["exact gradient", seed] > last["PCD-1", seed] > last["CD-1", seed] + 2


def test_both_generator_losses_start_from_one_place(tmp_path):
    """The same D, G and noise: the first opinion of D is one number; the gradient is longer where the loss is steep."""
    said = run("generator_losses.py", "--steps", 2, "--out", tmp_path)
    (size, first), (flat_size, flat_first) = re.findall(r"length (\S+); mean D\(G\(z\)\) (\S+) at first", said)
    assert first == flat_first
    assert float(first) < 0.05
    assert float(size) > 5 * float(flat_size)


def test_the_rbm_beyond_enumeration_prints_a_bracket(tmp_path):
    said = run("rbm.py", "--epochs", 1, "--hidden", 30, "--out", tmp_path)
    assert "likelihood at most" in said
    assert "likelihood at least" in said


def test_ratings_of_a_file_that_the_user_names(tmp_path):
    users, items, ratings = low_rank_ratings(80, 60, missing=0.5)
    lines = [f"{u + 1}\t{i + 1}\t{int(r)}\t0\n" for u, i, r in zip(users, items, ratings)]
    (tmp_path / "u.data").write_text("".join(lines))
    said = run("rbm_ratings.py", "--file", tmp_path / "u.data", "--epochs", 2)
    assert all(name in said for name in ("global mean: RMSE", "user and item biases: RMSE", "RBM: RMSE"))


def test_one_seed_gives_one_picture(tmp_path):
    pictures = []
    for i, seed in enumerate((0, 0, 1)):
        run("vanilla_gan.py", "--epochs", 2, "--seed", seed, "--out", tmp_path / str(i))
        pictures.append((tmp_path / str(i) / "samples.png").read_bytes())
    assert pictures[0] == pictures[1] != pictures[2]


ON_A_GPU = {
    "vanilla_gan": ["--epochs", 2],
    "gan_2d": ["--steps", 20, "--frames", 2],
    "rbm": ["--epochs", 2],
    "rbm_completion": ["--epochs", 2],
}


@pytest.mark.gpu
@pytest.mark.parametrize("name", ON_A_GPU)
def test_examples_on_a_gpu(tmp_path, name):
    from minigan.arrays import backend_module

    try:
        backend_module("cupy")
    except ValueError as reason:
        pytest.skip(str(reason))
    run(f"{name}.py", *ON_A_GPU[name], "--backend", "cupy", "--out", tmp_path)


def test_an_unknown_backend_is_a_clear_error(tmp_path):
    command = [sys.executable, EXAMPLES / "vanilla_gan.py", "--backend", "tpu", "--out", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0
    assert "unknown backend 'tpu'" in done.stderr
