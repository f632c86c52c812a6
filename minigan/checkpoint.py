"""Checkpoints: all that training changes, in one file, so that a run goes on as if nothing had happened.

A model's `state()` is a nest of arrays and numbers. The arrays go into a safetensors file under their names; the nest itself,
the model's `config()` and the version go beside them as JSON. Nothing is ever unpickled. The file is written under another
name, flushed to the disk, and renamed: whenever the machine stops, the last good checkpoint is there, whole.

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
import os
from pathlib import Path

import numpy as np

from minigan import __version__
from minigan.arrays import to, to_numpy
from minigan.nn.describe import build
from minigan.nn.torch_names import from_torch, to_torch

__all__ = ["BadCheckpoint", "from_torch", "load", "load_model", "save", "to_torch"]

# Where the classes of models stand: load_model imports nothing else
MODELS = {"GAN": "gan", "WGAN": "wgan", "RBM": "rbm", "RatingsRBM": "ratings", "Classifier": "classifier",
          "VAE": "vae", "PixelCNN": "pixelcnn", "PixelRNN": "pixelrnn", "Autoencoder": "autoencoder", "GSN": "gsn",
          "SSGAN": "ssgan"}  # fmt: skip
PLACE = "tensor"  # in the JSON nest, {"tensor": name} stands where an array was


class BadCheckpoint(ValueError):
    """The file is no checkpoint, or one of another model; the message says why."""


def save(path, model, **run):
    """Write the model's state to a file, all or nothing. run: more settings that a later `load` must find unchanged."""
    from safetensors.numpy import save as pack

    tensors = {}
    nest = _take_out(model.state(), "", tensors)
    for name, (part, net) in _networks(model).items():
        named = to_torch(net, tensors.pop(f"{part}.theta"), tensors.pop(f"{part}.stats"))
        tensors |= {f"{name}.{key}": array for key, array in named.items()}
    about = {"version": __version__, "config": json.dumps({"model": model.config(), "run": run}), "state": json.dumps(nest)}
    replace(Path(path), pack({key: np.ascontiguousarray(array) for key, array in tensors.items()}, about))


def load(path, model, **run):
    """Take over the state in a file. run: settings that must be as they were saved; none are asked for by default.

    Raises BadCheckpoint, and changes nothing, where the file is damaged or belongs to a model with another `config()`; OSError
    where it cannot be read.
    """
    tensors, about = _read(path)
    try:
        saved = json.loads(about["config"])
        theirs = saved["model"] | {name: saved["run"].get(name) for name in run}
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise BadCheckpoint(f"{path}: its description is damaged ({error})") from error
    ours = json.loads(json.dumps(model.config() | run))
    for field in [name for name in [*ours, *theirs] if name not in getattr(model, "free", ())]:
        if theirs.get(field) != ours.get(field):
            raise BadCheckpoint(f"{path}: {field} was {theirs.get(field)!r} when it was saved, and is {ours.get(field)!r} now")
    try:
        for name, (part, net) in _networks(model).items():
            own = {key[len(name) + 1 :]: array for key, array in tensors.items() if key.startswith(f"{name}.")}
            tensors[f"{part}.theta"], tensors[f"{part}.stats"] = from_torch(net, own)
        model.load_state(to(_put_back(json.loads(about["state"]), tensors), model.backend))
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise BadCheckpoint(f"{path}: its state does not fit this model ({error})") from error


def load_model(path, backend="numpy"):
    """The model in a checkpoint, rebuilt from what is written there: no code of one's own is needed.

    Raises BadCheckpoint where the file is damaged, or the model is none of minigan's own.
    """
    _, about = _read(path)
    try:
        arguments = dict(json.loads(about["config"])["model"])
        kind = arguments.pop("kind")
        module = importlib.import_module(f"minigan.models.{MODELS[kind]}")
        model = getattr(module, kind)(**{name: build(value) for name, value in arguments.items()} | {"backend": backend})
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise BadCheckpoint(f"{path}: no model of minigan can be built from it ({error!r}). Build it by your own code and use "
                            "checkpoint.load(path, model)") from error
    load(path, model)
    return model


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


def _put_back(value, tensors):
    if isinstance(value, dict) and set(value) == {PLACE}:
        return tensors[value[PLACE]]
    if isinstance(value, dict):
        return {key: _put_back(item, tensors) for key, item in value.items()}
    return [_put_back(item, tensors) for item in value] if isinstance(value, list) else value


def _read(path):
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "numpy") as file:
            about = file.metadata() or {}
            if not {"version", "config", "state"} <= set(about):
                raise BadCheckpoint(f"{path} is a safetensors file, but no checkpoint of minigan")
            return {name: file.get_tensor(name) for name in file.keys()}, about
    except SafetensorError as error:
        raise BadCheckpoint(f"{path} is damaged, or no safetensors file ({error})") from error


def replace(path, data):
    """Write data to path so that at every moment either the old file or the new one is there, whole."""
    beside = path.with_name(path.name + ".new")
    try:
        with open(beside, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise OSError(f"{path} was not written ({error}); the one before, if any, is as it was") from error
