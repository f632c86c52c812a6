"""The gallery: what sphinx-gallery needs to run the examples as they are.

An example's docstring is plain text; sphinx-gallery wants reStructuredText with a title. So it gets copies, in docs/_examples,
that differ in the docstring only. An example writes its pictures into runs/NAME; `pictures` takes them from there. Every
script in examples and in its folders is picked up, and so are the lessons of docs/lessons. `SMALL` has the options of those
that would take minutes: the page says so. A page is built again only where the example or the library has changed.
"""

import ast
import hashlib
import json
import re
import shutil
from pathlib import Path

import prose
import source
from sphinx_gallery.scrapers import figure_rst

DOCS = source.ROOT / "docs"
COPIES = DOCS / "_examples"
SMALL = {
    "boltzmann_mixing": "--draws 2 --sweeps 1000",
    "dcgan": "--epochs 12",
    "few_labels": "--draws 2 --labels 20 100",
    "few_labels_gan": "--draws 1 --labels 50 --epochs 20",
    "gan_2d": "--steps 3000 --frames 30",
    "gan_mnist": "--data digits --epochs 20",
    "likelihood_by_epoch": "--epochs 6 --every 2 --channels 16",
    "pixelcnn": "--epochs 10",
    "rbm": "--hidden 16 --epochs 30",
    "rbm_bars_and_stripes": "--seeds 1 --steps 10000",
    "use_a_trained_gan": "runs/dcgan/checkpoint.safetensors --data digits --measure",
    "vanilla_gan": "--epochs 100",
    "z_walk": "runs/dcgan/checkpoint.safetensors",
}
HEADERS = {
    "": ("The gallery", "Every example, run when this site was built. The examples are small programs in `examples`; each page "
         "has the program, what it printed and what it drew. It can be downloaded as a script and as a notebook."),
    "claims": ("The claims", "One claim of the literature each, tried."),
}  # fmt: skip


def setup(app):
    """Called by Sphinx, before sphinx-gallery."""
    app.connect("builder-inited", copy_examples, priority=100)
    return {"parallel_read_safe": False}


def copy_examples(app):
    """docs/_examples, as sphinx-gallery wants it; the checksum of the library is part of each copy's."""
    forget_if_the_library_changed()
    wanted = set()
    for example in sorted((source.ROOT / "examples").rglob("*.py")):
        name = example.relative_to(source.ROOT / "examples")
        if example.name not in ("claim.py", "page.py") and "__pycache__" not in name.parts:
            wanted |= {write(COPIES / name, with_rst_docstring(example, name))}
            folder = str(name.parent).replace(".", "")
            title, about = HEADERS.get(folder, (folder.capitalize(), ""))
            wanted |= {write(COPIES / name.parent / "GALLERY_HEADER.rst", f"{title}\n{'=' * len(title)}\n\n"
                             + about.replace("`", "``") + "\n")}  # fmt: skip
    for path in COPIES.rglob("*"):
        if path.suffix in (".py", ".rst") and path not in wanted:
            path.unlink()


def write(path, text):
    """Only where it has changed; -> the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
    return path


def forget_if_the_library_changed():
    """Without their checksums sphinx-gallery runs the examples again."""
    files = sorted((source.ROOT / "minigan").rglob("*.py"))
    content = b"".join(path.read_bytes() for path in files if "homework" not in path.parts) + Path(__file__).read_bytes()
    mark, now = DOCS / "_examples" / "library.md5", hashlib.md5(content).hexdigest()
    if not mark.exists() or mark.read_text() != now:
        for old in [*DOCS.glob("gallery/**/*.md5"), *DOCS.glob("lessons_run/*.md5")]:
            old.unlink()
        mark.parent.mkdir(exist_ok=True)
        mark.write_text(now)


def with_rst_docstring(path, name):
    """The text of an example, its docstring as reStructuredText with a title."""
    text = path.read_text(encoding="utf-8")
    doc, rest = re.match(r'"""(.*?)"""\n(.*)', text, re.DOTALL).groups()
    title, _, body = doc.partition("\n\n")
    title = " ".join(title.split()).rstrip(".")
    parts = []
    for kind, block in prose.paragraphs("\n" + body):
        if kind == "verbatim":
            parts.append(".. code-block:: none\n\n" + block)
        else:
            parts.append(re.sub(r"`([^`]+)`", r"``\1``", re.sub(r"([*|]|_\b)", r"\\\1", block)))
    options = SMALL.get(name.stem)
    if options:
        parts.append(f"Here it was run small, to build this page in reasonable time: ``python examples/{name} {options}``.")
    parts = "\n\n".join([*parts, *recorded(name)])
    return f'r"""\n{title}\n{"=" * len(title)}\n\n{parts}\n"""\n{rest}'


def recorded(name):
    """What docs/claims has of a claim: its verdict, its figures, its picture."""
    figures, picture = DOCS / "claims" / f"{name.stem}.json", DOCS / "claims" / f"{name.stem}.png"
    if name.parent.name != "claims" or not figures.exists():
        return []
    result = json.loads(figures.read_text(encoding="utf-8"))
    rows = [f"- {plain(label)}: {', '.join(map(str, values))}" for label, values in result["figures"].items()]
    image = [f".. image:: /claims/{picture.name}"] if picture.exists() else []
    return [f"**{plain(result['verdict'])}**", "Measured, one number for each seed:", "\n".join(rows), *image]


def plain(text):
    """A text in which | and * mean themselves: to reStructuredText they are marks."""
    return re.sub(r"([|*])", r"\\\1", text)


def arguments(gallery_conf, script):
    """What stands on the command line of an example (sphinx-gallery's reset_argv); and its docstring, which it reads itself."""
    original = source.ROOT / "examples" / Path(script["src_file"]).name
    if original.exists():
        script["example_globals"]["__doc__"] = ast.get_docstring(ast.parse(original.read_text(encoding="utf-8")))
    return SMALL.get(Path(script["src_file"]).stem, "").split()


def pictures(block, block_vars, gallery_conf):
    """The PNG and GIF files that an example has written into runs/NAME, the curves last (sphinx-gallery's image scraper)."""
    example = Path(block_vars["src_file"])
    folder = example.parent / "runs" / example.stem
    if "use_a_trained" in example.stem or "z_walk" in example.stem:
        folder = example.parent / Path(SMALL[example.stem].split()[0]).parent
    seen, names = gallery_conf.setdefault("seen_pictures", {}), []
    for path in sorted([*folder.glob("*.png"), *folder.glob("*.gif")], key=lambda path: (path.stem == "curves", path.name)):
        if seen.get(path) != path.stat().st_mtime_ns:
            seen[path] = path.stat().st_mtime_ns
            target = Path(next(block_vars["image_path_iterator"])).with_suffix(path.suffix)
            shutil.copy(path, target)
            names.append(str(target))
    return "\n".join(figure_rst([name], gallery_conf["src_dir"]) for name in names)
