// The page where a gradient is changed and caught. The check runs in worker.js.
import { start } from "./common.js";

const page = document.getElementById("gradient");
const $ = (name) => page.querySelector(`[name=${name}], #${name}`);
const status = page.querySelector("[role=status]");
let original = "", worker = null;

function heard(data) {
  if (data.ready) { worker.postMessage({ make: { layer: $("layer").value } }); return; }
  const { source, result, trouble } = data.look;
  if (data.made) {
    original = source;
    $("text").value = source;
    status.textContent = "This is the library's own backward. Change something, and press Check.";
  } else if (trouble) {
    status.textContent = trouble;
  } else if (result.length) {
    const wrong = result.filter(({ right }) => !right).map(({ name }) => name);
    status.textContent = wrong.length ? `Caught: the gradient of ${wrong.join(", ")} is wrong.` : "Every gradient is right.";
  }
  $("result").replaceChildren(...(data.made ? [] : result.map(({ name, error, right }) => {
    const row = document.createElement("li");
    row.textContent = `${name}: relative error ${error.toExponential(1)}, ${right ? "right" : "wrong"} (at most 1e-6 passes)`;
    return row;
  })));
  page.dataset.state = "paused";
}

$("check").addEventListener("click", () => {
  if (!original) return;
  page.dataset.state = "checking";
  worker.postMessage({ call: ["check", $("text").value] });
});
$("undo").addEventListener("click", () => { $("text").value = original; });
$("layer").addEventListener("change", () => {
  page.dataset.state = "making";
  worker.postMessage({ make: { layer: $("layer").value } });
});
worker = start(page, "gradient", "Lesson", heard);
