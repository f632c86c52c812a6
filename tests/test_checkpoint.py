"""Checkpoints: bit for bit, at any moment, under torch's names; and a file that is damaged or foreign changes nothing."""

import json
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minigan import checkpoint
from minigan.arrays import generator, to, to_numpy
from minigan.checkpoint import BadCheckpoint, from_torch, load_model, to_torch
from minigan.models.autoencoder import Autoencoder
from minigan.models.classifier import Classifier, classifier_network
from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
from minigan.models.gsn import GSN
from minigan.models.model import Model
from minigan.models.networks import noisy_features, plain_network, tanh_network
from minigan.models.pca import PCA
from minigan.models.pixelcnn import PixelCNN
from minigan.models.pixelrnn import PixelRNN
from minigan.models.ratings import RatingsRBM
from minigan.models.rbm import RBM
from minigan.models.ssgan import SSGAN
from minigan.models.vae import VAE
from minigan.models.wgan import WGAN
from minigan.nn import (
    LSTM,
    SGD,
    Adam,
    Cosine,
    Flatten,
    Linear,
    MaskedConv2d,
    Net,
    Reshape,
    Residual,
    RowLSTM,
    Sigmoid,
    Straight,
    Tanh,
)
from minigan.train import train


def small_gan(backend="numpy", **options):
    return GAN(vanilla_generator(3, 16, 4), vanilla_discriminator(16, 4), latent=3, backend=backend, **options)


def data(rows=70, width=16):
    return generator(7).random(size=(rows, width), dtype="float32")


def data_for(kind):
    """What a model of this kind learns from: (70, 16), ratings, or images and labels."""
    rows = data()
    own = {"RatingsRBM": np.round(rows * 5), "Classifier": (rows, np.arange(70) % 3), "PixelCNN": np.round(rows),
           "PixelRNN": np.round(rows), "SSGAN": (rows, rows, np.arange(70) % 3)}  # fmt: skip
    return own.get(kind, rows)


MODELS = {
    "GAN": lambda backend: small_gan(backend),
    "WGAN": lambda backend: WGAN(vanilla_generator(3, 16, 4), vanilla_discriminator(16, 4), latent=3, backend=backend),
    "RBM": lambda backend: RBM(5, random_state=1, backend=backend, momentum=0.5, learning_rate=0.01),
    "RatingsRBM": lambda backend: RatingsRBM(16, 4, backend=backend),
    "Classifier": lambda backend: Classifier(classifier_network(16, 3, 4), backend=backend),
}


@pytest.mark.parametrize("kind", MODELS)
def test_stopped_and_resumed_equals_uninterrupted(tmp_path, backend, kind):
    rows = data_for(kind)
    options = {"batch_size": 7, "intervals": 10, "out": None, "progress": False, "picture": lambda model: np.zeros((4, 4))}
    whole, first, second = (MODELS[kind](backend) for _ in range(3))
    train(whole, rows, epochs=2, **options)
    options["out"] = tmp_path
    train(first, rows, epochs=1, **options)
    log = train(second, rows, epochs=2, resume=True, **options)
    assert second.steps == whole.steps > first.steps
    assert equal(second.state(), whole.state())
    assert [row["step"] for row in log] == sorted({row["step"] for row in log})
    assert log[-1]["step"] == whole.steps


def equal(a, b):
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(equal, a, b))
    return np.array_equal(to_numpy(a), to_numpy(b)) if hasattr(a, "dtype") else a == b


PROGRAM = """
import sys
sys.path.insert(0, {tests!r})
from test_checkpoint import data, small_gan
from minigan.train import train
print("ready", flush=True)
train(small_gan(), data(), epochs=60, batch_size=10, intervals=60, out=sys.argv[1], resume=True, progress=False)
print("done", flush=True)
"""


@pytest.mark.slow
def test_kill_9_at_twenty_moments_and_resume(tmp_path):
    """Each run is killed a little later than the one before; the last goes to the end. One final θ, bit for bit."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.format(tests=str(Path(__file__).parent)))
    reference, out = small_gan(), tmp_path / "run"
    train(reference, data(), epochs=60, batch_size=10, progress=False)
    moments = np.random.default_rng(0).uniform(0.05, 0.6, 20)
    for moment in moments:
        process = subprocess.Popen([sys.executable, program, out], stdout=subprocess.PIPE, text=True)
        with process:
            assert process.stdout.readline() == "ready\n"
            time.sleep(moment)
            process.kill()
        if (out / "checkpoint.safetensors").exists():
            checkpoint.load(out / "checkpoint.safetensors", small_gan(), batch_size=10, order=0, rows=70)  # it is whole
    subprocess.run([sys.executable, program, out], check=True, capture_output=True)
    last = small_gan()
    checkpoint.load(out / "checkpoint.safetensors", last, batch_size=10, order=0, rows=70)
    assert equal(last.state(), reference.state())


def test_torch_loads_the_weights_and_the_reverse(tmp_path):
    """The vanilla GAN, at its size: the same images from the same noise, to 1e-5, in both directions."""
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file
    from torch_networks import torch_discriminator, torch_generator

    gan = GAN(vanilla_generator(), vanilla_discriminator(), latent=10)
    real = data(64, 784)
    for _ in range(3):
        gan.step(real)
    checkpoint.save(tmp_path / "checkpoint.safetensors", gan)
    tensors = load_file(tmp_path / "checkpoint.safetensors")
    G, D = torch_generator(10, 784, 128).float().eval(), torch_discriminator(784, 128).float()
    for name, module in (("G", G), ("D", D)):
        own = {key[2:]: tensor for key, tensor in tensors.items() if key.startswith(f"{name}.")}
        module.load_state_dict(own)
    z = generator(0).standard_normal(size=(8, 10), dtype="float32")
    with torch.no_grad():
        theirs = G(torch.from_numpy(z)).numpy()
        opinions = D(torch.from_numpy(real)).numpy()
    assert theirs == pytest.approx(gan.G.forward(gan.generator.theta, z, gan.generator.stats)[0], abs=1e-5)
    assert opinions == pytest.approx(gan.D.forward(gan.discriminator.theta, real)[0], abs=1e-4)

    theta, stats = from_torch(gan.G, {name: array.numpy() for name, array in G.state_dict().items()})
    assert (theta == gan.generator.theta).all()
    assert (stats == gan.generator.stats).all()


def test_names_and_layout_are_torchs():
    gan = small_gan()
    named = to_torch(gan.G, gan.generator.theta, gan.generator.stats)
    assert named["0.weight"].shape == (4, 3)  # (n_out, n_in)
    assert {"0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"} < set(named)
    assert not any(name.startswith("2.") for name in named)
    theta, stats = from_torch(gan.G, named)
    assert (theta == gan.generator.theta).all()
    assert (stats == gan.generator.stats).all()
    named["0.weight"] = named["0.weight"].T
    with pytest.raises(ValueError, match=r"0.weight has the shape \(3, 4\): this network wants \(4, 3\)"):
        from_torch(gan.G, named)
    del named["1.running_mean"]
    named["0.weight"] = named["0.weight"].T
    with pytest.raises(ValueError, match=r"1.running_mean is missing: layer 1 of this network, BatchNorm\(4\), wants it"):
        from_torch(gan.G, named)


OTHERS = {
    "k was 1 when it was saved, and is 2 now": lambda: small_gan(k=2),
    "loss was 'non-saturating'": lambda: small_gan(loss="minimax"),
    "seed was 0": lambda: small_gan(seed=1),
    "G was": lambda: GAN(vanilla_generator(3, 16, 5), vanilla_discriminator(16, 4), latent=3),
    r"optimizer_g was \['Adam', \{'lr': 0.0002": lambda: small_gan(optimizer_g=Adam(1e-3)),
    "optimizer_d was": lambda: small_gan(optimizer_d=Adam(schedule=Straight(10))),
    "class was 'GAN'": lambda: RatingsRBM(16, 4),
}


@pytest.mark.parametrize("message", OTHERS)
def test_a_changed_configuration_is_refused_by_name(tmp_path, message):
    path = tmp_path / "c"
    checkpoint.save(path, small_gan(), batch_size=10)
    other = OTHERS[message]()
    before = other.state()
    with pytest.raises(BadCheckpoint, match=message):
        checkpoint.load(path, other, batch_size=10)
    assert equal(other.state(), before)
    with pytest.raises(BadCheckpoint, match="batch_size was 10 when it was saved, and is 20 now"):
        checkpoint.load(path, small_gan(), batch_size=20)


def test_a_full_disk_leaves_the_checkpoint_before(tmp_path):
    """The limit on a file's size stops the write in its middle, as a full disk would."""
    path, gan = tmp_path / "c", small_gan()
    checkpoint.save(path, gan)
    before = path.read_bytes()
    gan.step(data())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match=r"was not written .*; the one before, if any, is as it was"):
            checkpoint.save(path, gan)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["c"]


FULL_DISK = """
import sys, numpy as np
from pathlib import Path
sys.path.insert(0, {tests!r})
from minigan import checkpoint
from test_checkpoint import data, equal, small_gan
folder, gan = Path({folder!r}), small_gan()
checkpoint.save(folder / "c", gan)
before = (folder / "c").read_bytes()
filler = open(folder / "filler", "wb", buffering=0)
try:
    while filler.write(b"x" * 4096):
        pass
except OSError:
    pass
state = gan.state()
gan.step(data())
try:
    checkpoint.save(folder / "c", gan)
    print("saved")
except OSError as error:
    print(error)
assert (folder / "c").read_bytes() == before and sorted(p.name for p in folder.iterdir()) == ["c", "filler"]
other = small_gan()
checkpoint.load(folder / "c", other)
assert equal(other.state(), state)
"""


def test_a_disk_that_is_really_full(tmp_path):
    """A tmpfs of 1 MB in a mount namespace of its own, filled to the last byte."""
    script = tmp_path / "script.py"
    script.write_text(FULL_DISK.format(tests=str(Path(__file__).parent), folder=str(tmp_path / "disk")))
    (tmp_path / "disk").mkdir()
    commands = f"mount -t tmpfs -o size=1m none {tmp_path / 'disk'} || exit 99; exec {sys.executable} {script}"
    mount = ["unshare", "--mount", "--map-root-user", "sh", "-c", commands]
    if shutil.which("unshare") is None or (done := subprocess.run(mount, capture_output=True, text=True)).returncode == 99:
        pytest.skip("no file system can be mounted here")
    assert done.returncode == 0, done.stderr
    assert "was not written" in done.stdout and "No space left on device" in done.stdout, done.stdout
    assert "the one before, if any, is as it was" in done.stdout


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 255)), min_size=1, max_size=4), cut=st.floats(0, 1))
def test_mutated_checkpoints_are_loaded_or_refused(tmp_path, changes, cut):
    path = tmp_path / "c"
    checkpoint.save(path, small_gan())
    content = bytearray(path.read_bytes())
    for place, value in changes:
        content[place % (3000 if value % 2 else len(content))] = value
    path.write_bytes(bytes(content[: max(1, int(cut * len(content)) if cut < 0.5 else len(content))]))
    other = small_gan()
    before = other.state()
    try:
        checkpoint.load(path, other)
    except BadCheckpoint:
        assert equal(other.state(), before)


def repacked(path, tensors=None, about=None, **states):
    """The checkpoint at `path` with some tensors, metadata, or entries of the state's JSON replaced."""
    from safetensors import safe_open
    from safetensors.numpy import save_file

    with safe_open(path, "numpy") as file:
        metadata = file.metadata() | (about or {})
        kept = {name: file.get_tensor(name) for name in file.keys()} | (tensors or {})
    metadata["state"] = json.dumps(json.loads(metadata["state"]) | states) if states else metadata["state"]
    save_file(kept, path, metadata)


def raw(path, header, body=b""):
    """A safetensors file of this header, whatever it says."""
    path.write_bytes(len(header).to_bytes(8, "little") + header + body)


def entry(dtype, shape, size):
    return json.dumps({"x": {"dtype": dtype, "shape": shape, "data_offsets": [0, size]}}).encode()


BIAS, FIRST, SECOND = np.zeros(4, np.float32), "generator.optimizer.moments.0", "generator.optimizer.moments.1"
N = small_gan().G.size
DAMAGED = {  # what is done to a good checkpoint of a small GAN: none of them can be trained on
    "NaN weights": lambda path: repacked(path, {"G.0.bias": BIAS * np.nan}),
    "infinite weights": lambda path: repacked(path, {"G.0.bias": BIAS + np.inf}),
    "NaN in Adam's mean": lambda path: repacked(path, {FIRST: np.full(N, np.nan, np.float32)}),
    "a negative mean of squares": lambda path: repacked(path, {SECOND: np.full(N, -1, np.float32)}),
    "a negative running variance": lambda path: repacked(path, {"G.1.running_var": BIAS - 1}),
    "weights of another shape": lambda path: repacked(path, {"G.0.bias": BIAS[:3]}),
    "weights of whole numbers": lambda path: repacked(path, {"G.0.bias": BIAS.astype(int)}),
    "weights in double precision": lambda path: repacked(path, {"G.0.bias": BIAS.astype(float)}),
    "a weight more": lambda path: repacked(path, {"G.99.bias": BIAS}),
    "steps of 10^400": lambda path: repacked(path, steps=10**400),
    "no state": lambda path: repacked(path, about={"state": "null"}),
    "a state that is a list": lambda path: repacked(path, about={"state": "[]"}),
    "a state that is empty": lambda path: repacked(path, about={"state": "{}"}),
    "a state that names a tensor that is not there": lambda path: repacked(path, generator={"tensor": "nothing"}),
    "a state that names a list": lambda path: repacked(path, generator={"tensor": []}),
    "deep state": lambda path: repacked(path, about={"state": "[" * 100_000 + "]" * 100_000}),
    "deep description": lambda path: repacked(path, about={"config": '{"model":' * 100_000 + "1" + "}" * 100_000}),
    "less deep, for our own functions": lambda path: repacked(path, about={"state": '{"a":' * 900 + "1" + "}" * 900}),
    "a description that is a number": lambda path: repacked(path, about={"config": "7"}),
    "an eighth of a megabyte of lists": lambda path: repacked(path, about={"state": "[" + "[]," * 40_000 + "[]]"}),
    "BF16": lambda path: raw(path, entry("BF16", [2], 4), bytes(4)),
    "F8": lambda path: raw(path, entry("F8_E4M3", [2], 2), bytes(2)),
    "100 axes": lambda path: raw(path, entry("F32", [1] * 100, 4), bytes(4)),
    "an unknown dtype": lambda path: raw(path, entry("F31", [1], 4), bytes(4)),
    "a shape of 10^30": lambda path: raw(path, entry("F32", [10**30], 4), bytes(4)),
    "a header of 99 MB": lambda path: raw(path, b"{}" + b" " * 99_000_000),
    "50 MB of lists": lambda path: raw(path, b'{"__metadata__": {"state": "' + b"[]," * 17_000_000 + b'"}}'),
    "a header that claims 2^63 bytes": lambda path: path.write_bytes((2**63).to_bytes(8, "little") + b"{}"),
    "no byte": lambda path: path.write_bytes(b""),
    "seven bytes": lambda path: path.write_bytes(b"\0" * 7),
}  # fmt: skip
MEMORY = 10_000_000  # bytes beside four times the file's size: what the longest description that is read can become


@pytest.mark.parametrize("name", DAMAGED)
def test_a_checkpoint_that_cannot_be_is_refused_in_words_in_time_and_in_memory(tmp_path, name):
    path, model = tmp_path / "c", small_gan()
    model.step(data())
    checkpoint.save(path, model)
    DAMAGED[name](path)
    before = model.state()
    for read in (lambda: checkpoint.load(path, model), lambda: load_model(path)):
        start = time.process_time()
        with pytest.raises(BadCheckpoint, match=re.escape(str(path))) as caught:
            read()
        assert time.process_time() - start < 1
        assert len(str(caught.value)) < 2000
        tracemalloc.start()
        try:
            with pytest.raises(BadCheckpoint):
                read()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 4 * path.stat().st_size + MEMORY
    assert equal(model.state(), before)


HUGE = {  # descriptions of models that are far larger than their file
    "GAN": {"G": ["Net", [["Linear", {"n_in": 3, "n_out": 10**9}]]]},
    "RBM": {"class": "RBM", "n_components": 10**9},
    "chains": {"class": "RBM", "n_components": 2, "chains": 10**9},
    "RatingsRBM": {"class": "RatingsRBM", "n_items": 10**5, "n_hidden": 10**5},
    "PixelCNN": {"class": "PixelCNN", "image": [4, 4], "channels": 10**5},
    "blocks": {"class": "PixelCNN", "image": [4, 4], "channels": 1, "blocks": 10**8},
    "kernel": {"class": "PixelCNN", "image": [4, 4], "channels": 1, "kernel": 1001},
}


@pytest.mark.parametrize("name", HUGE)
def test_a_description_of_a_model_larger_than_its_file_is_not_built(tmp_path, name):
    path = tmp_path / "c"
    checkpoint.save(path, small_gan())
    config = HUGE[name] if "class" in HUGE[name] else small_gan().config() | HUGE[name]
    repacked(path, about={"config": json.dumps({"model": config, "run": {}})})
    with pytest.raises(BadCheckpoint, match=r"arguments ask for \d+ numbers or more, and it has"):
        load_model(path)


def test_a_model_whose_description_nobody_would_believe_is_not_saved(tmp_path):
    many = Net(*[Linear(1, 1)] * 1500)
    with pytest.raises(ValueError, match="want 262144 at most, which is some 800 layers"):
        checkpoint.save(tmp_path / "c", GAN(many, many, latent=1))
    assert not (tmp_path / "c").exists()


def test_the_weights_of_other_layers_and_of_two_dtypes_are_refused():
    net = small_gan().G
    named = to_torch(net, net.init(generator(0)), net.init_stats())
    for changed, message in [
        (named | {"99.weight": BIAS}, r"no place for 99\.weight"),
        (named | {"0.more": BIAS}, r"no place for 0\.more"),
        (named | {"0.bias": BIAS.astype(float)}, "the weights are float32 and float64: want all float32, or all float64"),
        ({name: array.astype(int) for name, array in named.items()}, "the weights are int64: want all float32"),
    ]:
        with pytest.raises(ValueError, match=message):
            from_torch(net, changed)
    theta, stats = from_torch(net, {name: array.astype(float) for name, array in named.items()})
    assert theta.dtype == stats.dtype == np.float64
    with pytest.raises(TypeError, match="want a dict of arrays by name"):
        from_torch(net, None)


def test_pca_is_rebuilt_from_its_file(tmp_path):
    pca = PCA(3, random_state=np.random.RandomState(0)).fit(data())
    checkpoint.save(tmp_path / "c", pca)
    again = load_model(tmp_path / "c")
    assert equal(again.state(), pca.state())
    assert (again.transform(data()) == pca.transform(data())).all()
    before = again.state()
    for name in ("mean_", "components_", "explained_variance_"):
        with pytest.raises(ValueError, match=f"{name} holds NaN"):
            again.load_state(before | {name: before[name] * np.float32("nan")})
    for state in (None, [], {}, {"components_": 3}):
        with pytest.raises(ValueError, match="want a dict"):
            again.load_state(state)
    assert equal(again.state(), before)


def test_a_file_of_something_else_is_refused(tmp_path):
    from safetensors.numpy import save_file

    save_file({"x": np.zeros(3)}, tmp_path / "other")
    with pytest.raises(BadCheckpoint, match="no checkpoint of minigan"):
        checkpoint.load(tmp_path / "other", small_gan())
    (tmp_path / "text").write_text("hello")
    with pytest.raises(BadCheckpoint, match="damaged, or no safetensors file"):
        checkpoint.load(tmp_path / "text", small_gan())
    with pytest.raises(OSError, match="text-that-is-not"):
        checkpoint.load(tmp_path / "text-that-is-not", small_gan())


def test_the_file_says_what_it_is(tmp_path):
    from safetensors import safe_open

    checkpoint.save(tmp_path / "c", WGAN(plain_network(3, 4, 2), plain_network(2, 4, 1), latent=3))
    with safe_open(tmp_path / "c", "numpy") as file:
        about = file.metadata()
    config = json.loads(about["config"])["model"]
    assert config["G"] == ["Net", [["Linear", {"n_in": 3, "n_out": 4}], ["LeakyReLU", {"slope": 0.2}],
                                   ["Linear", {"n_in": 4, "n_out": 2}]]]  # fmt: skip
    assert (config["class"], config["penalty"]) == ("WGAN", 10.0)
    assert about["version"] == "0.1.0"


REBUILT = {
    **MODELS,
    "GAN, every option": lambda backend: small_gan(
        backend, k=2, loss="minimax", seed=3, smooth=0.1, r1=0.5, optimizer_d=SGD(0.1, 0.5, schedule=Cosine(20, 0.1)),
        optimizer_g=Adam(1e-3, beta2=0.9, average=0.9)),
    "WGAN, every option": lambda backend: WGAN(
        vanilla_generator(3, 16, 4), vanilla_discriminator(32, 4), 3, k=2, clip=0.05, pack=2, seed=1, backend=backend),
    "RBM, every option": lambda backend: RBM(
        5, learning_rate=0.02, k=2, chains=6, momentum=0.5, weight_decay=0.01, centred=True, visible="gaussian", random_state=3,
        backend=backend),
    "VAE": lambda backend: VAE(tanh_network(16, 6), tanh_network(3, 16), 3, samples=2, binarise=True, backend=backend),
    "Autoencoder": lambda backend: Autoencoder(tanh_network(16, 3), tanh_network(3, 16), noise=0.1, backend=backend),
    "GSN": lambda backend: GSN(tanh_network(16, 8, 16), walkback=2, backend=backend),
    "PixelCNN": lambda backend: PixelCNN((4, 4), channels=4, blocks=1, backend=backend),
    "PixelRNN": lambda backend: PixelRNN((4, 4), channels=3, layers=1, backend=backend),
    "PixelRNN, raster": lambda backend: PixelRNN((4, 4), channels=3, kind="raster", backend=backend),
    "SSGAN": lambda backend: SSGAN(
        vanilla_generator(3, 16, 4), noisy_features(16, 5, 4), Net(Linear(4, 3)), 3, backend=backend),
    "RBM, CD": lambda backend: RBM(5, persistent=False, random_state=7, backend=backend),
    "Classifier, averaged": lambda backend: Classifier(
        classifier_network(16, 3, 4), Adam(1e-2, average=0.5), seed=2, backend=backend),
}  # fmt: skip


def answers(model):
    """Samples, or for a classifier what it says of images."""
    return model.probabilities(to(data(), model.backend)) if isinstance(model, Classifier) else model.sample(9, seed=4)


def test_every_class_of_models_is_rebuilt_below():
    assert {*(kind.partition(",")[0] for kind in REBUILT), "PCA"} == set(checkpoint.MODELS)


def test_a_pca_is_rebuilt_from_its_file_alone(tmp_path):
    machine = PCA(3).fit(data())
    checkpoint.save(tmp_path / "c", machine)
    again = load_model(tmp_path / "c")
    assert again.config() == machine.config() and equal(again.state(), machine.state())
    assert (again.sample(9, seed=4) == machine.sample(9, seed=4)).all()


@pytest.mark.parametrize("kind", REBUILT)
def test_a_model_is_rebuilt_from_its_file_alone(tmp_path, backend, kind):
    """The same samples, and after three more steps the same state, bit for bit."""
    model, batch = REBUILT[kind](backend), to(data_for(kind.partition(",")[0]), backend)
    for _ in range(3):
        model.step(batch)
    checkpoint.save(tmp_path / "c", model, batch_size=10)
    again = load_model(tmp_path / "c", backend)
    assert type(again) is type(model)
    assert again.config() == model.config()
    assert equal(again.state(), model.state())
    assert equal(answers(again), answers(model))
    for _ in range(3):
        model.step(batch)
        again.step(batch)
    assert equal(again.state(), model.state())


def test_a_model_is_rebuilt_on_another_backend(tmp_path):
    gan = small_gan()
    gan.step(data())
    checkpoint.save(tmp_path / "c", gan)
    again = load_model(tmp_path / "c", "array_api_strict")
    assert again.backend == "array_api_strict"
    assert equal(again.state(), gan.state())
    z = gan.noise(generator(0), 9)
    assert to_numpy(again.generate(to(z, "array_api_strict"))) == pytest.approx(gan.generate(z), abs=1e-6)


class Foreign(Model):
    """A model that minigan does not know."""


def test_load_model_builds_nothing_that_is_not_minigans_own(tmp_path):
    """A class of one's own; a file whose description names other classes, or is none; a file that is no checkpoint."""
    from safetensors.numpy import save_file

    checkpoint.save(tmp_path / "c", Foreign(seed=0, backend="numpy"))
    with pytest.raises(BadCheckpoint, match=r"no model of minigan can be built from it .*'Foreign'.* by your own code"):
        load_model(tmp_path / "c")
    gan = small_gan().config()
    descriptions = ["", "[]", "7", *map(json.dumps, [
        {"model": {"class": "GAN"}, "run": {}},
        {"model": {"class": ["GAN"]}, "run": {}},
        {"model": {**gan, "class": "os"}, "run": {}},
        {"model": {**gan, "G": ["Popen", {"args": "true"}]}, "run": {}},
        {"model": {**gan, "G": ["gradcheck", {}]}, "run": {}},
        {"model": {**gan, "G": ["Net", [["Linear", {"n_in": 3, "n_out": 16, "bias": True}]]]}, "run": {}},
        {"model": {**gan, "latent": 4}, "run": {}},
        {"model": {**gan, "more": 1}, "run": {}},
        {"run": {}},
    ])]  # fmt: skip
    for description in descriptions:
        save_file({"x": np.zeros(1)}, tmp_path / "d", {"version": "0.1.0", "config": description, "state": "{}"})
        with pytest.raises(BadCheckpoint, match="no model of minigan can be built from it"):
            load_model(tmp_path / "d")
    (tmp_path / "text").write_text("hello")
    with pytest.raises(BadCheckpoint, match="damaged, or no safetensors file"):
        load_model(tmp_path / "text")


@pytest.mark.parametrize("random_state", [None, 3, np.random.RandomState(3)])
def test_a_machine_of_any_random_state_has_a_checkpoint(tmp_path, random_state):
    """All that scikit-learn allows there; what has been drawn from it is in the state, as the seed."""
    machine = RBM(5, random_state=random_state, n_iter=1).fit(data())
    checkpoint.save(tmp_path / "c", machine)
    again = load_model(tmp_path / "c")
    assert again.seed_ == machine.seed_
    assert equal(again.state(), machine.state())


@pytest.mark.parametrize("options", [{"chains": 6}, {"persistent": False}, {}])
def test_what_is_free_may_change_when_a_machine_goes_on(tmp_path, options):
    """The settings of `fit` alone: how many rows a batch of it has does not belong to a machine that is there."""
    machine = RBM(5, n_iter=1, random_state=0, batch_size=10, **options).fit(data())
    checkpoint.save(tmp_path / "c", machine)
    other = RBM(5, n_iter=7, random_state=1, batch_size=20, verbose=1, **options)
    checkpoint.load(tmp_path / "c", other)
    assert equal(other.state(), machine.state())


SMALL = {  # models that are not larger than their file, though a number in their description is
    "kernel without blocks": lambda: PixelCNN((4, 4), channels=2, blocks=0, kernel=21),
    "a kernel's mask": lambda: PixelCNN((4, 4), channels=2, blocks=1, kernel=31),
    "colours": lambda: Classifier(Net(Reshape(2, 2, 3), MaskedConv2d(3, 6, 3, mask="B", colours=3), Flatten(), Linear(24, 2))),
}


@pytest.mark.parametrize("name", SMALL)
def test_a_model_is_loaded_as_it_was_saved(tmp_path, name):
    checkpoint.save(tmp_path / "c", SMALL[name]())
    assert equal(checkpoint.load_model(tmp_path / "c").state(), SMALL[name]().state())


WITHOUT_WEIGHTS = {
    "a layer": lambda: GAN(Net(Linear(3, 4), Residual(Tanh()), Linear(4, 16)), Net(Linear(16, 1)), 3, dtype="float64"),
    "a network": lambda: SSGAN(Net(Linear(3, 16), Sigmoid()), Net(Reshape(4, 4, 1), Flatten()), Net(Linear(16, 3)), 3,
                               dtype="float64"),
}  # fmt: skip


@pytest.mark.parametrize("part", WITHOUT_WEIGHTS)
def test_a_part_without_weights_has_the_models_dtype(tmp_path, part):
    model = WITHOUT_WEIGHTS[part]()
    checkpoint.save(tmp_path / "x.safetensors", model)
    again = load_model(tmp_path / "x.safetensors")
    assert (again.sample(4, seed=1) == model.sample(4, seed=1)).all()


SHAPES = [(MaskedConv2d(1, 2, 3), "weight", (2, 1, 7, 7)), (RowLSTM(1, 2), "from_h.weight", (8, 2, 3, 1)),
          (RowLSTM(1, 2), "from_x.weight", (8, 1, 5, 9)), (LSTM(2, 3), "bias_hh_l0", (1,))]  # fmt: skip


@pytest.mark.parametrize(("layer", "name", "shape"), SHAPES)
def test_a_weight_of_another_shape_is_refused_also_where_it_could_be_cut(layer, name, shape):
    net = Net(layer)
    named = to_torch(net, net.init(generator(0)))
    with pytest.raises(ValueError, match=rf"0.{name} has the shape {re.escape(str(shape))}: this network wants"):
        from_torch(net, named | {f"0.{name}": np.zeros(shape, np.float32)})


def test_a_variance_below_0_is_refused():
    gan = small_gan()
    named = to_torch(gan.G, gan.generator.theta, gan.generator.stats)
    named["1.running_var"] = -named["1.running_var"]
    with pytest.raises(ValueError, match="variance"):
        from_torch(gan.G, named)


def test_a_backend_that_is_not_there_is_not_the_files_fault(tmp_path):
    checkpoint.save(tmp_path / "x.safetensors", small_gan())
    with pytest.raises(ValueError, match="jax") as error:
        load_model(tmp_path / "x.safetensors", "jax")
    assert not isinstance(error.value, BadCheckpoint)
