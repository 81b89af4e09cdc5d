// One sample of an exported generator: node sample.mjs model.onnx out.ppm --seed 7 label=cat age=30

import { readFile, writeFile } from "node:fs/promises";
import * as ort from "onnxruntime-web";
import { factsOf } from "./facts.mjs";
import { latents } from "../condgan/exports/page/latents.mjs";

const ARRAYS = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array };

/** The values of a field, as the model takes them: of what is not asked for, those that say that it is missing. */
function tensor(port, asked, frames) {
  const shape = port.shape.map((axis) => ({ n: 1, frames })[axis] ?? axis);
  const size = shape.reduce((product, axis) => product * axis, 1);
  const found = new ARRAYS[port.type](size).fill(Number(port.missing ?? 0));
  if (port.name === "times") found.forEach((_, frame) => (found[frame] = frame));
  if (asked) found.set(numbers(port, size === 1 ? [asked] : asked.split(","), size));
  return new ort.Tensor(port.type, found, shape);
}

/** What people write, as numbers: of a choice its index, by its name or by the index itself. */
function numbers(port, words, most) {
  const names = port.type === "int32" ? port.names ?? [] : [];
  const indices = names.map((_, index) => [String(index), index]);
  const known = new Map([...indices, ...names.map((name, index) => [name, index])]); // a name counts before an index
  const found = words.map((word) => (names.length ? known.get(word) ?? NaN : Number(word)));
  if (found.some(Number.isNaN) || found.length > most) {
    throw new Error(`${port.name} cannot be ${words}; give ${names.join(" or ") || port.meaning}`);
  }
  return found;
}

/** A PGM or PPM file; the frames of clips side by side, colours without their transparency. */
function picture(images) {
  const [height, width, channels] = images.dims.slice(-3);
  const frames = images.data.length / (height * width * channels);
  const shown = Math.min(channels, 3);
  const rows = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < frames * width; column++) {
      const [frame, inside] = [Math.floor(column / width), column % width];
      const start = ((frame * height + row) * width + inside) * channels;
      rows.push(...images.data.subarray(start, start + shown));
    }
  }
  return Buffer.concat([Buffer.from(`P${shown === 1 ? 5 : 6} ${frames * width} ${height} 255\n`), Buffer.from(rows)]);
}

async function main([model, out, flag, seed, ...values]) {
  if (flag !== "--seed") throw new Error("give: node sample.mjs model.onnx out.ppm --seed 7 label=cat age=30");
  const bytes = await readFile(model);
  const facts = factsOf(bytes);
  const asked = Object.fromEntries(values.map((each) => [each.split("=")[0], each.slice(each.indexOf("=") + 1)]));
  const names = facts.inputs.map((port) => port.name);
  const others = Object.keys(asked).filter((name) => !names.includes(name));
  if (others.length) throw new Error(`the model takes no ${others}; it takes ${names.join(", ")}`);
  const { name, width } = facts.latent;
  const feeds = { [name]: new ort.Tensor("float32", latents(Number(seed), width), [1, width]) };
  for (const port of facts.inputs) feeds[port.name] = tensor(port, asked[port.name], facts.size[0]);
  ort.env.wasm.numThreads = 1; // threads would keep the program from ending
  const session = await ort.InferenceSession.create(bytes);
  const { images } = await session.run(feeds, ["images"]);
  await writeFile(out, picture(images));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
