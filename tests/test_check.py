"""What passes as a count, a number, a choice or a pair, and what is refused with what was got and what is wanted."""

import math

import array_api_strict
import numpy as np
import pytest

from minigan.check import choice, number, pair, whole


@pytest.mark.parametrize("value", [3, np.int64(3), np.int8(3), np.uint16(3), np.array(3)])
def test_a_whole_number_becomes_an_int(value):
    assert whole("k", value) == 3
    assert type(whole("k", value)) is int


@pytest.mark.parametrize(("value", "least"), [(1, 1), (0, 0), (-5, -5), (2**100, 1)])
def test_the_least_itself_is_enough(value, least):
    assert whole("k", value, least) == value


@pytest.mark.parametrize(
    "value",
    [0, -1, True, False, np.True_, 3.0, np.float32(3), "3", b"3", None, math.nan, math.inf, [3], (3,), np.array([3, 4]), 1j],
)
def test_what_is_no_whole_number_is_refused(value):
    with pytest.raises(ValueError, match=r"^k is .*: want a whole number, 1 or more$") as caught:
        whole("k", value)
    assert repr(value) in str(caught.value)
    with pytest.raises(ValueError, match=r"k is 4: want a whole number, 5 or more"):
        whole("k", 4, 5)


@pytest.mark.parametrize(
    "value", [2, 2.0, np.float64(2), np.float32(2), np.int64(2), np.array(2.0), array_api_strict.asarray(2.0)]
)
def test_a_number_becomes_a_float(value):
    """Of NumPy's float64, above all: it would turn float32 arrays into float64."""
    assert number("lr", value) == 2.0
    assert type(number("lr", value)) is float


@pytest.mark.parametrize(
    ("value", "bounds"),
    [
        (0, {"least": 0}),
        (1, {"most": 1}),
        (5e-324, {"above": 0}),
        (math.nextafter(1, 0), {"below": 1}),
        (-1e308, {}),
        (0.3, {"least": 0, "most": 1, "above": -1, "below": 2}),
    ],
)
def test_a_number_within_its_bounds_passes(value, bounds):
    assert number("x", value, **bounds) == value


@pytest.mark.parametrize(
    ("value", "bounds", "words"),
    [
        (-0.1, {"least": 0}, "≥ 0"),
        (1.1, {"most": 1}, "≤ 1"),
        (0, {"above": 0}, "> 0"),
        (1.0, {"below": 1}, "< 1"),
        (1, {"least": 0, "below": 1}, "≥ 0 and < 1"),
        (2, {"above": 0, "most": 1}, "> 0 and ≤ 1"),
        (np.float32(0.7), {"least": 0, "below": 0.5}, "≥ 0 and < 0.5"),
        (math.nan, {"least": 0}, "≥ 0"),
        (math.inf, {"least": 0}, "≥ 0"),
        (-math.inf, {"most": 0}, "≤ 0"),
    ],
)
def test_a_number_beyond_its_bounds_is_refused_with_them(value, bounds, words):
    with pytest.raises(ValueError) as caught:
        number("x", value, **bounds)
    assert str(caught.value) == f"x is {value!r}: want a number {words}"


@pytest.mark.parametrize(
    "value",
    [True, np.True_, "3", b"3", "nan", None, math.nan, math.inf, -math.inf, np.float32("nan"), [1.0], 1j, np.array([1.0, 2.0])],
)
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match=r"^lr is .*: want a number$"):
        number("lr", value)


def test_a_number_too_large_for_a_float_is_refused():
    with pytest.raises(ValueError, match=r"^lr is 1000.*: want a number$"):
        number("lr", 10**400)


def test_a_choice_is_one_of_the_options_as_it_is():
    assert choice("loss", "minimax", ("minimax", "other")) == "minimax"
    assert choice("loss", "minimax", {"minimax": 1}) == "minimax"
    assert choice("centre", None, (None, "mean")) is None
    with pytest.raises(ValueError, match=r"^loss is 'max': want one of 'minimax', 'other'$"):
        choice("loss", "max", ("minimax", "other"))
    for value in (None, 0, ["minimax"], "Minimax", ""):
        with pytest.raises(ValueError, match="want one of"):
            choice("loss", value, ("minimax", "other"))


@pytest.mark.parametrize(
    ("value", "least", "two"),
    [(3, 1, (3, 3)), ((2, 3), 1, (2, 3)), ([2, 3], 1, (2, 3)), (np.int64(3), 1, (3, 3)), (0, 0, (0, 0)), ((0, 1), 0, (0, 1))],
)
def test_a_pair_is_one_number_for_both_or_two(value, least, two):
    assert pair("kernel", value, least) == two
    assert [type(part) for part in pair("kernel", value, least)] == [int, int]


@pytest.mark.parametrize("value", [(), (1,), (1, 2, 3), [[1, 2]]])
def test_a_pair_has_two_parts(value):
    with pytest.raises(ValueError, match=r"kernel is .*: want a whole number"):
        pair("kernel", value)


@pytest.mark.parametrize("value", [0, (0, 1), (1, 0), 2.0, (1, 2.0), True, (1, True), "22", None])
def test_the_parts_of_a_pair_are_whole_numbers(value):
    with pytest.raises(ValueError, match="want a whole number, 1 or more"):
        pair("kernel", value)
