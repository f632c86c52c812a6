"""The annotated source, as a Sphinx extension: a page a file, generated from the file itself.

    {annotated} minigan/nn/linear.py    the essay, then each piece: its docstring beside its lines, names linked
    {checked} minigan/nn/linear.py      the gradient check, run when the page is built, and the tests that have more
    {used-in} minigan/nn/linear.py      the examples nearest to the file, with their pictures

The pages are written into docs/source before Sphinx looks for them. What stands in docs/beside/nn.linear.md comes between
essay and end: worked numbers, derivations, an exercise.
"""

import ast
import sys
from functools import cache, partial
from pathlib import Path

import prose
import source
from docutils import nodes
from pygments.lexers import PythonLexer
from pygments.token import STANDARD_TYPES, Token
from sphinx.util.docutils import SphinxDirective

DOCS = source.ROOT / "docs"
PAGE = """---
hide-toc: true
---
# {title}

```{{annotated}} {path}
```
{beside}
```{{checked}} {path}
```
```{{used-in}} {path}
```
"""


def setup(app):
    """Called by Sphinx."""
    app.connect("builder-inited", write_pages)
    app.add_node(SourceLines, html=(SourceLines.begin, SourceLines.end))
    for name, directive in (("annotated", Annotated), ("checked", Checked), ("used-in", UsedIn)):
        app.add_directive(name, directive)
    return {"parallel_read_safe": False}


def write_pages(app):
    """docs/source: a page a file, and one that lists them in reading order."""
    index = ["# The source, in reading order", "",
             "Each page is one file: its essay, then every line of it, with its docstring beside it.", ""]  # fmt: skip
    for title, about, paths in source.groups():
        index += [f"## {title}", "", about, "", "```{toctree}", ":maxdepth: 1", ""]
        index += [source.page_of(path).replace("source/", "", 1) for path in paths] + ["```", ""]
        for path in paths:
            beside = DOCS / "beside" / f"{source.module_of(path).removeprefix('minigan.')}.md"
            include = f"```{{include}} /beside/{beside.name}\n```" if beside.exists() else ""
            title = path.removeprefix("minigan/")
            _write(DOCS / f"{source.page_of(path)}.md", PAGE.format(title=title, path=path, beside=include))
    _write(DOCS / "source" / "index.md", "\n".join(index))


def _write(path, text):
    """Only where it has changed: Sphinx reads again what is newer."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


class SourceLines(nodes.literal_block):
    """Lines of code whose colours and links are nodes; Sphinx would colour a literal_block itself, and drop the links."""

    def begin(self, node):
        """Called by the HTML writer, as its own method."""
        self.body.append(self.starttag(node, "pre", ""))

    def end(self, node):
        """Likewise."""
        self.body.append("</pre>")


class OfAFile(SphinxDirective):
    """A directive whose argument is the path of a source file."""

    required_arguments = 1

    def run(self):
        """The nodes, read again when the file changes."""
        self.path = self.arguments[0]
        for path in (source.ROOT / self.path, *DOCS.joinpath("_ext").glob("*.py")):
            self.env.note_dependency(str(path))
        return self.nodes()

    def address(self, full):
        """The address of a name, from this page."""
        path = source.definitions()[full]
        here, there = self.env.docname, source.page_of(path)
        anchor = "" if full == source.module_of(path) else f"#{full}"
        return self.env.app.builder.get_relative_uri(here, there) + anchor

    def page(self, document):
        """The address of another document."""
        return self.env.app.builder.get_relative_uri(self.env.docname, document)

    def link(self, piece, name):
        """Where `name` in the prose of a piece leads: a file, or something in this file's scope."""
        names, known = source.scope(self.path), source.definitions()
        if name.endswith(".py"):
            folder = str(Path(self.path).parent)
            for path in (name, f"minigan/{name}", f"{folder}/{name}"):
                if path in known.values():
                    return self.page(source.page_of(path))
            example = Path(name).stem if name.startswith("examples/") else None
            return self.page(f"gallery/{example}") if example and (source.ROOT / name).exists() else None
        bare, owner = name.split("(")[0], piece.partition(".")[0]
        for candidate in (names.get(bare), names.get(f"{owner}.{bare}"), f"minigan.{bare}", f"minigan.nn.{bare}"):
            if candidate in known and candidate != f"{source.module_of(self.path)}.{piece}":
                return self.address(candidate)
        return None


class Annotated(OfAFile):
    """The essay and the pieces."""

    def nodes(self):
        """One container for the essay, one for each piece."""
        essay = nodes.container("", *prose.as_nodes(source.essay(self.path), partial(self.link, "")), classes=["essay"])
        return [essay, *map(self.piece, source.pieces(self.path))]

    def piece(self, piece):
        """Prose and code, side by side."""
        code = nodes.container("", self.code(piece.lines), classes=["highlight", "code"])
        if not piece.name:
            return nodes.container("", code, classes=["piece", "loose"])
        full = f"{source.module_of(self.path)}.{piece.name}"
        if not (target := full in source.definitions()):
            full = None
        name = nodes.paragraph("", "", nodes.reference("", "", nodes.literal("", piece.name), refuri=f"#{full}", internal=True)
                               if target else nodes.literal("", piece.name), classes=["name"])  # fmt: skip
        text = prose.as_nodes(piece.doc, partial(self.link, piece.name)) if piece.doc else []
        return nodes.container("", nodes.container("", name, *text, classes=["prose"]), code, classes=["piece"],
                               ids=[full] if full else [])  # fmt: skip

    def code(self, lines):
        """The lines, coloured, each name of minigan linked to its page."""
        block = SourceLines(classes=["source-lines"])
        uses, tokens = source.uses(self.path), coloured(self.path)
        for number in lines:
            for column, kind, value in tokens[number]:
                node = nodes.inline("", value, classes=[kind]) if kind else nodes.Text(value)
                full = uses.get((number, column))
                block += nodes.reference("", "", node, refuri=self.address(full), internal=True) if full else node
            block += nodes.Text("\n" if number != lines[-1] else "")
        return block


@cache
def coloured(path):
    """{line number: [(column, class of the highlighter, text), …]} of a file."""
    result, number, column = {1: []}, 1, 0
    for kind, value in PythonLexer(stripnl=False).get_tokens(source.text(path)):
        for i, part in enumerate(value.split("\n")):
            if i:
                number, column = number + 1, 0
                result[number] = []
            if part:
                plain = kind in Token.Text or (kind in Token.Name and kind is Token.Name)
                result[number].append((column, "" if plain else STANDARD_TYPES.get(kind, ""), part))
            column += len(part)
    return result


class Checked(OfAFile):
    """The gradient check of a file, run at this moment, and where the tests have more."""

    def nodes(self):
        """A paragraph or two; nothing for a file without gradients."""
        module = source.module_of(self.path)
        checks, faults = gradient_checks()
        tests = tests_of(self.path)
        if module not in checks and not tests:
            return []
        words = []
        if module in checks:
            error = checks[module]
            words.append("When this page was built its gradients were checked by central differences and a random covector: "
                         f"the largest relative error was {error:.1e}; at most 1e-6 passes. ")
            planted = [fault for name, fault, *_ in faults if name == module]
            if planted:
                words.append(f"{len(planted)} faults planted into this file, one at a time, are all caught, such as "
                             f"“{planted[0]}” (tests/nn/test_planted_faults.py). ")
        if tests:
            words.append("The tests that ask more: ")
        paragraph = nodes.paragraph("", "", nodes.Text("".join(words)))
        for i, path in enumerate(tests):
            paragraph += [nodes.Text(", " if i else ""), nodes.literal("", f"python -m pytest {path}")]
        return [nodes.rubric("", "Is the gradient right?"), paragraph]


@cache
def gradient_checks():
    """{module: the largest relative error}, by the checks that the tests use; and the planted faults."""
    sys.path.insert(0, str(source.ROOT / "tests"))
    import gradients
    import gradients_of_layers

    from minigan.arrays import generator

    errors = {name: check(sys.modules.get(name) or __import__(name, fromlist=["x"]), generator(12345))
              for name, check in {**gradients.CHECKS, **gradients_of_layers.CHECKS}.items()}  # fmt: skip
    module = ast.parse((source.ROOT / "tests/nn/test_planted_faults.py").read_text(encoding="utf-8"))
    names = {}
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            names |= {name.id: value.value for name, value in zip(node.targets[0].elts, node.value.elts)}
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "FAULTS":
            faults = [(names[entry.elts[0].id], *(part.value for part in entry.elts[1:])) for entry in node.value.elts]
    return errors, faults


@cache
def tests_of(path):
    """The tests of the same folder, nn or models, that import a file and check gradients."""
    if not path.startswith(("minigan/nn/", "minigan/models/")):
        return []
    tests = sorted((source.ROOT / "tests" / Path(path).parent.name).glob("test_*.py"))
    return [str(test.relative_to(source.ROOT)) for test in tests
            if ("gradcheck" in (text := test.read_text(encoding="utf-8")) or "_error(" in text)
            and test.name != "test_planted_faults.py" and path in source.imports(str(test.relative_to(source.ROOT)))]


class UsedIn(OfAFile):
    """The examples nearest to a file."""

    def nodes(self):
        """At most three, those with the fewest imports between; each with its picture."""
        far = {}
        for example in sorted((source.ROOT / "examples").rglob("*.py")):
            name = str(example.relative_to(source.ROOT))
            if self.path in source.distances(name):
                far[name] = source.distances(name)[self.path]
        near = sorted(far, key=far.get)[:3]
        if not near:
            return []
        row = nodes.container("", classes=["examples"])
        for name in near:
            document = "gallery/" + name.removeprefix("examples/").removesuffix(".py")
            thumb = DOCS / Path(document).parent / "images" / "thumb" / f"sphx_glr_{Path(name).stem}_thumb.png"
            label = nodes.paragraph("", "", nodes.reference("", name, refuri=self.page(document), internal=True))
            image = nodes.image("", uri="/" + str(thumb.relative_to(DOCS)), alt=f"a picture of {name}")
            row += nodes.container("", *([image] if thumb.exists() else []), label)
        return [nodes.rubric("", "Where it is used"), row]
