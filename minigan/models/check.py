"""What every model asks of a batch, or of a saved state, before it lets it near its own."""

import copy
import math

from minigan.arrays import backend_module, dtype_name, namespace


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
    """Raise ValueError unless a saved state has the names of the model's own, and its arrays their shapes and dtypes."""
    if set(state) != set(own):
        raise ValueError(f"the state has {sorted(state)}, this model wants {sorted(own)}")
    for name in arrays:
        if state[name].shape != own[name].shape or state[name].dtype != own[name].dtype:
            raise ValueError(f"{name} is {tuple(state[name].shape)} of {state[name].dtype}, this model has "
                             f"{tuple(own[name].shape)} of {own[name].dtype}: build it as the saved one was")


def optimizer_from(optimizer, state, theta):
    """A copy of an optimizer, with a saved state that must fit theta."""
    loaded = copy.deepcopy(optimizer)
    loaded.load_state(state)
    if any(moment.shape != theta.shape for moment in loaded.moments or []):
        raise ValueError(f"the optimizer's state is of another network: want vectors of shape {tuple(theta.shape)}")
    return loaded
