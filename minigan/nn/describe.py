"""What a layer, a network or an optimizer is, in words and as plain values.

    words(Linear(2, 3))       "Linear(2, 3)": this is also its repr
    describe(Linear(2, 3))    ["Linear", {"n_in": 2, "n_out": 3}]: for a checkpoint
    build(["Linear", {"n_in": 2, "n_out": 3}])    the layer again

All three need only that a class keeps the arguments of its `__init__` under their own names. An argument that is a function
(how weights start) is left out: it does not matter once there are weights. `build` knows the classes of `minigan.nn` and no
others, so a file can name nothing else.
"""

import inspect

import numpy as np


def arguments(thing):
    """The arguments of __init__ as the object keeps them: (those given by position as *args, those with names)."""
    rest, named = (), {}
    for name, parameter in inspect.signature(type(thing)).parameters.items():
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            rest = tuple(getattr(thing, name))
        elif not inspect.isroutine(value := getattr(thing, name, inspect.isroutine)):
            named[name] = plain(value)
    return rest, named


def plain(value):
    """NumPy's numbers as Python's, whose text is the same in every version."""
    return value.item() if isinstance(value, np.generic) else value


def words(thing):
    """The call that makes this object, as a text; options that stand at their default are left out."""
    rest, named = arguments(thing)
    parameters, said = inspect.signature(type(thing)).parameters, [*map(repr, rest)]
    for name, value in named.items():
        if parameters[name].default is inspect.Parameter.empty:
            said.append(repr(value))
        elif parameters[name].kind is not inspect.Parameter.KEYWORD_ONLY or value != parameters[name].default:
            said.append(f"{name}={value!r}")
    return f"{type(thing).__name__}({', '.join(said)})"


def describe(thing):
    """[name of the class, its arguments]: numbers, texts, lists and dicts only."""
    if isinstance(thing, (list, tuple)):
        return [describe(part) for part in thing]
    if not hasattr(thing, "__dict__"):
        return plain(thing)
    rest, named = arguments(thing)
    return [type(thing).__name__, [describe(part) for part in rest] or {name: describe(part) for name, part in named.items()}]


def build(description):
    """The object of such a description. ValueError where its class is not one of minigan.nn's."""
    from minigan import nn

    match description:
        case [str(name), dict(named)] if name in nn.__all__:
            return getattr(nn, name)(**{key: build(value) for key, value in named.items()})
        case [str(name), list(parts)] if name in nn.__all__:
            return getattr(nn, name)(*map(build, parts))
        case [str(name), dict() | list()]:
            raise ValueError(f"{name} is no class of minigan.nn: build this model by its own code, and load its state")
        case list():
            return tuple(map(build, description))
    return description
