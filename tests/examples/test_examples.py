"""The examples run as a user runs them, small: no warning, nothing on standard error, the pictures are there.

Where a printed figure can point the right way after a small run, it must. Seeds are fixed: a test passes always or never, and
the error probability beside it is that of the claim for another seed. Runs at the examples' defaults are in test_defaults.py.
"""

import re
import struct

import numpy as np
import pytest
from PIL import Image, ImageDraw
from run_example import TRAINED, files, refused, run

from minigan.data.ratings import low_rank_ratings


def numbers(pattern, said):
    """The numbers in the groups of the first match."""
    found = re.search(pattern, said)
    assert found, f"no {pattern!r} in:\n{said}"
    return [float(number.rstrip("%").replace(",", "")) for number in found.groups()]


def test_one_seed_gives_one_picture(tmp_path):
    """And --resume without a checkpoint starts at the beginning."""
    pictures = []
    for i, options in enumerate(([], ["--resume"], ["--seed", 1])):
        said = run("vanilla_gan.py", "--epochs", 1, *options, "--out", tmp_path / str(i))
        assert str(tmp_path / str(i)) in said
        assert files(tmp_path / str(i)) == TRAINED
        pictures.append((tmp_path / str(i) / "samples.png").read_bytes())
    assert pictures[0] == pictures[1] != pictures[2]


def test_the_other_loss_and_two_steps_of_d(tmp_path):
    run("vanilla_gan.py", "--epochs", 1, "--loss", "minimax", "--k", 2, "--out", tmp_path)
    assert files(tmp_path) == TRAINED
    assert len((tmp_path / "log.csv").read_text().splitlines()) == 1 + 1797 // 128


def test_games_grow_and_shrink_as_the_theory_says(tmp_path):
    """Exactly, for the linear games: the growth of ‖z‖² a step to the four digits that are printed."""
    said = run("games.py", "--eta", 0.1, "--k", 2, "--steps", 40, "--out", tmp_path)
    assert files(tmp_path) == {"games.png"}
    assert numbers(r"\nxy +simultaneous +‖z‖² times (\S+)", said) == [1.01]
    assert numbers(r"\nxy +extragradient +‖z‖² times (\S+)", said) == [0.9901]
    assert numbers(r"x² − y² +simultaneous +‖z‖² times (\S+)", said) == [0.64]
    assert numbers(r"10,000 steps: x² \+ y² − ηxy stays within (\S+)", said)[0] < 1e-11


def test_the_optimal_discriminator_small(tmp_path):
    run("optimal_discriminator.py", "--steps", 30, "--out", tmp_path)
    assert files(tmp_path) == {"optimal_discriminator.png"}


def test_both_generator_losses_start_from_one_place(tmp_path):
    """The same D, G and noise: the first opinion of D is one number; the gradient is longer where the loss is steep."""
    said = run("generator_losses.py", "--steps", 2, "--out", tmp_path)
    (size, first), (flat_size, flat_first) = re.findall(r"length (\S+); mean D\(G\(z\)\) (\S+) at first", said)
    assert first == flat_first
    assert float(first) < 0.05
    assert float(size) > 5 * float(flat_size)
    assert files(tmp_path) == {"generator_losses.png"}


PLANES = [
    ["--world", "grid", "--loss", "wgan-gp", "--pack", 2],
    pytest.param(["--loss", "wgan-clip", "--k", 2, "--r1", 0], marks=pytest.mark.slow),
    ["--world", "drawing"],
    ["--step", "--k", 2],
    pytest.param(["--world", "swiss-roll", "--loss", "minimax", "--r1", 1], marks=pytest.mark.slow),
]


@pytest.mark.parametrize("options", PLANES, ids=lambda options: " ".join(map(str, options)))
def test_the_plane_with_every_loss_and_kind_of_world(tmp_path, options):
    has_modes = not {"drawing", "swiss-roll"} & set(options)
    if "drawing" in options:
        sheet = Image.new("L", (50, 50), 255)
        ImageDraw.Draw(sheet).line((5, 5, 45, 45), fill=0, width=5)
        sheet.save(tmp_path / "line.png")
        options = ["--world", tmp_path / "line.png"]
    out = tmp_path / "out"
    said = run("gan_2d.py", *options, "--steps", 4, "--frames", 2, "--out", out)
    assert ("distance" in said) if "wgan" in str(options) else ("d_real" in said)
    assert ("modes" in said) == has_modes
    assert files(out) == ({"samples.png", "training.gif"} if "--step" in options else TRAINED)
    with Image.open(out / "training.gif") as animation, Image.open(out / "samples.png") as last:
        assert animation.n_frames >= 2
        assert animation.size == last.size
        assert last.width > 900  # the three panels of the plane, not a grid of samples


def test_a_world_that_is_no_file_is_refused():
    assert "or an image file" in refused("gan_2d.py", "--world", "nowhere.png")


RBM_PICTURES = {"filters.png", "reconstructions.png", "chain.png", "curves.png"}


@pytest.mark.parametrize("hidden", [8, 30], ids=["exact", "estimated"])
def test_the_rbm_likes_digits_and_its_dreams_better_than_noise(tmp_path, hidden):
    """Free energies, about 70 nats apart after one epoch; exact likelihood up to 20 units, two estimates beyond."""
    said = run("rbm.py", "--epochs", 1, "--hidden", hidden, "--out", tmp_path)
    assert files(tmp_path) == RBM_PICTURES
    assert ("likelihood exact" in said, "likelihood AIS" in said, "reverse AIS" in said) == (hidden == 8, *[hidden == 30] * 2)
    digits, dreams, noise = numbers(r"digits (\S+), energy dreams (\S+), energy noise (\S+)", said)
    assert max(digits, dreams) < noise - 30


@pytest.mark.parametrize("half", ["bottom", pytest.param("left", marks=pytest.mark.slow)])
def test_the_rbm_completes_better_than_the_mean_image(tmp_path, half):
    """By Gibbs sampling: for the bottom half 0.114 to 0.117 with seeds 0 to 2, against 0.131."""
    said = run("rbm_completion.py", "--epochs", 20, "--hide", half, "--out", tmp_path)
    assert files(tmp_path) == {"completion.png"}
    mean, gibbs = (numbers(rf"{name}: mean squared error (\S+) on the hidden {half}", said)[0]
                   for name in ("mean image", "gibbs"))  # fmt: skip
    assert gibbs < mean


def test_bars_and_stripes_small(tmp_path):
    """100 steps climb from −16·9 log 2 = −99.8 nats, where all images are alike, and stay below the bound."""
    said = run("rbm_bars_and_stripes.py", "--steps", 100, "--seeds", 1, "--out", tmp_path)
    assert files(tmp_path) == {"bars_and_stripes.png"}
    (bound,) = numbers(r"the bound: (\S+)", said)
    best = [float(x) for x in re.findall(r"best (\S+) at", said)]
    assert len(best) == 3
    assert -16 * 9 * np.log(2) < min(best) <= max(best) < bound


def test_a_sweep_of_the_restricted_machine_is_cheaper(tmp_path):
    """20 small products beside 2: about 4 times the time, here asked for 1.5."""
    said = run("boltzmann_mixing.py", "--sweeps", 200, "--draws", 1, "--out", tmp_path)
    assert files(tmp_path) == {"mixing.png"}
    assert numbers(r"ms a sweep: .*\| ([\d.]+) \(", said)[0] > 1.5


def test_ratings_are_predicted_better_than_by_the_mean(tmp_path):
    """Made up: 1,855 held-out ratings, RMSE 0.85 against 1.25. In a file of 80 users there is too little to ask for more."""
    said = run("rbm_ratings.py", "--epochs", 20)
    mean, biases, rbm = numbers(r"global mean: RMSE (\S+)\nuser and item biases: RMSE (\S+)\nRBM: RMSE (\S+)", said)
    assert rbm < biases < mean
    users, items, ratings = low_rank_ratings(80, 60, missing=0.5)
    (tmp_path / "u.data").write_text("".join(f"{u + 1}\t{i + 1}\t{int(r)}\t0\n" for u, i, r in zip(users, items, ratings)))
    said = run("rbm_ratings.py", "--file", tmp_path / "u.data", "--epochs", 1)
    assert "50% missing" in said
    numbers(r"RBM: RMSE (\S+)", said)


def test_more_importance_samples_tell_of_more_likelihood(tmp_path):
    """E log of a mean of more samples is larger (Jensen). With seeds 0 to 5 the gain is 0.07 to 0.52 nats, mean 0.26, standard
    deviation 0.16: if it is normal, one other seed in twenty has none.
    """
    said = run("vae.py", "--epochs", 5, "--hidden", 50, "--out", tmp_path)
    assert files(tmp_path) == TRAINED | {"reconstructions.png", "factors.png", "manifold.png", "codes.png"}
    few, _, _, many = (numbers(rf"by {K} importance samples (\S+) nats", said)[0] for K in (1, 10, 100, 1000))
    assert few < many
    assert numbers(r"bound (\S+) nats", said)[0] < many


@pytest.mark.parametrize("options", [["--samples", 2], ["--beta", 2]], ids=lambda options: options[0])
def test_a_vae_with_larger_codes_has_no_manifold(tmp_path, options):
    run("vae.py", "--epochs", 1, "--hidden", 20, "--latent", 3, *options, "--out", tmp_path)
    assert files(tmp_path) == TRAINED | {"reconstructions.png", "factors.png"}


def test_three_decoders(tmp_path):
    """PCA with 8 of 64 numbers leaves less error than the pixels' variance, 0.07 (certain), and its samples are blurred."""
    said = run("decoders.py", "--epochs", 2, "--hidden", 20, "--out", tmp_path)
    assert files(tmp_path) == {"decoders.png"}
    assert numbers(r"PCA: squared error of a pixel (\S+)", said)[0] < 0.05
    assert numbers(r"PCA: .*Laplacian ([\d.]+)", said)[0] < numbers(r"test images: .*Laplacian ([\d.]+)", said)[0]
    for name in ("autoencoder", "VAE"):
        numbers(rf"{name}: Parzen (\S+) nats, high frequencies (\S+), Laplacian ([\d.]+), a classifier is sure of (\d+)%", said)


def test_more_labels_help(tmp_path):
    """20 and 300 labels, 397 test images: 40 % and 11 % of errors at the defaults, standard error 2.5 points at most, so that
    the order would be wrong with a probability below 1e-15 for a learner like the one on raw pixels.
    """
    options = ["--draws", 1, "--epochs", 2, "--hidden", 64, "--steps", 100]
    said = run("few_labels.py", "--labels", 20, 300, *options, "--out", tmp_path)
    assert files(tmp_path) == {"few_labels.png"}
    few, many = (numbers(rf"{n} labels, raw pixels, random start: (\S+)", said)[0] for n in (20, 300))
    assert many < few - 5
    assert len(re.findall(r"labels, (.+):", said)) == 8


def test_the_denoisers_chain(tmp_path):
    said = run("denoiser_chain.py", "--epochs", 2, "--hidden", 50, "--walkback", 1, "--rounds", 60, "--out", tmp_path)
    assert files(tmp_path) == TRAINED | {"chain.png", "forgetting.png"}
    assert numbers(r"worth (\S+) rounds", said)[0] >= 1


PIXELS = [["--epochs", 3], pytest.param(["--epochs", 1, "--model", "row"], marks=pytest.mark.slow),
          ["--epochs", 1, "--model", "raster", "--levels", 5]]  # fmt: skip


@pytest.mark.parametrize("options", PIXELS, ids=lambda options: " ".join(map(str, options)))
def test_pixel_by_pixel(tmp_path, options):
    """Better than all images alike, −64 log(levels) nats, for those that are binary; and the RBM beside it too."""
    said = run("pixelcnn.py", "--channels", 8, *options, "--out", tmp_path)
    assert files(tmp_path) == TRAINED | {"growing.gif", "completion.png", "receptive_field.png"}
    nats, bits = numbers(r"log-likelihood (\S+) nats, exact; (\S+) bits", said)
    assert bits == pytest.approx(-nats / 64 / np.log(2), abs=2e-3)
    assert nats > -64 * np.log(5 if "raster" in options else 2)
    assert ("an RBM of 16 units" in said) == ("raster" not in options)
    slow, fast = numbers(r"16 samples: (\S+) s pixel by pixel, (\S+) s", said)
    assert slow > fast
    with Image.open(tmp_path / "growing.gif") as animation:
        assert animation.n_frames > 30


def test_likelihoods_by_epoch(tmp_path):
    """Every model becomes better than pixels that are all even, −64 log 2 nats."""
    said = run("likelihood_by_epoch.py", "--channels", 4, "--epochs", 2, "--every", 1, "--out", tmp_path)
    assert files(tmp_path) == {"likelihood.png"}
    nats = [float(value) for value in re.findall(r": (-\S+) nats after 2 epochs", said)]
    assert len(nats) == 4 and min(nats) > -64 * np.log(2)


def test_a_dcgan_is_walked_through_and_its_codes_are_summed(tmp_path):
    """The classifier sees 1,000 samples of an untrained G: too few of a class are sure, or they are; both ways end well."""
    said = run("dcgan.py", "--epochs", 2, "--width", 8, "--average", 0, "--out", tmp_path)
    assert files(tmp_path) == TRAINED
    assert "ConvTranspose2d" in said
    said = run("z_walk.py", tmp_path / "checkpoint.safetensors", "--n", 1000)
    assert "walk.png" in files(tmp_path)
    step, ends = numbers(r"changes the picture by (\S+), its two ends differ by (\S+)\n", said)
    assert step < ends
    assert "no labels" in refused("z_walk.py", tmp_path / "checkpoint.safetensors", "--images", tmp_path)


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
    said = run("use_a_trained_gan.py", out / "checkpoint.safetensors", "--data", "mnist", "--data-dir", tmp_path)
    assert "distance of held-out images" in said
    assert files(out) == TRAINED | {"grid.png", "walk.png", "neighbours.png", "samples.npy"}


@pytest.mark.gpu
@pytest.mark.parametrize("name, options", [
    ("vanilla_gan", ["--epochs", 2]), ("gan_2d", ["--steps", 20, "--frames", 2]), ("rbm", ["--epochs", 2]),
    ("rbm_completion", ["--epochs", 2]), ("dcgan", ["--epochs", 1]), ("vae", ["--epochs", 2]), ("decoders", ["--epochs", 2]),
    ("few_labels", ["--epochs", 2, "--draws", 1, "--steps", 20]), ("denoiser_chain", ["--epochs", 2, "--rounds", 30]),
    ("pixelcnn", ["--epochs", 2]), ("pixelcnn", ["--epochs", 2, "--model", "row"]),
    ("likelihood_by_epoch", ["--epochs", 2, "--every", 1]),
    ("few_labels_gan", ["--epochs", 2, "--labels", 20, "--draws", 1])])  # fmt: skip
def test_examples_on_a_gpu(tmp_path, name, options):
    from minigan.arrays import backend_module

    try:
        backend_module("cupy")
    except ValueError as reason:
        pytest.skip(str(reason))
    run(f"{name}.py", *options, "--backend", "cupy", "--out", tmp_path)


def test_an_unknown_backend_is_a_clear_error(tmp_path):
    assert "unknown backend 'tpu'" in refused("vanilla_gan.py", "--backend", "tpu", "--out", tmp_path)
