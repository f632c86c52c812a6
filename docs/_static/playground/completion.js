// The page of the RBM that completes half a digit. Training and the Gibbs chain run in worker.js.
import { colour, curves, prepare, start } from "./common.js";

const page = document.getElementById("completion");
const $ = (name) => page.querySelector(`[name=${name}], #${name}`);
const status = page.querySelector("[role=status]");
const pixels = new Float32Array(64);
let last = null, worker = null, at = [0, 0], shown = 0, doing = "", number = 0;

function heard(data) {
  if (data.ready) { make(); return; }
  last = data.look;
  if (!data.running) doing = "";
  page.dataset.state = data.running ? doing : "paused";
  status.setAttribute("aria-live", data.running ? "off" : "polite"); // a line that changes often is not read out
  page.dataset.epochs = last.epochs.toFixed(2);
  page.dataset.rounds = last.rounds;
  label();
  requestAnimationFrame(() => { paint(); words(); });
}

function label() {
  $("train").textContent = doing === "training" ? "Pause" : "Train";
  $("chain").textContent = doing === "sampling" ? "Pause" : "Run the chain";
}

function words() {
  const energy = last.chain.length ? last.chain[last.chain.length - 1].toFixed(1) : "–";
  status.textContent = `${last.epochs.toFixed(0)} passes over 1,500 digits; ${last.rounds} rounds of the chain; ` +
    `free energy of its state ${energy} nats.`;
}

function make() {
  doing = "";
  worker.postMessage({ make: { hidden: Number($("hidden").value), learning_rate: Number($("rate").value), seed: Number($("seed").value) } });
  worker.postMessage({ call: ["ask", [...pixels], $("hide").value] });
}

const question = () => worker && worker.postMessage({ call: ["ask", [...pixels], $("hide").value] });

const hides = (row, column) => ({ top: row < 4, bottom: row > 3, left: column < 4, right: column > 3 })[$("hide").value] || false;

function image(name, values, hidden = false) {
  const canvas = $(name), { context: c, width } = prepare(canvas), cell = width / 8;
  const paper = colour(canvas, "--digit-paper").split(",").map(Number), ink = colour(canvas, "--digit-ink").split(",").map(Number);
  for (let i = 0; i < 64; i++) {
    const row = Math.floor(i / 8), column = i % 8, v = values[i];
    c.fillStyle = `rgb(${paper.map((p, j) => Math.round(p + (ink[j] - p) * v)).join(",")})`;
    if (hidden && hides(row, column)) c.fillStyle = colour(canvas, "--digit-hidden");
    c.fillRect(column * cell, row * cell, cell - 1, cell - 1);
  }
  if (hidden) {
    c.strokeStyle = colour(canvas, "--color-brand-primary");
    c.lineWidth = 2;
    c.strokeRect(at[1] * cell + 1, at[0] * cell + 1, cell - 3, cell - 3);
  }
}

function paint() {
  image("draw", pixels, true);
  if (!last) return;
  image("state", last.state);
  image("mean", last.mean);
  image("answer", last.answer);
  const rows = [...last.chain].map((value, i) => ({ round: last.rounds - last.chain.length + 1 + i, "F of the chain's state": value }));
  if (rows.length) curves($("energy"), rows, "round", ["F of the chain's state"]);
  if (last.log.length) curves($("learning"), last.log, "epoch", ["digits it learns from", "unseen digits"]);
  filters();
}

function filters() {
  const canvas = $("filters"), { context: c, width } = prepare(canvas), cell = width / 73;
  const most = Math.max(...last.filters.map(Math.abs), 1e-6);
  for (let f = 0; f < 16; f++) {
    for (let i = 0; i < 64; i++) {
      const share = last.filters[64 * f + i] / most;
      c.fillStyle = colour(canvas, share > 0 ? "--filter-plus" : "--filter-minus");
      c.globalAlpha = Math.abs(share);
      c.fillRect(((f % 8) * 9 + 1 + (i % 8)) * cell, (Math.floor(f / 8) * 9 + 1 + Math.floor(i / 8)) * cell, cell, cell);
    }
  }
  c.globalAlpha = 1;
}

function toggle(row, column, value) {
  if (hides(row, column)) return;
  pixels[8 * row + column] = value;
  page.dataset.ink = pixels.reduce((a, b) => a + b, 0);
  paint();
}

const canvas = $("draw");
const cellOf = (event) => {
  const r = canvas.getBoundingClientRect();
  const clip = (v) => Math.max(0, Math.min(7, Math.floor(8 * v)));
  return [clip((event.clientY - r.top) / r.height), clip((event.clientX - r.left) / r.width)];
};
canvas.addEventListener("pointerdown", (event) => {
  at = cellOf(event);
  shown = 1 - pixels[8 * at[0] + at[1]];
  canvas.setPointerCapture(event.pointerId);
  toggle(...at, shown);
});
canvas.addEventListener("pointermove", (event) => { if (event.buttons) { at = cellOf(event); toggle(...at, shown); } });
canvas.addEventListener("pointerup", question);
canvas.addEventListener("keydown", (event) => {
  const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  if (move) at = at.map((value, i) => Math.max(0, Math.min(7, value + move[i])));
  else if (event.key === " ") { toggle(...at, 1 - pixels[8 * at[0] + at[1]]); question(); }
  else return;
  event.preventDefault();
  paint();
});

function loop(what, ...message) {
  if (!last) return;
  if (doing === what) { worker.postMessage({ pause: true }); return; }
  if (doing) return;
  doing = what;
  worker.postMessage({ run: message });
}
$("train").addEventListener("click", () => loop("training", "train", 0.08));
$("chain").addEventListener("click", () => loop("sampling", "gibbs", 1, 60));
$("round").addEventListener("click", () => { if (last && !doing) worker.postMessage({ call: ["gibbs", 1] }); });
$("clear").addEventListener("click", () => { pixels.fill(0); page.dataset.ink = 0; paint(); question(); });
$("example").addEventListener("click", () => {
  if (!last) return;
  pixels.set(last.examples.slice(64 * (number % 10), 64 * (number % 10) + 64));
  number += 1;
  page.dataset.ink = pixels.reduce((a, b) => a + b, 0);
  paint();
  question();
});
$("hide").addEventListener("change", () => { paint(); question(); });
for (const name of ["hidden", "rate", "seed"]) $(name).addEventListener("change", make);
$("again").addEventListener("click", make);
page.addEventListener("stopped", () => { doing = ""; label(); });
new ResizeObserver(paint).observe(canvas);
new MutationObserver(paint).observe(document.body, { attributes: true, attributeFilter: ["data-theme"] });
worker = start(page, "half_digit", "Completion", heard);
