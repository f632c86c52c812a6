"""A sheet as a notebook for nbgrader.

The folder of an assignment holds the notebook, with its solutions, beside what a student gets otherwise: the library with holes
and the key. `nbgrader generate_assignment` takes out what stands between ### BEGIN SOLUTION and ### END SOLUTION. For each
function there is a cell with its signature and docstring, for each task a locked cell that is worth the task's points: it
passes if `require` finds nothing wrong. Cell metadata follow nbgrader's schema version 3, the file nbformat 4.5.
"""

import ast
import importlib
import json
import textwrap
from pathlib import Path

from minigan.homework.holes import body_lines, find_function, locate, source_of
from minigan.homework.release import handout, release

START = """from minigan.homework.cells import require, solves

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
        title = f"### Task {task.number}: {task.name} ({task.points} points)"
        cells.append(_cell("markdown", f"task-{task.number}", f"{title}\n\n{task.hint}"))
        for i, name in enumerate(task.holes, 1):
            mark = {"grade": False, "solution": True, "locked": False, "task": False}
            cells.append(_cell("code", f"solution-{task.number}-{i}", solution(name), mark))
        mark = {"grade": True, "solution": False, "locked": True, "task": False, "points": task.points}
        cells.append(_cell("code", f"test-{task.number}", f"require({task.number})", mark))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _cell(kind, name, source, mark=None):
    metadata = {"nbgrader": {**mark, "grade_id": name, "schema_version": 3, "cell_type": kind}} if mark else {}
    cell = {"cell_type": kind, "id": name, "metadata": metadata, "source": source.splitlines(keepends=True)}
    return cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []}


def solution(name):
    """The source of a cell that defines a function: what it uses of its file, its head, and its body between the two marks."""
    path, names = locate(name)
    source = source_of(path)
    lines, (first, last) = source.splitlines(), body_lines(source, names)
    node, module = find_function(ast.parse(source), names), path.removesuffix(".py").replace("/", ".")
    used = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    used = (used | {names[0]} if "super" in used else used) & vars(importlib.import_module(module)).keys()
    imports = [f"from {module} import {', '.join(sorted(used))}", ""] if used else []
    # A cell lies outside of the class: there super() has to be told which class it is
    body = textwrap.dedent("\n".join(lines[first : last + 1])).replace("super()", f"super({names[0]}, self)")
    marked = textwrap.indent(f"### BEGIN SOLUTION\n{body}\n### END SOLUTION", "    ")
    head = textwrap.dedent("\n".join(lines[node.lineno - 1 : first]))
    return "\n".join([*imports, f'@solves("{name}")', head, marked])
