"""A newcomer's journey, by the commands of docs/own-data.md: a folder of images, training, Ctrl-C, --resume, 100 pictures."""

import re
import shlex
import shutil
import signal
import subprocess
import time

import numpy as np
import pytest
from PIL import Image
from run_example import ROOT, TRAINED, command, environment, files, refused, run
from safetensors.numpy import load_file

PAGE = (ROOT / "docs/own-data.md").read_text(encoding="utf-8")
COMMANDS = [shlex.split(line) for block in re.findall(r"```sh\n(.*?)```", PAGE, re.S) for line in block.splitlines()]
SMALL = ["--size", "16", "--width", "4", "--latent", "8", "--epochs", "15"]  # where an option comes twice the later one holds


@pytest.fixture
def folder(tmp_path):
    """20 colour images of three sizes and four kinds, in a folder within, and one file that is broken."""
    rng = np.random.default_rng(0)
    (tmp_path / "FOLDER" / "holiday").mkdir(parents=True)
    for i in range(20):
        h, w = [(30, 40), (64, 48), (20, 20)][i % 3]
        name = f"{'holiday/' if i % 2 else ''}{i}.{['png', 'jpg', 'webp', 'bmp'][i % 4]}"
        picture = np.full((h, w, 3), rng.integers(0, 256, 3), np.uint8)
        picture[h // 4 : h // 2, w // 4 : w // 2] = rng.integers(0, 256, 3)
        Image.fromarray(picture).save(tmp_path / "FOLDER" / name)
    (tmp_path / "FOLDER" / "broken.png").write_bytes(b"\x89PNG\r\n")
    return tmp_path / "FOLDER"


def example(arguments):
    """(script, options) of a command line of the page."""
    python, script, *options = arguments
    assert python == "python"
    return script.removeprefix("examples/"), options


def interrupted(name, *options, cwd, steps):
    """Start it, send SIGINT once the log has so many rows, and give what it printed."""
    process = subprocess.Popen(command(name, *options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd,
                               env=environment())  # fmt: skip
    log, deadline = cwd / "runs/dcgan/log.csv", time.monotonic() + 60
    try:
        while not log.exists() or len(log.read_text().splitlines()) <= steps:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        said, complaints = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == -signal.SIGINT
    assert complaints.splitlines()[-1].startswith("KeyboardInterrupt: interrupted after")
    return said + complaints


@pytest.mark.slow
def test_the_commands_of_the_page_from_a_folder_to_a_hundred_pictures(folder, tmp_path):
    """Interrupted and resumed, it ends with the θ of a run that was let alone, bit for bit."""
    train, resume, use = (example(arguments) for arguments in COMMANDS)
    run_ = tmp_path / "runs/dcgan"
    said = interrupted(train[0], *train[1], *SMALL, cwd=tmp_path, steps=4)
    assert "20 images, 1 files could not be read" in said
    assert re.search(r"broken\.png.*damaged or none of PNG, JPEG, WEBP, BMP", said)
    step, total = map(int, re.search(r"interrupted after (\d+) of (\d+) steps", said).groups())
    assert 4 <= step < total == 15  # one step an epoch: the batch is all 20
    assert files(run_) == TRAINED

    assert "--resume" in resume[1]
    run(resume[0], *resume[1], *SMALL, cwd=tmp_path)
    steps = [int(row.split(",")[0]) for row in (run_ / "log.csv").read_text().splitlines()[1:]]
    assert steps == list(range(1, 16))
    run(train[0], *train[1], *SMALL, "--out", "alone", cwd=tmp_path)
    alone, resumed = (load_file(path / "checkpoint.safetensors") for path in (tmp_path / "alone", run_))
    assert alone.keys() == resumed.keys()
    assert all(alone[name].tobytes() == resumed[name].tobytes() for name in alone)

    shutil.rmtree(folder)
    for path in run_.iterdir():
        if path.name != "checkpoint.safetensors":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    run(use[0], *use[1], cwd=tmp_path)
    assert files(run_ / "samples") == {f"{i:04d}.png" for i in range(100)}
    pixels = []
    for path in (run_ / "samples").iterdir():
        with Image.open(path) as image:
            assert (image.size, image.mode) == ((16, 16), "RGB")
            pixels.append(np.asarray(image, float))
    assert np.std(pixels, axis=0).max() > 0  # not one picture a hundred times


@pytest.mark.slow
def test_every_example_that_takes_images_takes_few_of_them_in_colour(folder, tmp_path):
    """20 images: 18 to train and 2 to test, and a table has as many columns as there are test images."""
    few = ["--images", folder, "--size", 8, "--epochs", 1]
    for name, options, pictures in (
        ("gan_mnist", [], TRAINED),
        ("vae", ["--hidden", 20], TRAINED | {"reconstructions.png", "factors.png", "manifold.png", "codes.png"}),
        ("decoders", ["--hidden", 20], {"decoders.png"}),
        ("pixelcnn", ["--channels", 4], TRAINED | {"completion.png", "growing.gif", "receptive_field.png"}),
        ("denoiser_chain", ["--hidden", 20, "--rounds", 20], TRAINED | {"chain.png", "forgetting.png"}),
    ):
        assert "20 images, 1 files" in run(f"{name}.py", *few, *options, "--out", tmp_path / name)
        assert files(tmp_path / name) == pictures
    assert "a folder has no labels" in refused("few_labels.py", "--images", folder, "--size", 8, "--out", tmp_path / "labels")


def test_what_is_no_data_set_is_said(folder, tmp_path):
    """No folder, no image in it, one image: what came and what is wanted."""
    assert "nowhere is no folder: name one that holds images" in refused("dcgan.py", "--images", tmp_path / "nowhere")
    (tmp_path / "one").mkdir()
    assert "holds no readable image (.png, .jpg" in refused("dcgan.py", "--images", tmp_path / "one")
    shutil.copy(folder / "0.png", tmp_path / "one")
    said = refused("dcgan.py", "--images", tmp_path / "one", "--out", tmp_path / "out")
    assert "1 image, want 2 at least, better hundreds" in said
    assert not (tmp_path / "out").exists()
