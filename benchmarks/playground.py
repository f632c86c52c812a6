"""How fast the playground is in a real browser: seconds to start, steps a second, milliseconds until the page answers.

    MINIGAN_PYODIDE=FOLDER python benchmarks/playground.py          # after make docs; FOLDER has Pyodide

Site and Pyodide come from a server on this machine; the browser is chromium, or what CHROMIUM names. The game is the page's:
hidden 32, batch 128, k = 1. Steps a second are counted from the page's own step number over ten seconds, drawing included.
"""

import functools
import http.server
import os
import shutil
import threading
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

SITE = Path(__file__).parents[1] / "docs" / "_build"
PYODIDE = Path(os.environ["MINIGAN_PYODIDE"])
ANSWER = """async () => {
    const times = [], button = document.createElement("button");
    document.body.append(button);
    for (let i = 0; i < 50; i++) {
        await new Promise((go) => setTimeout(go, 50));
        const begin = performance.now();
        await new Promise((done) => { button.onclick = () => requestAnimationFrame(done); button.click(); });
        times.push(performance.now() - begin);
    }
    return times.sort((a, b) => a - b);
}"""


class Server(http.server.SimpleHTTPRequestHandler):
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript", ".wasm": "application/wasm"}  # fmt: skip

    def log_message(self, *arguments):
        pass

    def translate_path(self, path):
        return str(PYODIDE / Path(path).name) if path.startswith("/pyodide/") else super().translate_path(path)


def measure(browser, address, r1):
    page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    html = (SITE / "playground-plane.html").read_text(encoding="utf-8")
    html = html.replace("https://cdn.jsdelivr.net/pyodide/v314.0.3/full/", f"{address}/pyodide/")
    page.route("**/playground-plane.html", lambda route: route.fulfill(body=html, content_type="text/html"))
    begin = time.perf_counter()
    page.goto(f"{address}/playground-plane.html")
    page.wait_for_selector("#plane[data-state=paused]", timeout=120_000)
    started = time.perf_counter() - begin
    page.select_option("[name=r1]", r1)
    page.wait_for_selector("#plane[data-state=paused]")
    page.click("[name=run]")
    page.wait_for_timeout(3000)
    first, begin = int(page.get_attribute("#plane", "data-step")), time.perf_counter()
    page.wait_for_timeout(10_000)
    rate = (int(page.get_attribute("#plane", "data-step")) - first) / (time.perf_counter() - begin)
    answers = page.evaluate(ANSWER)
    page.context.close()
    return started, rate, answers


with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Server, directory=SITE)) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for r1 in ("0.1", "0"):
            started, rate, answers = measure(browser, f"http://127.0.0.1:{server.server_port}", r1)
            print(f"R1 {r1}: start {started:.1f} s, {rate:.0f} steps a second, the page answers within {answers[25]:.0f} ms "
                  f"(median), {answers[-1]:.0f} ms (most of 50); load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        browser.close()
    server.shutdown()
