"""Where results are written: to standard output, a file each, and a list of the class."""

import csv
from pathlib import Path

from minigan.homework.results import FORMATS, Result, name_of


class Reports:
    """The results of some submissions, in one format. With a folder, zeros are written first: there is a result in any case.

    Names too long for a file are cut, equal ones get numbers. ValueError for several results in a format that takes one only.
    """

    def __init__(self, sheet, submissions, format="text", folder=None):
        self.as_words, ending = FORMATS[format]
        names = [name_of(path) for path in submissions]
        if not folder and format != "text" and len(names) > 1:
            raise ValueError(f"{len(names)} results in the format {format} need a folder: give --out")
        short = [name.encode()[:200].decode(errors="ignore") for name in names]
        if len(set(short)) < len(short):
            short = [f"{i}-{name}" for i, name in enumerate(short, 1)]
        self.targets = [Path(folder) / f"{name}.{ending}" for name in short] if folder else None
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            for i, name in enumerate(names):
                self.write(i, Result.zero(name, sheet))

    def write(self, i, result):
        """Write the result of submission number i, in one move."""
        if self.targets is None:
            print(self.as_words(result), end="", flush=True)
            return
        part = self.targets[i].with_name(self.targets[i].name + ".part")
        part.write_text(self.as_words(result), encoding="utf-8")
        part.replace(self.targets[i])


def write_class_list(path, results):
    """A line for each submission: who, score, of how many, the points of every task, remarks. No cell is a formula."""
    rows = []
    for result in results:
        points = {f"task {task.number}": task.points for task in result.tasks}
        row = {"submission": _text(result.submission), "score": result.score, "max_score": result.max_score, **points}
        rows.append(row | {"remarks": _text("; ".join(result.remarks))})
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)


def _text(cell):
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell
