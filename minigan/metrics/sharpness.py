"""How sharp are images? Two numbers, for what the eye calls blur.

    high frequencies   the share of an image's power (squared amplitudes of its Fourier transform, the mean left out) at spatial
                       frequencies above a quarter of a cycle a pixel, in either direction
    Laplacian          the variance, over the image, of −4 x[i, j] + its four neighbours: large at edges, 0 where x is linear

Both are means over images. A blur takes away high frequencies, and so lowers both. Noise raises both: sharp is not good.
Source: Pech-Pacheco et al. 2000 (the Laplacian's variance as a measure of focus).
"""

import numpy as np

from minigan.arrays import to_numpy
from minigan.check import image, rows

QUARTER = 0.25  # cycles a pixel; the highest there is is ½


def sharpness(samples, shape):
    """{"high_frequencies": a share, "laplacian": a variance} of grey images (N, h·w). shape: (h, w)."""
    samples = rows("samples", samples)
    shape = image("shape", shape, samples.shape[1])
    if shape[2:] or min(shape) < 3:
        raise ValueError(f"shape is {shape}: want (h, w) of grey images, 3 pixels or more each")
    images = to_numpy(samples).astype(np.float64).reshape(-1, *shape)
    power = np.abs(np.fft.fft2(images - images.mean(axis=(1, 2), keepdims=True))) ** 2
    down, across = (np.abs(np.fft.fftfreq(n)) for n in shape)
    high = (down[:, None] > QUARTER) | (across > QUARTER)
    varied = images.max(axis=(1, 2)) > images.min(axis=(1, 2))  # an image of one grey has no power to share out
    inner = images[:, 1:-1, 1:-1]
    laplacian = (images[:, :-2, 1:-1] + images[:, 2:, 1:-1] + images[:, 1:-1, :-2] + images[:, 1:-1, 2:] - 4 * inner)
    shares = power[varied][:, high].sum(axis=1) / power[varied].sum(axis=(1, 2))
    return {"high_frequencies": float(shares.mean()) if len(shares) else 0.0,
            "laplacian": float(laplacian.var(axis=(1, 2)).mean())}  # fmt: skip
