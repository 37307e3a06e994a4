import { malformedBox } from './isobmff.ts'

/** Reads consecutive bit fields. Throws past the end. */
export type BitReader = {
  readonly bit: () => number
  /** Reads up to 32 bits as an unsigned number. */
  readonly bits: (count: number) => number
  /** Reads an unsigned Exp-Golomb code: ue(v), ITU-T H.264 §9.1. */
  readonly ue: () => number
  /** Reads a signed Exp-Golomb code: se(v). */
  readonly se: () => number
}

export const createBitReader = (bytes: Uint8Array, name: string): BitReader => {
  let at = 0
  const bit = (): number => {
    const byte = bytes[at >> 3]
    if (byte === undefined) throw malformedBox(`${name} is too short`)
    return (byte >> (7 - (at++ & 7))) & 1
  }
  const bits = (count: number): number => {
    let value = 0
    for (let left = count; left > 0; left--) value = value * 2 + bit()
    return value
  }
  const ue = (): number => {
    let zeros = 0
    while (bit() === 0) if (++zeros > 32) throw malformedBox(`${name} has a number that is too long`)
    return 2 ** zeros - 1 + bits(zeros)
  }
  const se = (): number => {
    const value = ue()
    return value % 2 === 1 ? (value + 1) / 2 : -(value / 2)
  }
  return { bit, bits, ue, se }
}
