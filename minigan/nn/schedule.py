"""Schedules: how the learning rate, or the weight of a penalty, changes while training.

A schedule is a function of the step number t = 1, 2, …, whose value multiplies the rate or the weight. Of a rate: large steps
find the region, small ones settle in it, since with noisy gradients the last θ is off the minimum by an amount that grows with
the step.

    Straight(steps, to)    from 1 along a straight line to `to` at step `steps`, and `to` from there on
    Cosine(steps, to)      the same along half a cosine: slow at first and at the end (Loshchilov & Hutter 2017)
    Stairs(…)              pairs (step, factor): the factor from that step on; 1 before the first

Of a rate, t counts the optimizer's steps: a GAN's D takes k of them for one of G. Of a penalty's weight it counts the model's.
The value depends on t alone, and t is saved with the optimizer or the model. So a run that is resumed goes on where the
schedule was.
"""

import inspect
import math
from dataclasses import dataclass

from minigan.check import number, whole


@dataclass(frozen=True)
class Straight:
    """1 − (1 − to) · t / steps, and `to` from step `steps` on. steps: int. to: float in [0, 1]."""

    steps: int
    to: float = 0.0

    def __post_init__(self):
        _check(self)

    def __call__(self, t):
        return 1.0 - (1.0 - self.to) * min(1.0, t / self.steps)


@dataclass(frozen=True)
class Cosine:
    """to + (1 − to) · (1 + cos(π t / steps)) / 2, and `to` from step `steps` on. steps: int. to: float in [0, 1]."""

    steps: int
    to: float = 0.0

    def __post_init__(self):
        _check(self)

    def __call__(self, t):
        return self.to + (1.0 - self.to) * (1.0 + math.cos(math.pi * min(1.0, t / self.steps))) / 2.0


class Stairs:
    """The factor of the last stair whose step is ≤ t. stairs: pairs (step, factor), steps growing, factors > 0."""

    def __init__(self, *stairs):
        if not all(isinstance(stair, (tuple, list)) and len(stair) == 2 for stair in stairs):
            raise ValueError(f"Stairs{stairs}: want pairs (step, factor), as in Stairs((1000, 0.1))")
        self.stairs = tuple((whole("Stairs: a step", t), number("Stairs: a factor", factor, above=0)) for t, factor in stairs)
        steps = [step for step, _ in self.stairs]
        if not steps or steps != sorted(set(steps)):
            raise ValueError(f"Stairs{stairs}: want pairs (step, factor), the steps growing")

    def __repr__(self):
        return f"Stairs({', '.join(map(str, self.stairs))})"

    def __call__(self, t):
        return next((factor for step, factor in reversed(self.stairs) if step <= t), 1.0)


def scheduled(value, schedule, t):
    """value times the schedule's value at step t, or value itself without a schedule."""
    return value if schedule is None else value * number("the schedule's value", schedule(t), least=0)


def check_schedule(name, schedule):
    """The schedule, or None; ValueError for what a checkpoint could not name, such as a plain function."""
    if not (schedule is None or callable(schedule)) or inspect.isroutine(schedule) or inspect.isclass(schedule):
        raise ValueError(f"{name}={schedule!r}: want an object with its settings, such as Straight(steps=1000), so that "
                         "a checkpoint can name it; or None")
    return schedule


def _check(schedule):
    whole(f"{type(schedule).__name__}: steps", schedule.steps)
    number(f"{type(schedule).__name__}: to", schedule.to, least=0, most=1)
