"""Sheets, releases, the student's check, formats, the command line."""

import compileall
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from minigan.homework import holes, wire
from minigan.homework.__main__ import main
from minigan.homework.grade import Grader
from minigan.homework.judge import difference
from minigan.homework.key import make_key
from minigan.homework.release import IDIOMS, release
from minigan.homework.results import FORMATS, Result, as_text
from minigan.homework.sheets import get_sheet, read_sheet, sheets
from minigan.homework.stand_in import find

NUMBERS = [1, 2, 3, 4]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module", params=NUMBERS)
def released(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("released") / f"sheet{request.param}"
    release(get_sheet(request.param), folder, seed=1)
    return get_sheet(request.param), folder


def student(folder, *arguments):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    command = [sys.executable, "-B", "-m", "minigan.homework", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)


# --- sheets -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", NUMBERS)
def test_every_function_that_a_sheet_names_is_there(number):
    sheet = get_sheet(number)
    for name in (*sheet.holes, *sheet.cut):
        path, names = holes.locate(name)
        first, last = holes.body_lines(holes.source_of(path), names)
        assert last >= first and callable(find(name)[1])
    assert sheet.handout.count("**The picture.**") == 1
    assert len({task.name for task in sheet.tasks}) == len(sheet.tasks)


def test_a_renamed_function_is_an_error_that_names_it(tmp_path):
    text = (get_sheet(1).path).read_text().replace("linear.Linear.forward", "linear.Linear.forwards")
    (tmp_path / "1.toml").write_text(text)
    with pytest.raises(ValueError, match=r"Linear\.forwards.*renamed"):
        holes.solution_lines(read_sheet(tmp_path / "1.toml"))


@pytest.mark.parametrize(("old", "new", "words"), [
    ("points = 2\n", "points = 2.5\n", "task 1: want a whole number of points"),
    ("needs = [1]", "needs = [2]", "earlier tasks"),
    ('probe = "LinearForward"\n', "", "probe"),
    ('["minigan.nn.linear.Linear.backward"]', '["minigan.nn.linear.Linear.forward"]', "two tasks"),
])  # fmt: skip
def test_a_sheet_that_makes_no_sense_is_refused(tmp_path, old, new, words):
    (tmp_path / "1.toml").write_text(get_sheet(1).path.read_text().replace(old, new, 1))
    with pytest.raises(ValueError, match=words):
        read_sheet(tmp_path / "1.toml")


SOURCE = '''"""Essay.

More.
"""

X = 1


def f(a, *, b=2):
    """Doc.

    More.
    """
    # why
    a += 1
    return a


class C:
    def g(self):
        # first
        return 1

    y = 3
'''


def test_a_cut_keeps_signature_docstring_and_everything_around():
    cut = holes.cut(SOURCE, {("f",): "one", ("C", "g"): "two"})
    assert cut.splitlines()[0] == '"""Essay.' and "More.\n\"\"\"" not in cut
    assert 'def f(a, *, b=2):\n    """Doc.\n\n    More.\n    """\n    raise NotImplementedError(\'one\')\n\n\nclass C:' in cut
    assert "    def g(self):\n        raise NotImplementedError('two')\n\n    y = 3\n" in cut
    assert "why" not in cut and "first" not in cut


# --- releases ---------------------------------------------------------------------------------------------------------


def test_a_release_compiles(released, tmp_path):
    shutil.copytree(released[1], tmp_path / "copy")
    assert compileall.compile_dir(tmp_path / "copy", quiet=1)


def test_each_task_fails_on_a_release(released, graders):
    sheet, folder = released
    result = graders(sheet.number).grade(folder)
    assert result.score == 0 and all("not done yet" in task.reason for task in result.tasks), as_text(result)


def test_no_line_of_a_solution_is_in_a_release(released):
    sheet, folder = released
    solutions = {line.encode() for line in holes.solution_lines(sheet) - IDIOMS}
    assert len(solutions) > 20
    for path in folder.rglob("*"):
        if path.is_file():
            lines = {line.strip() for line in path.read_bytes().splitlines()}
            assert not lines & solutions, path
            assert path.suffix in (".py", ".md", ".toml", ".txt", ".safetensors", ".npz"), path
            long = [line for line in solutions if len(line) > 24]
            assert not [line for line in long if line in path.read_bytes()], path
    assert not [path for path in folder.rglob("*") if path.name in (".git", "__pycache__")]


def test_a_release_is_whole_or_not_at_all(tmp_path, monkeypatch):
    (tmp_path / "there").mkdir()
    (tmp_path / "there/file").write_text("mine")
    with pytest.raises(ValueError, match="not empty"):
        release(get_sheet(1), tmp_path / "there", seed=1)
    assert (tmp_path / "there/file").read_text() == "mine"
    monkeypatch.setattr("minigan.homework.release.leaks", lambda sheet, folder: [("file", "line")])
    with pytest.raises(RuntimeError, match="solution"):
        release(get_sheet(1), tmp_path / "new", seed=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there"]


# --- the student's side -----------------------------------------------------------------------------------------------


def test_check_says_what_is_to_be_done_and_what_is_right(released):
    sheet, folder = released
    empty = student(folder, "check")
    assert empty.returncode == 1 and f"0 of {sheet.points} points" in empty.stdout, empty
    assert empty.stdout.count("FAIL") == len(sheet.tasks) and all(task.hint in empty.stdout for task in sheet.tasks)


def test_a_finished_sheet_passes_check_and_draws_its_picture(released, tmp_path):
    sheet, folder = released
    shutil.copytree(folder, tmp_path / "done")
    for path in holes.files_of(sheet):
        (tmp_path / "done" / path).write_text(holes.source_of(path))
    done = student(tmp_path / "done", "check")
    assert done.returncode == 0 and f"{sheet.points} of {sheet.points} points" in done.stdout, done
    drawn = student(tmp_path / "done", "picture", "--out", "mine.png")
    assert drawn.returncode == 0, drawn
    assert (tmp_path / "done/mine.png").read_bytes().startswith(b"\x89PNG")


def test_check_speaks_of_mathematics_and_shows_the_line(released, tmp_path):
    sheet, folder = released
    if sheet.number != 1:
        return
    shutil.copytree(folder, tmp_path / "mine")
    path = tmp_path / "mine/minigan/nn/linear.py"
    path.write_text(holes.source_of("minigan/nn/linear.py").replace("[x.T @ dy,", "[dy.T @ x,").replace("y += b\n", "y += c\n"))
    seen = student(tmp_path / "mine", "check").stdout
    assert "NameError: name 'c' is not defined" in seen and "linear.py, line" in seen and "y += c" in seen
    assert "dW has shape (4, 3), W has (3, 4): is it transposed?" in seen  # with the right forward standing in


def test_a_students_folder_has_no_grader(released):
    refused = student(released[1], "grade", "x", "--sheet", released[0].number)
    assert refused.returncode == 2 and "student's folder" in refused.stderr
    assert "1." in student(released[1], "list").stdout


# --- grading ----------------------------------------------------------------------------------------------------------


def test_a_key_is_drawn_from_its_seed():
    a, b, c = (wire.dumps({str(n): cases for n, cases in make_key(get_sheet(1), seed).items()}) for seed in (1, 1, 2))
    assert a == b and a != c


def test_one_error_is_not_punished_twice(graders, submission):
    """Every forward of sheet 1 returns nonsense, cache and all; every backward is right."""
    folder = submission(1)
    for path, old, new in (
        ("linear", "return y, (x, 1.0)", "return y + 1, None"),
        ("batchnorm", "return y, (x_hat, r, batch)", "return y + 1, None"),
        ("activations", "x * self.slope), x", "x * self.slope) + 1, None"),
    ):
        file = folder / f"minigan/nn/{path}.py"
        assert file.read_text().count(old) == 1
        file.write_text(file.read_text().replace(old, new))
    result = graders(1).grade(folder)
    assert {task.number for task in result.tasks if not task.points} == {1, 3, 9}, as_text(result)


def test_jobs_do_not_change_results_nor_does_a_second_run(tmp_path, submission):
    right = submission(1)
    changes = (("a", "y += b", "y -= b"), ("b", "x.T @ dy", "dy.T @ x"), ("c", "", ""), ("d", "dy @ W.T", "dy @ W"))
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
            file.write_text(file.read_text().replace("y += b", "y -= b"))
    start = time.monotonic()
    with Grader(get_sheet(1), seed=9) as grader:
        results = grader.grade_all(paths, jobs=2, progress=False)
    assert time.monotonic() - start < 300
    assert [result.score for result in results] == [32, 30] * 100


# --- formats ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def mixed(graders, submission):
    return graders(1).grade(submission(1, "minigan/nn/linear.py", "[x.T @ dy,", "[dy.T @ x,"))


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


# --- judge and wire ---------------------------------------------------------------------------------------------------


def test_a_number_that_stands_alone_is_not_called_a_factor():
    assert difference("loss", np.array(2.0), np.array(1.234), {"x": np.ones((3, 2))}) == "loss is not the right number"
    assert "factor N = 3" in difference("loss", np.array(2.0), np.array(6.0), {"x": np.ones((3, 2))})


def test_rounding_is_not_a_fault_and_a_thousandth_is():
    rng = np.random.default_rng(0)
    right = rng.standard_normal((5, 4))
    assert difference("y", right, right * (1 + 1e-11), {}) is None
    assert difference("y", right, right + 1e-4 * rng.standard_normal((5, 4)), {}) is not None


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


def test_what_is_not_plain_is_not_sent():
    for value in (object(), np.array([None]), {1, 2}, lambda: 0):
        with pytest.raises(TypeError):
            wire.dumps(value)


# --- the command line and what it writes ------------------------------------------------------------------------------


def test_the_command_line_grades_a_class(tmp_path, submission, capsys):
    right = submission(1)
    shutil.copytree(right / "minigan", tmp_path / "class/alice/minigan")
    shutil.make_archive(tmp_path / "class/bob", "zip", right, "minigan")
    (tmp_path / "class/carol").mkdir()
    paths = [str(path) for path in sorted((tmp_path / "class").iterdir())]
    options = ["--sheet", "1", "--jobs", "2", "--seed", "3"]
    main(["grade", *paths, *options, "--csv", str(tmp_path / "class.csv"), "--out", str(tmp_path / "feedback")])
    with open(tmp_path / "class.csv", newline="") as file:
        rows = {row["submission"]: row for row in csv.DictReader(file)}
    assert {name: row["score"] for name, row in rows.items()} == {"alice": "32", "bob.zip": "32", "carol": "0"}
    assert "linear.py was not handed in" in rows["carol"]["remarks"]
    assert sorted(path.name for path in (tmp_path / "feedback").iterdir()) == ["alice.txt", "bob.zip.txt", "carol.txt"]
    assert "32 of 32" in (tmp_path / "feedback/alice.txt").read_text()


def test_zeros_are_written_first(tmp_path, submission, monkeypatch):
    monkeypatch.setattr(Grader, "grade", lambda *a: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main(["grade", str(submission(1)), "--sheet", "1", "--format", "gradescope", "--out", str(tmp_path / "out")])
    [path] = (tmp_path / "out").iterdir()
    assert json.loads(path.read_text())["score"] == 0


@pytest.mark.parametrize("arguments", ["release 9 --out x", "grade x --sheet 9", "gradescope 9 --out x.zip"])
def test_a_sheet_that_is_not_there_is_one_line(arguments, capsys):
    with pytest.raises(SystemExit) as exit:
        main(arguments.split())
    assert exit.value.code == 2 and "there is no sheet 9: want one of 1, 2, 3, 4" in capsys.readouterr().err


def test_the_gradescope_zip_grades(tmp_path, submission):
    """Laid out as Gradescope does, with this Python in the place of the one that setup.sh makes."""
    archive = tmp_path / "autograder.zip"
    main(["gradescope", "1", "--out", str(archive)])
    root = tmp_path / "autograder"
    with zipfile.ZipFile(archive) as opened:
        assert {"setup.sh", "run_autograder"} <= set(opened.namelist())
        assert all(opened.getinfo(name).external_attr >> 16 & 0o111 for name in ("setup.sh", "run_autograder"))
        opened.extractall(root / "source")
    assert subprocess.run(["bash", "-n", root / "source/setup.sh"], check=False).returncode == 0
    (root / "results").mkdir()
    (root / "venv/bin").mkdir(parents=True)
    (root / "venv/bin/python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (root / "venv/bin/python").chmod(0o755)
    shutil.copy(root / "source/run_autograder", root / "run_autograder")
    shutil.copytree(submission(1, "minigan/nn/linear.py", "y += b", "y -= b") / "minigan/nn", root / "submission")
    (root / "run_autograder").chmod(0o755)
    done = subprocess.run([root / "run_autograder"], capture_output=True, text=True)
    data = json.loads((root / "results/results.json").read_text())
    assert data["score"] == 30 and len(data["tests"]) == 11, done
    (root / "venv/bin/python").write_text("#!/bin/sh\nkill -9 $$\n")
    subprocess.run([root / "run_autograder"], capture_output=True)
    assert json.loads((root / "results/results.json").read_text())["score"] == 0


def test_the_notebooks_cells_do_what_nbgrader_wants(tmp_path):
    from minigan.homework.notebook import notebook

    for sheet in sheets().values():
        data = notebook(sheet)
        marks = [cell["metadata"]["nbgrader"] for cell in data["cells"] if cell["metadata"]]
        assert all(mark["schema_version"] == 3 for mark in marks) and len({mark["grade_id"] for mark in marks}) == len(marks)
        assert sum(mark.get("points", 0) for mark in marks) == sheet.points
        solutions = ["".join(cell["source"]) for cell in data["cells"] if cell["metadata"].get("nbgrader", {}).get("solution")]
        assert len(solutions) == len(sheet.holes)
        assert all(text.count("### BEGIN SOLUTION") == text.count("### END SOLUTION") == 1 for text in solutions)


def run(command, folder):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_notebooks_code_passes_with_its_solutions_and_fails_without(number, tmp_path):
    main(["notebook", str(number), "--out", str(tmp_path / "sheet"), "--seed", "4"])
    data = json.loads((tmp_path / f"sheet/sheet{number}.ipynb").read_text())
    cells = ["".join(cell["source"]) for cell in data["cells"] if cell["cell_type"] == "code"]
    (tmp_path / "sheet/full.py").write_text("\n".join(cells))
    hollow = re.sub(r"### BEGIN SOLUTION.*?### END SOLUTION", "raise NotImplementedError()", "\n".join(cells), flags=re.DOTALL)
    tried = "try:\n    require(\\1)\n    print('passed')\nexcept AssertionError as error:\n    print('refused', error)"
    (tmp_path / "sheet/hollow.py").write_text(re.sub(r"^require\((\d+)\)$", tried, hollow, flags=re.MULTILINE))
    full, empty = (run([sys.executable, "-B", name], tmp_path / "sheet") for name in ("full.py", "hollow.py"))
    assert full.returncode == 0, full.stderr
    assert empty.stdout.count("refused") == len(get_sheet(number).tasks) and "passed" not in empty.stdout, empty


@pytest.mark.slow
def test_the_instructors_page_works_command_by_command(tmp_path):
    page = (ROOT / "docs/homework.md").read_text(encoding="utf-8")
    commands = re.search(r"```sh\n(python3 -m venv.*?)```", page, re.DOTALL).group(1).strip().splitlines()
    assert len(commands) == 10
    subprocess.run(["git", "clone", "--quiet", ROOT, tmp_path / "clone"], check=True)
    for command in commands:
        done = subprocess.run(["bash", "-c", command], cwd=tmp_path / "clone", capture_output=True, text=True)
        assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])
    with open(tmp_path / "clone/class.csv", newline="") as file:
        assert [row["score"] for row in csv.DictReader(file)] == ["0", "0"]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("nbgrader") is None, reason="nbgrader is not installed")
@pytest.mark.parametrize("number", NUMBERS)
def test_nbgrader_takes_the_assignment(number, tmp_path):
    main(["notebook", str(number), "--out", str(tmp_path / f"source/sheet{number}"), "--seed", "4"])

    def validate(folder):
        return run(["nbgrader", "validate", f"sheet{number}.ipynb"], folder).stdout

    assert "Success!" in validate(tmp_path / f"source/sheet{number}")
    made = run(["nbgrader", "generate_assignment", f"sheet{number}", "--create"], tmp_path)
    assert made.returncode == 0, made.stderr
    text = (tmp_path / f"release/sheet{number}/sheet{number}.ipynb").read_text()
    assert "BEGIN SOLUTION" not in text and "# YOUR CODE HERE" in text
    assert "failed" in validate(tmp_path / f"release/sheet{number}")
