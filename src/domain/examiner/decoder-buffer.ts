import { findH264Level } from '../media/h264-level.ts'
import type { SequenceParameterSet } from './parsed-media.ts'

/** Consecutive equal samples, in decode order. `bytes` and `ticks`: of each. */
export type EqualSamples = { readonly count: number; readonly bytes: number; readonly ticks: number }

/** Adds samples. Returns the most bits that the buffer holds while they are decoded. */
export type DecoderBuffer = (samples: EqualSamples) => number

/**
 * Simulates the coded picture buffer of a decoder (ITU-T H.264 annex C). Bits arrive at a constant rate, and a
 * sample, which must be complete by its decode time, leaves then. So any run of samples has at most the bits
 * that the buffer holds plus those that arrive during the run.
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

/** The buffer of a decoder of the level that a track declares; `null` if there is no such level. */
export const decoderBufferOf = (sequence: SequenceParameterSet, timescale: number): DecoderBuffer | null => {
  const level = findH264Level(sequence)
  return level === undefined ? null : createDecoderBuffer((1000 * level.kilobits) / timescale)
}
