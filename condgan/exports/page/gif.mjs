/** An animation as GIF: frames are {data (RGBA), width, height}, all of one size; seconds: of each frame. */
export function gif(frames, seconds) {
  const { width, height } = frames[0];
  const { colours, index } = palette(frames);
  const bytes = [];
  const two = (n) => bytes.push(n & 255, (n >> 8) & 255);
  const text = (s) => { for (const c of s) bytes.push(c.charCodeAt(0)); };
  text("GIF89a");
  two(width);
  two(height);
  bytes.push(0xf7, 0, 0);
  for (let place = 0; place < 256; place++) bytes.push(...(colours[place] ?? [0, 0, 0]));
  bytes.push(0x21, 0xff, 11);
  text("NETSCAPE2.0");
  bytes.push(3, 1, 0, 0, 0);
  for (const frame of frames) {
    bytes.push(0x21, 0xf9, 4, 4);
    two(Math.max(2, Math.round(100 * seconds)));
    bytes.push(0, 0, 0x2c);
    two(0);
    two(0);
    two(width);
    two(height);
    bytes.push(0, 8);
    const packed = lzw(index(frame));
    for (let place = 0; place < packed.length; place += 255) {
      const part = packed.slice(place, place + 255);
      bytes.push(part.length);
      for (const each of part) bytes.push(each);
    }
    bytes.push(0);
  }
  bytes.push(0x3b);
  return new Uint8Array(bytes);
}

/** The colours of all frames where they are 256 at most; else 8 levels of red and green and 4 of blue. */
function palette(frames) {
  const places = new Map();
  for (const { data } of frames) {
    for (let at = 0; at < data.length && places.size <= 256; at += 4) {
      const colour = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
      if (!places.has(colour)) places.set(colour, places.size);
    }
  }
  const pixels = (data, place) => Uint8Array.from({ length: data.length / 4 }, (_, n) => place(data, 4 * n));
  if (places.size <= 256) {
    const colours = [...places.keys()].map((each) => [each >> 16, (each >> 8) & 255, each & 255]);
    const exact = (data, at) => places.get((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
    return { colours, index: (frame) => pixels(frame.data, exact) };
  }
  const colours = Array.from({ length: 256 }, (_, n) =>
    [(n >> 5) / 7, ((n >> 2) & 7) / 7, (n & 3) / 3].map((share) => Math.round(255 * share)));
  const near = (data, at) =>
    (Math.round(data[at] / 255 * 7) << 5) | (Math.round(data[at + 1] / 255 * 7) << 2) | Math.round(data[at + 2] / 255 * 3);
  return { colours, index: (frame) => pixels(frame.data, near) };
}

/** Codes of 9 to 12 bits (Welch 1984), for bytes. */
function lzw(pixels) {
  const [clear, end] = [256, 257];
  const found = [];
  let [bits, held, size] = [0, 0, 9];
  let known = new Map();
  const put = (code) => {
    bits |= code << held;
    held += size;
    for (; held >= 8; held -= 8, bits >>>= 8) found.push(bits & 255);
  };
  put(clear);
  let before = pixels[0];
  for (let place = 1; place < pixels.length; place++) {
    const key = before * 256 + pixels[place];
    if (known.has(key)) {
      before = known.get(key);
      continue;
    }
    put(before);
    const next = end + 1 + known.size;
    if (next < 4096) {
      known.set(key, next);
      if (next === 1 << size) size++;
    } else {
      put(clear);
      known = new Map();
      size = 9;
    }
    before = pixels[place];
  }
  put(before);
  put(end);
  if (held > 0) found.push(bits & 255);
  return found;
}
