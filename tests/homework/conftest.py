"""One grader a sheet for the whole run: what it draws does not matter to a right answer."""

import pytest

from minigan.homework.grade import Grader
from minigan.homework.holes import files_of, source_of
from minigan.homework.sandbox import Limits
from minigan.homework.sheets import get_sheet


@pytest.fixture(scope="session")
def graders():
    made = {}

    def grader(number):
        if number not in made:
            made[number] = Grader(get_sheet(number), seed=20, limits=Limits(wall=5.0, cpu=4))
        return made[number]

    yield grader
    for one in made.values():
        one.__exit__()


@pytest.fixture
def submission(tmp_path):
    """A folder with the library's own files of a sheet, one of them changed: (sheet, file, old, new) -> the folder."""

    def make(number, path=None, old="", new=""):
        for name in files_of(get_sheet(number)):
            text = source_of(name)
            if name == path:
                assert text.count(old) == 1, f"{path} has {text.count(old)} places {old!r}: bring this submission up to date"
                text = text.replace(old, new)
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return make
