"""The training loop: what it uses, what it writes, and how it ends when something goes wrong."""

import csv
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from minigan.arrays import generator, namespace, to_numpy
from minigan.checkpoint import BadCheckpoint
from minigan.models.classifier import Classifier, classifier_network
from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
from minigan.models.ratings import RatingsRBM
from minigan.models.rbm import RBM
from minigan.nn import SGD, Net, gradcheck
from minigan.nn import net as essay
from minigan.nn.shapes import sum_rows
from minigan.record import read_log
from minigan.train import TrainingFailed, busy, train


def small_gan(**options):
    return GAN(vanilla_generator(3, 16, 4), vanilla_discriminator(16, 4), latent=3, **options)


def data(rows=70):
    return generator(7).random(size=(rows, 16), dtype="float32")


class Recorder:
    """A model that learns nothing and remembers which rows it was shown."""

    backend, range, batches_per_step = "numpy", None, 1

    def __init__(self, fail_at=None):
        self.seen, self.value, self.fail_at, self.steps = [], 0, fail_at, 0

    def check(self, data):
        pass

    def step(self, batch, *, check=True):
        self.seen.append(batch[:, 0].tolist())
        self.value = float("nan") if len(self.seen) == self.fail_at else len(self.seen)
        self.steps += 1
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


def test_steps_cut_the_last_epoch_short_and_can_be_raised_later(tmp_path):
    """10 steps of 7 an epoch show what the first 10 of 14 do; a run that stopped at 5 goes on to the same end."""
    rows = np.arange(70, dtype=np.float32).reshape(-1, 1)
    ten, fourteen = Recorder(), Recorder()
    log = train(ten, rows, steps=10, batch_size=10, progress=False)
    train(fourteen, rows, epochs=2, batch_size=10, progress=False)
    assert ten.seen == fourteen.seen[:10]
    assert (log[-1]["step"], log[-1]["epoch"]) == (10, 2)
    whole, parted = small_gan(), small_gan()
    train(whole, data(), steps=10, batch_size=10, progress=False)
    train(parted, data(), steps=5, batch_size=10, out=tmp_path, progress=False)
    log = train(parted, data(), steps=10, batch_size=10, out=tmp_path, resume=True, progress=False)
    assert parted.steps == log[-1]["step"] == 10
    assert (parted.generator.theta == whole.generator.theta).all()


class Pairs(Recorder):
    """A model that wants images and labels."""

    def step(self, batch, *, check=True):
        images, labels = batch
        assert (images[:, 0] == labels).all()
        return super().step(images)


def test_the_arrays_of_a_tuple_are_shuffled_together():
    rows = np.arange(70)
    model = Pairs()
    train(model, (rows.astype(np.float32)[:, None], rows), epochs=1, batch_size=10, progress=False)
    assert sorted(chain(*model.seen)) == list(range(70)) != list(chain(*model.seen))


def test_the_log_is_a_list_that_does_not_print_all_its_rows():
    log = train(small_gan(), data(), epochs=10, batch_size=10, progress=False)
    assert isinstance(log, list)
    assert len(log) == 70
    assert repr(log).startswith("<log of 70 rows; the last: step 70, epoch 10, loss_d ")
    assert len(repr(log)) < 300


@pytest.mark.slow
def test_frames_are_kept_on_the_way_and_a_resumed_run_has_all_of_them(tmp_path):
    """70 steps and 5 frames: one at the start, then one every 14 steps. A second run in the folder starts afresh, one that is
    resumed with more steps takes fewer pictures from there on.
    """
    def names(folder):
        return sorted(path.name for path in (folder / "frames").iterdir())

    options = {"batch_size": 10, "intervals": 70, "frames": 5, "progress": False}
    train(small_gan(), data(), epochs=10, out=tmp_path / "whole", **options)
    assert names(tmp_path / "whole") == [f"0000{i:02}.png" for i in (1, 14, 28, 42, 56, 70)]
    gan, out = small_gan(), tmp_path / "stopped"
    whole_step = gan.step_g

    def stop_at_45(n, rng):
        if gan.steps == 44:
            os.kill(os.getpid(), signal.SIGINT)
        return whole_step(n, rng)

    gan.step_g = stop_at_45
    with pytest.raises(KeyboardInterrupt):
        train(gan, data(), epochs=10, out=out, **options)
    assert (gan.steps, names(out)) == (45, [f"0000{i:02}.png" for i in (1, 14, 28, 42)])
    train(small_gan(), data(), epochs=10, out=out, resume=True, **options)
    for name in names(tmp_path / "whole"):
        assert (out / "frames" / name).read_bytes() == (tmp_path / "whole" / "frames" / name).read_bytes()
    assert (out / "training.gif").read_bytes() == (tmp_path / "whole" / "training.gif").read_bytes()
    train(small_gan(), data(), epochs=20, out=out, resume=True, **options)
    assert names(out) == [f"000{i:03}.png" for i in (1, 14, 28, 42, 56, 70, 84, 112, 140)]
    with Image.open(out / "training.gif") as animation:
        assert animation.n_frames == 9
    train(small_gan(seed=1), data(), steps=1, out=out, **options)
    assert names(out) == ["000001.png"]


def test_a_picture_of_ones_own_is_drawn_instead_of_samples(tmp_path):
    """3×2 pixels of which one is as bright as the model's share of 21 steps."""
    def picture(gan):
        image = np.zeros((3, 2))
        image[1, 0] = gan.steps / 21
        return image

    train(small_gan(), data(), epochs=3, batch_size=10, out=tmp_path, picture=picture, progress=False)
    with Image.open(tmp_path / "samples.png") as last, Image.open(tmp_path / "frames" / "000006.png") as early:
        for image, value in ((last, 255), (early, round(255 * 6 / 21))):
            pixels = np.asarray(image)
            h, w = (side // n for side, n in zip(pixels.shape, (3, 2)))
            assert pixels[h + 1, 1] == value
            assert pixels[1, 1] == pixels[h + 1, w + 1] == pixels[2 * h + 1, 1] == 0


def test_training_writes_its_log_and_pictures(tmp_path, capsys):
    gan = small_gan()
    log = train(gan, data(), epochs=20, batch_size=10, out=tmp_path / "deep" / "run", intervals=10)
    out = tmp_path / "deep" / "run"
    with open(out / "log.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == list(range(14, 141, 14))
    assert {"step", "epoch", "loss_d", "loss_g", "d_real", "d_fake"} < set(rows[0])
    assert float(rows[-1]["loss_d"]) == pytest.approx(log[-1]["loss_d"])
    with (Image.open(out / "samples.png") as samples, Image.open(out / "training.gif") as animation,
          Image.open(out / "curves.png") as curves):  # fmt: skip
        check_pictures(samples, animation, curves)
    captured = capsys.readouterr()
    assert "loss_d" in captured.out
    assert "d_real" in captured.out
    assert captured.err == ""


def check_pictures(samples, animation, curves):
    assert curves.size[0] > 400
    assert samples.size == (41 * 9, 41 * 9)  # 8×8 samples of 4×4 pixels and 9 lines, each pixel drawn 9 wide
    assert animation.n_frames == 10
    last = np.asarray(samples.convert("L"), float)
    animation.seek(9)
    assert abs(np.asarray(animation.convert("L"), float) - last).max() <= 1
    animation.seek(0)
    assert abs(np.asarray(animation.convert("L"), float) - last).max() > 10
    assert np.asarray(curves.convert("L")).std() > 10  # something is drawn


def test_k_batches_of_data_go_into_one_step():
    gan = small_gan(k=3)
    train(gan, data(), epochs=2, batch_size=10, progress=False)
    assert gan.steps == 4
    assert gan.discriminator.optimizer.t == 12


def test_pictures_do_not_change_the_training(tmp_path):
    thetas = []
    for out in (None, tmp_path):
        gan = small_gan()
        train(gan, data(), epochs=2, batch_size=10, out=out, progress=False, intervals=1 if out is None else 14)
        thetas.append(to_numpy(gan.generator.theta))
    assert (thetas[0] == thetas[1]).all()


def test_nan_ends_the_run_with_words_and_the_last_good_state():
    """The model counts its steps; at step 25 it breaks, and must be back at 24, where it was last seen whole."""
    model = Recorder(fail_at=25)
    with pytest.raises(TrainingFailed, match=r"step 25.*loss nan.*last good state.*smaller learning rate"):
        train(model, np.zeros((70, 1), np.float32), epochs=10, batch_size=10, progress=False)
    assert model.value == 24


def test_a_learning_rate_that_diverges_is_noticed():
    with pytest.raises(TrainingFailed):
        train(small_gan(optimizer_d=SGD(1e30)), data(), epochs=50, batch_size=10, progress=False)


DIVERGING = {
    "Classifier": lambda: (Classifier(classifier_network(16, 3, 4), SGD(1e39)), (data(), np.arange(70) % 3)),
    "RatingsRBM": lambda: (RatingsRBM(16, 4, learning_rate=1e39), np.round(data() * 5)),
    "RBM": lambda: (RBM(4, learning_rate=1e39, random_state=0), data()),
}


@pytest.mark.parametrize("kind", DIVERGING)
def test_a_model_whose_theta_overflows_fails_in_words_and_goes_back(kind):
    """The step's loss is of the θ before it, and some losses are finite whatever θ is: so θ itself has to be looked at."""
    model, batches = DIVERGING[kind]()
    with pytest.raises(TrainingFailed, match="last good state"):
        train(model, batches, epochs=3, batch_size=10, progress=False)
    assert all(np.isfinite(getattr(model, part).theta).all() for part in model.parts if hasattr(getattr(model, part), "theta"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("progress", [True, False])
def test_ctrl_c_keeps_what_there_is_and_tears_no_step(tmp_path, progress, number):
    """The signal comes in the middle of a step; the step is finished, then the run ends and writes its pictures."""
    gan = small_gan()
    whole_step = gan.step_g

    def press_ctrl_c(n, rng):
        if gan.steps == 11:
            os.kill(os.getpid(), number)
        return whole_step(n, rng)

    gan.step_g = press_ctrl_c
    handler = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt) as caught:
        train(gan, data(), epochs=10, batch_size=10, out=tmp_path, progress=progress)
    assert read_log(tmp_path / "log.csv")[0][-1]["step"] == gan.steps == 12
    assert gan.discriminator.optimizer.t == gan.generator.optimizer.t == 12
    said = str(caught.value)
    assert "interrupted after 12 of 70 steps" in said and f"--resume) and out={str(tmp_path)!r}" in said
    assert (tmp_path / "samples.png").exists()
    assert signal.getsignal(number) is handler


PROGRAM = textwrap.dedent(re.search(r"    class Scale:.*?\n(?=\n\S)", essay.__doc__, re.DOTALL)[0])
NAMES = {"namespace": namespace, "sum_rows": sum_rows}
exec(PROGRAM, NAMES)
Scale = NAMES["Scale"]


def with_a_layer_of_ones_own(layer, backend="numpy"):
    D = vanilla_discriminator(16, hidden=4)
    return GAN(vanilla_generator(4, n_out=16, hidden=4), Net(layer, *D.layers), latent=4, backend=backend)


def test_the_layer_of_the_essay_learns_and_its_checkpoint_resumes(backend, rng, tmp_path):
    params, x = [rng.standard_normal(size=(3,), dtype="float64")], rng.standard_normal(size=(5, 3), dtype="float64")
    assert max(gradcheck.check_layer(Scale(3), params, x, rng).values()) <= gradcheck.TOLERANCE
    options = {"batch_size": 10, "out": tmp_path, "progress": False}
    whole, first, second = (with_a_layer_of_ones_own(Scale(16), backend) for _ in range(3))
    train(whole, data(), steps=6, batch_size=10, progress=False)
    train(first, data(), steps=3, **options)
    train(second, data(), steps=6, resume=True, **options)
    resumed, theta = (to_numpy(gan.discriminator.theta) for gan in (second, whole))
    assert (resumed == theta).all()
    assert (theta[:16] != 1).any()


def test_what_a_checkpoint_lacks_is_said_before_the_first_step(tmp_path):
    class Silent(Scale):
        to_torch = property()  # as if it were not there

    gan = with_a_layer_of_ones_own(Silent(16))
    with pytest.raises(TypeError, match=r"Silent object .* has no to_torch\(params\) .* a checkpoint wants them"):
        train(gan, data(), steps=5, batch_size=10, out=tmp_path / "run", progress=False)
    assert gan.steps == 0
    train(gan, data(), steps=5, batch_size=10, progress=False)
    assert gan.steps == 5


def test_training_in_another_thread_works_too():
    gan = small_gan()
    thread = threading.Thread(target=train, args=(gan, data()), kwargs={"epochs": 1, "batch_size": 10, "progress": False})
    thread.start()
    thread.join()
    assert gan.steps == 7


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs is 0: want a whole number, 1 or more"),
        ({"batch_size": 0}, "batch_size is 0: want a whole number, 1 or more"),
        ({"intervals": 0}, "intervals is 0: want a whole number, 1 or more"),
        ({"frames": 0}, "frames is 0: want a whole number, 1 or more"),
        ({"batch_size": 10, "steps": 0}, "steps is 0: want a whole number, 1 or more"),
        ({"batch_size": 10, "seed": -1, "epochs": 2}, "seed is -1"),
        ({"batch_size": 10, "epochs": 2.5}, r"epochs is 2\.5: want a whole number"),
        ({"batch_size": 10, "image": (3, 3), "out": "never-made"}, r"\(3, 3\): want \(h, w\) or \(h, w, 3\), for 16 numbers"),
        ({"batch_size": 10, "image": (4.0, 4.0), "out": "never-made"}, r"a length is 4\.0: want a whole number"),
        ({"batch_size": 10, "image": (-4, -4), "out": "never-made"}, "a length is -4: want a whole number, 1 or more"),
        ({"batch_size": 10, "image": (16,), "out": "never-made"}, r"is \(16,\): want \(h, w\) or \(h, w, 3\)"),
        ({"batch_size": 10, "image": (2, 2, 4), "out": "never-made"}, r"is \(2, 2, 4\): want \(h, w\) or \(h, w, 3\)"),
        ({"batch_size": 10, "image": 16, "out": "never-made"}, r"is 16: want \(h, w\)"),
        ({"batch_size": 10, "picture": 3, "out": "never-made"}, "picture is 3: want a function"),
        ({"batch_size": 10, "picture": lambda model: np.zeros((2, 2, 4)), "out": "never-made"}, r"is \(2, 2, 4\): want"),
        ({"batch_size": 10, "picture": lambda model: np.zeros(4), "out": "never-made"}, r"is \(4,\): want \(h, w\)"),
        ({"batch_size": 10, "picture": lambda model: np.full((2, 2), np.nan), "out": "never-made"}, r"want values in \[0, 1\]"),
        ({"batch_size": 10, "picture": lambda model: None, "out": "never-made"}, r"is \(\): want \(h, w\)"),
        ({"batch_size": 10, "out": __file__}, "cannot be written to .*want the name of a folder"),
        ({"batch_size": 10, "resume": "no", "out": "never-made"}, "resume is 'no': want True or False"),
        ({"batch_size": 100}, "the data have 70 rows, one step takes 100"),
    ],
)
def test_impossible_runs_are_refused(options, message):
    gan = small_gan()
    with pytest.raises(ValueError, match=message):
        train(gan, data(), progress=False, **options)
    assert gan.steps == 0
    assert not Path("never-made").exists()


def test_a_finished_run_that_is_resumed_keeps_its_animation(tmp_path):
    options = {"epochs": 2, "batch_size": 10, "intervals": 14, "frames": 5, "out": tmp_path, "progress": False}
    log = train(small_gan(), data(), **options)
    before = (tmp_path / "training.gif").read_bytes()
    with Image.open(tmp_path / "training.gif") as animation:
        assert animation.n_frames == 8
    again = train(small_gan(), data(), resume=True, **options)
    assert (tmp_path / "training.gif").read_bytes() == before
    assert [row["step"] for row in again] == [row["step"] for row in log]


def test_a_log_that_was_cut_is_said_and_the_run_goes_on(tmp_path, capsys):
    """The checkpoint is at step 7; of the log's rows up to there, one is lost."""
    options = {"batch_size": 10, "intervals": 14, "out": tmp_path, "progress": False}
    train(small_gan(), data(), epochs=1, **options)
    text = (tmp_path / "log.csv").read_text()
    (tmp_path / "log.csv").write_text(text[: text.rindex(",")])
    gan, whole = small_gan(), small_gan()
    log = train(gan, data(), epochs=2, resume=True, **options)
    assert "log.csv: 1 rows cannot be read and are left out" in capsys.readouterr().out
    assert [row["step"] for row in log] == [*range(1, 7), *range(8, 15)]
    train(whole, data(), epochs=2, batch_size=10, progress=False)
    assert (gan.generator.theta == whole.generator.theta).all()


def test_a_log_of_other_columns_is_begun_anew(tmp_path, capsys):
    options = {"batch_size": 10, "intervals": 14, "out": tmp_path, "progress": False}
    train(small_gan(), data(), epochs=1, **options)
    text = (tmp_path / "log.csv").read_text()
    (tmp_path / "log.csv").write_text(text.replace("loss_d", "loss_x", 1))
    log = train(small_gan(), data(), epochs=2, resume=True, **options)
    assert "has other columns than this run" in capsys.readouterr().out
    assert [row["step"] for row in log] == list(range(8, 15))


def test_two_runs_in_one_folder_the_second_is_refused_and_changes_nothing(tmp_path):
    first, second = small_gan(), small_gan(seed=1)
    step, refusals = first.step_g, []

    def meanwhile(n, rng):
        if not refusals:
            with pytest.raises(ValueError, match=f"process {os.getpid()} is writing to") as caught:
                train(second, data(), epochs=1, batch_size=10, out=tmp_path, progress=False)
            refusals.append(caught)
        return step(n, rng)

    first.step_g = meanwhile
    train(first, data(), epochs=1, batch_size=10, out=tmp_path, progress=False)
    assert (first.steps, second.steps) == (7, 0)


def test_two_models_trained_at_once_are_those_trained_one_after_the_other():
    """In two threads, bit for bit."""
    kinds = [lambda: small_gan(r1=0.1), lambda: RBM(5, random_state=1)]
    at_once, in_turn = [make() for make in kinds], [make() for make in kinds]
    options = {"epochs": 20, "batch_size": 10, "progress": False}
    threads = [threading.Thread(target=train, args=(model, data()), kwargs=options) for model in at_once]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for model in in_turn:
        train(model, data(), **options)
    assert all(model.steps == 140 for model in at_once)
    assert (at_once[0].generator.theta == in_turn[0].generator.theta).all()
    assert (at_once[0].discriminator.theta == in_turn[0].discriminator.theta).all()
    assert (at_once[1].learner_.theta == in_turn[1].learner_.theta).all()


def test_arrays_of_unequal_length_are_refused(monkeypatch):
    """Also where the model's own check does not look at it."""
    monkeypatch.setattr(GAN, "check", lambda model, batch: None)
    with pytest.raises(ValueError, match="have 70, 6 rows: want as many in each"):
        train(small_gan(), (data(), data()[:6]), batch_size=4, progress=False)


AT_ONCE = """
import threading, numpy as np
from threadpoolctl import threadpool_info
from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
from minigan.models.pixelcnn import PixelCNN
from minigan.train import train

X = np.random.default_rng(0).random((256, 784), dtype=np.float32)
JOBS = [(lambda: GAN(vanilla_generator(10, 784, 64), vanilla_discriminator(784, 64)), X, 12, 128),
        (lambda: PixelCNN((8, 8), channels=8, blocks=1), np.round(X[:, :64]), 60, 64)]

def theta(model):
    return (model.learner if hasattr(model, "learner") else model.generator).theta

def blas():
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

def run(model, data, steps, rows):
    train(model, data, steps=steps, batch_size=rows, progress=False)

before, alone = blas(), []
for make, *how in JOBS:
    run(model := make(), *how)
    alone.append(theta(model))
models = [make() for make, *_ in JOBS]
threads = [threading.Thread(target=run, args=(model, *how)) for model, (_, *how) in zip(models, JOBS)]
[thread.start() for thread in threads], [thread.join() for thread in threads]
print([bool((theta(model) == own).all()) for model, own in zip(models, alone)], before == blas())
"""


@pytest.mark.slow
def test_convolutions_and_large_products_in_two_threads_change_no_bit():
    """With two BLAS threads; a product's last bits depend on how many it takes."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}
    done = subprocess.run([sys.executable, "-c", AT_ONCE], env=environment, capture_output=True, text=True)
    assert (done.stdout.strip().splitlines()[-1:], done.stderr) == (["[True, True] True"], "")


@pytest.mark.parametrize(("load", "setting", "said"), [(9.0, None, True), (1.0, None, False), (9.0, "1", False)])
def test_a_busy_machine_is_named_unless_threads_are_limited(monkeypatch, load, setting, said):
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    if setting:
        monkeypatch.setenv("OMP_NUM_THREADS", setting)
    assert ("9.0 programs share the 2 processors" in (busy() or "")) == said


def test_data_are_checked_once_before_the_first_step():
    gan = small_gan()
    with pytest.raises(ValueError, match="NaN"):
        train(gan, np.full((70, 16), np.nan, np.float32), progress=False)
    assert gan.steps == 0


def test_a_resumed_rbm_wants_its_batch_size(tmp_path):
    """`batch_size` is an RBM's own free argument, and a setting of the run that is not."""
    train(RBM(5, random_state=0), data(), steps=4, batch_size=10, out=tmp_path, progress=False)
    with pytest.raises(BadCheckpoint, match="batch_size was 10 when it was saved, and is 20 now"):
        train(RBM(5, random_state=0), data(), steps=8, batch_size=20, out=tmp_path, resume=True, progress=False)


def test_a_model_with_steps_behind_it_goes_on_from_its_own_checkpoint_only(tmp_path):
    gan = small_gan()
    train(gan, data(), steps=3, batch_size=10, progress=False)
    with pytest.raises(ValueError, match=r"has taken 3 steps, and there is no .*checkpoint\.safetensors to go on from"):
        train(gan, data(), steps=5, batch_size=10, out=tmp_path / "run", resume=True, progress=False)
    assert gan.steps == 3
    assert not (tmp_path / "run" / "log.csv").exists()


def test_a_refused_picture_leaves_an_rbm_as_it_was(tmp_path):
    rbm = RBM(3, random_state=0)
    with pytest.raises(ValueError, match=r"\(3, 3\): want"):
        train(rbm, data(), steps=3, batch_size=10, out=tmp_path, image=(3, 3), progress=False)
    train(rbm, data()[:, :9], steps=3, batch_size=10, out=tmp_path, image=(3, 3), progress=False)  # of another width
    assert rbm.n_features_in_ == 9


@pytest.mark.parametrize(("scalars", "message"), [({}, r"the scalars \[\]: want one at least"),
                                                  ({"step": 1.0}, "none named step or epoch")])  # fmt: skip
def test_a_step_gives_scalars_that_the_log_has_room_for(tmp_path, scalars, message):
    gan = small_gan()
    gan.step, gan.monitor = lambda batch, check: scalars, lambda batch: {}
    with pytest.raises(ValueError, match=message):
        train(gan, data(), steps=2, batch_size=10, out=tmp_path, progress=False)
