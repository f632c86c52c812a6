"""The networks of the DCGAN: a GAN whose players see images.

The game and its gradients are those of `gan.py`; only the networks are others. The guidelines of the paper:

    no pooling: D makes images smaller by strided convolutions, G makes them larger by transposed ones
    BatchNorm in both, but for G's last layer and D's first: there the pixels' own mean and size would be lost
    no hidden linear layers; G begins with one from the noise to a small image, D ends with one to the logit
    ReLU in G, LeakyReLU (0.2) in D
    weights from N(0, 0.02²); Adam with learning rate 2e-4 and β₁ = 0.5 (here `examples/dcgan.py` starts at 2e-3: such small
    networks then learn more in the same time, see docs/results.md)

For an image (28, 28, 1) and width = 32, shapes without N:

    G   (latent,) → (4, 4, 128) → (7, 7, 64) → (14, 14, 32) → (28, 28, 1)
    D   (28, 28, 1) → (14, 14, 32) → (7, 7, 64) → (4, 4, 128) → (1,)

Each step halves or doubles the sides. Even sides take a kernel of 4, which the stride 2 divides, so that no checkerboard is
built in; odd ones (7 → 4) take a kernel of 3. The paper's G ends in tanh, for data in [−1, 1]; here it ends in a sigmoid, for
data in [0, 1], as for all models of this library.
Source: Radford, Metz & Chintala 2016.
"""

from minigan.check import whole
from minigan.nn import BatchNorm, Conv2d, ConvTranspose2d, Flatten, LeakyReLU, Linear, Net, ReLU, Reshape, Sigmoid
from minigan.nn.initialise import normal

START = normal(0.02)
SMALLEST = 4  # sides are halved down to this


def dcgan(image, latent=64, width=64):
    """(G, D), two Nets, for images of this shape.

    image: (h, w, c), such as (28, 28, 1); sides of more than 4, both even or both odd at each halving. Rows of data are h·w·c
        numbers.
    latent: int, dimensions of the noise.
    width: int, channels behind D's first layer; they double where the sides are halved.
    """
    if not isinstance(image, (tuple, list)) or len(image) != 3:
        raise ValueError(f"image is {image!r}: want (h, w, c), such as (28, 28, 1)")
    image = tuple(whole("image: a length", length) for length in image)
    if min(image[:2]) <= SMALLEST:
        raise ValueError(f"image is {image}: want sides of more than {SMALLEST}, so that they can be halved")
    sides, n_in = list(halvings(*image[:2])), image[2]
    width, latent = whole("width", width), whole("latent", latent)
    down, up = [Reshape(*image)], []
    for i, (_, kernel) in enumerate(sides):
        n_out, options = width * 2**i, {"stride": 2, "padding": 1, "init": START}
        down += [Conv2d(n_in, n_out, kernel, **options), *([BatchNorm(n_out)] if i else []), LeakyReLU(0.2)]
        behind = [BatchNorm(n_in), ReLU()] if i else [Sigmoid(), Flatten()]
        up = [ConvTranspose2d(n_out, n_in, kernel, **options), *behind, *up]
        n_in = n_out
    h, w = sides[-1][0]
    first = [Linear(latent, h * w * n_in, init=START), Reshape(h, w, n_in), BatchNorm(n_in), ReLU()]
    return Net(*first, *up), Net(*down, Flatten(), Linear(h * w * n_in, 1, init=START))


def halvings(h, w):
    """((h, w), kernel) after each halving, down to SMALLEST; ValueError where the sides cannot be halved together."""
    while max(h, w) > SMALLEST:
        if min(h, w) <= 2 or h % 2 != w % 2:
            raise ValueError(f"sides of {h} and {w} cannot be halved together: want squares, or sides that stay both even or "
                             "both odd, such as 28×28, 32×32 or 32×64")
        kernel = 3 if h % 2 else 4
        h, w = (h + 1) // 2, (w + 1) // 2
        yield (h, w), kernel
