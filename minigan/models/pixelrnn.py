"""The PixelRNN: the conditionals of all pixels by a network that reads.

The plainest form reads the pixels like a text, in raster order, with `layers` LSTMs, one on top of the other:

    (N, h·w) → (h·w, 1) → one step later → LSTMs → linear → logit          kind="raster"

"One step later" is all that makes it causal: at step i it sees pixel i − 1, and its memory holds whatever it kept of the
others. That is 784 steps for MNIST, one after the other, also in training.

The row LSTM goes down row by row instead, all pixels of a row at once: 28 steps (`nn/row_lstm.py`):

    (N, h·w) → (h, w, 1) → masked convolution 7×7, A → `layers` row LSTMs → ReLU, 1×1, ReLU, 1×1 → logit          kind="row"

Rows wait for each other, in training too, but a single layer already sees up to the first row, in a triangle that widens with
each row. It has the PixelCNN's blind spot; only kind="raster" has none. Sampling is pixel after pixel for both.
Source: van den Oord et al. 2016, "Pixel recurrent neural networks", section 3.1.
"""

import math

from minigan.check import choice, pair, whole
from minigan.models.autoregressive import Autoregressive
from minigan.nn import LSTM, Linear, MaskedConv2d, Net, ReLU, Reshape, RowLSTM, Shift
from minigan.nn.initialise import he

KINDS = ("row", "raster")


def pixelrnn_network(image, levels=2, channels=32, layers=2, kind="row"):
    """The networks above: (N, h·w) -> logits (N, …, 1), or (N, …, levels) for more than two levels."""
    c, n_out = channels, 1 if levels == 2 else levels
    if kind == "raster":
        lstms = [LSTM(c if i else 1, c) for i in range(layers)]
        return Net(Reshape(math.prod(image), 1), Shift(1), *lstms, Linear(c, n_out))
    lstms = [RowLSTM(c, c) for _ in range(layers)]
    first = MaskedConv2d(1, c, 7, mask="A")
    return Net(Reshape(*image, 1), first, *lstms, ReLU(), Linear(c, c, init=he), ReLU(), Linear(c, n_out))


class PixelRNN(Autoregressive):
    """A PixelRNN for grey images.

    image: (h, w). Rows of data are h·w numbers in [0, 1], in raster order.
    levels: int, 2 to 256, grey levels; 2 for binary images. Data are multiples of 1/(levels − 1).
    channels: int, size of the LSTMs. layers: int, how many.
    kind: "row" or "raster".
    optimizer: a pattern; Adam(1e-3, beta1=0.9) if None.
    seed: int ≥ 0. backend: "numpy" or "cupy". dtype: "float32" or "float64".
    """

    def __init__(self, image, levels=2, *, channels=32, layers=2, kind="row", optimizer=None, seed=0, backend="numpy",
                 dtype="float32"):
        self.channels, self.layers = whole("channels", channels), whole("layers", layers)
        self.kind = choice("kind", kind, KINDS)
        image, levels = pair("image", image), whole("levels", levels, 2, 256)
        net = pixelrnn_network(image, levels, self.channels, self.layers, kind)
        super().__init__(image, levels, net, optimizer, seed, backend, dtype)
