"""A right answer never loses a point, however it is written and whatever is drawn.

MINIGAN_GRADING_SEEDS=1000 tries as many seeds as a school has pupils; by default there are a few.
"""

import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from answers import answers, questions
from right_submissions import RIGHT

from minigan.homework.holes import locate
from minigan.homework.judge import judge
from minigan.homework.results import as_text
from minigan.homework.sheets import get_sheet
from minigan.homework.trial import get_probe

SEEDS = int(os.environ.get("MINIGAN_GRADING_SEEDS", "20"))
BLOCK = 50  # seeds at a time: their answers are kept in memory
NAMES = [f"{i}-{path.rpartition('/')[2]}" for i, (_, path, _, _) in enumerate(RIGHT)]
ROOT = Path(__file__).parents[2]
right = {}  # (sheet, tasks, first seed): the library's answers, shared by all submissions of a file


def lost(number, path, folder, seeds):
    """[(task, seed, why), …] of what the files in a folder lose, of the tasks whose holes are in `path`."""
    sheet = get_sheet(number)
    tasks = {task.number for task in sheet.tasks if any(locate(name)[0] == path for name in task.holes)}
    assert tasks, f"no task of sheet {number} is in {path}"
    faults = []
    for first in range(0, seeds, BLOCK):
        last = min(first + BLOCK, seeds)
        key = number, tuple(sorted(tasks)), first, last
        if key not in right:
            right.clear()
            asked = questions(sheet, tasks, range(first, last))
            right[key] = asked, answers(sheet, asked)
        asked, wanted_of = right[key]
        words = [sys.executable, Path(__file__).with_name("answers.py"), str(number)]
        environment = os.environ | {"PYTHONPATH": str(folder)}
        done = subprocess.run(words, input=pickle.dumps(asked), capture_output=True, env=environment)
        assert done.returncode == 0, done.stderr.decode()
        for (task, seed, inputs, refused), wanted, got in zip(asked, wanted_of, pickle.loads(done.stdout), strict=True):
            probe = get_probe(sheet.probes, sheet.tasks[task - 1].probe)
            fault = judge(probe, {"inputs": inputs, "answer": wanted.get("answer"), "refused": refused}, got)
            faults += [(task, seed, fault)] if fault else []
    return faults


@pytest.fixture
def library(tmp_path):
    """A copy of the library with one text of one file changed: (file, old, new) -> its folder."""

    def make(path, old, new):
        shutil.copytree(ROOT / "minigan", tmp_path / "minigan", ignore=shutil.ignore_patterns("__pycache__"))
        text = (tmp_path / path).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{path} has {text.count(old)} places {old!r}: bring this submission up to date"
        (tmp_path / path).write_text(text.replace(old, new), encoding="utf-8")
        return tmp_path

    return make


@pytest.mark.slow
@pytest.mark.parametrize(("number", "path", "old", "new"), RIGHT, ids=NAMES)
def test_no_point_is_lost_for_any_seed(library, number, path, old, new):
    assert lost(number, path, library(path, old, new), SEEDS) == []


@pytest.mark.slow
@pytest.mark.parametrize(("number", "path", "old", "new"), RIGHT, ids=NAMES)
def test_nor_by_the_grader_itself(graders, submission, number, path, old, new):
    result = graders(number).grade(submission(number, path, old, new))
    assert result.score == result.max_score, as_text(result)


def test_there_are_twenty_ways_and_some_on_each_sheet():
    assert len(RIGHT) >= 20
    assert {number for number, *_ in RIGHT} == {1, 2, 3, 4, 5, 6, 7}


@pytest.mark.parametrize(("number", "path", "old", "new"), RIGHT, ids=NAMES)
def test_each_changes_a_text_that_the_library_has_once(library, number, path, old, new):
    """The slow tests would say so too, but a change of the library should hear of it from the fast ones."""
    library(path, old, new)


@pytest.mark.slow
def test_a_wrong_submission_is_seen_by_the_same_comparison(library):
    """So that the tests above can fail: minimax with the wrong sign."""
    from wrong_submissions import ADVERSARIAL

    folder = library(ADVERSARIAL, "    return -loss, -dlogits\n", "    return loss, dlogits\n")
    assert {task for task, _, _ in lost(2, ADVERSARIAL, folder, 1)} >= {1}
