// What an exported model says of itself, for Node and for web pages. onnxruntime's JavaScript does not show it, so it
// is read from the file: ONNX is Protocol Buffers, and each field of these begins with its number and its kind.

const METADATA_PROPS = 14; // of ModelProto: pairs of key (1) and value (2)
const FIXED = { 1: 8, 5: 4 }; // bytes of the kinds of fields that have a fixed size

/**
 * The facts of a model: its inputs, its size, how latents are made.
 *
 * @param {Uint8Array} model the bytes of the file
 * @returns {object} as condgan wrote it
 */
export function factsOf(model) {
  for (const { number, bytes } of fields(model)) {
    if (number !== METADATA_PROPS) continue;
    const [key, value] = [...fields(bytes)].map((each) => new TextDecoder().decode(each.bytes));
    if (key === "condgan") return JSON.parse(value);
  }
  throw new Error("this model says nothing of itself: give one that condgan export wrote");
}

/** The fields of a message, with the bytes of those that have any. */
function* fields(message) {
  const at = { place: 0 };
  while (at.place < message.length) {
    const tag = whole(message, at);
    const kind = tag % 8;
    const size = kind === 2 ? whole(message, at) : FIXED[kind] ?? 0;
    if (kind === 0) whole(message, at);
    yield { number: Math.floor(tag / 8), bytes: message.subarray(at.place, at.place + size) };
    at.place += size;
  }
}

/** A whole number: seven bits of each byte, the lowest first, until one whose highest bit is 0. */
function whole(message, at) {
  let [found, scale] = [0, 1];
  for (;;) {
    const byte = message[at.place++];
    found += (byte & 127) * scale;
    scale *= 128;
    if (!(byte & 128)) return found;
  }
}
