"""The playground's files: this very source, packed for the browser.

docs/_static/minigan.zip gets the package as it is (without the homework, which a browser cannot run) and the page's own Python;
the worker unpacks it. Pyodide itself comes from its public distribution.
"""

import io
import zipfile

import source

DOCS = source.ROOT / "docs"


def setup(app):
    """Called by Sphinx."""
    app.connect("builder-inited", pack)
    return {"parallel_read_safe": True}


def pack(app):
    """Write the archive; the same source gives the same bytes."""
    buffer = io.BytesIO()
    package = [path for path in sorted((source.ROOT / "minigan").rglob("*"))
               if path.suffix in (".py", ".npz") and "homework" not in path.parts]  # fmt: skip
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, name in [*((path, str(path.relative_to(source.ROOT))) for path in package),
                           *((path, path.name) for path in sorted((DOCS / "playground").glob("*.py")))]:
            archive.writestr(zipfile.ZipInfo(name), path.read_bytes(), zipfile.ZIP_DEFLATED)
    target = DOCS / "_static" / "minigan.zip"
    if not target.exists() or target.read_bytes() != buffer.getvalue():
        target.write_bytes(buffer.getvalue())
