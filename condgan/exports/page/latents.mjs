/** Standard normal numbers of a seed, as condgan.core.seeds.noise has them: Philox4x32-10 (Salmon et al. 2011) with the
 * seed as its key and 0, 1, 2, ... as its counter, and Box-Muller. Seeds are whole numbers from 0 to 2^53 - 1. */
export function latents(seed, width) {
  const found = new Float32Array(4 * Math.ceil(width / 4));
  for (let block = 0; 4 * block < width; block++) {
    const words = philox([block, 0, 0, 0], [seed % WORD, Math.floor(seed / WORD)]);
    for (const place of [0, 2]) {
      const radius = Math.sqrt(-2 * Math.log((words[place] + 0.5) / WORD));
      const angle = 2 * Math.PI * ((words[place + 1] + 0.5) / WORD);
      found[4 * block + place] = radius * Math.cos(angle);
      found[4 * block + place + 1] = radius * Math.sin(angle);
    }
  }
  return found.slice(0, width);
}

const WORD = 2 ** 32;
const HALF = 2 ** 16;

/** Four numbers of 32 bits, from a counter of four and a key of two. */
export function philox(counter, key) {
  let [a, b, c, d] = counter;
  let [low, high] = key;
  for (let round = 0; round < 10; round++) {
    const [leftHigh, leftLow] = product(0xd2511f53, a);
    const [rightHigh, rightLow] = product(0xcd9e8d57, c);
    [a, b, c, d] = [(rightHigh ^ b ^ low) >>> 0, rightLow, (leftHigh ^ d ^ high) >>> 0, leftLow];
    low = (low + 0x9e3779b9) % WORD;
    high = (high + 0xbb67ae85) % WORD;
  }
  return [a, b, c, d];
}

/** The upper and the lower 32 bits of a product: its 64 bits are more than a number holds, so it is made by halves. */
function product(x, y) {
  const [xHigh, xLow, yHigh, yLow] = [Math.floor(x / HALF), x % HALF, Math.floor(y / HALF), y % HALF];
  const lowest = xLow * yLow;
  const middle = xHigh * yLow + Math.floor(lowest / HALF);
  const other = xLow * yHigh + (middle % HALF);
  const upper = xHigh * yHigh + Math.floor(middle / HALF) + Math.floor(other / HALF);
  return [upper, (other % HALF) * HALF + (lowest % HALF)];
}
