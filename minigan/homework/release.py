"""A release: the folder that a student gets.

    sheet1/
      minigan/        the part of the library that the sheet needs, with holes
      HANDOUT.md      the sheet
      key.safetensors inputs and right answers for `check`: numbers only
      requirements.txt

Only files that the sheet's own files import, directly or through others, are in it, and of the homework package only what
`check` needs. No .git, no bytecode, no tests, no other sheet: what is not there cannot give an answer away. What a later sheet
asks for is cut out as well. The tests look for solutions all the same, line by line.
"""

import ast
import shutil
import tempfile
from pathlib import Path

from minigan.homework import wire
from minigan.homework.holes import ROOT, cut, files_of, holes_of, source_of
from minigan.homework.key import FOR_CHECKING, make_key

STUDENTS = ("__init__", "__main__", "sheets", "holes", "check", "cells", "judge", "wire", "stand_in", "trial")
GRADERS = ("__init__", "inside", "landlock", "seccomp", "wire", "stand_in", "trial")
DATA = {"minigan/data/digits.py": ("minigan/data/digits.npz", "minigan/data/digits.LICENCE.md")}
HOW = """# Sheet {number}: {title}

{points} points. You get a part of the library minigan; the functions that you are to write raise NotImplementedError.

```sh
python -m pip install --requirement requirements.txt
python -m minigan.homework check       # what is right, and what is wrong with the rest
python -m minigan.homework picture     # when it is done
```

You need Python ≥ 3.11. Use NumPy and Python's own library: the grader has nothing else. Write helpers as you like, in the same
files. Hand in {files}: other files are not looked at.
The grader draws its own inputs, so what passes `check` by accident does not pass there.

{table}

{handout}"""
REQUIREMENTS = "numpy>=2.1\nmatplotlib>=3.9\nsafetensors\ntqdm\n"


def imported(path):
    """The files of the library that a file of it imports."""
    found = set()
    for node in ast.walk(ast.parse(source_of(path))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        found |= {file for name in names for file in _files(name)}
    return found


def _files(module):
    """The file of a module, and the __init__ of every package around it."""
    parts = module.split(".")
    candidates = [Path(*parts[:i], "__init__.py") for i in range(1, len(parts) + 1)] + [Path(*parts).with_suffix(".py")]
    return {path.as_posix() for path in candidates if parts[0] == "minigan" and (ROOT / path).is_file()}


def files(sheet, homework, with_picture):
    """All files of the library that a folder for this sheet needs, sorted. homework: which of homework's own modules."""
    waiting = {*files_of(sheet), *_files(sheet.probes), *(_files(sheet.picture) if with_picture else ())}
    done = set()
    while waiting:
        path = waiting.pop()
        done.add(path)
        waiting |= imported(path) - done
    return sorted(done | {f"minigan/homework/{name}.py" for name in homework})


def write_tree(sheet, folder, homework, with_picture=True):
    """Write the library's part into a folder, with holes."""
    holes = holes_of(sheet)
    for path in files(sheet, homework, with_picture):
        text = source_of(path)
        target = Path(folder) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(cut(text, holes[path]) if path in holes else text, encoding="utf-8")
        for data in DATA.get(path, ()):
            shutil.copy(ROOT / data, Path(folder) / data)


def release(sheet, out, seed):
    """Write what a student gets into the new folder `out`: whole, or not at all. ValueError if something is there."""
    out = Path(out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"{out} is there and not empty: give a new folder")
    out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        write_tree(sheet, work, STUDENTS)
        own = work / "minigan/homework/sheets"
        own.mkdir()
        shutil.copy(sheet.path, own)
        (work / "HANDOUT.md").write_text(handout(sheet), encoding="utf-8")
        (work / "requirements.txt").write_text(REQUIREMENTS, encoding="utf-8")
        key = {str(number): cases for number, cases in make_key(sheet, seed, FOR_CHECKING).items()}
        (work / "key.safetensors").write_bytes(wire.dumps(key))
        work.chmod(0o755)
        work.replace(out)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def handout(sheet):
    """The student's handout: how to work, the tasks in a table, then the sheet's own text."""
    table = ["| task | | points | to write |", "| --- | --- | --- | --- |"]
    for task in sheet.tasks:
        table.append(f"| {task.number} | {task.name} | {task.points} | {', '.join(f'`{name}`' for name in task.holes)} |")
    words = {"number": sheet.number, "title": sheet.title, "points": sheet.points, "handout": sheet.handout}
    return HOW.format(files=", ".join(f"`{path}`" for path in files_of(sheet)), table="\n".join(table), **words)
