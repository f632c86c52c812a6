"""The built site behind a server, and a browser. `make test-docs` builds the one; the other must be installed.

The browser is Debian's chromium, or what the environment variable CHROMIUM names. MINIGAN_PYODIDE names a folder with Pyodide:
requests to its public distribution are answered from there, and every other request that leaves this machine is a failure.
"""

import functools
import http.server
import os
import shutil
import threading
from pathlib import Path

import pytest

SITE = Path(__file__).parents[2] / "docs" / "_build"
TYPES = {".wasm": "application/wasm", ".mjs": "text/javascript", ".json": "application/json"}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="session")
def site():
    if not (SITE / "index.html").exists():
        pytest.fail("there is no site: make docs")
    return SITE


@pytest.fixture(scope="session")
def address(site):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install '.[docs]'")
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.skip("no chromium: apt-get install chromium, or name one in CHROMIUM")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def open_page(browser, address):
    """A function (page, width, colours, script) -> a page of playwright; at the end there must have been no error."""
    contexts, errors = [], []

    def opened(name, width=1280, colours="light", script=None):
        context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=colours)
        contexts.append(context)
        context.route("**/*", functools.partial(answer, address, errors))
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.on("console", lambda message: errors.append(f"{name}: {message.text}") if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(f"{name}: {error}"))
        page.goto(f"{address}/{name}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


def answer(address, errors, route):
    """What a request gets: the site itself, Pyodide from a folder, and nothing else."""
    url = route.request.url
    if url.startswith((address, "data:", "blob:")):
        return route.continue_()
    if "/pyodide/v314" in url and "MINIGAN_PYODIDE" in os.environ:
        file = Path(os.environ["MINIGAN_PYODIDE"]) / url.rpartition("/")[2]
        kind = TYPES.get(file.suffix, "application/octet-stream")
        return route.fulfill(body=file.read_bytes(), headers={"content-type": kind, "access-control-allow-origin": "*"})
    errors.append(f"a request to {url}")
    return route.abort()


@pytest.fixture(scope="module")
def pyodide():
    if "MINIGAN_PYODIDE" not in os.environ:
        pytest.skip("no Pyodide: name a folder that has it in MINIGAN_PYODIDE")
