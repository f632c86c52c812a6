"""What every model asks of a batch, or of a saved state, before it lets it near its own."""

import math

import numpy as np

from minigan.arrays import backend_module, dtype_name, namespace
from minigan.nn.optim import Optimizer


def check_batch(x, *, width, backend, dtype, low=-math.inf, high=math.inf, rows=1):
    """Raise TypeError or ValueError unless x is a finite (N ≥ rows, width) array of this backend and dtype, in
    [low, high]. It looks at every value: on a GPU that waits for the device.
    """
    xp = namespace(x)
    if xp is not backend_module(backend):
        raise TypeError(f"the batch is an array of {xp.__name__}, the model lives on {backend}: move the batch with "
                        f"minigan.arrays.to(batch, {backend!r})")
    if x.ndim != 2 or x.shape[1] != width:
        raise ValueError(f"the batch has shape {tuple(x.shape)}, want (N, {width}): one example a row, flattened")
    if dtype_name(x) != dtype:
        raise TypeError(f"the batch is {dtype_name(x)}, the model {dtype}: convert it, for instance "
                        f"batch.astype('{dtype}')")
    if x.shape[0] < rows:
        raise ValueError(f"the batch has {x.shape[0]} rows, want {rows} at least")
    smallest, largest = float(xp.min(x)), float(xp.max(x))  # both are NaN where any value is
    if not (math.isfinite(smallest) and math.isfinite(largest)):
        raise ValueError("the batch holds NaN or infinite values: clean the data, for instance with numpy.nan_to_num")
    if smallest < low or largest > high:
        raise ValueError(f"the batch has values from {smallest:g} to {largest:g}, the model works in [{low:g}, "
                         f"{high:g}]: scale the data to that range")


def check_state(state, own, *, arrays):
    """Raise unless a saved state has the names of the model's own, its arrays their module, shape and dtype, and its steps
    and seed are whole numbers.
    """
    if not isinstance(state, dict) or set(state) != set(own):
        got = sorted(state) if isinstance(state, dict) else type(state).__name__
        raise ValueError(f"the state has {got}, this model wants {sorted(own)}")
    for name in arrays:
        _check_array(name, state[name], own[name])
    for name in ("steps", "seed"):
        check_count(name, state[name])


def check_count(name, number):
    """Raise ValueError unless it is a whole number ≥ 0."""
    if not isinstance(number, (int, np.integer)) or isinstance(number, bool) or number < 0:
        raise ValueError(f"{name} is {number!r}: want a whole number, 0 or more")


def optimizer_from(optimizer, state, theta):
    """An optimizer of this kind, with a saved state that must fit theta."""
    loaded = optimizer.fresh()
    loaded.load_state(state)
    for moment in loaded.moments or []:
        _check_array("an optimizer's vector", moment, theta)
    return loaded


def fresh_optimizer(optimizer, default):
    """A fresh optimizer of the settings of `optimizer`, or `default` if that is None."""
    if optimizer is None:
        return default
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"got {optimizer!r} for an optimizer, want one such as Adam(lr=2e-4)")
    return optimizer.fresh()


def _check_array(name, array, own):
    if namespace(array) is not namespace(own):
        raise TypeError(f"{name} is an array of {namespace(array).__name__}, this model's of {namespace(own).__name__}: move "
                        "the state with minigan.arrays.to(state, backend)")
    if array.shape != own.shape or array.dtype != own.dtype:
        raise ValueError(f"{name} is {tuple(array.shape)} of {array.dtype}, this model has {tuple(own.shape)} of {own.dtype}: "
                         "build it as the saved one was")
