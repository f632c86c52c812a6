// Python in a Web Worker, so that the page answers while it learns. The page sends
//   { load: {pyodide, archive, module, kind} }   once: Pyodide, NumPy and the packed source
//   { make: options }                            a new object of that class
//   { call: [method, ...arguments] }             one method
//   { run: [method, amount, wait] }, { pause: true }  a method again and again, until paused; wait milliseconds between
// and after each of these gets { look: …what the object's look() gives…, running, steps, seconds } or { error: text }.

let python, kind, object = null, running = false, program = null;

const plain = (proxy) => {
  if (!proxy || !proxy.toJs) return proxy;
  const value = proxy.toJs({ dict_converter: Object.fromEntries });
  proxy.destroy();
  return value;
};

async function load({ pyodide, archive, module, kind: name }) {
  const packed = fetch(archive).then((answer) => answer.arrayBuffer());
  const { loadPyodide } = await import(pyodide + "pyodide.mjs");
  python = await loadPyodide({ indexURL: pyodide, packages: ["numpy"] });
  python.unpackArchive(await packed, "zip");
  program = python.pyimport(module);
  kind = program[name];
  self.postMessage({ ready: true, sources: program.sources ? plain(program.sources()) : [] });
}

function look(more = {}) {
  if (object) self.postMessage({ look: plain(object.look()), running, ...more });
}

function call(method, ...args) {
  const result = object[method](...args.map((value) => (Array.isArray(value) ? python.toPy(value) : value)));
  return plain(result);
}

async function run(method, amount, wait = 0) {
  if (running || !object) return;
  running = true;
  let begin = performance.now();
  while (running) {
    const steps = call(method, amount), now = performance.now();
    look({ steps, seconds: (now - begin) / 1000 }); // since the last look: what drawing takes is in it
    begin = now;
    await new Promise((resolve) => setTimeout(resolve, wait)); // here a message of the page is heard
  }
  look();
}

self.onmessage = async ({ data }) => {
  try {
    if (data.load) await load(data.load);
    if (data.make) {
      running = false;
      if (object) object.destroy();
      object = null;
      object = kind.callKwargs(data.make);
      look({ made: true });
    }
    if (data.call) {
      call(...data.call);
      if (!running) look();
    }
    if (data.pause) running = false;
    if (data.run) await run(...data.run);
  } catch (error) {
    running = false;
    const text = String(error.message || error).trim().split("\n").pop().replace(/^\w+(\.\w+)*: /, "");
    self.postMessage({ error: text });
  }
};
