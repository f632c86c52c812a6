"""Sheets: what a student is asked for, as data.

A sheet is two files in `sheets/`: a handout in Markdown, and a TOML file,

    number = 1
    title = "Layers"
    probes = "minigan.homework.probes.layers"       the module with the tasks' probes
    picture = "minigan.homework.pictures.layers"    what the finished sheet can draw
    cut = [...]                                     functions that would give an answer away: cut too, not asked for

    [[task]]
    name = "Linear, backward"
    points = 4
    holes = ["minigan.nn.linear.Linear.backward"]   the functions to be written
    probe = "LinearBackward"
    needs = [1]                                     tasks whose functions the probe calls too
    hint = "…"

Tasks are numbered from 1 in the order of the file; a task needs earlier ones only.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "sheets"


@dataclass(frozen=True)
class Task:
    """One task: its number on the sheet and what the TOML says of it."""

    number: int
    name: str
    points: int
    holes: tuple
    probe: str
    needs: tuple = ()
    hint: str = ""


@dataclass(frozen=True)
class Sheet:
    """A sheet: its tasks, and where its files are."""

    number: int
    title: str
    probes: str
    picture: str
    cut: tuple
    tasks: tuple
    path: Path

    @property
    def points(self):
        """What a faultless submission earns."""
        return sum(task.points for task in self.tasks)

    @property
    def holes(self):
        """{qualified name of a function to be written: its task}."""
        return {name: task for task in self.tasks for name in task.holes}

    @property
    def handout(self):
        """The handout, Markdown."""
        return self.path.with_suffix(".md").read_text(encoding="utf-8")


def sheets():
    """{number: Sheet}, of all that are here. In a student's folder that is one."""
    found = [read_sheet(path) for path in sorted(FOLDER.glob("*.toml"))]
    return {sheet.number: sheet for sheet in found}


def get_sheet(number):
    """The sheet of that number; ValueError if there is none."""
    found = sheets()
    if number not in found:
        raise ValueError(f"there is no sheet {number}: want one of {', '.join(map(str, found))}")
    return found[number]


def _task(number, holes, needs=(), **entry):
    return Task(number, holes=tuple(holes), needs=tuple(needs), **entry)


def read_sheet(path):
    """A Sheet from its TOML file. ValueError, with the file's name, for one that makes no sense."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        tasks = tuple(_task(number, **entry) for number, entry in enumerate(data.pop("task"), 1))
        sheet = Sheet(path=path, tasks=tasks, cut=tuple(data.pop("cut", ())), **data)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path.name}: {error}; want the fields that minigan/homework/sheets.py describes") from error
    for task in tasks:
        if not isinstance(task.points, int) or task.points < 1 or not task.holes:
            raise ValueError(f"{path.name}, task {task.number}: want a whole number of points, 1 or more, and a hole")
        if any(not 1 <= need < task.number for need in task.needs):
            raise ValueError(f"{path.name}, task {task.number}: needs {task.needs}, want earlier tasks")
    if len(sheet.holes) < sum(len(task.holes) for task in tasks):
        raise ValueError(f"{path.name}: a function stands in two tasks")
    return sheet
