"""A sheet as a notebook for nbgrader.

The folder of an assignment holds the notebook, with its solutions, beside what a student gets otherwise: the library with holes
and the key. `nbgrader generate_assignment` takes out what stands between ### BEGIN SOLUTION and ### END SOLUTION. For each
function there is a cell with its signature and docstring, for each task a locked cell that is worth the task's points: it
passes if `require` finds nothing wrong. Cell metadata follow nbgrader's schema version 3, the file nbformat 4.5.
"""

import ast
import json
import textwrap
from pathlib import Path

from minigan.homework.holes import body_lines, function, locate, source_of
from minigan.homework.release import handout, release

START = """from minigan.homework.check import require, solves

# Each function below takes the place of a hole in the folder minigan/ beside this notebook."""


def write_assignment(sheet, out, seed):
    """Write the folder of an assignment, new, and return the notebook's path."""
    release(sheet, out, seed)
    path = Path(out) / f"sheet{sheet.number}.ipynb"
    path.write_text(json.dumps(notebook(sheet), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def notebook(sheet):
    """The notebook, as the dict that its JSON is of."""
    cells = [_cell("markdown", "handout", handout(sheet)), _cell("code", "start", START)]
    for task in sheet.tasks:
        cells.append(_cell("markdown", f"task-{task.number}", f"### Task {task.number}: {task.name} ({task.points} points)\n\n{task.hint}"))
        for i, name in enumerate(task.holes, 1):
            mark = {"grade": False, "solution": True, "locked": False, "task": False}
            cells.append(_cell("code", f"solution-{task.number}-{i}", solution(name), mark))
        mark = {"grade": True, "solution": False, "locked": True, "task": False, "points": task.points}
        cells.append(_cell("code", f"test-{task.number}", f"require({task.number})", mark))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}


def _cell(kind, name, source, mark=None):
    metadata = {"nbgrader": {**mark, "grade_id": name, "schema_version": 3, "cell_type": kind}} if mark else {}
    cell = {"cell_type": kind, "id": name, "metadata": metadata, "source": source.splitlines(keepends=True)}
    return cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []}


def solution(name):
    """The source of a cell that defines a function: what it uses of its file, its head, and its body between the two marks."""
    path, names = locate(name)
    source = source_of(path)
    lines, (first, last) = source.splitlines(), body_lines(source, names)
    tree = ast.parse(source)
    node = function(tree, names)
    used = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    known = {alias.asname or alias.name for inner in tree.body if isinstance(inner, (ast.Import, ast.ImportFrom)) for alias in inner.names}
    known |= {inner.name for inner in tree.body if isinstance(inner, (ast.FunctionDef, ast.ClassDef))}
    known |= {target.id for inner in tree.body if isinstance(inner, ast.Assign) for target in inner.targets if isinstance(target, ast.Name)}
    module = path.removesuffix(".py").replace("/", ".")
    imports = [f"from {module} import {', '.join(sorted(used & known))}", ""] if used & known else []
    body = textwrap.dedent("\n".join(lines[first : last + 1]))
    marked = textwrap.indent(f"### BEGIN SOLUTION\n{body}\n### END SOLUTION", "    ")
    head = textwrap.dedent("\n".join(lines[node.lineno - 1 : first]))
    return "\n".join([*imports, f'@solves("{name}")', head, marked])
