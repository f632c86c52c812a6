"""Grading: keys, partial credit, jobs, and the formats of results."""

import json
import shutil
import time
from xml.etree import ElementTree

import pytest

from minigan.homework import holes, wire
from minigan.homework.grade import Grader
from minigan.homework.key import FOR_CHECKING, FOR_GRADING, make_key
from minigan.homework.results import FORMATS, Result, as_text
from minigan.homework.sheets import get_sheet


def test_a_key_is_drawn_from_its_seed():
    drawn = ((1, FOR_GRADING), (1, FOR_GRADING), (2, FOR_GRADING), (1, FOR_CHECKING))
    keys = [make_key(get_sheet(1), seed, purpose) for seed, purpose in drawn]
    a, b, c, d = (wire.dumps({str(number): cases for number, cases in key.items()}) for key in keys)
    assert a == b and a != c and a != d


def test_one_error_is_not_punished_twice(graders, submission):
    """Every forward of sheet 1 returns nonsense, cache and all; every backward is right."""
    folder = submission(1)
    for path, old, new in (
        ("linear", "self.n_out)), (x, 1.0)", "self.n_out)) + 1, None"),
        ("batchnorm", "x.shape), (x_hat, r, batch)", "x.shape) + 1, None"),
        ("activations", "x * self.slope), x", "x * self.slope) + 1, None"),
    ):
        file = folder / f"minigan/nn/{path}.py"
        assert file.read_text().count(old) == 1
        file.write_text(file.read_text().replace(old, new))
    result = graders(1).grade(folder)
    assert {task.number for task in result.tasks if not task.points} == {1, 3, 9}, as_text(result)


@pytest.mark.parametrize("head", [
    "def mean_hiddens(params, v):",
    "def mean_hiddens(theta, v):\n    params = theta",
    "def mean_hiddens(params, v, eps=0.0):",
    "@functools.wraps(len)\ndef mean_hiddens(params, v):",
    "@decorated\ndef mean_hiddens(params, v):",
])  # fmt: skip
def test_whatever_a_wrong_function_looks_like_its_right_answers_stand_in(graders, submission, head):
    folder = submission(3, "minigan/models/bipartite.py", "    a = v @ W\n    a += c\n", "    a = v @ W\n")
    path = folder / "minigan/models/bipartite.py"
    passed_on = "functools.wraps(f)(lambda *args, **kwargs: f(*args, **kwargs))"
    decorator = f"import functools\n\n\ndef decorated(f):\n    return {passed_on}\n\n\n"
    path.write_text(path.read_text().replace("def mean_hiddens(params, v):", decorator + head))
    result = graders(3).grade(folder)
    assert {task.number for task in result.tasks if not task.points} == {1}, as_text(result)


def test_right_answers_stand_in_for_what_was_taken_away_and_for_tuples_too(graders, submission):
    folder = submission(3, "minigan/models/bipartite.py", "    a = v @ W\n    a += c\n", "    a = v @ W\n")
    path = folder / "minigan/models/bipartite.py"
    old = "sample_visibles(params, sample_hiddens(params, v, rng), rng, units)"
    assert path.read_text().count(old) == 1
    path.write_text(path.read_text().replace(old, old.replace("(params, v,", "(tuple(params), v,")))
    assert [task.number for task in graders(3).grade(folder).tasks if not task.points] == [1]
    (folder / "1").mkdir()
    source = (graders(1).base / "minigan/nn/linear.py").read_text()
    own = holes.source_of("minigan/nn/linear.py")
    (folder / "1/linear.py").write_text(own.replace("    def forward(self, params, x):", "    def onward(self, params, x):"))
    assert "def forward" in source and graders(1).grade(folder / "1").tasks[1].points == 4


def test_jobs_do_not_change_results_nor_does_a_second_run(tmp_path, submission):
    right = submission(1)
    changes = (("a", "@ W + b", "@ W - b"), ("b", "as_rows(x).T @ dy", "dy.T @ as_rows(x)"),
               ("c", "", ""), ("d", "dy @ W.T", "dy @ W"))  # fmt: skip
    for name, old, new in changes:
        shutil.copytree(right / "minigan", tmp_path / "in" / name / "minigan")
        file = tmp_path / "in" / name / "minigan/nn/linear.py"
        file.write_text(file.read_text().replace(old, new, 1) if old else file.read_text())
    paths = sorted((tmp_path / "in").iterdir())
    seen = []
    for jobs in (1, 2, 2):
        with Grader(get_sheet(1), seed=9) as grader:
            seen.append([as_text(result) for result in grader.grade_all(paths, jobs, progress=False)])
    assert seen[0] == seen[1] == seen[2] and len(set(seen[0])) == 4


@pytest.mark.slow
def test_two_hundred_submissions_take_at_most_five_minutes(tmp_path, submission):
    right = submission(1)
    paths = [tmp_path / "in" / f"{i:03d}" for i in range(200)]
    for i, path in enumerate(paths):
        shutil.copytree(right / "minigan", path / "minigan")
        if i % 2:
            file = path / "minigan/nn/linear.py"
            file.write_text(file.read_text().replace("@ W + b", "@ W - b"))
    start = time.monotonic()
    with Grader(get_sheet(1), seed=9) as grader:
        results = list(grader.grade_all(paths, jobs=2, progress=False))
    assert time.monotonic() - start < 300
    assert [result.score for result in results] == [32, 30] * 100


@pytest.fixture
def mixed(graders, submission):
    return graders(1).grade(submission(1, "minigan/nn/linear.py", "[as_rows(x).T @ dy,", "[dy.T @ as_rows(x),"))


def test_gradescope(mixed):
    data = json.loads(FORMATS["gradescope"][0](mixed))
    assert data["score"] == sum(test["score"] for test in data["tests"]) == 28
    for test in data["tests"]:
        assert type(test["score"]) is int and type(test["max_score"]) is int and 0 <= test["score"] <= test["max_score"]
        assert test["status"] in ("passed", "failed") and test["visibility"] == "visible"
        assert isinstance(test["name"], str) and isinstance(test["output"], str)
    assert [test["status"] for test in data["tests"]].count("failed") == 1


def test_prairielearn(mixed):
    data = json.loads(FORMATS["prairielearn"][0](mixed))
    assert data["gradable"] is True and data["score"] == pytest.approx(28 / 32)
    assert sum(test["points"] for test in data["tests"]) / sum(test["max_points"] for test in data["tests"]) == data["score"]
    assert all({"name", "points", "max_points", "message"} <= test.keys() for test in data["tests"])


def test_junit(mixed):
    suites = ElementTree.fromstring(FORMATS["junit"][0](mixed))
    [suite] = suites
    cases = suite.findall("testcase")
    assert suites.tag == "testsuites" and suite.get("tests") == str(len(cases)) == "11" and suite.get("failures") == "1"
    [failure] = suite.findall("testcase/failure")
    assert "transposed" in failure.get("message") and all(case.get("name") and case.get("classname") for case in cases)


def test_json_and_text_agree(mixed):
    data = json.loads(FORMATS["json"][0](mixed))
    assert data["score"] == mixed.score == 28 and data["max_score"] == 32
    assert "28 of 32 points" in as_text(mixed) and as_text(mixed).count("FAIL") == 1


def test_a_result_begins_as_zeros_with_a_reason():
    result = Result.zero("alice", get_sheet(2))
    assert result.score == 0 and all(task.reason == "was not graded" for task in result.tasks)
