"""What the judge says of numbers, and what passes over the wire."""


import json

import numpy as np
import pytest
from safetensors.numpy import save

from minigan.homework import wire
from minigan.homework.judge import difference, judge
from minigan.homework.key import FOR_GRADING, make_key
from minigan.homework.sheets import get_sheet
from minigan.homework.trial import get_probe


def test_a_number_that_stands_alone_is_not_called_a_factor():
    assert difference("loss", np.array(2.0), np.array(1.234), {"x": np.ones((3, 2))}) == "loss is not the right number"
    assert "is 3 times what is right, N = 3" in difference("loss", np.array(2.0), np.array(6.0), {"x": np.ones((3, 2))})


def test_rounding_is_not_a_fault_and_a_thousandth_is():
    rng = np.random.default_rng(0)
    right = rng.standard_normal((5, 4))
    assert difference("y", right, right * (1 + 1e-11), {}) is None
    assert difference("y", right, right + 1e-4 * rng.standard_normal((5, 4)), {}) is not None


def test_rounding_of_what_went_in_is_not_a_fault_where_the_right_answer_is_0_and_ten_times_that_is():
    for dtype, eps in (("float64", 2.2e-16), ("float32", 1.2e-7)):
        logits = np.array([[-1e4], [-1e4]], dtype)
        right = np.zeros((2, 1), dtype)
        assert difference("dlogits", right, right + np.asarray(np.exp(-500.0), dtype), {"logits": logits}) is None
        assert difference("dlogits", right, right + np.asarray(10 * eps * 1e4, dtype), {"logits": logits}) is None
        assert difference("dlogits", right, right + np.asarray(100 * eps * 1e4, dtype), {"logits": logits}) is not None
        assert difference("dlogits", right, right + np.asarray(10 * eps * 1e4, dtype), {"logits": logits / 1e4}) is not None
    assert difference("loss", np.array(0.0), np.array(np.exp(-500.0)), {"logits": np.full((4, 1), -1e4)}) is None
    assert difference("new_x", np.array(0.0), np.array(1e-16), {"x": 0.5, "eta": 0.2}) is None


VALUES = [None, 3, 2.5, "text", [1, (2.0, np.arange(3.0))], {"a": np.zeros((0, 2)), "b": {"c": np.array(True)}}]


@pytest.mark.parametrize("value", VALUES)
def test_messages_come_back_as_they_went(value):
    def same(a, b):
        if isinstance(a, np.ndarray):
            return a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b)
        if isinstance(a, (list, tuple)):
            return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
        return {k: same(v, b[k]) for k, v in a.items()} == dict.fromkeys(b, True) if isinstance(a, dict) else a == b

    assert same(value, wire.loads(wire.dumps(value)))


@pytest.mark.parametrize("seed", range(300))
def test_mutated_messages_are_refused_or_read(seed):
    rng = np.random.default_rng(seed)
    data = bytearray(wire.dumps({"answer": {"y": rng.standard_normal((3, 2)), "z": [1, None, "x"]}, "number": 7}))
    for _ in range(rng.integers(1, 6)):
        data[rng.integers(len(data))] = rng.integers(256)
    data = data[: rng.integers(len(data) + 1)] if rng.random() < 0.3 else data
    try:
        wire.loads(data)
    except wire.BadMessage:
        pass


def message(outline, array):
    return save({"0": array, wire.SKELETON: np.frombuffer(json.dumps(outline).encode(), np.uint8)})


def test_a_short_message_does_not_become_a_large_value():
    once, twice = ({"list": [{"array": "0"}] * times} for times in (1, 2))
    assert wire.loads(message(once, np.zeros(3)))[0].shape == (3,)
    with pytest.raises(wire.BadMessage):
        wire.loads(message(twice, np.zeros(3)))
    with pytest.raises(wire.BadMessage, match="skeleton"):
        wire.loads(message({"list": [{"list": []}] * 100_000}, np.zeros(3)))


def test_what_is_not_plain_is_not_sent():
    for value in (object(), np.array([None]), {1, 2}, lambda: 0):
        with pytest.raises(TypeError):
            wire.dumps(value)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6, 7])
def test_the_right_answers_obey_every_law(number):
    """Else a student whose fault is another would be told something false."""
    sheet = get_sheet(number)
    for seed in range(3):
        for task, cases in make_key(sheet, seed, FOR_GRADING).items():
            probe = get_probe(sheet.probes, sheet.tasks[int(task) - 1].probe)
            for case in cases:
                if not case["refused"]:
                    laws = getattr(probe, "laws", lambda *_: [])(case["inputs"], case["answer"])
                    assert [law for law, holds in laws if not holds] == []


@pytest.mark.parametrize("got", ["None", np.array(np.nan), np.array(True)])
def test_laws_are_not_asked_of_what_is_no_number(got):
    class Probe:
        def laws(inputs, answer):
            yield "it is positive", int(-answer["y"]) < 0  # raises for each of these

    case = {"inputs": {}, "refused": None, "answer": {"y": np.array(2.0)}}
    assert judge(Probe, case, {"answer": {"y": got}, "after": {}}).startswith("y is ")
    assert "it is positive" in judge(Probe, case, {"answer": {"y": np.array(-2.0)}, "after": {}})
