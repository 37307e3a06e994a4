import { expect } from 'chai'
import fc from 'fast-check'
import {
  createDecoderBuffer,
  decoderBufferOf,
  type EqualSamples,
} from '../../../src/domain/examiner/decoder-buffer.ts'

/** Computes the peak as the standard defines it, over each run of samples. */
const peakOfAllRuns = (samples: ReadonlyArray<EqualSamples>, bitsPerTick: number): number => {
  let peak = 0
  for (const first of samples.keys()) {
    let [bits, arrived] = [0, 0]
    for (const { bytes, ticks } of samples.slice(first)) {
      bits += 8 * bytes
      peak = Math.max(peak, bits - arrived)
      arrived += bitsPerTick * ticks
    }
  }
  return peak
}

const sequence = {
  ...{ profile: 100, constraints: 0, level: 12, referenceFrames: 4 },
  ...{ width: 320, height: 180, macroblocksWide: 20, macroblocksHigh: 12, colour: null, isSquare: true },
}

describe('the buffer of a decoder', () => {
  const sample = fc.record({ count: fc.integer({ min: 1, max: 9 }), bytes: fc.nat(500), ticks: fc.nat(20) })

  it('holds as much as the fullest run of samples needs', () => {
    fc.assert(
      fc.property(
        fc.array(sample, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 900 }),
        (all, rate) => {
          const each = all.flatMap(({ count, ...one }) =>
            Array.from({ length: count }, () => ({ count: 1, ...one })),
          )
          const buffer = createDecoderBuffer(rate)
          expect(Math.max(...all.map(buffer))).to.equal(peakOfAllRuns(each, rate))
        },
      ),
    )
  })

  it('fills at the bit rate of the level: 480 kbit/s at level 1.2', () => {
    const buffer = decoderBufferOf(sequence, 1000)
    expect(buffer?.({ count: 25, bytes: 3000, ticks: 40 })).to.equal(25 * 24_000 - 24 * 19_200)
    expect(decoderBufferOf({ ...sequence, level: 99 }, 1000)).to.equal(null)
  })
})
