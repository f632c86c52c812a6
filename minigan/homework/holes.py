"""Holes: a function's body is cut out of the source, by the syntax tree.

    def forward(self, params, x):              def forward(self, params, x):
        \"\"\"x (N, n_in) -> y (N, n_out).\"\"\"         \"\"\"x (N, n_in) -> y (N, n_out).\"\"\"
        W, b = params                              raise NotImplementedError("Sheet 1, task 1: …")
        …

Signature and docstring stay. The essay at the head of the file goes but for its first line, since it derives what the sheet
asks for. Nothing in the library marks what can be cut: the sheet names it.
"""

import ast
from pathlib import Path

import minigan
from minigan.homework.sheets import sheets

ROOT = Path(minigan.__file__).parents[1]  # the folder in which minigan/ lies
ESSAY = '"""{}\n\nThe essay of this file is left out here: the handout says what you need.\n"""'


def locate(name):
    """("minigan/nn/linear.py", ["Linear", "forward"]) for "minigan.nn.linear.Linear.forward"."""
    parts = name.split(".")
    for i in range(len(parts), 0, -1):
        path = Path(*parts[:i]).with_suffix(".py")
        if (ROOT / path).is_file():
            return path.as_posix(), parts[i:]
    raise ValueError(f"{name}: there is no such file in the library; has it been renamed?")


def source_of(path):
    """The text of a file of the library, by its path from the root."""
    return (ROOT / path).read_text(encoding="utf-8")


def find_function(tree, names):
    """The node of a function in a module's tree, by its names from the outside in; None if there is none."""
    node = tree
    for name in names:
        node = next((inner for inner in getattr(node, "body", ()) if getattr(inner, "name", None) == name), None)
    return node if isinstance(node, ast.FunctionDef) else None


def body_lines(source, names):
    """(first, last): the lines of a function's body without its docstring, counted from 0, both included."""
    node = find_function(ast.parse(source), names)
    if node is None:
        raise ValueError(f"there is no function {'.'.join(names)} in the file; has it been renamed?")
    has_docstring = ast.get_docstring(node) is not None
    if (has_docstring and len(node.body) == 1) or node.body[0].lineno == node.lineno:
        raise ValueError(f"{'.'.join(names)} has no body of its own lines that could be cut")
    if has_docstring:
        first = node.body[0].end_lineno
    else:
        first = node.body[0].lineno - 1
        while source.splitlines()[first - 1].lstrip().startswith("#"):
            first -= 1
    return first, node.body[-1].end_lineno - 1


def cut(source, holes):
    """The source with each function's body replaced. holes: {("Linear", "forward"): the message of its error}."""
    lines = source.splitlines()
    places = sorted(((body_lines(source, names), message) for names, message in holes.items()), reverse=True)
    for (first, last), message in places:
        code = next(line for line in lines[first : last + 1] if line.strip())
        indent = code[: len(code) - len(code.lstrip())]
        lines[first : last + 1] = [f"{indent}raise NotImplementedError({message!r})"]
    tree = ast.parse(source)
    if essay := ast.get_docstring(tree):
        lines[tree.body[0].lineno - 1 : tree.body[0].end_lineno] = ESSAY.format(essay.splitlines()[0]).splitlines()
    return "\n".join(lines) + "\n"


def later_holes(sheet):
    """The functions that sheets after this one ask for."""
    return [name for number, other in sheets().items() if number > sheet.number for name in other.holes]


def holes_of(sheet):
    """{file: {names: message}}: all that a sheet cuts. What a later sheet asks for is cut too, lest this one give it away."""
    result = {}
    cut_later = [name for number, other in sheets().items() if number > sheet.number for name in other.cut]
    given = {name: f"not a part of sheet {sheet.number}" for name in (*sheet.cut, *cut_later, *later_holes(sheet))}
    asked = {name: f"Sheet {sheet.number}, task {task.number}: {task.name}" for name, task in sheet.holes.items()}
    for name, message in (given | asked).items():
        path, names = locate(name)
        result.setdefault(path, {})[tuple(names)] = message
    return result


def files_of(sheet):
    """The files in which a student writes, sorted: those, and only those, are taken from a submission."""
    return sorted({locate(name)[0] for name in sheet.holes})


def solution_lines(sheet):
    """Every line, stripped, of every body that this sheet or a later one asks for."""
    result = set()
    for name in (*sheet.holes, *later_holes(sheet)):
        path, names = locate(name)
        first, last = body_lines(source_of(path), names)
        result |= {line.strip() for line in source_of(path).splitlines()[first : last + 1]}
    return result - {""}
