import { findH264Level } from '../media/h264-level.ts'
import type { SequenceParameterSet } from './parsed-media.ts'

/**
 * A run of samples of equal size and duration, in decode order. `bytes` and `ticks` are the size and the
 * duration of each single sample.
 */
export type EqualSamples = { readonly count: number; readonly bytes: number; readonly ticks: number }

/**
 * Adds samples to the buffer. Returns the maximum number of bits in the buffer while these samples are
 * decoded.
 */
type DecoderBuffer = (samples: EqualSamples) => number

/**
 * Simulates the coded picture buffer of a decoder (ITU-T H.264 annex C). Bits arrive at a constant rate. At
 * its decode time, a sample must have arrived completely, and is removed from the buffer. So the size of any
 * run of samples is limited: to the bits that the buffer can hold plus the bits that arrive during the run.
 */
export const createDecoderBuffer = (bitsPerTick: number): DecoderBuffer => {
  let held = 0
  return ({ count, bytes, ticks }) => {
    const bits = 8 * bytes
    const arriving = bitsPerTick * ticks
    const first = held + bits
    const last = Math.max(bits, first + (count - 1) * (bits - arriving))
    held = Math.max(0, last - arriving)
    return Math.max(first, last)
  }
}

/**
 * Returns the buffer of a decoder of the level that a track declares; `null` if the declared level does not
 * exist.
 */
export const decoderBufferOf = (sequence: SequenceParameterSet, timescale: number): DecoderBuffer | null => {
  const level = findH264Level(sequence)
  return level === undefined ? null : createDecoderBuffer((1000 * level.kilobits) / timescale)
}
