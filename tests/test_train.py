"""The training loop: what it uses, what it writes, and how it ends when something goes wrong."""

import csv
from itertools import chain

import numpy as np
import pytest
from PIL import Image

from minigan.arrays import generator, to_numpy
from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
from minigan.nn import SGD
from minigan.train import TrainingFailed, train


def small_gan(**options):
    return GAN(vanilla_generator(3, 16, 4), vanilla_discriminator(16, 4), latent=3, **options)


def data(rows=70):
    return generator(7).random(size=(rows, 16), dtype="float32")


class Recorder:
    """A model that learns nothing and remembers which rows it was shown."""

    backend, range, batches_per_step = "numpy", None, 1

    def __init__(self, fail_at=None, with_what=None):
        self.seen, self.value, self.fail_at, self.with_what = [], 0, fail_at, with_what

    def check(self, data):
        pass

    def step(self, batch, *, check=True):
        self.seen.append(batch[:, 0].tolist())
        if len(self.seen) == self.fail_at:
            if isinstance(self.with_what, type):
                raise self.with_what
            self.value = self.with_what
        return {"loss": np.float32(self.value)}

    def state(self):
        return self.value

    def load_state(self, state):
        self.value = state


def test_every_epoch_shows_every_row_once_in_a_new_order():
    rows = np.arange(70, dtype=np.float32).reshape(-1, 1)
    model = Recorder()
    train(model, rows, epochs=3, batch_size=10, progress=False)
    epochs = [list(chain(*model.seen[i : i + 7])) for i in (0, 7, 14)]
    assert all(sorted(epoch) == list(range(70)) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2] != list(range(70))
    again = Recorder()
    train(again, rows, epochs=3, batch_size=10, progress=False)
    assert again.seen == model.seen


def test_training_writes_its_log_and_pictures(tmp_path, capsys):
    gan = small_gan()
    log = train(gan, data(), epochs=20, batch_size=10, out=tmp_path / "deep" / "run", intervals=10)
    out = tmp_path / "deep" / "run"
    with open(out / "log.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == list(range(14, 141, 14))
    assert set(rows[0]) == {"step", "epoch", "loss_d", "loss_g", "d_real", "d_fake"}
    assert float(rows[-1]["loss_d"]) == pytest.approx(log[-1]["loss_d"])
    samples, animation, curves = (Image.open(out / name) for name in ("samples.png", "training.gif", "curves.png"))
    assert curves.size[0] > 400
    assert samples.size == (41 * 9, 41 * 9)  # 8×8 samples of 4×4 pixels and 9 lines, each pixel drawn 9 wide
    assert animation.n_frames == 10
    last = np.asarray(samples.convert("L"), float)
    animation.seek(9)
    assert abs(np.asarray(animation.convert("L"), float) - last).max() <= 1
    animation.seek(0)
    assert abs(np.asarray(animation.convert("L"), float) - last).max() > 10
    curves.close()
    animation.close()
    captured = capsys.readouterr()
    assert "loss_d" in captured.out
    assert "d_real" in captured.out
    assert captured.err == ""


def test_k_batches_of_data_go_into_one_step():
    gan = small_gan(k=3)
    train(gan, data(), epochs=2, batch_size=10, progress=False)
    assert gan.steps == 4
    assert gan.optimizer_d.t == 12


def test_pictures_do_not_change_the_training(tmp_path):
    thetas = []
    for out in (None, tmp_path):
        gan = small_gan()
        train(gan, data(), epochs=2, batch_size=10, out=out, progress=False, intervals=1 if out is None else 14)
        thetas.append(to_numpy(gan.theta_g))
    assert (thetas[0] == thetas[1]).all()


def test_nan_ends_the_run_with_words_and_the_last_good_state(tmp_path):
    model = Recorder(fail_at=25, with_what=float("nan"))
    with pytest.raises(TrainingFailed, match=r"step 25.*loss nan.*last good state.*smaller learning rate"):
        train(model, np.zeros((70, 1), np.float32), epochs=10, batch_size=10, progress=False)
    assert model.value == 0


def test_a_learning_rate_that_diverges_is_noticed():
    with pytest.raises(TrainingFailed), np.errstate(all="ignore"):
        train(small_gan(optimizer_d=SGD(1e30)), data(), epochs=50, batch_size=10, progress=False)


def test_ctrl_c_keeps_what_there_is(capsys):
    model = Recorder(fail_at=12, with_what=KeyboardInterrupt)
    log = train(model, np.zeros((70, 1), np.float32), epochs=10, batch_size=10)
    assert log[-1]["step"] == 11
    assert "interrupted after 11 of 70 steps" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "want 1 or more"),
        ({"batch_size": 0}, "want 1 or more"),
        ({"batch_size": 100}, "the data have 70 rows, one step takes 100"),
    ],
)
def test_impossible_runs_are_refused(options, message):
    gan = small_gan()
    with pytest.raises(ValueError, match=message):
        train(gan, data(), progress=False, **options)
    assert gan.steps == 0


def test_data_are_checked_once_before_the_first_step():
    gan = small_gan()
    with pytest.raises(ValueError, match="NaN"):
        train(gan, np.full((70, 16), np.nan, np.float32), progress=False)
    assert gan.steps == 0
