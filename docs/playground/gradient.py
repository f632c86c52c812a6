"""The first lesson in the page: a backward that can be changed, and the check that catches it.

Python here, JavaScript there, as in `plane_game.py`. The source that is shown, and run with the change, is the library's own.
"""

import inspect
import sys
import textwrap
import types

from minigan.arrays import generator
from minigan.nn import BatchNorm, LeakyReLU, Linear, Sigmoid, gradcheck

LAYERS = {"Linear": Linear(4, 3), "BatchNorm": BatchNorm(4), "Sigmoid": Sigmoid(), "LeakyReLU": LeakyReLU(0.2)}


class Lesson:
    """layer: a name of `LAYERS`, whose backward is to be changed."""

    def __init__(self, layer="Linear"):
        self.layer = LAYERS[layer]
        self.original = inspect.getsource(type(self.layer).backward)
        self.result, self.trouble = [], ""

    def check(self, text):
        """Put the text in the place of the backward, in a copy of its file, and check the layer that comes of it."""
        self.result, self.trouble = [], ""
        kind = type(self.layer)
        module = sys.modules[kind.__module__]
        text = textwrap.indent(textwrap.dedent(text).strip(), "    ") + "\n"
        changed = inspect.getsource(module).replace(self.original, text)
        try:
            copy = types.ModuleType("changed")
            exec(compile(changed, module.__name__, "exec"), vars(copy))
            layer = object.__new__(getattr(copy, kind.__name__))
            vars(layer).update(vars(self.layer))
            rng = generator(0)
            params = [rng.standard_normal(shape) for shape in layer.shapes]
            errors = gradcheck.check_layer(layer, params, rng.standard_normal((5, 4)), rng)
            self.result = [{"name": name, "error": float(error), "right": bool(error <= gradcheck.TOLERANCE)}
                           for name, error in errors.items()]  # fmt: skip
        except Exception as error:
            self.trouble = f"{type(error).__name__}: {error}"

    def look(self):
        """The backward as it is in the library, and what the last check said."""
        return {"source": textwrap.dedent(self.original), "result": self.result, "trouble": self.trouble}
