/* The controls of the form: each fills its place in `values` of page.mjs, which runs in the same script. */

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
