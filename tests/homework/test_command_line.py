"""The command line, and what it writes: results, a class list, an autograder, notebooks."""

import csv
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from minigan.homework.__main__ import main
from minigan.homework.grade import Grader
from minigan.homework.sheets import get_sheet, sheets

NUMBERS = [1, 2, 3, 4, 5, 6, 7]
ROOT = Path(__file__).parents[2]


def test_the_command_line_grades_a_class(tmp_path, submission, capsys):
    right = submission(1)
    shutil.copytree(right / "minigan", tmp_path / "class/alice/minigan")
    shutil.make_archive(tmp_path / "class/bob", "zip", right, "minigan")
    (tmp_path / "class/carol").mkdir()
    paths = [str(path) for path in sorted((tmp_path / "class").iterdir())]
    options = ["--sheet", "1", "--jobs", "2", "--seed", "3"]
    with pytest.raises(SystemExit) as exit:
        main(["grade", *paths, *options, "--csv", str(tmp_path / "class.csv"), "--out", str(tmp_path / "feedback")])
    assert exit.value.code == 1  # carol handed in nothing
    with open(tmp_path / "class.csv", newline="") as file:
        rows = {row["submission"]: row for row in csv.DictReader(file)}
    assert {name: row["score"] for name, row in rows.items()} == {"alice": "32", "bob.zip": "32", "carol": "0"}
    assert "linear.py was not handed in" in rows["carol"]["remarks"]
    assert sorted(path.name for path in (tmp_path / "feedback").iterdir()) == ["alice.txt", "bob.zip.txt", "carol.txt"]
    assert "32 of 32" in (tmp_path / "feedback/alice.txt").read_text()


def test_zeros_are_written_first(tmp_path, submission, monkeypatch):
    monkeypatch.setattr(Grader, "grade_all", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main(["grade", str(submission(1)), "--sheet", "1", "--format", "gradescope", "--out", str(tmp_path / "out")])
    [path] = (tmp_path / "out").iterdir()
    assert json.loads(path.read_text())["score"] == 0


def test_where_the_grader_fails_one_submission_the_others_keep_their_grades(tmp_path, submission, monkeypatch):
    for name in ("a", "b", "c"):
        shutil.copytree(submission(1) / "minigan", tmp_path / "class" / name / "minigan")
    grade = Grader.grade
    monkeypatch.setattr(Grader, "grade", lambda self, path: 1 / 0 if path.endswith("b") else grade(self, path))
    with pytest.raises(SystemExit) as exit:
        paths = [str(tmp_path / "class" / name) for name in ("a", "b", "c")]
        main(["grade", *paths, "--sheet", "1", "--format", "json", "--out", str(tmp_path / "out")])
    results = [json.loads((tmp_path / f"out/{name}.json").read_text()) for name in ("a", "b", "c")]
    assert exit.value.code == 1 and [result["score"] for result in results] == [32, 0, 32]
    assert "the grader failed, ZeroDivisionError" in results[1]["remarks"][0]


def test_names_that_no_file_can_have_and_a_list_that_cannot_be_written_end_no_grading(tmp_path, submission, capsys):
    right, class_ = submission(1), tmp_path / "class"
    names = ["é" * 120 + "a", "é" * 120 + "b", "x" * 250]
    for name in names:
        (class_ / name).mkdir(parents=True)
        shutil.copy(right / "minigan/nn/linear.py", class_ / name)
    paths = [str(class_ / name) for name in names]
    with pytest.raises(SystemExit) as exit:
        main(["grade", *paths, "--sheet", "1", "--out", str(tmp_path / "out"), "--csv", str(tmp_path / "class.csv")])
    assert exit.value.code == 0
    results = sorted((tmp_path / "out").iterdir())
    assert len(results) == 3 and all("6 of 32 points" in path.read_text() for path in results), results
    with open(tmp_path / "class.csv", newline="") as file:
        assert [row["submission"] for row in csv.DictReader(file)] == names
    with pytest.raises(SystemExit) as exit:
        main(["grade", *paths, "--sheet", "1", "--csv", str(tmp_path / "nowhere/class.csv")])
    assert exit.value.code == 2 and "nowhere/class.csv" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", ["release 9 --out x", "grade x --sheet 9", "gradescope 9 --out x.zip"])
def test_a_sheet_that_is_not_there_is_one_line(arguments, capsys):
    with pytest.raises(SystemExit) as exit:
        main(arguments.split())
    assert exit.value.code == 2 and "there is no sheet 9: want one of 1, 2, 3, 4, 5, 6, 7" in capsys.readouterr().err


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
    shutil.copytree(submission(1, "minigan/nn/linear.py", "@ W + b", "@ W - b") / "minigan/nn", root / "submission")
    (root / "run_autograder").chmod(0o755)
    done = subprocess.run([root / "run_autograder"], capture_output=True, text=True)
    data = json.loads((root / "results/results.json").read_text())
    assert data["score"] == 30 and len(data["tests"]) == 11, done
    shutil.rmtree(root / "submission")
    (root / "submission").mkdir()
    subprocess.run([root / "run_autograder"], capture_output=True)
    assert "was not handed in" in json.loads((root / "results/results.json").read_text())["output"]
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


@pytest.mark.parametrize("number", [*NUMBERS[:2], *(pytest.param(number, marks=pytest.mark.slow) for number in NUMBERS[2:])])
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
    with open(tmp_path / "clone/class/points.csv", newline="") as file:
        assert [row["score"] for row in csv.DictReader(file)] == ["0", "32"]


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


@pytest.mark.parametrize("seconds", ["0", "-3", "nan"])
def test_a_limit_of_no_time_is_refused_and_costs_nobody_points(submission, capsys, seconds):
    with pytest.raises(SystemExit) as exit:
        main(["grade", str(submission(1)), "--sheet", "1", "--seconds", seconds])
    assert exit.value.code == 2
    assert "--seconds is" in capsys.readouterr().err
