// The page of the GAN in the plane: controls, canvases, the lines of the gradients. The game itself runs in worker.js.
import { colour, curves, prepare, start } from "./common.js";

const page = document.getElementById("plane");
const $ = (name) => page.querySelector(`[name=${name}], #${name}`);
const status = page.querySelector("[role=status]");
const drawn = []; // x, y, x, y, … of the points that were drawn
let last = null, cursor = [0, 0], rows = [], functions = [], worker = null, speed = 0, pending = false;

const drawing = () => $("world").value === "drawn";
const BOX = [-1.3, 1.3, -1.3, 1.3]; // while drawing

function options() {
  const number = (name) => Number($(name).value);
  return { world: $("world").value, points: drawing() ? [...drawn] : [], loss: $("loss").value, k: number("k"),
    lr_d: number("lr_d"), lr_g: number("lr_g"), r1: number("r1"), pack: number("pack"), seed: number("seed") };
}

function make() {
  if (!worker || page.dataset.state === "loading") return;
  $("r1").disabled = $("loss").value === "wgan-gp";
  rows = [];
  last = null;
  setRunning(false);
  for (const cell of page.querySelectorAll(".value")) cell.textContent = ""; // of the game before
  if (drawing() && drawn.length < 10) {
    status.textContent = "Draw on the first picture: with the mouse or a finger, or with the arrow keys and the space bar. " +
      `Points so far: ${drawn.length / 2}; 5 at least.`;
    page.dataset.state = "drawing";
    paint();
    return;
  }
  page.dataset.state = "making";
  worker.postMessage({ make: options() });
}

function setRunning(on) {
  $("run").textContent = on ? "Pause" : "Run";
  status.setAttribute("aria-live", on ? "off" : "polite"); // a line that changes ten times a second is not read out
  for (const name of ["step", "step_d", "step_g"]) $(name).disabled = on;
}

function ask(message) {
  if (!last) return;
  worker.postMessage(message);
}

function heard(data) {
  if (data.ready) {
    functions = data.sources;
    layLines();
    page.dataset.state = "ready";
    make();
    return;
  }
  if (page.dataset.state === "drawing" || (page.dataset.state === "making" && !data.made)) return; // of the game before
  last = data.look;
  if (!rows.length || rows[rows.length - 1].step !== last.row.step) rows.push(last.row);
  if (rows.length > 600) rows = rows.filter((_, i) => i % 2 === 0);
  if (data.seconds) speed = speed ? 0.8 * speed + (0.2 * data.steps) / data.seconds : data.steps / data.seconds;
  page.dataset.state = data.running ? "running" : "paused";
  page.dataset.step = last.row.step;
  page.dataset.moved = last.moved;
  page.dataset.lossD = last.row.loss_d ?? "";
  page.dataset.lossG = last.row.loss_g ?? "";
  page.dataset.speed = data.running ? speed.toFixed(1) : page.dataset.speed || "";
  setRunning(data.running);
  if (!pending) {
    pending = true;
    requestAnimationFrame(() => { pending = false; paint(); words(); });
  }
}

function words() {
  if (!last) return;
  const { row } = last, show = (value) => (value === undefined ? "–" : value.toFixed(3));
  const modes = last.of_modes ? `; ${row.modes} of ${last.of_modes} modes found` : "";
  const opinion = row.distance === undefined ? `D(real) ${show(row.d_real)}, D(fake) ${show(row.d_fake)}`
    : `the critic's distance ${show(row.distance)}`;
  const now = page.dataset.state === "running" ? `, ${Math.round(speed)} steps a second` : "";
  const half = last.moved ? `, D has moved ${last.moved}×` : "";
  status.textContent = `Step ${row.step}${half}: loss of D ${show(row.loss_d)}, of G ${show(row.loss_g)}; ${opinion}${modes}${now}.`;
  for (const [name, lines] of Object.entries(last.lines)) {
    for (const [number, text] of Object.entries(lines)) {
      const cell = document.getElementById(`${name}-${number}`);
      if (cell && cell.textContent !== text) cell.textContent = text;
    }
  }
}

function layLines() {
  const box = $("lines");
  box.replaceChildren();
  for (const { name, file, lines } of functions) {
    const head = document.createElement("h3");
    head.textContent = `${name}, in ${file}`;
    const table = document.createElement("div");
    table.className = "lines";
    for (const [number, text] of lines) {
      const code = document.createElement("code"), value = document.createElement("span");
      code.textContent = text || " ";
      value.id = `${name}-${number}`;
      value.className = "value";
      table.append(code, value);
    }
    box.append(head, table);
  }
}

const box = () => (drawing() && (!last || page.dataset.state === "drawing") ? BOX : last ? last.extent : BOX);

function paint() {
  const canvas = $("picture"), { context: c, width, height } = prepare(canvas);
  const [left, right, bottom, top] = box();
  const px = (x) => ((x - left) / (right - left)) * width, py = (y) => ((top - y) / (top - bottom)) * height;
  const dots = (points, size, name) => {
    c.fillStyle = colour(canvas, name);
    for (let i = 0; i < points.length; i += 2) c.fillRect(px(points[i]) - size / 2, py(points[i + 1]) - size / 2, size, size);
  };
  if (last) {
    field(c, width, height, canvas);
    dots(last.real, 3, "--plane-real");
    dots(last.fake, 3, "--plane-fake");
    c.strokeStyle = colour(canvas, "--color-foreground-primary");
    c.beginPath();
    for (let i = 0; i < last.push.length; i += 2) arrow(c, px(last.fake[i]), py(last.fake[i + 1]), 22 * last.push[i], -22 * last.push[i + 1]);
    c.stroke();
    warp();
    const names = last.row.distance === undefined ? ["d_real", "d_fake", "loss_d", "loss_g"] : ["distance", "loss_d", "loss_g"];
    curves($("curves"), rows.filter((row) => row.loss_g !== undefined && row.loss_d !== undefined), "step", names);
  }
  if (drawing()) {
    dots(drawn, 5, "--plane-real");
    c.strokeStyle = colour(canvas, "--color-foreground-primary");
    c.strokeRect(px(cursor[0]) - 6, py(cursor[1]) - 6, 12, 12);
  }
}

function field(c, width, height, canvas) {
  const n = last.size, values = last.field, image = new ImageData(n, n);
  const part = (name) => colour(canvas, name).split(",").map(Number);
  const real = part("--plane-says-real"), fake = part("--plane-says-fake"), none = part("--plane-says-nothing");
  let contrast = 0.05;
  for (const value of values) contrast = Math.max(contrast, Math.abs(value - 0.5));
  for (let i = 0; i < n * n; i++) {
    const share = (values[i] - 0.5) / contrast, to = share > 0 ? real : fake, at = 4 * ((n - 1 - Math.floor(i / n)) * n + (i % n));
    for (let j = 0; j < 3; j++) image.data[at + j] = none[j] + (to[j] - none[j]) * Math.abs(share);
    image.data[at + 3] = 255;
  }
  const small = new OffscreenCanvas(n, n);
  small.getContext("2d").putImageData(image, 0, 0);
  c.imageSmoothingEnabled = true;
  c.drawImage(small, 0, 0, width, height);
}

function arrow(c, x, y, dx, dy) {
  const length = Math.hypot(dx, dy);
  if (length < 1) return;
  c.moveTo(x, y);
  c.lineTo(x + dx, y + dy);
  const ux = (3 * dx) / length, uy = (3 * dy) / length;
  c.moveTo(x + dx - ux - uy, y + dy - uy + ux);
  c.lineTo(x + dx, y + dy);
  c.lineTo(x + dx - ux + uy, y + dy - uy - ux);
}

function warp() {
  const canvas = $("warp"), { context: c, width, height } = prepare(canvas);
  const [left, right, bottom, top] = last.extent, points = last.fine, lines = last.warp;
  c.strokeStyle = colour(canvas, "--plane-fake");
  c.lineWidth = 0.7;
  c.beginPath();
  for (let i = 0; i < lines.length; i += 2) {
    const x = ((lines[i] - left) / (right - left)) * width, y = ((top - lines[i + 1]) / (top - bottom)) * height;
    if ((i / 2) % points === 0) c.moveTo(x, y); else c.lineTo(x, y);
  }
  c.stroke();
}

function put(x, y) {
  drawn.push(x, y);
  page.dataset.drawn = drawn.length / 2;
}

const canvas = $("picture");
const place = (event) => {
  const r = canvas.getBoundingClientRect(), [left, right, bottom, top] = box();
  return [left + ((event.clientX - r.left) / r.width) * (right - left), top - ((event.clientY - r.top) / r.height) * (top - bottom)];
};
canvas.addEventListener("pointerdown", (event) => {
  if (!drawing()) return;
  if (page.dataset.state !== "drawing") { last = null; worker?.postMessage({ pause: true }); page.dataset.state = "drawing"; }
  canvas.setPointerCapture(event.pointerId);
  put(...place(event));
  paint();
});
canvas.addEventListener("pointermove", (event) => {
  if (drawing() && event.buttons) { put(...place(event)); paint(); }
});
canvas.addEventListener("pointerup", () => { if (drawing()) make(); });
canvas.addEventListener("keydown", (event) => {
  const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
  if (!drawing() || !(move || event.key === " ")) return;
  event.preventDefault();
  if (page.dataset.state !== "drawing") { last = null; worker?.postMessage({ pause: true }); page.dataset.state = "drawing"; }
  if (move) cursor = cursor.map((value, i) => Math.max(-1.2, Math.min(1.2, value + 0.1 * move[i])));
  else { put(...cursor); status.textContent = `Points so far: ${drawn.length / 2}. Press Start again when it is done.`; }
  paint();
});

$("run").addEventListener("click", () => {
  if (page.dataset.state === "running") ask({ pause: true }); else { speed = 0; ask({ run: ["run", 0.1] }); }
});
$("step").addEventListener("click", () => ask({ call: ["watched", "step"] }));
$("step_d").addEventListener("click", () => ask({ call: ["watched", "step_d"] }));
$("step_g").addEventListener("click", () => ask({ call: ["watched", "step_g"] }));
$("reset").addEventListener("click", make);
$("clear").addEventListener("click", () => { drawn.length = 0; page.dataset.drawn = 0; make(); });
page.addEventListener("stopped", () => setRunning(false));
for (const control of page.querySelectorAll("select, input")) control.addEventListener("change", make);
new ResizeObserver(paint).observe(canvas);
new MutationObserver(paint).observe(document.body, { attributes: true, attributeFilter: ["data-theme"] });
worker = start(page, "plane_game", "Game", heard);
