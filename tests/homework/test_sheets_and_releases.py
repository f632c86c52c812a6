"""Sheets, the folders that are handed out, and the student's own look at them."""

import compileall
import os
import shutil
import subprocess
import sys

import pytest

from minigan.homework import holes
from minigan.homework.release import release
from minigan.homework.results import as_text
from minigan.homework.sheets import get_sheet, read_sheet
from minigan.homework.stand_in import find

NUMBERS = [1, 2, 3, 4, 5, 6, 7]


@pytest.fixture(scope="module", params=NUMBERS)
def released(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("released") / f"sheet{request.param}"
    release(get_sheet(request.param), folder, seed=1)
    return get_sheet(request.param), folder


CLEAN = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}


def student(folder, *arguments):
    command = [sys.executable, "-B", "-m", "minigan.homework", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=CLEAN)


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


def test_a_release_compiles(released, tmp_path):
    shutil.copytree(released[1], tmp_path / "copy")
    assert compileall.compile_dir(tmp_path / "copy", quiet=1)


def test_each_task_fails_on_a_release(released, graders):
    sheet, folder = released
    result = graders(sheet.number).grade(folder)
    assert result.score == 0 and all("not done yet" in task.reason for task in result.tasks), as_text(result)


IDIOMS = {"else:", "if check:", "self.check(x)", "xp = namespace(x)", "xp = namespace(dy)", "xp = namespace(logits)",
          "return x", "return y", "return loss", "return loss, dtheta, tapes", "self.steps += 1", "W, b = params",
          "W_x, W_h, b = params", "(W, _), (x, constant) = params, cache", "self.input_shape = (None, None, self.n_in)",
          "if not want_dparams:", "return dx, None"}


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
    monkeypatch.setattr("minigan.homework.release.make_key", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        release(get_sheet(1), tmp_path / "new", seed=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there"]


def test_check_says_what_is_to_be_done_and_what_is_right(released):
    sheet, folder = released
    empty = student(folder, "check")
    assert empty.returncode == 1 and f"0 of {sheet.points} points" in empty.stdout, empty
    assert empty.stdout.count("FAIL") == empty.stdout.count("not done yet") == len(sheet.tasks)
    assert "hint" not in empty.stdout  # before anything has been tried, a hint would only spoil it


def finish(sheet, folder):
    """Fill in the sheet's own functions; what later sheets ask for stays cut."""
    for path in holes.files_of(sheet):
        others = {names: text for names, text in holes.holes_of(sheet)[path].items() if "task" not in text}
        (folder / path).write_text(holes.cut(holes.source_of(path), others))


def test_a_finished_sheet_passes_check(released, tmp_path):
    sheet, folder = released
    shutil.copytree(folder, tmp_path / "done")
    finish(sheet, tmp_path / "done")
    done = student(tmp_path / "done", "check")
    assert done.returncode == 0 and f"{sheet.points} of {sheet.points} points" in done.stdout, done


@pytest.mark.slow
@pytest.mark.parametrize("number", NUMBERS)
def test_a_finished_sheet_draws_its_picture(number, tmp_path):
    release(get_sheet(number), tmp_path / "done", seed=1)
    finish(get_sheet(number), tmp_path / "done")
    drawn = student(tmp_path / "done", "picture", "--out", "mine.png")
    assert drawn.returncode == 0, drawn
    assert (tmp_path / "done/mine.png").read_bytes().startswith(b"\x89PNG")


def test_check_speaks_of_mathematics_and_shows_the_line(released, tmp_path):
    sheet, folder = released
    if sheet.number != 1:
        return
    shutil.copytree(folder, tmp_path / "mine")
    path = tmp_path / "mine/minigan/nn/linear.py"
    wrong = holes.source_of("minigan/nn/linear.py").replace("[as_rows(x).T @ dy,", "[dy.T @ as_rows(x),")
    path.write_text(wrong.replace("@ W + b\n", "@ W + d\n"))
    seen = student(tmp_path / "mine", "check").stdout
    assert "NameError: name 'd' is not defined" in seen and "linear.py, line" in seen and "@ W + d" in seen
    assert "dW has shape (4, 3), W has (3, 4): is it transposed?" in seen  # with the right forward standing in
    assert "hint: Write one element of y as a sum" in seen and seen.count("hint") == 2
    path.write_text("import matplotlib\nimport scipy.special\n" + path.read_text())
    noted = student(tmp_path / "mine", "check").stdout
    assert noted.count("which the grader does not have") == 2 and "imports scipy" in noted
    path.write_text("def f(:\n")
    broken = student(tmp_path / "mine", "check")
    assert broken.returncode == 2 and "linear.py, line 1 is not Python" in broken.stderr and "Traceback" not in broken.stderr


@pytest.mark.parametrize("number", NUMBERS)
def test_docstrings_that_stay_give_no_formula_of_the_answer_away(number):
    """What stands in a hole's docstring is what is asked for; how it is got stands in the essays, which are cut."""
    for name in get_sheet(number).holes:
        docstring = find(name)[1].__doc__ or ""
        for given_away in "e^−|x| softplus(l) (σ(l) −σ(l) σ(c σ(b 2λ/N γ/N".split():
            assert given_away not in docstring, name


def test_a_students_folder_has_no_grader(released):
    refused = student(released[1], "grade", "x", "--sheet", released[0].number)
    assert refused.returncode == 2 and "invalid choice" in refused.stderr
    assert "list" in student(released[1], "--help").stdout and "gradescope" not in student(released[1], "--help").stdout
    assert "1." in student(released[1], "list").stdout
