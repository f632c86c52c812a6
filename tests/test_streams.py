"""No two purposes, seeds or steps share their random numbers.

A run draws from generator(seed, backend, purpose, step). Were two of these the same, a GAN's samples could be made of the noise
that it was trained on, or two steps could see the same noise. All 7 purposes, seeds 0 … 19 and steps 0 … 999 are compared by
the first 128 bits of their numpy.random.SeedSequence; among 140,000 of them two are equal by chance with probability
140,000² / 2 / 2^128 < 1e-28.
"""

import itertools

import numpy as np
import pytest

from minigan import arrays
from minigan.arrays import CHAINS, DRAW, INIT, MONITOR, NOISE, ORDER, SAMPLE, generator, to_numpy

PURPOSES = [INIT, NOISE, SAMPLE, MONITOR, ORDER, CHAINS, DRAW]


def bits(seed, *purpose):
    """The first 128 bits from which the generator of this seed and purpose starts."""
    return np.random.SeedSequence(seed, spawn_key=purpose).generate_state(4).tobytes()


def first_draws(seed, *purpose, backend="numpy"):
    return to_numpy(generator(seed, backend, *purpose).random(size=(4,), dtype="float64")).tobytes()


def test_all_purposes_are_looked_at():
    """Whole numbers with names of their own in arrays.py; what is not a purpose there is named here."""
    numbers = {name for name, value in vars(arrays).items() if name.isupper() and isinstance(value, int)}
    assert numbers - {"PHILOX_STATES"} == {"INIT", "NOISE", "SAMPLE", "MONITOR", "ORDER", "CHAINS", "DRAW"}
    assert len(set(PURPOSES)) == 7


def test_no_two_generators_start_from_the_same_bits():
    """Each purpose with each seed and step; also without a step, as `sample` draws; and each seed without any purpose."""
    seen, n = set(), 0
    for seed in range(20):
        for purpose in [(), *((purpose,) for purpose in PURPOSES), *itertools.product(PURPOSES, range(1000))]:
            seen.add(bits(seed, *purpose))
            n += 1
    assert n == 20 * (1 + 7 + 7000)
    assert len(seen) == n


PLACES = list(itertools.product([0, 1, 2, 41, 99], [(), *((purpose,) for purpose in PURPOSES),
                                                    *itertools.product(PURPOSES, [0, 1, 2, 3, 999])]))  # fmt: skip


def test_a_generator_starts_from_these_bits():
    """So the test above speaks of the generators themselves."""
    for seed, purpose in PLACES:
        assert generator(seed, "numpy", *purpose).bit_generator.seed_seq.generate_state(4).tobytes() == bits(seed, *purpose)


def test_no_two_generators_have_the_same_first_draws(backend):
    """The draws themselves, for a few seeds and steps: four doubles are 212 bits."""
    if backend == "cupy":
        pytest.skip("CuPy keeps 32 bits of a seed: two generators can, rarely, be the same")
    draws = {first_draws(seed, *purpose, backend=backend) for seed, purpose in PLACES}
    assert len(draws) == len(PLACES) == 5 * (1 + 7 + 35)
