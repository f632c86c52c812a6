"""The weights of a network under torch's names and in torch's layout, and back.

In torch an nn.Sequential of the same layers has a state_dict: "0.weight", "0.bias", "1.running_mean", … Each layer here knows
what torch calls its weights and how it lays them out: `to_torch(params)` gives {name: array}, `from_torch({name: array})` the
params, and a layer with running statistics takes those too and has `stats_from_torch`. This file puts a layer's number in
front.
"""

import numpy as np

from minigan.arrays import to_numpy


def to_torch(net, theta, stats=None):
    """θ and running statistics as a torch state_dict of nn.Sequential has them: NumPy arrays by name."""
    named = {}
    running = net.unpack_stats(to_numpy(stats)) if stats is not None else [[]] * len(net.layers)
    for i, (layer, params, moving) in enumerate(zip(net.layers, net.unpack(to_numpy(theta)), running)):
        if params and not hasattr(layer, "to_torch"):
            raise TypeError(f"{layer!r} has no to_torch(params) -> {{name: array}} and from_torch(named) -> params: a "
                            "checkpoint wants them of every layer with parameters")
        if params:
            arrays = layer.to_torch(params, moving) if moving else layer.to_torch(params)
            named |= {f"{i}.{name}": np.asarray(array) for name, array in arrays.items()}
    return named


def from_torch(net, named):
    """(θ, stats) for a Net of the same layers as an nn.Sequential whose state_dict, as NumPy arrays, is `named`.

    Raises ValueError where a weight is missing, left over, of another shape, or of another dtype than the rest.
    """
    if not isinstance(named, dict):
        raise TypeError(f"got {type(named).__name__}: want a dict of arrays by name, as a state_dict is")
    known = to_torch(net, np.zeros(net.size, "float32"), net.init_stats())
    if extra := sorted(map(str, set(named) - set(known))):
        raise ValueError(f"no place for {', '.join(extra[:5])}{' …' if extra[5:] else ''} in this network: want the weights of "
                         "the same layers and no others")
    for name, array in named.items():
        if np.shape(array) != known[name].shape:
            raise ValueError(f"{name} has the shape {np.shape(array)}: this network wants {known[name].shape}")
    theta, stats = [], []
    for i, (layer, shapes, moving) in enumerate(zip(net.layers, net.shapes, net.stats_shapes)):
        own = {name.partition(".")[2]: np.asarray(array) for name, array in named.items() if name.partition(".")[0] == str(i)}
        try:
            params = layer.from_torch(own) if shapes else []
            running = layer.stats_from_torch(own) if moving else []
        except KeyError as error:
            raise ValueError(f"{i}.{error.args[0]} is missing: layer {i} of this network, {layer!r}, wants it; for this layer "
                             f"there is {', '.join(own) or 'nothing'}") from error
        except (ValueError, IndexError) as error:
            found = ", ".join(f"{name} {array.shape}" for name, array in own.items())
            raise ValueError(f"layer {i}, {layer!r}, cannot take over {found}: {error}. Want the shapes that "
                             "to_torch gives") from error
        for array, shape in zip([*params, *running], [*shapes, *moving], strict=True):
            if array.shape != shape:
                raise ValueError(f"layer {i}, {layer!r}, wants an array of shape {shape}, the names give one of {array.shape}")
        theta += [array.reshape(-1) for array in params]
        stats += [array.reshape(-1) for array in running]
    dtypes = sorted({str(array.dtype) for array in [*theta, *stats] if array.size}) or ["float32"]
    if len(dtypes) > 1 or dtypes[0] not in ("float32", "float64"):
        raise ValueError(f"the weights are {' and '.join(dtypes)}: want all float32, or all float64")
    empty = np.zeros(0, dtypes[0])
    theta, stats = np.concatenate([empty, *theta]), np.concatenate([empty, *stats])
    net.check_stats(stats)
    return theta, stats
