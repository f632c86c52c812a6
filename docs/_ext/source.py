"""The source files as they are to be read: which, in what order, cut into pieces of prose and code, every name resolved.

The order is that of the README's list. A piece is a function, a class without its methods, or what stands between them; its
docstring is its prose, all its other lines are its code. So a page has every line of its file once.
"""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
GROUP = re.compile(r"^- \*\*(?P<title>.+?)\*\*: (?P<about>.*?)(?P<links>\[.*)$", re.MULTILINE)
DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


@dataclass
class Piece:
    """name: as in "Net.forward", "" between definitions. doc: its docstring, or None. lines: the numbers of its code lines."""

    name: str
    doc: str | None
    lines: list


def groups():
    """[(title, about, [path in the repository, …])], as the README has them."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = [(m["title"], m["about"].strip(), re.findall(r"\((minigan/\S+?\.py)\)", m["links"])) for m in GROUP.finditer(text)]
    packages = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "minigan").rglob("__init__.py"))
                if path.read_text(encoding="utf-8").strip()]  # fmt: skip
    return [*found, ("Packages", "What each package shows to the outside.", packages)]


def paths():
    """Every path, in reading order."""
    return [path for _, _, files in groups() for path in files]


def module_of(path):
    """minigan/nn/linear.py -> minigan.nn.linear; a package's __init__.py -> the package."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def page_of(path):
    """The document of a file: source/nn/linear."""
    return "source/" + path.removesuffix(".py").removeprefix("minigan/").replace("__", "")


@cache
def tree(path):
    """The syntax tree of a file."""
    return ast.parse(text(path))


@cache
def text(path):
    """The text of a file."""
    return (ROOT / path).read_text(encoding="utf-8")


def essay(path):
    """The docstring that opens a file."""
    return ast.get_docstring(tree(path)) or ""


def pieces(path):
    """The pieces of a file after its essay, in order; together they have every line of code once."""
    module, source = tree(path), text(path).splitlines()
    result = []
    _cut(module.body, "", result)
    starts = [1 if i == 0 else piece.lines[0] for i, piece in enumerate(result)]
    hidden = _docstring_lines(module, [*source, ""])
    for piece, start, stop in zip(result, starts, [*starts[1:], len(source) + 1]):
        piece.lines = [number for number in range(start, stop) if number not in hidden]
    for piece, following in zip(result, result[1:]):  # a comment above a definition belongs to it
        while piece.lines and source[piece.lines[-1] - 1].lstrip().startswith("#"):
            following.lines.insert(0, piece.lines.pop())
    for piece in result:
        for end in (0, -1):
            while piece.lines and not source[piece.lines[end] - 1].strip():
                piece.lines.pop(end)
    return [piece for piece in result if piece.lines]


def _cut(body, prefix, result):
    """Append the pieces of a body; lines holds the first line only."""
    loose = False
    for node in body:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        if isinstance(node, DEFINITIONS):
            result.append(Piece(prefix + node.name, ast.get_docstring(node), [first]))
            loose = False
            if isinstance(node, ast.ClassDef):
                _cut_class(node, result)
        elif not loose:
            result.append(Piece("", None, [first]))
            loose = True


def _cut_class(node, result):
    """The methods of a class; what stands before the first of them stays with the class."""
    methods = [i for i, child in enumerate(node.body) if isinstance(child, DEFINITIONS)]
    if methods:
        _cut(node.body[methods[0] :], f"{node.name}.", result)


def _docstring_lines(module, lines):
    """The numbers of the lines that are prose: docstrings of the module, its classes, functions and methods."""
    hidden = set()
    classes = [node for node in module.body if isinstance(node, ast.ClassDef)]
    owners = [module, *(node for node in module.body if isinstance(node, DEFINITIONS))]
    owners += [child for node in classes for child in node.body if isinstance(child, DEFINITIONS)]
    for owner in owners:
        if ast.get_docstring(owner) is not None:
            hidden |= set(range(owner.body[0].lineno, owner.body[0].end_lineno + 1))
    return hidden | {number + 1 for number in hidden if not lines[number].strip()}  # and an empty line behind


@cache
def definitions():
    """{"minigan.nn.linear.Linear": path, …}: where each public or private name of a file is defined, and the modules."""
    places = {module_of(path): path for path in paths()}
    for path in paths():
        for node in tree(path).body:
            names = [node.name] if isinstance(node, DEFINITIONS) else []
            if isinstance(node, ast.ClassDef):
                names += [f"{node.name}.{child.name}" for child in node.body if isinstance(child, ast.FunctionDef)]
            places |= {f"{module_of(path)}.{name}": path for name in names}
    return places


@cache
def scope(path):
    """{name in this file: full name of what it is}, for what the file defines and imports."""
    here, known = module_of(path), definitions()
    names = {full.removeprefix(here + "."): full for full in known if full.startswith(here + ".") and known[full] == path}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("minigan"):
            for alias in node.names:
                names[alias.asname or alias.name] = resolve(f"{node.module}.{alias.name}")
    return {name: full for name, full in names.items() if full in known}


def resolve(full):
    """The place of definition of a name that a package only passes on: minigan.nn.Adam -> minigan.nn.optim.Adam."""
    module, _, name = full.rpartition(".")
    path = definitions().get(module)
    if full in definitions() or path is None or path.endswith("/" + name + ".py"):
        return full
    for node in tree(path).body:
        if isinstance(node, ast.ImportFrom) and any((alias.asname or alias.name) == name for alias in node.names):
            return resolve(f"{node.module}.{name}")
    return full


@cache
def uses(path):
    """{(line, column): full name} of every use of a name of minigan in a file's code; names that a function defines itself are
    its own."""
    found, names, lines = {}, scope(path), text(path).splitlines()

    def visit(node, own):
        if isinstance(node, (ast.FunctionDef, ast.Lambda)):
            arguments = node.args
            own = own | {a.arg for a in [*arguments.args, *arguments.kwonlyargs, *arguments.posonlyargs]}
            own |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        if isinstance(node, ast.Name) and node.id in names and node.id not in own:
            column = len(lines[node.lineno - 1].encode()[: node.col_offset].decode())
            found[node.lineno, column] = names[node.id]
        if isinstance(node, ast.alias) and (node.asname or node.name) in names:
            found[node.lineno, node.col_offset] = names[node.asname or node.name]
        for child in ast.iter_child_nodes(node):
            visit(child, own)

    visit(tree(path), frozenset())
    return found


@cache
def imports(path):
    """The paths of minigan that a file imports."""
    known, found = definitions(), set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("minigan"):
            for alias in node.names:
                full = resolve(f"{node.module}.{alias.name}")
                found |= {known[name] for name in (full, node.module) if name in known}
        if isinstance(node, ast.Import):
            found |= {known[alias.name] for alias in node.names if alias.name in known}
    return {found_path for found_path in found if not found_path.endswith("__init__.py")}


@cache
def distances(example):
    """{path: how many imports lie between an example and a file}."""
    far, front = {}, imports(example)
    while front:
        far |= {path: len(far) and max(far.values()) + 1 for path in front}
        front = {further for path in front for further in imports(path)} - set(far)
    return far
