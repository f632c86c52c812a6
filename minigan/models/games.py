"""Two players and one number: games small enough to be solved on paper.

x wants f(x, y) small, y wants it large. Each moves along its own gradient, so together they follow the field

    F(x, y) = (−∂f/∂x, +∂f/∂y)

and nobody guarantees that this leads anywhere: a field need not be the gradient of anything. Three games:

    saddle   f = x² − y²     each has a valley of its own; every rule goes to the equilibrium 0
    twist    f = x y         the field turns around 0 and never points at it
    Dirac    f = φ(x y) + φ(0), φ(t) = −log(1 + e⁻ᵗ): the smallest GAN. The data are one point at 0, the generator puts all
             its mass at x, and the discriminator's one weight is y: σ(y s) is how surely it calls s a fake. Near 0 it
             is the twist, φ′(0) = ½

and four rules, of step size η, for z = (x, y):

    simultaneous   z ← z + η F(z)              the twist grows: ‖z‖² by the factor 1 + η² each step
    alternating    x first, then k steps of y at the new x      the twist goes around for ever: k x² + y² − k η x y stays
    extragradient  z ← z + η F(z + η F(z))     look ahead, then step: ‖z‖² by the factor 1 − η² + η⁴ on the twist
    regularised    simultaneous, with y also pulled to 0 by γ y, which is R1: the penalty γ/2 · (slope of D at the data)²

Sources: Mescheder, Geiger & Nowozin 2018 (the Dirac-GAN, R1); Gidel et al. 2019 (the factors); Korpelevich 1976.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Game:
    """value(x, y); slopes(x, y) -> (∂f/∂x, ∂f/∂y)."""

    name: str
    value: Callable
    slopes: Callable


def _sigmoid(t):
    return 0.5 * (1.0 + math.tanh(0.5 * t))  # σ, for one Python number


def _phi(t):
    return min(t, 0.0) - math.log1p(math.exp(-abs(t)))  # −log(1 + e⁻ᵗ)


SADDLE = Game("x² − y²", lambda x, y: x * x - y * y, lambda x, y: (2 * x, -2 * y))
TWIST = Game("xy", lambda x, y: x * y, lambda x, y: (y, x))
DIRAC = Game("Dirac-GAN", lambda x, y: _phi(x * y) + _phi(0.0), lambda x, y: (y * _sigmoid(-x * y), x * _sigmoid(-x * y)))


def simultaneous(game, x, y, eta):
    """Both move at once, each by its gradient at the old point."""
    dx, dy = game.slopes(x, y)
    return x - eta * dx, y + eta * dy


def alternating(game, x, y, eta, k=1):
    """x moves; then y moves k times and sees where x has gone."""
    x = x - eta * game.slopes(x, y)[0]
    for _ in range(k):
        y = y + eta * game.slopes(x, y)[1]
    return x, y


def extragradient(game, x, y, eta):
    """Move as the gradient says at the point to which a simultaneous step would lead."""
    dx, dy = game.slopes(*simultaneous(game, x, y, eta))
    return x - eta * dx, y + eta * dy


def regularised(game, x, y, eta, gamma=1.0):
    """Simultaneous, and y pays γ/2 · y² for its slope."""
    dx, dy = game.slopes(x, y)
    return x - eta * dx, y + eta * (dy - gamma * y)


RULES = {"simultaneous": simultaneous, "alternating": alternating, "extragradient": extragradient, "regularised": regularised}


def trajectory(rule, game, start, eta, steps, **options):
    """The points [(x, y), …], steps + 1 of them, that a rule visits."""
    points = [tuple(start)]
    for _ in range(steps):
        points.append(rule(game, *points[-1], eta, **options))
    return points
