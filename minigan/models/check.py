"""What every model asks of a batch, or of a saved state, before using it."""

import math

from minigan.arrays import backend_module, dtype_name, namespace
from minigan.check import number, whole


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


def check_labels(labels, images, n_classes):
    """Raise unless labels is (N,), a whole number 0 … n_classes − 1 for each of the N images."""
    namespace(images, labels)
    if labels.shape != images.shape[:1] or not dtype_name(labels).startswith(("int", "uint")):
        raise ValueError(f"images are {tuple(images.shape)}, labels {tuple(labels.shape)} of {labels.dtype}: want (N, n) and "
                         "(N,) of whole numbers, such as int64")
    if labels.shape[0] == 0:
        raise ValueError("there are 0 images with labels: want 1 at least")
    low, high = int(namespace(labels).min(labels)), int(namespace(labels).max(labels))
    if low < 0 or high >= n_classes:
        raise ValueError(f"labels go from {low} to {high}, want 0 to {n_classes - 1}")


def check_like(state, own, name="the state"):
    """Raise unless a saved nest has the form of the model's own: the same names, and at each place a finite array of the same
    module, shape and dtype, or a number ≥ 0, whole where the model's is.
    """
    if isinstance(own, dict):
        if not isinstance(state, dict) or set(state) != set(own):
            got = sorted(state) if isinstance(state, dict) else type(state).__name__
            raise ValueError(f"{name} has {got}, this model wants {sorted(own)}: build it as the saved one was")
        for key in own:
            check_like(state[key], own[key], key if name == "the state" else f"{name}.{key}")
    elif isinstance(own, list):
        if not isinstance(state, (list, tuple)) or len(state) != len(own):
            raise ValueError(f"{name} is {type(state).__name__} of {len(state) if hasattr(state, '__len__') else 'no'} parts, "
                             f"this model wants {len(own)}")
        for i, part in enumerate(own):
            check_like(state[i], part, f"{name}.{i}")
    elif isinstance(own, int):
        whole(name, state, 0)
    elif isinstance(own, float):
        number(name, state, least=0)
    else:
        _check_array(name, state, own)


def _check_array(name, array, own):
    if namespace(array) is not namespace(own):
        raise TypeError(f"{name} is an array of {namespace(array).__name__}, this model's of {namespace(own).__name__}: move "
                        "the state with minigan.arrays.to(state, backend)")
    if array.shape != own.shape or array.dtype != own.dtype:
        raise ValueError(f"{name} is {tuple(array.shape)} of {array.dtype}, this model has {tuple(own.shape)} of {own.dtype}: "
                         "build it as the saved one was")
    xp = namespace(array)
    if dtype_name(array).startswith("float") and not bool(xp.all(xp.isfinite(array))):
        raise ValueError(f"{name} holds NaN or infinite numbers: training cannot go on from this state")
