"""Any checkpoint, and nothing else: samples, walks where there is a z, neighbours and figures where the data are named."""

import numpy as np
import pytest
from PIL import Image
from run_example import files, refused, run

from minigan import checkpoint
from minigan.data.digits import digits
from minigan.metrics.neighbours import nearest
from minigan.models.classifier import Classifier, classifier_network
from minigan.models.dcgan import dcgan
from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
from minigan.models.gsn import GSN
from minigan.models.networks import tanh_network
from minigan.models.pixelcnn import PixelCNN
from minigan.models.rbm import RBM
from minigan.models.vae import VAE
from minigan.models.wgan import WGAN
from minigan.nn import Adam, Straight
from minigan.train import train

BATCH = {"batch_size": 32, "steps": 2, "progress": False}
MODELS = {
    "vanilla_gan": lambda: GAN(vanilla_generator(5, 64, 4), vanilla_discriminator(64, 4), latent=5),
    "dcgan": lambda: GAN(*dcgan((8, 8, 1), 6, 4), latent=6, optimizer_g=Adam(schedule=Straight(9), average=0.9)),
    "wgan": lambda: WGAN(vanilla_generator(5, 64, 4), vanilla_discriminator(64, 4), latent=5, dtype="float64"),
    "vae": lambda: VAE(tanh_network(64, 9, 6), tanh_network(3, 9, 64), 3),
    "pixelcnn": lambda: PixelCNN((8, 8), 2, channels=4),
    "gsn": lambda: GSN(tanh_network(64, 9, 64), 0.2),
    "rbm": lambda: RBM(4, random_state=0),
}


ONES = [pytest.param(name, marks=pytest.mark.slow) if name in ("wgan", "gsn") else name for name in MODELS]


@pytest.mark.parametrize("name", ONES)
def test_every_model_that_draws_images(tmp_path, name):
    """The samples are those of the model that was trained, bit for bit, in pictures of 8×8; walks are for GANs alone."""
    model = MODELS[name]()
    images = np.round(digits()[0]).astype("float64" if name == "wgan" else "float32")
    train(model, images, out=tmp_path / "run", **BATCH)
    (tmp_path / "alone").mkdir()
    path = (tmp_path / "run/checkpoint.safetensors").rename(tmp_path / "alone/model.safetensors")
    said = run("use_a_trained_gan.py", path, "--n", 3, "--each", "--seed", 5)
    assert type(model).__name__ in said
    walks = {"walk.png"} if "gan" in name else set()
    assert files(path.parent) == {"model.safetensors", "grid.png", "samples.npy"} | walks
    samples = np.load(path.parent / "samples.npy")
    assert samples.tobytes() == np.asarray(model.sample(3, seed=5)).tobytes()
    assert files(path.parent / "samples") == {"0000.png", "0001.png", "0002.png"}
    for i, sample in enumerate(samples):
        with Image.open(path.parent / "samples" / f"{i:04d}.png") as image:
            assert (image.size, image.mode) == ((8, 8), "L")
            assert np.asarray(image).ravel() == pytest.approx(255 * sample, abs=0.501)  # rounded to a whole number


def test_figures_tell_an_untrained_gan_from_digits(tmp_path):
    """Two steps: samples are far from all digits, digits near each other; the two sets are told apart, ½ would be chance.

    Its samples are all alike, and no digit is: the margins are several times the spread that is printed beside them.
    """
    model = MODELS["vanilla_gan"]()
    train(model, digits()[0], out=tmp_path, **BATCH)
    said = run("use_a_trained_gan.py", tmp_path / "checkpoint.safetensors", "--n", 12, "--data", "digits", "--measure")
    assert "neighbours.png" in files(tmp_path)
    distance = {line.split(" to the nearest")[0]: float(line.split("median ")[1].split(",")[0])
                for line in said.splitlines() if line.startswith("distance of")}  # fmt: skip
    assert distance.keys() == {"distance of samples"}  # no digit is held out from the examples' GANs
    images = digits()[0]
    assert distance["distance of samples"] > 1.5 * np.median(nearest(images[1400:], images[:1400])[1])
    assert float(said.split("two-sample accuracy (nearest neighbour): ")[1].split()[0]) > 0.95
    assert "precision 0.0" in said
    for figure in ("Parzen window: ", "classifier, "):
        assert figure in said


def test_images_that_are_no_square_take_their_shape(tmp_path):
    train(GSN(tanh_network(8, 9, 8), 0.2), np.zeros((40, 8), np.float32), out=tmp_path, image=(2, 4), **BATCH)
    path = tmp_path / "checkpoint.safetensors"
    assert "say which, (h, w)" in refused("use_a_trained_gan.py", path)
    run("use_a_trained_gan.py", path, "--image", 2, 4, "--each", "--n", 1)
    with Image.open(tmp_path / "samples/0000.png") as image:
        assert image.size == (4, 2)  # width, height


def test_what_draws_no_samples_and_what_is_no_checkpoint_is_refused(tmp_path):
    model = Classifier(classifier_network(64))
    train(model, digits(), **BATCH)
    checkpoint.save(tmp_path / "judge", model)
    assert "a Classifier, which draws no samples" in refused("use_a_trained_gan.py", tmp_path / "judge")
    (tmp_path / "text").write_text("no checkpoint")
    assert "is damaged, or no safetensors file" in refused("use_a_trained_gan.py", tmp_path / "text")
