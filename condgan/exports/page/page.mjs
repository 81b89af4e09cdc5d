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

/* ---- what is asked for ---- */

const optional = (input) => input.missing !== null;

function set(name, value) {
  values[name] = value;
  schedule();
}

/** A control for each kind of input: it fills `values`, and shows what is set from elsewhere. */
function control(input) {
  if (input.colours) return painter(input);
  if (input.type === "uint8") return picture(input);
  if (input.field === "text") return words(input);
  if (input.field === "set") return several(input);
  if (input.names) return choice(input);
  if (input.shape.length > 1) return vector(input);
  return number(input);
}

function choice(input) {
  const options = [...input.names.keys()].map(String);
  const texts = input.names.slice();
  if (optional(input)) { options.push(""); texts.push("any"); }
  const read = (text) => (text === "" ? null : Number(text));
  values[input.name] = 0;
  if (options.length > MOST) {
    const box = make("select", { id: `in-${input.name}`, "aria-label": input.name,
      onchange: () => set(input.name, read(box.value)) },
      ...options.map((value, place) => make("option", { value, textContent: texts[place] })));
    return { node: box, show: (value) => { box.value = value === null ? "" : String(value); } };
  }
  const radios = options.map((value, place) => make("input", { type: "radio", name: input.name, value,
    checked: place === 0, onchange: () => set(input.name, read(value)) }));
  const node = make("div", { className: "choices" }, ...radios.map((radio, place) =>
    make("label", {}, radio, make("span", { textContent: texts[place] }))));
  return { node, show: (value) => { for (const each of radios) each.checked = read(each.value) === value; } };
}

function number(input) {
  const yesNo = input.field === "boolean";
  const middle = yesNo ? 0 : (input.low + input.high) / 2;
  const step = yesNo ? 0.01 : (input.high - input.low) / 200 || 1;
  values[input.name] = middle;
  const text = make("output", {});
  const slider = make("input", { type: "range", min: input.low, max: input.high, step, value: middle,
    "aria-label": input.name, oninput: () => { any.checked = false; changed(Number(slider.value)); } });
  const any = make("input", { type: "checkbox", onchange: () => changed(any.checked ? null : Number(slider.value)) });
  const write = (value) => {
    text.value = value === null ? "any" : yesNo && (value === 0 || value === 1) ? ["no", "yes"][value]
      : `${Number(value.toPrecision(4))} ${input.unit ?? ""}`.trim();
  };
  const changed = (value) => { write(value); set(input.name, value); };
  write(middle);
  const left = optional(input) ? [make("label", {}, any, " any")] : [];
  return { node: make("div", {}, slider, make("div", { className: "row" }, text, ...left)),
    show: (value) => { any.checked = value === null; if (value !== null) slider.value = value; write(value); } };
}

function several(input) {
  values[input.name] = input.names.map(() => 0);
  const boxes = input.names.map((name, place) => make("input", { type: "checkbox", onchange: () =>
    set(input.name, boxes.map((each) => Number(each.checked))) }));
  const any = make("input", { type: "checkbox", onchange: () =>
    set(input.name, any.checked ? null : boxes.map((each) => Number(each.checked))) });
  for (const each of boxes) each.addEventListener("change", () => { any.checked = false; });
  const all = [...boxes.map((box, place) => [box, input.names[place]]), ...(optional(input) ? [[any, "any"]] : [])];
  return { node: make("div", { className: "choices" }, ...all.map(([box, textContent]) =>
    make("label", {}, box, make("span", { textContent })))),
    show: (value) => {
      any.checked = value === null;
      boxes.forEach((each, place) => { each.checked = Boolean(value?.[place]); });
    } };
}

function vector(input) {
  const middle = Array(input.shape[1]).fill((input.low + input.high) / 2);
  values[input.name] = middle;
  const box = make("textarea", { rows: 3, "aria-label": `${input.name}: ${input.meaning}`, value: middle.join(" "),
    onchange: () => {
      const found = box.value.split(/[\s,;]+/).filter(Boolean).map(Number);
      if (found.length !== input.shape[1] || found.some(Number.isNaN)) {
        say(`${input.name}: give ${input.shape[1]} numbers; these are ${found.length}.`);
      } else set(input.name, found);
    } });
  return { node: box, show: (value) => { box.value = value.join(" "); } };
}

/** Words, as condgan cuts them: signs of scripts without spaces each alone, with their marks; inner apostrophes. */
const APART = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u2e80-\\u9fff\\uf900-\\ufaff\\uff66-\\uff9f\\u{20000}-\\u{3ffff}";
const LETTER = `(?![${APART}])[\\p{L}\\p{N}]\\p{M}*`;
const WORDS = new RegExp(`(?=[${APART}])[\\p{L}\\p{N}]\\p{M}*|(?:${LETTER})+(?:'(?:${LETTER})+)*|[\\p{S}#*@&%+]`, "gu");

function spelled(text, input) {
  const known = new Map(input.names.map((word, id) => [word, id]));
  const plain = text.replace(/[\ufe00-\ufe0f]/g, "").normalize("NFKC").toLowerCase().replaceAll("\u2019", "'").normalize("NFC");
  const found = (plain.match(WORDS) ?? []).map((word) => [word, known.get(word) ?? 1]);
  return { ids: found.map(([, id]) => id).slice(0, input.shape[1]),
    odd: found.filter(([, id]) => id === 1).map(([word]) => word) };
}

function words(input) {
  const start = input["such as"] ?? input.names[2];
  values[input.name] = start;
  const hint = make("p", { className: "quiet" });
  const hinted = () => {
    const { odd } = spelled(box.value, input);
    hint.textContent = odd.length ? `Not known here, and read as any other word: ${odd.join(", ")}. condgan reads a plural or a slip as the known word that is like it.` : "";
  };
  const list = make("datalist", { id: `words-${input.name}` });
  const box = make("input", { type: "text", value: start, "aria-label": input.name, oninput: () => {
    hinted();
    const last = box.value.toLowerCase().split(" ").pop();
    const before = box.value.slice(0, box.value.length - last.length);
    list.replaceChildren(...(last ? input.names.filter((word) => word.startsWith(last)).slice(0, 8) : [])
      .map((word) => make("option", { value: before + word })));
    set(input.name, box.value || null);
  } });
  box.setAttribute("list", list.id);
  return { node: make("div", {}, box, list, hint,
    make("details", {}, make("summary", { textContent: "Known words" }),
      make("p", { className: "quiet", textContent: input.names.slice(2, 402).join(", ") }))),
    show: (value) => { box.value = value ?? ""; hinted(); } };
}

function picture(input) {
  const [high, wide, depth = 1] = input.shape.slice(1);
  const blank = new Uint8Array(high * wide * depth).fill(255);
  values[input.name] = null;
  const canvas = make("canvas", { width: wide, height: high, className: "painted", role: "img",
    "aria-label": `${input.name}: the picture that is given` });
  const drawn = (pixels) => put(canvas, pixels, depth, wide, high);
  const take = async (file) => {
    try {
      const bitmap = await createImageBitmap(file);
      const context = canvas.getContext("2d", { willReadFrequently: true });
      const side = Math.min(bitmap.width / wide, bitmap.height / high);
      context.clearRect(0, 0, wide, high);
      if (depth < 4) {
        context.fillStyle = facts.background;
        context.fillRect(0, 0, wide, high);
      }
      context.drawImage(bitmap, (bitmap.width - side * wide) / 2, (bitmap.height - side * high) / 2, side * wide,
        side * high, 0, 0, wide, high);
      const { data } = context.getImageData(0, 0, wide, high);
      const found = new Uint8Array(high * wide * depth);
      for (let at = 0; at < high * wide; at++) {
        const rgb = data.slice(4 * at, 4 * at + 3);
        if (input.high === 1) found[at] = rgb[0] > 127 ? 1 : 0;
        else if (depth === 1) found[at] = input.meaning.startsWith("lightness") ? lightness(rgb)
          : Math.round(0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]);
        else for (let c = 0; c < depth; c++) found[depth * at + c] = data[4 * at + c];
      }
      drawn(found);
      set(input.name, found);
    } catch {
      say(`${input.name}: this is no picture that the browser can read. Give a PNG, JPEG or WebP.`);
    }
  };
  const box = make("input", { type: "file", accept: "image/*", "aria-label": `${input.name}: choose a picture`,
    onchange: () => box.files[0] && take(box.files[0]) });
  const node = make("div", { ondragover: (event) => event.preventDefault(), ondrop: (event) => {
    event.preventDefault();
    if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
  } }, canvas, box, make("p", { className: "quiet", textContent: `Choose a picture, or drop one here (${input.meaning}).` }));
  drawn(blank);
  return { node, show: (value) => drawn(value ?? blank) };
}

/** CIE L* of a colour, 0 to 255. */
function lightness(rgb) {
  const [r, g, b] = [...rgb].map((each) => (each / 255 <= 0.04045 ? each / 255 / 12.92 : ((each / 255 + 0.055) / 1.055) ** 2.4));
  const y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return Math.round(2.55 * (y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y));
}

/** A label map to paint: what is given to the generator are ids, or the exact colours of classes. */
function painter(input) {
  const [high, wide, depth = 0] = input.shape.slice(1);
  const ids = new Uint8Array(high * wide);
  for (let row = Math.floor(high / 2); row < high; row++) ids.fill(Math.min(1, input.colours.length - 1), row * wide, (row + 1) * wide);
  let chosen = 0, radius = Math.max(1, Math.round(wide / 24)), down = false;
  const canvas = make("canvas", { width: wide, height: high, className: "painted", tabIndex: 0, role: "img",
    "aria-label": `${input.name}: the label map; paint with the pointer, or fill it with a class by its button` });
  const pixels = () => Uint8Array.from({ length: 3 * ids.length }, (_, n) => input.colours[ids[Math.floor(n / 3)]][n % 3]);
  const given = () => (depth ? pixels() : ids.slice());
  const drawn = () => put(canvas, pixels(), 3, wide, high);
  const touch = (event) => {
    if (!down) return;
    const box = canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / box.width * wide);
    const row = Math.floor((event.clientY - box.top) / box.height * high);
    for (let y = Math.max(0, row - radius); y <= Math.min(high - 1, row + radius); y++) {
      for (let x = Math.max(0, column - radius); x <= Math.min(wide - 1, column + radius); x++) {
        if ((x - column) ** 2 + (y - row) ** 2 <= radius ** 2) ids[y * wide + x] = chosen;
      }
    }
    drawn();
    set(input.name, given());
  };
  canvas.addEventListener("pointerdown", (event) => { down = true; canvas.setPointerCapture(event.pointerId); touch(event); });
  canvas.addEventListener("pointermove", touch);
  canvas.addEventListener("pointerup", () => { down = false; });
  const radios = make("div", { className: "choices" }, ...input.names.map((name, place) => make("label", {},
    make("input", { type: "radio", name: `paint-${input.name}`, checked: place === 0, onchange: () => { chosen = place; } }),
    make("span", {}, swatch(input.colours[place]), name))));
  const brush = make("input", { type: "range", min: 0, max: Math.round(wide / 6), value: radius, "aria-label": "Size of the brush",
    oninput: () => { radius = Number(brush.value); } });
  const fill = make("button", { type: "button", textContent: "Fill all with it", onclick: () => { ids.fill(chosen); drawn(); set(input.name, given()); } });
  const keep = make("button", { type: "button", textContent: "Save the map", onclick: () => canvas.toBlob((blob) => save(blob, `${input.name}.png`)) });
  drawn();
  values[input.name] = given();
  return { node: make("div", {}, canvas, radios, brush, make("div", { className: "row" }, fill, keep)), show: (value) => {
    for (let at = 0; at < ids.length; at++) {
      ids[at] = depth ? Math.max(0, input.colours.findIndex((c) => c.every((v, n) => v === value[3 * at + n]))) : value[at];
    }
    drawn();
  } };
}

const swatch = (colour) => {
  const found = make("i", { className: "swatch" });
  found.style.background = `rgb(${colour})`;
  return found;
};

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

/* ---- the command line, saving, what was looked at ---- */

/** A value in --where, where signs that part others stand in quotes. */
const valued = (text) => (/[,=|'+]/.test(text) && !text.includes('"') ? `"${text}"` : text);
const quoted = (text) => (/^[\w.,=+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

function command() {
  const asked = [], alone = [];
  for (const input of inputs) {
    const value = values[input.name];
    if (value === null && input.field === "text") alone.push(`--${input.name} ''`);
    if (value === null) continue;
    if (input.type === "uint8") alone.push(`--${input.name} ${input.colours ? `${input.name}.png` : "FILE"}`);
    else if (input.field === "text") alone.push(`--${input.name}=${quoted(value)}`);
    else if (input.field === "set") asked.push(`${input.name}=${input.names.filter((_, n) => value[n]).join("+") || "none"}`);
    else if (input.names) asked.push(`${input.name}=${valued(input.names[value])}`);
    else if (input.shape.length > 1) alone.push(`--${input.name}=${quoted(value.join(","))}`);
    else asked.push(`${input.name}=${value}`);
  }
  const where = asked.length ? ` --where ${quoted(asked.join(", "))}` : "";
  const view = element("view").value;
  element("same").textContent = ["one", "seeds"].includes(view) ? "The same with condgan" : "The first of these with condgan";
  const seeds = view === "seeds" ? `${seed}-${seed + SEEDS - 1}` : seed;
  const free = inputs.some((input) => optional(input)) ? " --free" : "";
  element("command").textContent = `condgan sample RUN${where}${alone.map((each) => ` ${each}`).join("")} --seeds ${seeds}${free} --out image${frames ? ".webp" : ".png"}`;
}

/** All tiles as one picture, enlarged so that it is some 256 pixels wide at least. */
function sheet(moment = 0, columns = Math.max(1, getComputedStyle(element("stage")).gridTemplateColumns.split(" ").length)) {
  const rows = Math.ceil(shown.length / columns);
  const scale = Math.max(1, Math.round(256 / (columns * width)));
  const canvas = make("canvas", { width: columns * width * scale, height: rows * height * scale });
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  const tile = make("canvas");
  shown.forEach((each, place) => {
    put(tile, pixelsOf(each, moment), channels, width, height);
    context.drawImage(tile, (place % columns) * width * scale, Math.floor(place / columns) * height * scale, width * scale, height * scale);
  });
  return canvas;
}

function save(blob, name) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function animation() {
  const pictures = [];
  const taken = (canvas) => pictures.push(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height));
  if (frames) for (let moment = 0; moment < frames; moment++) taken(sheet(moment));
  else {
    const [one, other] = [seed, otherSeed()].map((each) => latents(each, facts.latent.width));
    const rows = Array.from({ length: 24 }, (_, n) => ({ z: mixed(one, other, n / 23), values }));
    const found = await generate(rows, frames);
    const before = shown;
    for (let n = 0; n < rows.length; n++) {
      const each = found.data.length / rows.length;
      shown = [{ data: found.data.slice(n * each, (n + 1) * each) }];
      taken(sheet(0, 1));
    }
    shown = before;
    pictures.push(...pictures.slice(1, -1).reverse());
  }
  return gif(pictures, frames ? 1 / (facts.frame_rate || 8) : 1 / 12);
}

function remember() {
  if (!shown.length) return;
  const places = Object.fromEntries(["view", "across", "down", "other", "share"].map((id) => [id, element(id).value]));
  const state = { seed, places, values: structuredClone(values) };
  const text = JSON.stringify(state, (_, each) => (ArrayBuffer.isView(each) ? [...each] : each));
  if (looked[0] === text) return;
  looked = [text, ...looked].slice(0, SHOWN);
  const canvas = make("canvas");
  put(canvas, pixelsOf(shown[0]), channels, width, height);
  const button = make("button", { type: "button", "aria-label": `back to ${shown[0].name}`, onclick: () => restore(state) }, canvas);
  element("history").prepend(button);
  while (element("history").children.length > SHOWN) element("history").lastChild.remove();
}

function restore(state) {
  seed = state.seed;
  element("seed").value = seed;
  for (const [id, value] of Object.entries(state.places)) element(id).value = value;
  for (const [name, value] of Object.entries(state.values)) {
    values[name] = value;
    controls[name].show(value);
  }
  choose();
}

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
