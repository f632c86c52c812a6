// What both pages of the playground share: starting the worker, saying what is missing, colours, curves.

export const colour = (element, name) => getComputedStyle(element).getPropertyValue(name).trim();

/** Start the worker for a page, or say why that cannot be. -> the worker, or null. */
export function start(page, module, kind, heard) {
  const say = (text) => { page.querySelector("[role=status]").textContent = text; };
  const missing = typeof WebAssembly !== "object" ? "WebAssembly" : typeof Worker !== "function" ? "Web Workers" : "";
  if (missing || location.protocol === "file:") {
    page.dataset.state = "missing";
    say(missing ? `This page runs Python in the browser and needs ${missing}, which is missing here. Another browser, or this one ` +
      "with it switched on, will do; the same program runs with Python as examples/gan_2d.py and examples/rbm_completion.py."
      : "A browser runs no worker from a file. Serve the folder: python -m http.server --directory docs/_build");
    return null;
  }
  const here = new URL(".", import.meta.url);
  const worker = new Worker(new URL("worker.js", here), { type: "module" });
  worker.onerror = (event) => { page.dataset.state = "error"; say(`The worker stopped: ${event.message || "see the console"}`); };
  worker.onmessage = ({ data }) => {
    if (data.error) {
      page.dataset.state = "error";
      say(data.error);
      page.dispatchEvent(new Event("stopped"));
    } else {
      heard(data);
    }
  };
  say("Loading Python, about 15 MB at the first visit …");
  page.dataset.state = "loading";
  worker.postMessage({ load: { pyodide: page.dataset.pyodide, archive: new URL("../minigan.zip", here).href, module, kind } });
  return worker;
}

/** Make a canvas sharp: as many pixels as the screen has. -> {context, width, height} in CSS pixels. */
export function prepare(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

const LINES = ["--curve-1", "--curve-2", "--curve-3", "--curve-4"];

/** Curves over x with axes, their numbers, and a legend. rows: dicts; names: which of their entries. */
export function curves(canvas, rows, x, names) {
  const { context: c, width, height } = prepare(canvas);
  const ink = colour(canvas, "--color-foreground-secondary");
  const left = 46, right = 8, top = 18, bottom = 30;
  const values = rows.flatMap((row) => names.map((name) => row[name])).filter(Number.isFinite);
  if (!values.length) return;
  let low = Math.min(...values), high = Math.max(...values);
  if (high - low < 1e-9) { low -= 0.5; high += 0.5; }
  const begin = rows[0][x], end = Math.max(rows[rows.length - 1][x], begin + 1);
  const px = (v) => left + ((v - begin) / (end - begin)) * (width - left - right);
  const py = (v) => height - bottom - ((v - low) / (high - low)) * (height - top - bottom);
  c.font = "11px sans-serif";
  c.strokeStyle = c.fillStyle = ink;
  c.strokeRect(left, top, width - left - right, height - top - bottom);
  c.textAlign = "right";
  for (const v of [low, (low + high) / 2, high]) c.fillText(Number(v.toPrecision(3)), left - 4, py(v) + 4);
  c.textAlign = "center";
  for (const v of [begin, end]) c.fillText(Math.round(v), Math.min(px(v), width - 14), height - bottom + 13);
  c.fillText(x, (left + width - right) / 2, height - 4);
  c.textAlign = "left";
  let at = left;
  names.forEach((name, i) => {
    c.strokeStyle = c.fillStyle = colour(canvas, LINES[i % LINES.length]);
    c.beginPath();
    rows.forEach((row, j) => (j ? c.lineTo(px(row[x]), py(row[name])) : c.moveTo(px(row[x]), py(row[name]))));
    c.stroke();
    c.fillText(name, at, 12);
    at += c.measureText(name).width + 12;
  });
}
