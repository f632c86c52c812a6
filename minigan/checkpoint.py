"""Checkpoints: all that training changes, in one file, so that a run goes on as if nothing had happened.

A model's `state()` is a nest of arrays and numbers. The arrays go into a safetensors file under their names; the nest itself,
the model's `config()` and the version go beside them as JSON. Nothing is ever unpickled. The file is written as a whole
(`files.py`): whenever the machine stops, the last good checkpoint is there.

**The weights of networks have torch's names and layout**: "G.0.weight" is (n_out, n_in), W transposed; a BatchNorm has weight
(γ), bias (β), running_mean and running_var. So, for an nn.Sequential of the same layers, in torch:

    tensors = safetensors.torch.load_file("checkpoint.safetensors")
    G.load_state_dict({name[2:]: tensor for name, tensor in tensors.items() if name.startswith("G.")})

(Convolutions have torch's layout too, (n_out, n_in, k, k). Only between rows and images the order differs: here the last axis
is the channel, torch flattens (c, h, w). So in place of nn.Flatten() stands a module that does x.permute(0, 2, 3,
1).flatten(1), and in place of nn.Unflatten one that does x.unflatten(1, (h, w, c)).permute(0, 3, 1, 2).)

and the other way: `from_torch(net, {name: array.numpy() for name, array in G.state_dict().items()})` gives θ and stats.
"""

import importlib
import json

import numpy as np

from minigan import __version__
from minigan.arrays import backend_module, to, to_numpy
from minigan.check import path as path_of
from minigan.files import replace
from minigan.nn.describe import build
from minigan.nn.net import Net
from minigan.nn.torch_names import from_torch, to_torch

__all__ = ["BadCheckpoint", "from_torch", "load", "load_model", "save", "to_torch"]

# Where the classes of models stand: load_model imports nothing else
MODELS = {"GAN": "gan", "WGAN": "wgan", "RBM": "rbm", "RatingsRBM": "ratings", "Classifier": "classifier",
          "VAE": "vae", "PixelCNN": "pixelcnn", "PixelRNN": "pixelrnn", "Autoencoder": "autoencoder", "GSN": "gsn",
          "SSGAN": "ssgan", "PCA": "pca"}  # fmt: skip
PLACE = "tensor"  # in the JSON nest, {"tensor": name} stands where an array was
LARGEST = 1 << 18  # bytes of the description; a layer has about 300
# What reading a description can raise that somebody has damaged
DAMAGE = (KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError, RecursionError)


class BadCheckpoint(ValueError):
    """The file is no checkpoint, or one of another model; the message says why."""


def save(path, model, **run):
    """Write the model's state to a file, all or nothing. run: more settings that a later `load` must find unchanged."""
    replace(path_of("path", path), pack(model, **run))


def pack(model, **run):
    """The bytes of that file."""
    from safetensors.numpy import save as to_bytes

    tensors = {}
    nest = _take_out(model.state(), "", tensors)
    for name, (part, net) in _networks(model).items():
        named = to_torch(net, tensors.pop(f"{part}.theta"), tensors.pop(f"{part}.stats"))
        tensors |= {f"{name}.{key}": array for key, array in named.items()}
    about = {"version": __version__, "config": json.dumps({"model": model.config(), "run": run}), "state": json.dumps(nest)}
    packed = to_bytes({key: np.asarray(array, order="C") for key, array in tensors.items()}, about)
    if (length := int.from_bytes(packed[:8], "little")) > LARGEST:
        raise ValueError(f"the model's description takes {length} bytes: want {LARGEST} at most, which is some 800 layers")
    return packed


def load(path, model, **run):
    """Take over the state in a file. run: settings that must be as they were saved; none are asked for by default.

    Raises BadCheckpoint, and changes nothing, where the file is damaged or belongs to a model with another `config()`; OSError
    where it cannot be read.
    """
    tensors, about = _read(path)
    try:
        saved = json.loads(about["config"])
        theirs = saved["model"] | {name: saved["run"].get(name) for name in run}
        ours = json.loads(json.dumps(model.config() | run))
        other = [name for name in [*ours, *theirs] if theirs.get(name) != ours.get(name)]
    except DAMAGE as error:
        raise BadCheckpoint(f"{path}: its description is damaged ({error!r:.300})") from error
    for field in [name for name in other if name in run or name not in getattr(model, "free", ())]:
        was, now = repr(theirs.get(field)), repr(ours.get(field))
        raise BadCheckpoint(f"{path}: {field} was {was:.300} when it was saved, and is {now:.300} now")
    try:
        nest = json.loads(about["state"])
        of_state = set(_places(nest))  # where a network has its part's name, an optimizer's vectors begin with it too
        for name, (part, net) in _networks(model).items():
            own = {key[len(name) + 1 :]: array for key, array in tensors.items()
                   if key.startswith(f"{name}.") and key not in of_state}  # fmt: skip
            # where there are no numbers, the file does not say of which dtype
            tensors[f"{part}.theta"], tensors[f"{part}.stats"] = (
                array if array.size else array.astype(model.dtype) for array in from_torch(net, own))  # fmt: skip
        model.load_state(to(_put_back(nest, tensors), model.backend))
    except DAMAGE as error:
        raise BadCheckpoint(f"{path}: its state does not fit this model ({str(error) or repr(error):.500})") from error


def load_model(path, backend="numpy"):
    """The model in a checkpoint, rebuilt from what is written there: no code of one's own is needed.

    Raises BadCheckpoint where the file is damaged, or the model is none of minigan's own.
    """
    tensors, about = _read(path)
    backend_module(backend)  # says what is wrong with it, and not with the file
    try:
        arguments = dict(json.loads(about["config"])["model"])
        name = arguments.pop("class")  # a word of Python, which no argument can be called
        module = importlib.import_module(f"minigan.models.{MODELS[name]}")
        arguments = {key: build(value) for key, value in arguments.items()}
        _check_size(arguments, sum(array.size for array in tensors.values()))
        model = getattr(module, name)(**arguments | {"backend": backend})
    except DAMAGE as error:
        raise BadCheckpoint(f"{path}: no model of minigan can be built from it ({error!r}). Build it by your own code and use "
                            "checkpoint.load(path, model)") from error
    load(path, model)
    return model


def _check_size(arguments, numbers):
    """ValueError where a model of these arguments has more numbers than its file: building it would draw them all."""
    one = [arguments.get(name) or 0 for name in ("n_components", "chains", "levels", "layers", "blocks")]
    square = [(arguments.get(a) or 0) * (arguments.get(b) or 0) for a, b in (("channels", "channels"), ("n_items", "n_hidden"))]
    if arguments.get("blocks", 1):
        square.append((arguments.get("kernel") or 0) ** 2 // 2)  # the taps of a mask
    least = max([value.size for value in arguments.values() if isinstance(value, Net)] + one + square)
    if least > numbers:
        raise ValueError(f"its arguments ask for {least} numbers or more, and it has {numbers}")


def _networks(model):
    """{name: (the part of the state that it is, its network)}."""
    parts = {id(getattr(model, name, None)): name for name in getattr(model, "parts", ())}
    return {name: (parts[id(learner)], learner.net) for name, learner in getattr(model, "networks", dict)().items()}


def _take_out(value, name, tensors):
    if isinstance(value, dict):
        return {key: _take_out(item, f"{name}.{key}".lstrip("."), tensors) for key, item in value.items()}
    if isinstance(value, list):
        return [_take_out(item, f"{name}.{i}", tensors) for i, item in enumerate(value)]
    if hasattr(value, "dtype") and getattr(value, "ndim", 0):
        tensors[name] = to_numpy(value)
        return {PLACE: name}
    return value


def _places(value):
    """The names of the tensors that the nest has places for."""
    if isinstance(value, dict) and set(value) == {PLACE}:
        yield value[PLACE]
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _places(item)


def _put_back(value, tensors):
    if isinstance(value, dict) and set(value) == {PLACE}:
        return tensors[value[PLACE]]
    if isinstance(value, dict):
        return {key: _put_back(item, tensors) for key, item in value.items()}
    return [_put_back(item, tensors) for item in value] if isinstance(value, list) else value


def _read(path):
    from safetensors import SafetensorError, safe_open

    with open(path_of("path", path), "rb") as file:
        if (length := int.from_bytes(file.read(8), "little")) > LARGEST:
            raise BadCheckpoint(f"{path} is damaged, or no safetensors file (a description of {length} bytes; {LARGEST} are "
                                "believed at most)")
    try:
        with safe_open(path, "numpy") as file:
            about = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}
    except (SafetensorError, *DAMAGE) as error:  # the latter for a dtype or a shape that NumPy does not have
        raise BadCheckpoint(f"{path} is damaged, or no safetensors file ({error})") from error
    if not {"version", "config", "state"} <= set(about):
        raise BadCheckpoint(f"{path} is a safetensors file, but no checkpoint of minigan")
    return tensors, about
