"""Health: each line appears in a run that was made to fail that way, once, and none in a run that goes well."""

import numpy as np
import pytest

from minigan.models.gan import GAN
from minigan.models.gan_health import Health
from minigan.models.networks import plain_network
from minigan.nn import SGD, Adam
from minigan.train import TrainingFailed, train


def clouds(n=512):
    return np.random.default_rng(0).standard_normal((n, 2)).astype(np.float32)


def run(capsys, epochs=100, **options):
    gan = GAN(plain_network(2, 16, 2), plain_network(2, 16, 1), latent=2, **options)
    train(gan, clouds(), epochs=epochs, batch_size=64, progress=False)
    return capsys.readouterr().out


def test_a_discriminator_that_is_too_strong(capsys):
    """G hardly moves, and its samples lie far from the data: D soon knows them all."""
    gan = GAN(plain_network(2, 16, 2), plain_network(2, 16, 1), latent=2, optimizer_g=SGD(1e-9), optimizer_d=Adam(0.05))
    gan.generator.theta = gan.generator.theta * 10 + 5
    train(gan, clouds(), epochs=20, batch_size=64, progress=False)
    said = capsys.readouterr().out
    assert said.count("D has won") == 1
    assert "R1" in said


def test_a_collapsed_generator(capsys):
    """G's output weights are 0: all samples are one point."""
    gan = GAN(plain_network(2, 16, 2), plain_network(2, 16, 1), latent=2, optimizer_g=SGD(1e-9))
    gan.generator.theta = 0 * gan.generator.theta
    train(gan, clouds(), epochs=2, batch_size=64, progress=False)
    assert capsys.readouterr().out.count("G has collapsed") == 1


def test_a_learning_rate_that_diverges(capsys):
    """Well first, then with a learning rate of 20: the gradients explode, and then the numbers do."""
    gan = GAN(plain_network(2, 16, 2), plain_network(2, 16, 1), latent=2, optimizer_g=SGD(1e-3), optimizer_d=SGD(1e-3))
    whole_step = gan.step_g

    def faster_and_faster(n, rng):
        if gan.steps > 200:
            gan.generator.optimizer.lr = gan.discriminator.optimizer.lr = 20.0
        return whole_step(n, rng)

    gan.step_g = faster_and_faster
    with pytest.raises(TrainingFailed, match="last good state"):
        train(gan, clouds(), epochs=200, batch_size=64, progress=False, intervals=1600)
    assert "it diverges" in capsys.readouterr().out
    assert np.isfinite(gan.generator.theta).all()


def test_a_discriminator_that_cannot_tell(capsys):
    """A D whose weights are 0 says ½ to everything."""
    gan = GAN(plain_network(2, 16, 2), plain_network(2, 16, 1), latent=2, optimizer_d=SGD(1e-9), optimizer_g=SGD(1e-9))
    gan.discriminator.theta = 0 * gan.discriminator.theta
    train(gan, clouds(), epochs=2, batch_size=64, progress=False)
    assert capsys.readouterr().out.count("D cannot tell") == 1


def test_a_run_that_goes_well_is_left_alone(capsys):
    said = run(capsys, epochs=60, r1=0.1, optimizer_g=Adam(2e-3), optimizer_d=Adam(2e-3))
    assert not any(symptom in said for symptom in ("D has won", "collapsed", "diverges"))


def test_each_thing_is_said_once():
    health = Health()
    winning = {"d_real": 0.99, "d_fake": 0.01}
    assert len(health.look(winning)) == 1
    assert health.look(winning) == []
    assert len(health.look({"d_real": 0.501, "d_fake": 0.499})) == 1
    assert len(health.look({"spread": 0.01})) == 1
    for length in (1.0, 1.2, 0.9, 1.1):
        assert health.look({"gradient_g": length}) == []
    assert len(health.look({"gradient_g": 200.0})) == 1


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"d_real": 0.98, "d_fake": 0.02}, 1),
        ({"d_real": 0.96, "d_fake": 0.02}, 0),
        ({"d_real": 0.98, "d_fake": 0.05}, 0),
        ({"d_real": 0.505, "d_fake": 0.495}, 1),
        ({"d_real": 0.52, "d_fake": 0.5}, 0),
        ({"spread": 0.09}, 1),
        ({"spread": 0.11}, 0),
    ],
)
def test_the_thresholds_are_those_that_are_documented(row, said):
    assert len(Health().look(row)) == said


@pytest.mark.parametrize(("length", "said"), [(99.0, 0), (101.0, 1)])
def test_a_gradient_explodes_beyond_a_hundred_times_its_median(length, said):
    health = Health()
    for _ in range(5):
        health.look({"gradient_d": 1.0})
    assert len(health.look({"gradient_d": length})) == said


def test_other_models_have_nothing_to_fear():
    assert Health().look({"contrast": 0.1, "energy_data": -3.0}) == []
