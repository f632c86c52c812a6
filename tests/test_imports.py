"""Imports point down, and in no circle: arrays ← nn ← models ← data, metrics, train, … ← homework (rule 6 of the design)."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "minigan"
GROUND = {"arrays", "check", "cuda", "memory", "files", "plane"}  # what nn and models may stand on
LEVELS = {"nn": 1, "models": 2, "homework": 4}


def name_of(path):
    """minigan/nn/net.py -> nn.net; a package's __init__.py -> the package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(path): path for path in PACKAGE.rglob("*.py")}


def imported(path, when_imported=False):
    """The files of the package that this one imports, wherever in it the import stands, or only when it is imported itself."""
    tree, found = ast.parse(path.read_text(encoding="utf-8")), set()
    for node in tree.body if when_imported else ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "minigan":
            module = node.module.partition(".")[2]
            inner = {f"{module}.{alias.name}".lstrip(".") for alias in node.names} & set(FILES)
            found |= inner or {module}
        elif isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[2] for alias in node.names if alias.name.startswith("minigan.")}
    return found & set(FILES) - {""}


def level(name):
    return 0 if name in GROUND else LEVELS.get(name.partition(".")[0], 3)


def test_imports_point_down():
    upwards = {(name, other) for name, path in FILES.items() if name for other in imported(path) if level(other) > level(name)}
    assert upwards == set()


def test_no_import_runs_in_a_circle():
    graph = {name: imported(path, when_imported=True) for name, path in FILES.items()}
    assert len(graph["models.gan"]) > 5  # so that it can fail
    assert len(list(TopologicalSorter(graph).static_order())) == len(FILES)
