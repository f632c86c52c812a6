"""One flat vector for many arrays.

All parameters of a network, of an RBM, or all running statistics, lie one behind the other in one 1-D vector. Here is how
a vector is cut into its arrays, and how arrays are laid into a vector. `shapes` has, for every layer, the shapes of its
arrays: [[(n_in, n_out), (n_out,)], [], …].
"""

import math

import numpy as np

from minigan.arrays import namespace


def total(shapes):
    """The length of the vector that holds arrays of these shapes."""
    return sum(math.prod(shape) for layer_shapes in shapes for shape in layer_shapes)


def places(shapes):
    """Where each parameter lies in the flat vector: [[(slice, shape), …], …], layer by layer."""
    result, start = [], 0
    for layer_shapes in shapes:
        part = []
        for shape in layer_shapes:
            part.append((slice(start, start + math.prod(shape)), shape))
            start += math.prod(shape)
        result.append(part)
    return result


def views(vector, places):
    """The pieces of a flat vector, in their shapes. A view of θ is for reading: NumPy can enforce that."""
    xp = namespace(vector)
    if xp is np:
        vector = vector.view()
        vector.flags.writeable = False
    return [[xp.reshape(vector[piece], shape) for piece, shape in part] for part in places]


def flatten(xp, dtype, parts):
    """One 1-D vector of all arrays of all parts, in order."""
    flat = [xp.reshape(array, (-1,)) for part in parts for array in part]
    return xp.concat(flat) if flat else xp.zeros(0, dtype=getattr(xp, dtype))
