"""The networks of the DCGAN: a GAN whose players see images.

The game and its gradients are those of `gan.py`; only the networks are others. The guidelines of the paper:

    no pooling: D makes images smaller by strided convolutions, G makes them larger by transposed ones
    BatchNorm in both, but for G's last layer and D's first: there the pixels' own mean and size would be lost
    no hidden linear layers; G begins with one from the noise to a small image, D ends with one to the logit
    ReLU in G, LeakyReLU (0.2) in D
    weights from N(0, 0.02²); Adam with learning rate 2e-4 and β₁ = 0.5

For an image (28, 28, 1) and width = 64, shapes without N:

    G   (latent,) → (7, 7, 128) → (14, 14, 64) → (28, 28, 1)
    D   (28, 28, 1) → (14, 14, 64) → (7, 7, 128) → (1,)

Each step halves or doubles the sides, with a kernel of 4, which the stride 2 divides, so that no checkerboard is built in.
The paper's G ends in tanh, for data in [−1, 1]; here it ends in a sigmoid, for data in [0, 1], as for all models of this
library.
Source: Radford, Metz & Chintala 2016.
"""

from minigan.check import whole
from minigan.nn import BatchNorm, Conv2d, ConvTranspose2d, Flatten, LeakyReLU, Linear, Net, ReLU, Reshape, Sigmoid
from minigan.nn.initialise import normal

START = normal(0.02)
SMALLEST = 7  # sides are halved while they are even and longer than this
HALVING = {"stride": 2, "padding": 1, "init": START}


def dcgan(image, latent=64, width=64):
    """(G, D), two Nets, for images of this shape.

    image: (h, w, c), such as (28, 28, 1); sides that can be halved at least once: 8, 10, … Rows of data are h·w·c numbers.
    latent: int, dimensions of the noise.
    width: int, channels behind D's first layer; they double where the sides are halved.
    """
    h, w, c = image = tuple(whole("image: a length", length) for length in image)
    halvings = 0
    while not (h % 2 or w % 2) and max(h, w) > SMALLEST:
        h, w, halvings = h // 2, w // 2, halvings + 1
    if not halvings or max(h, w) > 2 * SMALLEST:
        raise ValueError(f"image is {image}: want sides that can be halved until they are {SMALLEST} or less, as 8, 28, 32")
    channels = [c, *(whole("width", width) * 2**i for i in range(halvings))]  # from the image inwards
    deepest = channels[-1]

    down = [Reshape(*image)]
    for n_in, n_out in zip(channels, channels[1:]):
        down += [Conv2d(n_in, n_out, 4, **HALVING), *([] if n_in == c else [BatchNorm(n_out)]), LeakyReLU(0.2)]
    up = [Linear(whole("latent", latent), h * w * deepest, init=START), Reshape(h, w, deepest), BatchNorm(deepest), ReLU()]
    for n_in, n_out in zip(channels[:1:-1], channels[-2:0:-1]):
        up += [ConvTranspose2d(n_in, n_out, 4, **HALVING), BatchNorm(n_out), ReLU()]
    last = ConvTranspose2d(channels[1], c, 4, **HALVING)
    return Net(*up, last, Sigmoid(), Flatten()), Net(*down, Flatten(), Linear(h * w * deepest, 1, init=START))
