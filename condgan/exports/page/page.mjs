/* What the page shows. It runs last, in one script with the other files of this folder. */
const facts = JSON.parse(document.getElementById("facts").textContent);
const [channels, width, height] = [...facts.size].reverse();
const frames = facts.size.length === 4 ? facts.size[0] : 0;
const inputs = facts.inputs.filter((each) => each.name !== "times");
const values = {};
const controls = {};
const [MOST, SEEDS, SHOWN, LARGEST, TOGETHER, STOPS] = [64, 16, 24, 2 ** 32, 32, 32];
const element = (id) => document.getElementById(id);
let session, ort, shown = [], waiting = null, running = false, looked = [], settled = 0;
let seed = 0;

function say(text) {
  element("status").textContent = text;
}

function make(tag, attributes = {}, ...children) {
  const found = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) found.addEventListener(name.slice(2), value);
    else if (name in found) found[name] = value;
    else found.setAttribute(name, value);
  }
  found.append(...children);
  return found;
}

/* ---- tensors ---- */

const MISSING = (input) => (input.missing === "NaN" ? NaN : input.missing ?? 0);

/** The numbers of one sample. */
function numbers(input, value) {
  const count = input.shape.slice(1).reduce((a, b) => a * b, 1);
  if (value === null || value === undefined) return Array(count).fill(MISSING(input));
  if (input.field === "text") {
    const { ids } = spelled(value, input);
    return [...ids, ...Array(count - ids.length).fill(0)];
  }
  return count === 1 && !(value.length >= 0) ? [value] : value;
}

const TYPES = { int32: Int32Array, float32: Float32Array, uint8: Uint8Array };

/** Images of rows {z, values}: uint8 n,[frames,]h,w,c. */
async function generate(rows, times) {
  const parts = [];
  for (let at = 0; at < rows.length; at += TOGETHER) parts.push(await batch(rows.slice(at, at + TOGETHER), times));
  const all = new Uint8Array(parts.reduce((sum, each) => sum + each.length, 0));
  let at = 0;
  for (const each of parts) { all.set(each, at); at += each.length; }
  return { data: all };
}

async function batch(rows, times) {
  const feeds = { z: new ort.Tensor("float32", Float32Array.from(rows.flatMap((row) => [...row.z])),
    [rows.length, facts.latent.width]) };
  for (const input of inputs) {
    const shape = input.shape.slice(1);
    const all = new TYPES[input.type](rows.length * shape.reduce((a, b) => a * b, 1));
    rows.forEach((row, place) => all.set(numbers(input, row.values[input.name]), place * (all.length / rows.length)));
    feeds[input.name] = new ort.Tensor(input.type, all, [rows.length, ...shape]);
  }
  if (facts.inputs.some((each) => each.name === "times")) {
    const all = Float32Array.from({ length: rows.length * times }, (_, n) => n % times);
    feeds.times = new ort.Tensor("float32", all, [rows.length, times]);
  }
  return (await session.run(feeds, ["images"])).images.data;
}

/** From one latent to another: on the arc between their directions, the length changing evenly (White 2016). */
function mixed(one, other, share) {
  const length = (v) => Math.sqrt(v.reduce((sum, each) => sum + each * each, 0));
  const [a, b] = [length(one), length(other)];
  const cosine = Math.min(1, Math.max(-1, one.reduce((sum, each, n) => sum + each * other[n], 0) / (a * b)));
  const angle = Math.acos(cosine);
  const weights = angle < 1e-6 ? [1 - share, share] : [Math.sin((1 - share) * angle) / Math.sin(angle), Math.sin(share * angle) / Math.sin(angle)];
  const size = (1 - share) * a + share * b;
  return Float32Array.from(one, (each, n) => size * (weights[0] * each / a + weights[1] * other[n] / b));
}

/* ---- what is shown ---- */

const fieldsOf = () => inputs.filter((each) => each.names && !each.colours && each.field !== "text" && each.field !== "set" || each.field === "boolean" || each.field === "number");

function stops(input) {
  if (input.names) return input.names.map((name, value) => ({ value, name })).slice(0, STOPS);
  if (input.field === "boolean") return [{ value: 0, name: "no" }, { value: 1, name: "yes" }];
  return Array.from({ length: 5 }, (_, n) => {
    const value = input.low + n / 4 * (input.high - input.low);
    return { value, name: `${Number(value.toPrecision(3))} ${input.unit ?? ""}`.trim() };
  });
}

const whole = (text) => Math.max(0, Math.min(Number.MAX_SAFE_INTEGER, Math.floor(Number(text) || 0)));
const otherSeed = () => whole(element("other").value);

/** The rows of the chosen view, and how many stand side by side. */
function rowsOf(view) {
  const z = latents(seed, facts.latent.width);
  const row = (more, name, latent = z) => ({ z: latent, values: { ...values, ...more }, name });
  const [across, down] = ["across", "down"].map((id) => inputs.find((each) => each.name === element(id).value));
  if (view === "seeds") {
    const seeds = Array.from({ length: SEEDS }, (_, n) => seed + n);
    return { rows: seeds.map((each) => row({}, `seed ${each}`, latents(each, facts.latent.width))), columns: 4 };
  }
  if (view === "values" && across) {
    const found = stops(across).map(({ value, name }) => row({ [across.name]: value }, name));
    return { rows: found, columns: Math.min(found.length, 5) };
  }
  if (view === "grid" && across && across === down) throw new Error("choose two different fields");
  if (view === "grid" && across && down) {
    const found = stops(down).flatMap((a) => stops(across).map((b) => row({ [down.name]: a.value, [across.name]: b.value }, `${a.name}, ${b.name}`)));
    return { rows: found, columns: stops(across).length };
  }
  if (view === "between") {
    const other = latents(otherSeed(), facts.latent.width);
    return { rows: [row({}, `seed ${seed} to ${element("other").value}`, mixed(z, other, Number(element("share").value)))], columns: 1 };
  }
  return { rows: [row({}, `seed ${seed}`)], columns: 1 };
}

function put(canvas, pixels, depth, wide, high) {
  const data = new ImageData(wide, high);
  for (let at = 0; at < wide * high; at++) {
    for (let c = 0; c < 3; c++) data.data[4 * at + c] = pixels[depth * at + (depth < 3 ? 0 : c)];
    data.data[4 * at + 3] = depth === 4 ? pixels[4 * at + 3] : 255;
  }
  canvas.width = wide;
  canvas.height = high;
  canvas.getContext("2d").putImageData(data, 0, 0);
}

/** The pixels of a sample, of a clip of one of its frames. */
const pixelsOf = (tile, frame = 0) => tile.data.subarray(frame * width * height * channels, (frame + 1) * width * height * channels);

function schedule() {
  waiting = performance.now();
  if (!running) refresh();
}

async function refresh() {
  const lacking = inputs.find((each) => each.type === "uint8" && !optional(each) && values[each.name] === null);
  const silent = inputs.find((each) => each.field === "text" && !optional(each) && !spelled(values[each.name] ?? "", each).ids.length);
  if (session && silent) return say(`Write what to show as ${silent.name}.`);
  if (!session || lacking) return say(session ? `Give a picture as ${lacking.name}: choose one, or drop it.` : "Opening the generator …");
  running = true;
  while (waiting !== null) {
    const began = waiting;
    waiting = null;
    try {
      const { rows, columns } = rowsOf(element("view").value);
      const found = await generate(rows, frames);
      const each = found.data.length / rows.length;
      shown = rows.map((row, place) => ({ name: row.name, data: found.data.slice(place * each, (place + 1) * each) }));
      lay(columns);
      command();
      timings.push(performance.now() - began);
      const cut = inputs.filter((each) => [element("across").value, element("down").value].includes(each.name) && each.names?.length > STOPS);
      const first = cut.length && ["values", "grid"].includes(element("view").value) ? ` Of ${cut[0].name} the first ${STOPS} of ${cut[0].names.length} are shown.` : "";
      say(`${shown.length} ${frames ? "clip" : "image"}${shown.length > 1 ? "s" : ""}, ${Math.round(performance.now() - began)} ms.${first}`);
    } catch (error) {
      say(`The generator cannot make this: ${error.message ?? error}`);
    }
    await new Promise((done) => setTimeout(done));
  }
  running = false;
  clearTimeout(settled);
  settled = setTimeout(remember, 600);
}

function lay(columns) {
  const stage = element("stage");
  stage.style.gridTemplateColumns = `repeat(${columns}, minmax(0, ${columns === 1 ? "22rem" : "9rem"}))`;
  while (stage.children.length > shown.length) stage.lastChild.remove();
  while (stage.children.length < shown.length) {
    stage.append(make("figure", {}, make("canvas", { role: "img" }), make("figcaption", {})));
  }
  shown.forEach((tile, place) => {
    const [canvas, caption] = stage.children[place].children;
    put(canvas, pixelsOf(tile, frames ? frame : 0), channels, width, height);
    canvas.setAttribute("aria-label", `generated: ${tile.name}`);
    caption.textContent = tile.name;
  });
}

let frame = 0;
let paused = matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Clips move until they are paused; then their frames can be gone through. */
function play() {
  const slider = make("input", { type: "range", min: 0, max: frames - 1, value: 0, "aria-label": "Frame", oninput: () => to(Number(slider.value)) });
  const button = make("button", { type: "button", onclick: () => { paused = !paused; name(); } });
  const name = () => { button.textContent = paused ? "Play" : "Pause"; };
  const to = (number) => {
    frame = number;
    slider.value = frame;
    shown.forEach((tile, place) => put(element("stage").children[place].firstChild, pixelsOf(tile, frame), channels, width, height));
  };
  name();
  element("stage").after(make("div", { className: "row" }, button, slider));
  setInterval(() => { if (!paused) to((frame + 1) % frames); }, 1000 / (facts.frame_rate || 8));
}

/* ---- laying out ---- */

function choose() {
  const view = element("view").value;
  element("between").hidden = view !== "between";
  element("across").hidden = !["values", "grid"].includes(view);
  element("down").hidden = view !== "grid";
  schedule();
}

function layOut() {
  const form = element("form");
  for (const input of inputs) {
    controls[input.name] = control(input);
    const name = input.unit ? `${input.name}, in ${input.unit}` : input.name;
    form.append(make("fieldset", {}, make("legend", { textContent: name }), controls[input.name].node));
  }
  const number = make("input", { type: "number", id: "seed", min: 0, max: Number.MAX_SAFE_INTEGER, value: seed,
    oninput: () => { seed = whole(number.value); schedule(); } });
  const lock = make("input", { type: "checkbox", id: "lock" });
  const shuffle = make("button", { type: "button", textContent: "Shuffle", onclick: () => {
    if (lock.checked) return say("The seed is locked.");
    seed = Math.floor(Math.random() * LARGEST);
    number.value = seed;
    schedule();
  } });
  form.append(make("fieldset", {}, make("legend", { textContent: "seed" }), make("div", { className: "row" },
    make("label", { htmlFor: "seed", textContent: "Number" }), number, shuffle, make("label", {}, lock, " keep it"))));
  form.addEventListener("submit", (event) => event.preventDefault());
  const known = fieldsOf();
  const views = [["one", frames ? "one clip" : "one image"], ["seeds", `${SEEDS} seeds`],
    ...(known.length ? [["values", "the same seed under every value"]] : []),
    ...(known.length > 1 ? [["grid", "two fields, one seed"]] : []), ["between", "between two seeds"]];
  element("view").append(...views.map(([value, textContent]) => make("option", { value, textContent })));
  for (const id of ["across", "down"]) {
    element(id).append(...known.map((each) => make("option", { value: each.name, textContent: each.name })));
    element(id).addEventListener("change", schedule);
  }
  if (known.length > 1) element("down").value = known[1].name;
  element("view").addEventListener("change", choose);
  for (const id of ["share", "other"]) element(id).addEventListener("input", schedule);
  const saving = (make) => async () => {
    if (!shown.length) return say("There is no image to save yet.");
    try { await make(); } catch (error) { say(`It cannot be saved: ${error.message ?? error}`); }
  };
  element("png").addEventListener("click", saving(() => sheet().toBlob((blob) => save(blob, "condgan.png"))));
  element("gif").addEventListener("click", saving(async () => save(new Blob([await animation()], { type: "image/gif" }), "condgan.gif")));
  if (frames) play();
  choose();
}

/* ---- beginning ---- */

async function unpacked(id) {
  const text = window.condganParts?.[id] ?? element(id).textContent;
  const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  element(id)?.remove();
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const timings = [];
/** For tests and for people who look behind the page. */
window.condgan = {
  timings, facts, latents,
  ready: null,
  images: async (rows) => (await generate(rows.map(({ seed, values }) => ({ z: latents(seed, facts.latent.width), values })), frames)).data,
};

async function begin() {
  if (typeof WebAssembly !== "object" || typeof DecompressionStream !== "function") {
    return say("This browser cannot run the generator: it lacks WebAssembly or DecompressionStream. Any browser of 2023 or later has both.");
  }
  layOut();
  const [runtime, wasm, model] = await Promise.all(["runtime", "wasm", "model"].map(unpacked));
  ort = await import(URL.createObjectURL(new Blob([runtime], { type: "text/javascript" })));
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = wasm;
  session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"] });
  waiting ??= performance.now();
  await refresh();
}

window.condgan.ready = begin().then(() => performance.now(), (error) => say(`The generator cannot be opened: ${error.message ?? error}`));
