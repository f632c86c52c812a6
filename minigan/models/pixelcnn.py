"""The PixelCNN: the conditionals of all pixels by one stack of masked convolutions.

    (N, h·w) → (h, w, 1)                              the image
    masked convolution 7×7, mask A, to c channels     earlier pixels only, not the pixel itself
    `blocks` times:  x + f(x)                         f: ReLU, 1×1 to c/2, ReLU, k×k with mask B, ReLU, 1×1 back to c
    ReLU, 1×1, ReLU, 1×1                              to one logit a pixel, or to one a grey level

Every layer looks at the rows above and, in its own row, to the left; from the second layer on also at the pixel itself, whose
features describe earlier pixels only. So the logit of a pixel is a function of earlier pixels: the exact likelihood of
`autoregressive.py`.

**How far a pixel sees.** The first layer reaches 3 rows up, and each block (k − 1)/2 rows more. On MNIST, where digits are 20
rows high, five blocks of 3×3 reach 8 rows and four of 7×7 reach 15: docs/results.md has the likelihoods of both. And some
earlier pixels are never seen, however many blocks there are: the *blind spot*, to the upper right. A k×k window moves at most
(k − 1)/2 columns to the right for each row up. So a pixel r rows up and more than 3 + (r − 1)(k − 1)/2 columns to the right is
out of sight, for k up to 7; the 3 are the first layer's.

A convolution sees all pixels at once, so training is fast; sampling, pixel after pixel, is not.
Source: van den Oord et al. 2016, "Pixel recurrent neural networks", sections 3.3 to 3.5.
"""

from minigan.check import pair, whole
from minigan.models.autoregressive import Autoregressive
from minigan.nn import Linear, MaskedConv2d, Net, ReLU, Reshape, Residual
from minigan.nn.initialise import he


def pixelcnn_network(image, levels=2, channels=32, blocks=5, kernel=3):
    """The network above: (N, h·w) -> (N, h, w, 1), or (N, h, w, levels) for more than two levels."""
    c, half = channels, max(1, channels // 2)
    layers = [Reshape(*image, 1), MaskedConv2d(1, c, 7, mask="A", init=he)]
    for _ in range(blocks):
        layers.append(Residual(ReLU(), Linear(c, half, init=he), ReLU(), MaskedConv2d(half, half, kernel, mask="B", init=he),
                               ReLU(), Linear(half, c, init=he)))  # fmt: skip
    return Net(*layers, ReLU(), Linear(c, c, init=he), ReLU(), Linear(c, 1 if levels == 2 else levels))


class PixelCNN(Autoregressive):
    """A PixelCNN for grey images.

    image: (h, w). Rows of data are h·w numbers in [0, 1], in raster order.
    levels: int, 2 to 256, grey levels; 2 for binary images. Data are multiples of 1/(levels − 1).
    channels: int, c. blocks: int ≥ 0. kernel: int, odd, k of the blocks: each lets a pixel see (k − 1)/2 more rows above.
    optimizer: a pattern; Adam(1e-3, beta1=0.9) if None.
    seed: int ≥ 0. backend: "numpy" or "cupy". dtype: "float32" or "float64".
    """

    def __init__(self, image, levels=2, *, channels=32, blocks=5, kernel=3, optimizer=None, seed=0, backend="numpy",
                 dtype="float32"):  # fmt: skip
        self.channels, self.blocks = whole("channels", channels), whole("blocks", blocks, 0)
        self.kernel = whole("kernel", kernel)
        image, levels = pair("image", image), whole("levels", levels, 2, 256)
        net = pixelcnn_network(image, levels, self.channels, self.blocks, self.kernel)
        super().__init__(image, levels, net, optimizer, seed, backend, dtype)
