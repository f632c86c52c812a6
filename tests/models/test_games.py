"""The games against what can be computed on paper, at step sizes that Hypothesis draws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigan.models.games import DIRAC, SADDLE, TWIST, alternating, extragradient, regularised, simultaneous, trajectory

eta = st.floats(0.001, 0.9)
start = st.tuples(st.floats(0.1, 2), st.floats(-2, -0.1))


def norm2(z):
    return z[0] ** 2 + z[1] ** 2


@given(eta=eta, start=start)
def test_simultaneous_steps_on_the_twist_grow(eta, start):
    after = trajectory(simultaneous, TWIST, start, eta, 10)
    for old, new in zip(after, after[1:]):
        assert norm2(new) == pytest.approx((1 + eta**2) * norm2(old), rel=1e-12)


@given(eta=eta, start=start)
def test_extragradient_contracts_the_twist(eta, start):
    after = trajectory(extragradient, TWIST, start, eta, 10)
    for old, new in zip(after, after[1:]):
        assert norm2(new) == pytest.approx((1 - eta**2 + eta**4) * norm2(old), rel=1e-12)


@pytest.mark.parametrize("eta", [0.003, 0.1, 0.7, 1.5])
def test_alternating_steps_conserve_an_ellipse_for_ten_thousand_steps(eta):
    points = np.array(trajectory(alternating, TWIST, (0.7, -0.4), eta, 10_000))
    conserved = points[:, 0] ** 2 + points[:, 1] ** 2 - eta * points[:, 0] * points[:, 1]
    assert np.abs(conserved - conserved[0]).max() < 1e-10


@given(eta=eta, start=start)
def test_both_coordinates_of_the_saddle_shrink(eta, start):
    for rule in (simultaneous, alternating):
        x, y = rule(SADDLE, *start, eta)
        assert x == pytest.approx((1 - 2 * eta) * start[0], abs=1e-12)
        assert y == pytest.approx((1 - 2 * eta) * start[1], abs=1e-12)


def multipliers(rule, game, eta, **options):
    """The eigenvalues of the rule's linearisation at 0, by central differences."""
    h = 1e-5
    columns = [(np.array(rule(game, *(h * e), eta, **options)) - np.array(rule(game, *(-h * e), eta, **options))) / (2 * h)
               for e in np.eye(2)]  # fmt: skip
    return np.abs(np.linalg.eigvals(np.array(columns).T))


@given(eta=eta)
def test_the_multipliers_of_the_dirac_gan(eta):
    assert multipliers(simultaneous, DIRAC, eta) == pytest.approx([math.sqrt(1 + eta**2 / 4)] * 2, rel=1e-8)
    assert multipliers(alternating, DIRAC, eta) == pytest.approx([1, 1], rel=1e-6)


@given(eta=st.floats(0.01, 0.5))
def test_regularisation_makes_the_dirac_gan_converge(eta):
    assert multipliers(regularised, DIRAC, eta, gamma=1.0).max() < 1
    end = trajectory(regularised, DIRAC, (1.0, 1.0), eta, int(60 / eta), gamma=1.0)[-1]
    assert norm2(end) < 1e-4


@pytest.mark.parametrize("game", [SADDLE, TWIST, DIRAC])
def test_slopes_are_the_derivatives_of_the_value(game):
    h = 1e-6
    for x, y in ((0.3, -0.8), (-1.2, 0.5), (2.0, 3.0)):
        dx, dy = game.slopes(x, y)
        assert dx == pytest.approx((game.value(x + h, y) - game.value(x - h, y)) / (2 * h), rel=1e-7)
        assert dy == pytest.approx((game.value(x, y + h) - game.value(x, y - h)) / (2 * h), rel=1e-7)


def test_alternating_with_k_moves_y_k_times():
    x, y = alternating(TWIST, 1.0, 0.0, 0.1, k=3)
    assert (x, y) == pytest.approx((1.0, 0.3))


def test_far_points_do_not_overflow():
    assert np.isfinite(DIRAC.value(1e3, -1e3))
    assert np.isfinite(DIRAC.slopes(1e3, -1e3)).all()
