import { crc32 } from 'node:zlib'

// The CRC-32 of gzip (RFC 1952 §8) is, but for the complements before and after, the remainder of the text, taken
// as a polynomial over GF(2), by a fixed one: so it is linear. Of two texts of one length,
//   crc(a) ⊕ crc(b) = remainder of a ⊕ b,
// and d more bytes after a text multiply its remainder by x^(8d). See zlib's crc32_combine, which rests on the same.
// A remainder is held as zlib holds it: the most significant bit is the coefficient of x⁰.

const POLYNOMIAL = 0xedb88320
const ONE = 0x80000000

/** The product of two remainders. */
const multiply = (a: number, b: number): number => {
  let product = 0
  let shifted = b
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= shifted
    shifted = (shifted >>> 1) ^ (POLYNOMIAL & -(shifted & 1))
  }
  return product >>> 0
}

/** The remainder of a text with `length` zero bytes after it. */
const afterZeros = (remainder: number, length: number): number =>
  ~crc32(Buffer.alloc(length), ~remainder >>> 0) >>> 0

/** The sum of x^(8d) over the holes, where d is the number of bytes after a hole. */
const weightOf = (text: Uint8Array, holes: Uint32Array, holeLength: number): number => {
  let weight = 0
  let at = 0
  for (const hole of holes) {
    const end = hole + holeLength
    weight = (afterZeros(weight, end - at) ^ ONE) >>> 0
    at = end
  }
  return afterZeros(weight, text.length - at)
}

/**
 * Tells the CRC-32 of a text with the same filling in each of its holes, which start at `holes` and do not overlap.
 * In `text` they hold zeros. It costs the CRC of one filling and one multiplication, however many holes there are.
 */
export const createFilledCrc = (
  text: Uint8Array,
  holes: Uint32Array,
  holeLength: number,
): ((filling: Uint8Array) => number) => {
  const weight = weightOf(text, holes, holeLength)
  const ofZeros = crc32(Buffer.alloc(holeLength))
  const ofText = crc32(text)
  return (filling) => (ofText ^ multiply(weight, crc32(filling) ^ ofZeros)) >>> 0
}
