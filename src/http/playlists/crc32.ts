import { crc32 } from 'node:zlib'

// Apart from its complements, the CRC-32 of gzip (RFC 1952 §8) is the remainder of the text, as a polynomial
// over GF(2), after division by a fixed polynomial. So the remainder is linear: for two texts of one length,
//   crc(a) ⊕ crc(b) = remainder of a ⊕ b, and appending d bytes to a text multiplies its remainder by x^(8d).
// zlib's crc32_combine uses the same property. Remainders have zlib's bit order: the most significant bit is
// the coefficient of x⁰.

const POLYNOMIAL = 0xedb88320
const ONE = 0x80000000

/** Returns the product of two remainders, modulo the polynomial. */
const multiply = (a: number, b: number): number => {
  let product = 0
  let shifted = b
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= shifted
    shifted = (shifted >>> 1) ^ (POLYNOMIAL & -(shifted & 1))
  }
  return product >>> 0
}

/** Returns the remainder after `length` zero bytes are appended to the text. */
const afterZeros = (remainder: number, length: number): number =>
  ~crc32(Buffer.alloc(length), ~remainder >>> 0) >>> 0

/** Returns the sum of x^(8d) over all slots; d is the number of bytes after the slot. */
const weightOf = (text: Uint8Array, slots: Uint32Array, slotLength: number): number => {
  let weight = 0
  let position = 0
  for (const slot of slots) {
    const end = slot + slotLength
    weight = (afterZeros(weight, end - position) ^ ONE) >>> 0
    position = end
  }
  return afterZeros(weight, text.length - position)
}

/**
 * Returns a function that computes the CRC-32 of the text with the same ASCII filling in every slot. Slots do
 * not overlap, and contain zeros in `text`. A call of the returned function costs one CRC and one
 * multiplication, however many slots there are.
 */
export const createTemplateCrc = (
  text: Uint8Array,
  slots: Uint32Array,
  slotLength: number,
): ((filling: Uint8Array | string) => number) => {
  const weight = weightOf(text, slots, slotLength)
  const zerosCrc = crc32(Buffer.alloc(slotLength))
  const textCrc = crc32(text)
  return (filling) => (textCrc ^ multiply(weight, crc32(filling) ^ zerosCrc)) >>> 0
}
