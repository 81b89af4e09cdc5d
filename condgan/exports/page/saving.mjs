/* The command line that makes the same, saving, and what was looked at; page.mjs runs in the same script. */

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
