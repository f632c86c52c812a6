"""Data-parallel steps: P ranks take the step of one process, and fail together."""

import copy
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from run_example import ROOT, environment

from minigan import checkpoint
from minigan.arrays import generator
from minigan.models.autoencoder import Autoencoder
from minigan.models.classifier import Classifier
from minigan.models.gan import GAN, vanilla_generator
from minigan.models.networks import noisy_features, plain_network, relu_network
from minigan.models.ratings import RatingsRBM
from minigan.models.ssgan import SSGAN
from minigan.models.vae import VAE
from minigan.models.wgan import WGAN
from minigan.nn import Adam, Linear, Net
from minigan.parallel import DataParallel

F64 = {"dtype": "float64", "seed": 3}
ROUNDING = 1e-10  # of θ, of size 1, after some steps: 1e-16 a sum, enlarged where Adam divides by small √v


class Together:
    """Ranks that are threads of this process: `sum` waits until all have brought their array."""

    def __init__(self, size):
        self.size, self.barrier, self.brought = size, threading.Barrier(size, timeout=60), [None] * size

    def rank(self, number):
        return _Rank(self, number)


class _Rank:
    def __init__(self, together, rank):
        self.together, self.rank, self.size = together, rank, together.size

    def sum(self, x):
        self.together.brought[self.rank] = x
        self.together.barrier.wait()
        total = sum(self.together.brought[1:], self.together.brought[0])
        self.together.barrier.wait()
        return total


def on_ranks(size, work):
    """[work(rank 0), work(rank 1), …], at the same time."""
    together, results = Together(size), [None] * size

    def one(number):
        results[number] = work(together.rank(number))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def gan(kind=GAN, pack=1, **settings):
    return kind(relu_network(3, 16, 4), plain_network(4 * pack, 16, 1), latent=3, **({"pack": pack} | F64 | settings))


MODELS = {
    "gan": gan,
    "k = 2": lambda: gan(k=2),
    "pack 2": lambda: gan(pack=2),
    "R1": lambda: gan(r1=0.5),
    "averaged θ": lambda: gan(optimizer_g=Adam(1e-2, average=0.9)),
    "WGAN-GP": lambda: gan(WGAN, k=2),
    "vae": lambda: VAE(relu_network(4, 16, 6), relu_network(3, 16, 4), 3, "gaussian", **F64),
    "vae, 5 codes": lambda: VAE(relu_network(4, 16, 6), relu_network(3, 16, 4), 3, "gaussian", samples=5, **F64),
    "vae, binarised": lambda: VAE(relu_network(4, 16, 6), relu_network(3, 16, 4), 3, binarise=True, **F64),
}


def batches(model, rows, steps):
    rng = generator(5)
    return [rng.random((rows * model.batches_per_step, 4)) for _ in range(steps)]


def thetas(model):
    return np.concatenate([getattr(model, name).theta for name in model.parts])


@pytest.mark.parametrize("size", [1, 2, 4])
@pytest.mark.parametrize("build", MODELS.values(), ids=MODELS)
def test_ranks_take_the_steps_of_one_process(build, size):
    """Five steps on 22 rows: of four ranks, two have six rows and two have five (with packs of two: six, six, six, four)."""
    alone = build()
    losses = [alone.step(batch) for batch in batches(alone, 22, 5)]

    def work(rank):
        model = DataParallel(build(), rank)
        means = [model.mean(model.step(batch)) for batch in batches(model, 22, 5)]
        return thetas(model), means, model.apart(), model.state()

    results = on_ranks(size, work)
    for theta, means, apart, state in results:
        np.testing.assert_allclose(theta, thetas(alone), rtol=0, atol=ROUNDING)
        assert np.array_equal(theta, results[0][0])
        assert apart == 0.0
        assert state["steps"] == 5
        for ours, theirs in zip(means, losses):
            assert ours == pytest.approx({name: float(value) for name, value in theirs.items()}, abs=1e-9)


PACKED = {"a row left over": lambda: gan(pack=2), "WGAN-GP": lambda: gan(WGAN, pack=2, k=1), "k = 2": lambda: gan(pack=2, k=2)}


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("size", [1, 3])
def test_packs_are_shared_whole_and_a_row_that_is_left_over_is_left_out(name, size):
    """25 rows are 12 packs of two, and the step that one process takes; for k = 2, two batches of six."""
    build, data = PACKED[name], generator(7).random((25, 4))
    alone = build()
    alone.step(data)

    def work(rank):
        model = DataParallel(build(), rank)
        model.step(data)
        return thetas(model)

    for theta in on_ranks(size, work):
        np.testing.assert_allclose(theta, thetas(alone), rtol=0, atol=ROUNDING)


def test_a_batch_of_images_and_labels_is_shared_too():
    rng = generator(5)
    data = rng.random((22, 4)), rng.integers(3, size=22)
    alone = Classifier(relu_network(4, 8, 3), **F64)
    loss = float(alone.step(data)["loss"])

    def work(rank):
        model = DataParallel(Classifier(relu_network(4, 8, 3), **F64), rank)
        return model.mean(model.step(data))["loss"], model.learner.theta

    for ours, theta in on_ranks(3, work):
        assert ours == pytest.approx(loss, abs=1e-9)
        np.testing.assert_allclose(theta, alone.learner.theta, rtol=0, atol=ROUNDING)


def test_batchnorm_by_rank_is_another_function_but_the_ranks_agree():
    def build():
        return GAN(vanilla_generator(3, n_out=4, hidden=4), plain_network(4, 16, 1), latent=3, **F64)

    def work(rank):
        model = DataParallel(build(), rank)
        for batch in batches(model, 24, 3):
            model.step(batch)
        return thetas(model), model.apart()

    alone = build()
    for batch in batches(alone, 24, 3):
        alone.step(batch)
    (first, apart), (second, _) = on_ranks(2, work)
    assert np.array_equal(first, second)
    assert apart == 0.0
    assert np.abs(first - thetas(alone)).max() > 1e6 * ROUNDING


def test_apart_sees_a_rank_with_another_theta():
    def work(rank):
        model = DataParallel(gan(), rank)
        model.generator.theta = model.generator.theta + 0.25 * (rank.rank == 1)
        return model.apart()

    assert on_ranks(2, work) == pytest.approx([0.25, 0.25])


def test_what_cannot_be_shared_is_refused_on_every_rank():
    ssgan = SSGAN(relu_network(2, 8, 4), plain_network(4, 8), Net(Linear(8, 3)), latent=2)

    def work(rank):
        said = []
        for model, rows in ((gan(), 3), (gan(pack=2), 6), (gan(k=2), 6)):
            with pytest.raises(ValueError, match=r"4 ranks share \d rows, so one of them gets 0 and needs") as error:
                DataParallel(model, rank).step(np.full((rows, 4), 0.5))
            said.append(str(error.value))
            assert model.steps == 0
        with pytest.raises(ValueError, match="11 rows cannot be cut into 2 batches of one size"):
            DataParallel(gan(k=2), rank).step(np.full((11, 4), 0.5))
        with pytest.raises(ValueError, match=r"46 rows cannot be cut into 2 batches of one size: want .* k = 2 times 2"):
            DataParallel(gan(k=2, pack=2), rank).step(np.full((46, 4), 0.5))
        with pytest.raises(ValueError, match="not all by gradients"):
            DataParallel(Autoencoder(relu_network(4, 8, 2), relu_network(2, 8, 4)), rank)
        for model in (RatingsRBM(4, 2), Classifier(noisy_features(4, 3)), ssgan):
            with pytest.raises(ValueError, match="its batches cannot be shared"):
                DataParallel(model, rank)
        return said

    said = on_ranks(4, work)
    assert None not in said
    assert said[0] == said[3]


def test_batchnorm_needs_two_rows_on_each_rank():
    def work(rank):
        model = GAN(vanilla_generator(3, n_out=4, hidden=4), plain_network(4, 16, 1), latent=3, **F64)
        with pytest.raises(ValueError, match="2 ranks share 3 rows, so one of them gets 1 and needs 2"):
            DataParallel(model, rank).step(np.full((3, 4), 0.5))
        return "refused"

    assert on_ranks(2, work) == ["refused"] * 2


# By MPI itself

MPIRUN = shutil.which("mpirun", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
mpi = pytest.mark.skipif(MPIRUN is None, reason="no mpirun here: pip install 'minigan[mpi]'")


def started(size, out, *options, program=ROOT / "examples" / "data_parallel.py"):
    command = [MPIRUN, "-n", str(size), sys.executable, str(program), "--out", str(out), *map(str, options)]
    return subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def trained(size, out, *options):
    """Run the example to its end -> what it printed, and the arrays of its checkpoint."""
    process = started(size, out, "--dtype", "float64", *options)
    said = process.communicate(timeout=300)[0]
    assert process.returncode == 0, said
    return said, checkpoint._read(out / "checkpoint.safetensors")[0]


def assert_same(ours, theirs):
    for name, array in theirs.items():
        if not name.startswith("steps"):
            np.testing.assert_allclose(ours[name], array, rtol=0, atol=ROUNDING, err_msg=name)


@mpi
@pytest.mark.parametrize("model", ["gan", "vae"])
def test_two_and_four_ranks_of_mpi_give_the_theta_of_one_process(model, tmp_path):
    _, alone = trained(1, tmp_path / "1", "--model", model, "--steps", 20)
    for size in (2, 4):
        said, arrays = trained(size, tmp_path / f"{size}", "--model", model, "--steps", 20)
        assert f"step 20 on {size} ranks" in said
        assert "θ apart by 0\n" in said
        assert_same(arrays, alone)


def process_of_rank(rank, out):
    """The id of that rank's process, found by its command line and by what mpirun told it."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if str(out) in (folder / "cmdline").read_text() and f"PMI_RANK={rank}\0" in (folder / "environ").read_text():
                return int(folder.name)
        except OSError:  # it has just ended
            pass
    raise AssertionError(f"no process of rank {rank}")


@mpi
def test_a_killed_rank_ends_all_and_another_number_of_ranks_goes_on(tmp_path):
    """The run that goes on ends where one that nobody killed ends."""
    path = tmp_path / "killed" / "checkpoint.safetensors"
    process = started(2, tmp_path / "killed", "--dtype", "float64", "--steps", 10**6, "--every", 5)
    while not path.exists():
        assert process.poll() is None
        time.sleep(0.01)
    os.kill(process_of_rank(1, tmp_path / "killed"), 9)
    said = process.communicate(timeout=60)[0]
    assert process.returncode != 0
    assert re.search("BAD TERMINATION|killed|signal 9", said, re.IGNORECASE)
    steps = checkpoint.load_model(path).steps
    assert steps >= 5
    _, ours = trained(3, tmp_path / "killed", "--steps", steps + 7, "--every", 5)
    assert checkpoint.load_model(path).steps == steps + 7
    assert_same(ours, trained(1, tmp_path / "whole", "--steps", steps + 7)[1])


@mpi
def test_an_error_on_one_rank_ends_all(tmp_path):
    program = tmp_path / "program.py"
    program.write_text("from minigan.parallel import MPI\nimport numpy as np\nranks = MPI()\n"
                       "if ranks.rank == 1:\n    raise ZeroDivisionError('of rank 1')\nranks.sum(np.ones(3))\n")  # fmt: skip
    process = started(2, tmp_path, program=program)
    said = process.communicate(timeout=60)[0]
    assert process.returncode != 0
    assert "rank 1 of 2 failed, and all ranks end with it" in said
    assert "ZeroDivisionError: of rank 1" in said


@mpi
def test_more_ranks_than_rows_are_refused_before_anything_is_written(tmp_path):
    process = started(4, tmp_path / "out", "--batch", 3)
    assert "4 ranks share 3 rows" in process.communicate(timeout=60)[0]
    assert process.returncode != 0
    assert not (tmp_path / "out").exists()


def test_a_model_that_is_shared_can_be_copied():
    gan = GAN(vanilla_generator(3, 16, 4), plain_network(16, 4, 1), 3)
    shared = DataParallel(gan, SimpleNamespace(rank=0, size=1, sum=lambda array: array))
    assert copy.copy(shared).model is gan
    assert (copy.deepcopy(gan).generator.theta == gan.generator.theta).all()
