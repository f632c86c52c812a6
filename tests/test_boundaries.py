"""Every public function and class, given what it cannot use: an error in words, and nothing has changed.

A call that is right stands in CALLS, and of each of its arguments KINDS says what it is; BAD has what no argument of a kind can
be. The walk over all public signatures fails where a function stands neither there nor among the formulas, whose arguments come
from a function that has looked at them. To add a bad value, a kind or a function, add a line.
"""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import numpy as np
import pytest

import minigan
from minigan import checkpoint, pictures
from minigan.data import digits, idx, images, mnist, patterns, ratings, toy
from minigan.metrics import coverage, modes, neighbours, parzen, sharpness
from minigan.metrics import ratings as measures
from minigan.models import classifier, dcgan, networks, pixelcnn, ssgan
from minigan.models.autoencoder import Autoencoder
from minigan.models.gan import GAN
from minigan.models.gsn import GSN
from minigan.models.pca import PCA
from minigan.models.pixelrnn import PixelRNN
from minigan.models.ratings import RatingsRBM
from minigan.models.rbm import RBM
from minigan.models.vae import VAE
from minigan.models.wgan import WGAN
from minigan.nn import (
    LSTM,
    SGD,
    Adam,
    BatchNorm,
    Conv2d,
    ConvTranspose2d,
    Cosine,
    LeakyReLU,
    Linear,
    MaskedConv2d,
    Net,
    Noise,
    NormedLinear,
    ReLU,
    RMSProp,  # fmt: skip
    RowLSTM,
    Shift,
    Sigmoid,
    Straight,
    initialise,
)
from minigan.train import train

X = np.random.default_rng(0).random((8, 4), dtype=np.float32)
LABELS = np.arange(8) % 2
BITS = np.round(X)


def nets(*widths):
    return Net(*(Linear(a, b) for a, b in zip(widths, widths[1:])))


MODELS = {  # of each class, the arguments of one
    "GAN": lambda: (GAN, {"G": nets(3, 4), "D": nets(4, 1), "latent": 3, "k": 1, "loss": "minimax", "smooth": 0.1, "r1": 0.1,
                          "r1_schedule": None, "pack": 1, "optimizer_g": Adam(), "optimizer_d": Adam()}),
    "WGAN": lambda: (WGAN, {"G": nets(3, 4), "D": nets(4, 1), "latent": 3, "k": 1, "penalty": 1.0, "clip": None, "pack": 1,
                            "optimizer_g": Adam(), "optimizer_d": Adam()}),
    "SSGAN": lambda: (ssgan.SSGAN, {"G": nets(3, 4), "features": nets(4, 3), "head": nets(3, 2), "latent": 3,
                                    "optimizer_g": Adam(), "optimizer_d": Adam()}),
    "VAE": lambda: (VAE, {"encoder": nets(4, 6), "decoder": nets(3, 4), "latent": 3, "likelihood": "gaussian", "sigma": 1.0,
                          "beta": 1.0, "samples": 1, "binarise": False, "optimizer": Adam()}),
    "Autoencoder": lambda: (Autoencoder, {"encoder": nets(4, 2), "decoder": nets(2, 4), "optimizer": Adam(), "noise": 0.1}),
    "GSN": lambda: (GSN, {"net": nets(4, 4), "noise": 0.4, "walkback": 1, "optimizer": Adam()}),
    "Classifier": lambda: (classifier.Classifier, {"net": nets(4, 2), "optimizer": Adam(), "theta": None}),
    "PixelCNN": lambda: (pixelcnn.PixelCNN, {"image": (2, 2), "levels": 2, "channels": 2, "blocks": 1, "kernel": 3,
                                              "optimizer": Adam()}),
    "PixelRNN": lambda: (PixelRNN, {"image": (2, 2), "levels": 2, "channels": 2, "layers": 1, "kind": "row",
                                    "optimizer": Adam()}),
    "RatingsRBM": lambda: (RatingsRBM, {"n_items": 4, "n_hidden": 2, "learning_rate": 0.1, "momentum": 0.1, "k": 1,
                                        "weight_decay": 0.1}),
}  # fmt: skip


def made(name):
    kind, options = MODELS[name]()
    return kind(**options)


def fitted():
    return RBM(3, n_iter=1, random_state=0).fit(X)


def fit(**options):
    return RBM(**options).fit(X)


def fit_pca(**options):
    return PCA(**options).fit(X)


def trained(**options):
    return train(made("GAN"), **{"progress": False, "batch_size": 4, "epochs": 1} | options)


def method(make, name, **options):
    """A call of a method of a model that is made anew, whose state must stay as it is."""

    def call(**changed):
        model = make()
        before = state_of(model)
        try:
            return getattr(model, name)(**changed)
        finally:
            call.changed = not same(state_of(model), before)

    return call, options


def state_of(model):
    return model.state(), getattr(model, "draws_", None)


def same(a, b):
    if isinstance(a, (dict, list, tuple)):
        values = (a.values(), b.values()) if isinstance(a, dict) else (a, b)
        return len(a) == len(b) and all(map(same, *values))
    return np.array_equal(a, b)


def layer(kind, **options):
    return lambda: (kind, options)


CALLS = {
    **{name: (lambda make=make: (make()[0], make()[1] | {"seed": 0, "backend": "numpy"})) for name, make in MODELS.items()},
    # layers, optimizers, schedules, networks
    "Linear": layer(Linear, n_in=2, n_out=3, init=initialise.he),
    "Conv2d": layer(Conv2d, n_in=2, n_out=3, kernel=3, stride=1, padding=1, init=initialise.he),
    "ConvTranspose2d": layer(ConvTranspose2d, n_in=2, n_out=3, kernel=3, stride=1, padding=1, init=initialise.he),
    "MaskedConv2d": layer(MaskedConv2d, n_in=2, n_out=2, kernel=3, mask="A", colours=1, init=initialise.he),
    "LSTM": layer(LSTM, n_in=2, n_out=3, init=initialise.he),
    "RowLSTM": layer(RowLSTM, n_in=2, n_out=3, init=initialise.he),
    "NormedLinear": layer(NormedLinear, n_in=2, n_out=3, scale=1.5, init=initialise.he),
    "Noise": layer(Noise, scale=0.5),
    "BatchNorm": layer(BatchNorm, n=2, eps=1e-5, momentum=0.1),
    "LeakyReLU": layer(LeakyReLU, slope=0.2),
    "Shift": layer(Shift, n=2),
    "normal": layer(initialise.normal, scale=0.02),
    "SGD": layer(SGD, lr=0.1, momentum=0.1, average=0.5, schedule=None),
    "RMSProp": layer(RMSProp, lr=0.1, rho=0.9, eps=1e-8, average=0.5, schedule=None),
    "Adam": layer(Adam, lr=0.1, beta1=0.5, beta2=0.9, eps=1e-8, average=0.5, schedule=None),
    "Straight": layer(Straight, steps=3, to=0.5),
    "Cosine": layer(Cosine, steps=3, to=0.5),
    "vanilla_generator": layer(networks.vanilla_generator, latent=2, n_out=4, hidden=2),
    "vanilla_discriminator": layer(networks.vanilla_discriminator, n_in=4, hidden=2),
    "plane_generator": layer(networks.plane_generator, latent=2, n_out=2, hidden=2, depth=1, momentum=0.1),
    "classifier_network": layer(classifier.classifier_network, n_in=4, n_classes=2, hidden=2),
    "dcgan": layer(dcgan.dcgan, image=(8, 8, 1), latent=2, width=2),
    # what models answer
    **{f"{name}.sample": (lambda name=name: method(lambda: made(name), "sample", n=2, seed=0))
       for name in ("GAN", "SSGAN", "VAE", "Autoencoder", "PixelCNN")},
    "GSN.sample": lambda: method(lambda: made("GSN"), "sample", n=2, seed=0, rounds=1),
    "GSN.chain": lambda: method(lambda: made("GSN"), "chain", x=X, rounds=1, seed=0),
    "GSN.reconstruct": lambda: method(lambda: made("GSN"), "reconstruct", x=X),
    "GAN.generate": lambda: method(lambda: made("GAN"), "generate", z=X[:, :3]),
    "VAE.decode": lambda: method(lambda: made("VAE"), "decode", z=X[:, :3]),
    "VAE.encode": lambda: method(lambda: made("VAE"), "encode", x=X),
    "VAE.reconstruct": lambda: method(lambda: made("VAE"), "reconstruct", x=X),
    "VAE.elbo": lambda: method(lambda: made("VAE"), "elbo", x=X, seed=0),
    "VAE.log_likelihood": lambda: method(lambda: made("VAE"), "log_likelihood", x=X, samples=2, seed=0),
    "Autoencoder.encode": lambda: method(lambda: made("Autoencoder"), "encode", x=X),
    "Autoencoder.decode": lambda: method(lambda: made("Autoencoder"), "decode", codes=X[:, :2]),
    "Autoencoder.reconstruct": lambda: method(lambda: made("Autoencoder"), "reconstruct", x=X),
    "PixelCNN.log_likelihood": lambda: method(lambda: made("PixelCNN"), "log_likelihood", x=BITS),
    "PixelCNN.bits_per_dimension": lambda: method(lambda: made("PixelCNN"), "bits_per_dimension", x=BITS),
    "PixelCNN.complete": lambda: method(lambda: made("PixelCNN"), "complete", x=BITS, known=np.arange(4) < 2, seed=0),
    "Classifier.probabilities": lambda: method(lambda: made("Classifier"), "probabilities", images=X),
    "Classifier.accuracy": lambda: method(lambda: made("Classifier"), "accuracy", images=X, labels=LABELS),
    "SSGAN.probabilities": lambda: method(lambda: made("SSGAN"), "probabilities", images=X),
    "SSGAN.accuracy": lambda: method(lambda: made("SSGAN"), "accuracy", images=X, labels=LABELS),
    "RatingsRBM.predict": lambda: method(lambda: made("RatingsRBM"), "predict", table=BITS),
    "RatingsRBM.sample": lambda: method(lambda: made("RatingsRBM"), "sample", n=2, seed=0, k=1),
    "RBM.fit": lambda: (fit, {"n_components": 3, "learning_rate": 0.1, "batch_size": 4, "n_iter": 1, "k": 1, "persistent": True,
                              "chains": 2, "momentum": 0.1, "weight_decay": 0.1, "centred": False, "visible": "binary",
                              "random_state": 0}),
    "RBM.fit of data": lambda: method(fitted, "fit", X=X),
    "RBM.partial_fit": lambda: method(fitted, "partial_fit", X=X),
    "RBM.sample": lambda: method(fitted, "sample", n=2, seed=0, k=1, mean=True),
    "RBM.gibbs": lambda: method(fitted, "gibbs", v=X, k=1),
    "RBM.complete": lambda: method(fitted, "complete", v=X, observed=X > 0.5, method="gibbs", rounds=2),
    **{f"RBM.{name}": (lambda name=name, of=of: method(fitted, name, **{of: X})) for name, of in
       [("transform", "X"), ("free_energy", "v"), ("score_samples", "X"), ("reconstruct", "v")]},
    "PCA.fit": lambda: (fit_pca, {"n_components": 2, "solver": "iteration", "max_iter": 5, "tol": 1e-7, "random_state": 0}),
    "PCA.sample": lambda: method(lambda: PCA(2).fit(X), "sample", n=2, seed=0, mean=True),
    **{f"PCA.{name}": (lambda name=name: method(lambda: PCA(2).fit(X), name, X=X)) for name in
       ("transform", "log_likelihood", "score_samples", "score")},
    "PCA.inverse_transform": lambda: method(lambda: PCA(2).fit(X), "inverse_transform", T=X[:, :2]),
    **{f"{name}.step": (lambda name=name, batch=batch: method(lambda: made(name), "step", **batch)) for name, batch in
       [("GAN", {"real": X}), ("WGAN", {"real": X}), ("VAE", {"x": X}), ("Autoencoder", {"x": X}), ("GSN", {"x": X}),
        ("PixelCNN", {"x": BITS}), ("RatingsRBM", {"table": BITS})]},
    **{f"{name}.load_state": (lambda name=name: method(lambda: made(name), "load_state", state=made(name).state()))
       for name in MODELS},
    "RBM.load_state": lambda: method(fitted, "load_state", state=fitted().state()),
    "PCA.load_state": lambda: method(lambda: PCA(2).fit(X), "load_state", state=PCA(2).fit(X).state()),
    "Adam.load_state": lambda: method(Adam, "load_state", state=Adam().state()),
    "beside": layer(ssgan.beside, unlabelled=X, images=X, labels=LABELS, n_classes=2),
    # training, files, data, pictures, metrics
    "train": lambda: (trained, {"data": X, "epochs": 1, "steps": 1, "batch_size": 4, "resume": False, "seed": 0, "intervals": 1,
                                "frames": 1}),
    "checkpoint.load": layer(checkpoint.load, path="nothing", model=None),
    "checkpoint.load_model": layer(checkpoint.load_model, path="nothing"),
    "checkpoint.save": lambda: (checkpoint.save, {"path": Path(__file__).parent, "model": made("GAN")}),
    "read_idx": layer(idx.read_idx, path="nothing"),
    "read_ratings": layer(ratings.read_ratings, path="nothing"),
    "drawing": layer(toy.drawing, path="nothing"),
    "image_folder": layer(images.image_folder, folder="nothing", size=8, colour=True, low=0.0, high=1.0),
    "digits": layer(digits.digits, low=0.0, high=1.0),
    "mnist": layer(mnist.mnist, part="train", name="mnist", low=0.0, high=1.0),
    "bars_and_stripes": layer(patterns.bars_and_stripes, n=2),
    "bars_and_stripes_bound": layer(patterns.bars_and_stripes_bound, n=2),
    "low_rank_ratings": layer(ratings.low_rank_ratings, n_users=3, n_items=3, rank=1, missing=0.5, seed=0),
    "split": layer(ratings.split, users=LABELS, items=LABELS, ratings=LABELS, held_out=0.1, seed=0),
    "rmse": layer(measures.rmse, predicted=LABELS, ratings=LABELS),
    "global_mean": layer(measures.global_mean, train=(LABELS, LABELS, LABELS), users=LABELS, items=LABELS),
    "biases": layer(measures.biases, train=(LABELS, LABELS, LABELS), users=LABELS, items=LABELS, shrink=5.0),
    "World.sample": layer(toy.ring().sample, n=3, seed=0),
    "ring": layer(toy.ring, modes=3, radius=1.0, deviation=0.1),
    "grid": layer(toy.grid, side=3, step=1.0, deviation=0.1),
    "swiss_roll": layer(toy.swiss_roll, noise=0.1),
    "two_moons": layer(toy.two_moons, noise=0.1),
    "checkerboard": layer(toy.checkerboard, fields=4),
    "tile": layer(pictures.tile, samples=X, shape=(2, 2), columns=3, low=0.0, high=1.0),
    "show": layer(pictures.show, samples=X, shape=(2, 2), columns=3, low=0.0, high=1.0),
    "check_shape": lambda: (lambda shape: pictures.check_shape(4, shape), {"shape": (2, 2)}),
    "walk": layer(pictures.walk, start=X, end=X[::-1], steps=3),
    "coverage": lambda: (coverage.coverage, {"classifier": made("Classifier"), "samples": X, "sure": 0.9}),
    "mode_statistics": layer(modes.mode_statistics, samples=X[:, :2], world=toy.ring()),
    "nearest": layer(neighbours.nearest, x=X, among=X, k=1, skip_self=True),
    "precision_recall": layer(neighbours.precision_recall, real=X, samples=X[::-1], k=1),
    "two_sample_accuracy": layer(neighbours.two_sample_accuracy, real=X, samples=X[::-1]),
    "parzen_log_likelihood": layer(parzen.parzen_log_likelihood, samples=X, x=X, sigma=0.5),
    "sharpness": layer(sharpness.sharpness, samples=np.tile(X, 4), shape=(4, 4)),
}  # fmt: skip

KINDS = {
    "count": "n k n_in n_out n_items n_hidden latent pack samples walkback levels channels layers n_components batch_size "
             "n_iter chains max_iter epochs steps intervals frames size rank n_users modes side fields columns rounds width "
             "hidden depth n_classes colours",
    "count from 0": "seed random_state blocks",
    "number": "smooth r1 penalty clip noise sigma beta learning_rate momentum weight_decay eps lr rho beta1 beta2 average "
              "slope scale shrink to tol low high missing held_out radius deviation step sure",
    "pair": "kernel stride padding",
    "flag": "binarise persistent centred mean resume colour skip_self",
    "choice": "loss likelihood kind visible method solver mask part name backend",
    "network": "G D encoder decoder net features head",
    "optimizer": "optimizer optimizer_g optimizer_d",
    "function": "init schedule r1_schedule",
    "rows": "z x X v real codes images table T data among",
    "labels": "labels known observed",
    "state": "state",
    "path": "path folder",
    "image": "image shape",
}  # fmt: skip
# Objects, of which tests of their own ask
FREE = "theta model users items ratings predicted train world classifier unlabelled start end".split()
ROWS = {"samples"}  # a count for a VAE, rows for a metric
KIND = {name: kind for kind, names in KINDS.items() for name in names.split()}
MASKED = np.ma.masked_array(X, mask=X > 0.5)
BAD = {
    "count": [True, 2.5, "3", -1, 0, np.nan, 10**400, [3], None],
    "count from 0": [2.5, "3", -1, np.nan],
    "number": [True, "0.1", np.nan, np.inf, -np.inf, 1j, [0.1], 10**400, None],
    "pair": [True, 2.5, "3", -1, (1, 2, 3), None],
    "flag": ["no", 2, None, 1.0],
    "choice": ["x", 3, ["minimax"], np.zeros(3), None],
    "network": [None, 3, Linear(3, 4), "Net", ReLU, Sigmoid()],
    "optimizer": [Adam, 0.1, "Adam"],
    "function": [3, "he"],
    "rows": [None, "x", X * np.float32("nan"), X + np.float32("inf"), X[0], X[:0], X[:, :1], X.view(np.matrix), MASKED,
             X.astype(complex), np.zeros((2, 2, 2), np.float32)],
    "labels": [None, "x", np.zeros((3, 7)), np.full(8, 9)],
    "state": [None, [], {}, "x", 3],
    "path": [3, None, [], 2.5],
    "image": [4, "22", (4,), (2.0, 2.0), (-2, -2), (2, 2, 4), (1, 2, 2, 1), (3, 3), np.nan],
}  # fmt: skip
OPTIONAL = ("chains", "steps", "columns", "clip", "n_components", "schedule", "r1_schedule", "seed", "random_state")
WORDS = r"want|convert|clean|[Ee]xpect|must|Found array|could not convert string"


def bad_values(name, param):
    return BAD["rows" if param in ROWS and name not in ("VAE", "VAE.log_likelihood") else KIND[param]]


def allowed(name, param, value):
    """What is right after all, for this one argument."""
    if param == "image" and name in ("PixelCNN", "PixelRNN"):
        return value in (4, (3, 3))  # any image is right, and 4 is (4, 4)
    if name == "RBM.fit of data":
        return isinstance(value, np.ndarray) and value.shape == (8, 1)  # of any width
    if value is None:
        return param in OPTIONAL
    if isinstance(value, int) and not isinstance(value, bool):
        return (param, value) in {("n_iter", 0)}
    not_looked_at = type(value) is np.ndarray and value.dtype == X.dtype and value.shape == X.shape
    return (name, param) == ("RBM.complete", "v") and not_looked_at


@pytest.mark.parametrize("name", CALLS)
def test_what_cannot_be_is_refused_in_words_and_changes_nothing(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    faults = []
    _, options = CALLS[name]()
    for param in [param for param in options if param not in FREE]:
        call, options = CALLS[name]()
        for value in bad_values(name, param):
            if allowed(name, param, value):
                continue
            said = f"{name}({param}={value!r:.60})"
            try:
                call(**options | {param: value})
                faults.append(f"{said} passes")
                continue
            except Exception as error:
                if not isinstance(error, (ValueError, TypeError)) or not re.search(WORDS, str(error)):
                    faults.append(f"{said}: {type(error).__name__}: {error}")
            if getattr(call, "changed", False):
                faults.append(f"{said} has changed the model")
    assert faults == [], "\n".join(faults)


FILES = "checkpoint.load checkpoint.load_model checkpoint.save read_idx read_ratings drawing image_folder mnist".split()


@pytest.mark.parametrize("name", [name for name in CALLS if name not in FILES])
def test_the_call_itself_is_right(name, tmp_path, monkeypatch):
    """Else the test above would see the wrong fault. (Those of FILES want a file; they have tests of their own.)"""
    monkeypatch.chdir(tmp_path)
    call, options = CALLS[name]()
    call(**options)


def public():
    """{name: its arguments} of all public functions, constructors, and methods of models; where two modules have one name, the
    later one's has its module in front.
    """
    found, taken = {}, set()
    for module in pkgutil.walk_packages(minigan.__path__, "minigan."):
        if ".homework" in module.name or module.name == "minigan.check" or module.name == "minigan.models.check":
            continue
        own = {name: value for name, value in vars(importlib.import_module(module.name)).items()
               if not name.startswith("_") and getattr(value, "__module__", None) == module.name}  # fmt: skip
        where = module.name.removeprefix("minigan.")
        own = {f"{where}.{name}" if name in taken else name: value for name, value in own.items()}
        taken |= set(own)
        found |= {name: value for name, value in own.items() if inspect.isfunction(value)}
        classes = {name: value for name, value in own.items() if inspect.isclass(value) and not issubclass(value, Exception)}
        found |= {name: value for name, value in classes.items() if inspect.signature(value).parameters}
        if module.name.startswith(("minigan.models", "minigan.nn.net", "minigan.nn.optim", "minigan.data.toy")):
            found |= {f"{owner}.{name}".replace("Questions.", "RBM."): value
                      for owner, kind in classes.items() for name, value in vars(kind).items()
                      if inspect.isfunction(value) and not name.startswith("_")
                      and set(inspect.signature(value).parameters) - {"self"}}  # fmt: skip
    return {name: set(inspect.signature(value).parameters) - {"self"} for name, value in found.items()}


def test_every_public_signature_is_tried_or_known_as_a_formula():
    signatures, formulas = public(), set(FORMULAS.split())
    tried = {name.replace("PixelCNN.", "Autoregressive."): set(make()[1]) for name, make in CALLS.items()}
    tried |= {"RBM": tried["RBM.fit"], "PCA": tried["PCA.fit"], "RBM.fit": {"X"}, "PCA.fit": {"X"}}
    tried |= {name.replace("checkpoint.", ""): options for name, options in tried.items()}
    tried |= {"Optimizer.load_state": {"state"}, "Model.load_state": {"state"}, "World.sample": {"n", "seed"}}
    assert formulas <= set(signatures), f"gone: {sorted(formulas - set(signatures))}"
    assert not formulas & set(tried), f"tried, and said to be formulas: {sorted(formulas & set(tried))}"
    new = sorted(set(signatures) - set(tried) - formulas)
    assert not new, f"put these into CALLS, or into FORMULAS where their arguments have been looked at before: {new}"
    harmless = {*FREE, *FREE_OF_CHOICE.split()}
    lacking = {name: missing for name, options in tried.items()
               if name in signatures and (missing := signatures[name] - options - harmless)}  # fmt: skip
    assert not lacking, f"these arguments are not tried: {lacking}"


# Any value of these is right, or a test of their own looks at them (data, image, picture, out: test_train.py)
FREE_OF_CHOICE = ("n encoded dtype backend verbose y check progress data image picture out run around title schedule seed "
                  "purpose folder")  # fmt: skip
FORMULAS = """
DataParallel attempt field find_cupy name_of outcome warped_grid
namespace copy_of row_blocks dtype_name backend_module to to_numpy generator HostGenerator open_image add_data_arguments
load_images as_table triple gaussians World replace folder_of_one parzen log_partition log_likelihood
exact_statistics exact_grad exact_samples ais reverse_ais Estimate real_loss fake_loss minimax non_saturating d_grad
d_grad_and_tapes g_grad packed loss_function Losses reconstruction_grad pixel_log_p draw_pixel Autoregressive Walk
Autoregressive.check Walk.at Walk.put bernoulli mean_hiddens sample_hiddens mean_visibles sample_visibles gibbs energy
free_energy pseudo_likelihood cd_grad dreams_minus_data Bipartite Bipartite.unpack Bipartite.pack gibbs_sweep from_rbm chain
autocorrelation Classifier.check Classifier.step complete by_gibbs by_mean_field halvings learned seed_of in_row_blocks
back_to Estimator.get_params Estimator.set_params Estimator.get_feature_names_out Estimator.set_output Estimator.validated
simultaneous alternating extragradient regularised trajectory Game GAN.step_d GAN.step_g GAN.d_grad GAN.g_grad GAN.noise
GAN.batches GAN.monitor GAN.opinions GAN.opinion Health.look spoil denoising_grad Bernoulli Learner
Model Learner.forward Learner.backward Learner.infer Learner.step Learner.track Learner.check_state Learner.load_state
Model.rng Model.sampler Model.begin Model.check plain_network tanh_network relu_network image_generator noisy_features
orthonormal subspace_angle
PCA.fit_transform pixelcnn_network pixelrnn_network one_hot Softmax Softmax.mean Softmax.sample RatingsRBM.check RBM.step
on_white RBM.begin RBM.monitor RBM.check RBM.fit_transform RBM.log_likelihood evidence matching_grad SSGAN.begin SSGAN.check
SSGAN.step
gaussian_kl reparametrise reparametrise_backward elbo_grad log_weights iw_grad high low clipped WGAN.d_grad WGAN.step_d
WGAN.opinions WGAN.opinion sigmoid block_rows convolve convolve_dW convolve_dx check_image Window arguments plain words
describe build total places views flatten vjp_error check_layer check_net fans glorot he softplus bce_with_logits bce mse
log_softmax cross_entropy cell cell_backward Net Net.init Net.init_stats Net.unpack Net.unpack_stats Net.forward Net.backward
Net.tangent Net.track Net.check_stats in_blocks Optimizer Optimizer.fresh Optimizer.step Optimizer.averaged
Optimizer.check_state SGD.change RMSProp.change Adam.change unit_slope zero_slope penalty_grad Residual Stairs as_rows
sum_rows scheduled check_schedule
output_shape shapes_behind Reshape to_torch from_torch image_shape save_image as_picture load_image save_table save_animation
save_curves draw as_image read_log Log Record busy pack
models.boltzmann.energy models.likelihoods.Gaussian models.likelihoods.Gaussian.log_p models.ssgan.d_grad models.vae.split
spread.save_table sweep add_arguments run_command main by_setting figures_of markdown save_picture
"""
