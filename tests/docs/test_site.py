"""The site is whole: every line of the source once, no broken link, nothing from elsewhere, every example with its pictures."""

import ast
import re
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

ROOT = Path(__file__).parents[2]
PYODIDE = "https://cdn.jsdelivr.net/pyodide/"
pytestmark = pytest.mark.docs


@pytest.fixture(scope="module")
def pages(site):
    """{path in the site: its tree}."""
    bs4 = pytest.importorskip("bs4", reason="beautifulsoup4 is not installed: pip install '.[docs]'")
    files = [path for path in site.rglob("*.html") if "_static" not in path.parts]
    return {str(path.relative_to(site)): bs4.BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser") for path in files}


def code_lines(path):
    """The lines of a file that are neither empty nor part of a docstring."""
    text = path.read_text(encoding="utf-8")
    prose = set()
    module = ast.parse(text)
    classes = [node for node in module.body if isinstance(node, ast.ClassDef)]
    for owner in (module, *(node for part in (module, *classes) for node in part.body)):
        first = getattr(owner, "body", [None])[0]
        if isinstance(owner, (ast.Module, ast.ClassDef, ast.FunctionDef)) and isinstance(first, ast.Expr) \
                and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):  # fmt: skip
            prose |= set(range(first.lineno, first.end_lineno + 1))
    return [line for i, line in enumerate(text.splitlines(), start=1) if line.strip() and i not in prose]


def test_every_line_of_the_source_is_in_the_site_once(pages):
    shown = {}
    for page, tree in pages.items():
        lines = [line for block in tree.select("pre.source-lines") for line in block.get_text().splitlines() if line.strip()]
        if lines:
            shown[page] = lines
    files = [path for folder in ("nn", "models") for path in sorted((ROOT / "minigan" / folder).glob("*.py"))]
    files = [path for path in files if path.read_text(encoding="utf-8").strip()]
    for path in files:
        page = "source/" + str(path.relative_to(ROOT / "minigan")).replace("__init__", "init").replace(".py", ".html")
        assert shown.pop(page) == code_lines(path), path
    other = {line for lines in shown.values() for line in lines if line.startswith(("def ", "class "))}
    assert not other & {line for path in files for line in code_lines(path) if line.startswith("class ")}


def test_links_lead_somewhere(pages, site):
    broken = []
    anchors = {page: {tag["id"] for tag in tree.select("[id]")} for page, tree in pages.items()}
    for page, tree in pages.items():
        for link in [tag[kind] for kind in ("href", "src") for tag in tree.select(f"[{kind}]")]:
            target, anchor = urldefrag(link)
            target = target.partition("?")[0]  # behind it is a checksum
            if re.match(r"\w+:", target) or link == "#":
                continue
            path = (site / page).parent / unquote(target) if target else site / page
            if not path.resolve().is_file():
                broken.append((page, link))
            elif path.suffix == ".html" and anchor and unquote(anchor) not in anchors.get(
                    str(path.resolve().relative_to(site.resolve())), set()):  # fmt: skip
                broken.append((page, link))
    assert broken == []


def test_nothing_is_loaded_from_elsewhere_but_pyodide(pages, site):
    """Scripts, styles and pictures in the pages; addresses in styles and in the site's own scripts."""
    kinds = "script[src], img[src], link[rel~=stylesheet], link[rel~=icon], link[rel~=preload]"
    loaded = [(page, tag.get("src") or tag.get("href")) for page, tree in pages.items() for tag in tree.select(kinds)]
    assert [entry for entry in loaded if re.match(r"(https?:)?//", entry[1])] == []
    styles = [path for path in site.rglob("*.css") if re.search(r"url\(['\"]?(https?:)?//|@import", path.read_text("utf-8"))]
    assert styles == []
    scripts = [*site.glob("_static/playground/*.js")]
    assert len(scripts) == 5
    assert [path for path in scripts if re.search("https?://", path.read_text(encoding="utf-8"))] == []
    played = [tag["data-pyodide"] for tree in pages.values() for tag in tree.select("[data-pyodide]")]
    assert len(played) == 3
    assert all(address.startswith(PYODIDE) for address in played)


def test_every_example_is_in_the_gallery_with_its_pictures(pages):
    if not any(tree.select("img[src*=sphx_glr]:not([src*=thumb])") for tree in pages.values()):
        pytest.skip("the site was built without running the examples (GALLERY=0)")
    for example in sorted((ROOT / "examples").glob("*.py")):
        tree = pages[f"gallery/{example.stem}.html"]
        assert tree.select(".sphx-glr-script-out, .sphx-glr-single-img, .sphx-glr-multi-img"), example
        assert tree.select("img[src*=sphx_glr]"), example
        links = {tag["href"].rpartition(".")[2] for tag in tree.select("a[download]")}
        assert {"py", "ipynb"} <= links, example


def test_no_page_tells_where_it_was_built(site):
    for path in site.rglob("*"):
        if path.suffix in (".html", ".ipynb", ".js", ".txt"):
            assert str(ROOT) not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_load_without_errors_and_fit(pages, open_page, width):
    """Every page but the playground's, which have tests of their own; in one browser window, light when wide, dark when not."""
    names = sorted(page for page in pages if not page.startswith("playground"))
    page = open_page(names[0], width, "light" if width > 1000 else "dark")
    base = page.url.removesuffix(names[0])
    wide = []
    for name in names:
        page.goto(base + name)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(name)
    assert wide == []
