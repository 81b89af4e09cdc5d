// The latents of a seed, for Node and for web pages: the same numbers that condgan gives the generator.

const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57];
const STEPS = [0x9e3779b9, 0xbb67ae85];
const ROUNDS = 10;

/**
 * Standard normal numbers of a seed: Philox4x32-10 (Salmon et al. 2011), then Box-Muller.
 *
 * @param {number} seed a whole number from 0 to 2^53 - 1; beyond that, numbers of JavaScript are not exact
 * @param {number} width how many
 * @returns {Float32Array}
 */
export function latents(seed, width) {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`seed ${seed}: give a whole number from 0 to 2^53 - 1`);
  }
  const found = new Float32Array(width);
  for (let block = 0; 4 * block < width; block++) {
    const uniform = philox(block, seed).map((word) => (word + 0.5) / 2 ** 32);
    found.set(pairs(uniform).slice(0, width - 4 * block), 4 * block);
  }
  return found;
}

/** Four whole numbers of 32 bits: those of a block of a seed. */
function philox(block, seed) {
  let [a, b, c, d] = [block, 0, 0, 0];
  let [low, high] = [seed >>> 0, Math.floor(seed / 2 ** 32)];
  for (let round = 0; round < ROUNDS; round++) {
    [a, b, c, d] = [
      upper(c, MULTIPLIERS[1]) ^ b ^ low,
      Math.imul(c, MULTIPLIERS[1]),
      upper(a, MULTIPLIERS[0]) ^ d ^ high,
      Math.imul(a, MULTIPLIERS[0]),
    ];
    [low, high] = [(low + STEPS[0]) >>> 0, (high + STEPS[1]) >>> 0];
  }
  return [a, b, c, d].map((word) => word >>> 0);
}

/** The upper 32 bits of a product of 64. It is made of halves of 16 bits, since a number holds only 53 exactly. */
function upper(x, y) {
  const [xLow, xHigh, yLow, yHigh] = [x & 0xffff, x >>> 16, y & 0xffff, y >>> 16];
  const first = xHigh * yLow + ((xLow * yLow) >>> 16);
  const second = xLow * yHigh + (first & 0xffff);
  return xHigh * yHigh + (first >>> 16) + (second >>> 16);
}

/** Two normal numbers of each two uniform ones (Box & Muller 1958). */
function pairs([first, second, third, fourth]) {
  return [
    [first, second],
    [third, fourth],
  ].flatMap(([u1, u2]) => {
    const radius = Math.sqrt(-2 * Math.log(u1));
    const angle = 2 * Math.PI * u2;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}
