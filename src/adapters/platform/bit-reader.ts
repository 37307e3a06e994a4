/** Reads consecutive bit fields, most significant bit first. */
export type BitReader = {
  readonly bit: () => number
  /** Reads up to 32 bits as an unsigned number. */
  readonly bits: (count: number) => number
  /** Reads an unsigned Exp-Golomb code: ue(v), ITU-T H.264 §9.1. */
  readonly ue: () => number
  /** Reads a signed Exp-Golomb code: se(v). */
  readonly se: () => number
}

/**
 * Creates a reader of `bytes`. For a read past the end, `onEnd` returns the bit, or throws. A code ue(v)
 * with more than 32 leading zeros counts as a read past the end.
 */
export const createBitReader = (bytes: Uint8Array, onEnd: () => number): BitReader => {
  let at = 0
  const bit = (): number => {
    const byte = bytes[at >> 3]
    if (byte === undefined) return onEnd()
    return (byte >> (7 - (at++ & 7))) & 1
  }
  const bits = (count: number): number => {
    let value = 0
    for (let left = count; left > 0; left--) value = value * 2 + bit()
    return value
  }
  const ue = (): number => {
    let zeros = 0
    while (bit() === 0) if (++zeros > 32) return onEnd()
    return 2 ** zeros - 1 + bits(zeros)
  }
  const se = (): number => {
    const value = ue()
    return value % 2 === 1 ? (value + 1) / 2 : -(value / 2)
  }
  return { bit, bits, ue, se }
}
