"""Has the generator found all of a mixture's modes?

Each sample belongs to its nearest centre, and is of high quality if it lies within three of the Gaussians' standard
deviations of it (98.9 % of true samples do, in two dimensions). Then, as in the PacGAN paper (Lin et al. 2018, section 4.1):

    modes            how many centres have a sample of high quality
    high_quality     the share of samples of high quality
    reverse_kl       KL(q ‖ uniform) = Σ q log(K q) over the K modes, q being the shares of samples nearest to each; 0 if all
                     modes are equally frequent, log K if only one occurs
"""

import numpy as np

from minigan.arrays import to_numpy
from minigan.check import rows


def mode_statistics(samples, world):
    """{"modes": …, "high_quality": …, "reverse_kl": …} of samples (N, 2) against a World with modes."""
    if world.centres is None:
        raise ValueError(f"the world {world.name!r} has no modes to count: want a ring or a grid of Gaussians")
    samples = to_numpy(rows("samples", samples, 2)).astype(np.float64)
    distance = np.linalg.norm(samples[:, None, :] - world.centres[None, :, :], axis=2)  # (N, K)
    nearest, good = distance.argmin(axis=1), distance.min(axis=1) <= 3 * world.deviation
    K = len(world.centres)
    q = np.bincount(nearest, minlength=K) / len(samples)
    return {
        "modes": len(np.unique(nearest[good])),
        "high_quality": float(good.mean()),
        "reverse_kl": float(np.sum(q[q > 0] * np.log(K * q[q > 0]))),
    }
