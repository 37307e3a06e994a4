import { expect } from 'chai'
import fc from 'fast-check'
import {
  type MeasuredPart,
  measureBitrates,
  targetDurationOf,
} from '../../../../src/domain/ingest/plan/bitrates.ts'

/** RFC 8216bis §4.1 word by word: every contiguous run of parts. Slow, and easy to believe. */
const naivePeak = (parts: ReadonlyArray<MeasuredPart>, timescale: number, target: number): number => {
  const runs = parts.flatMap((_, i) => parts.slice(i).map((__, n) => parts.slice(i, i + n + 1)))
  const rates = runs
    .map((run) => ({
      bits: run.reduce((sum, part) => sum + part.bytes * 8, 0),
      seconds: run.reduce((sum, part) => sum + part.durationTicks, 0) / timescale,
    }))
    .filter(({ seconds }) => seconds >= 0.5 * target && seconds <= 1.5 * target)
    .map(({ bits, seconds }) => bits / seconds)
  if (rates.length > 0) return Math.max(...rates)
  return Math.max(...parts.map((part) => (part.bytes * 8 * timescale) / part.durationTicks))
}

const parts = fc.array(
  fc.record({
    bytes: fc.integer({ min: 0, max: 3_000_000 }),
    durationTicks: fc.integer({ min: 1, max: 9000 }),
  }),
  { minLength: 1, maxLength: 25 },
)

describe('measureBitrates', () => {
  it('finds the peak that a naive reading of the RFC finds', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 12 }), (list, target) => {
        const { peak } = measureBitrates(list, 1000, target)
        expect(peak).to.be.closeTo(naivePeak(list, 1000, target), 1.001)
        expect(peak).to.be.at.least(
          naivePeak(list, 1000, target) - 1e-6 * naivePeak(list, 1000, target) - 1e-5,
        )
      }),
      { numRuns: 500 },
    )
  })

  it('counts a run that is nearly empty before a part that is too long to be one', () => {
    const list = [
      { bytes: 1, durationTicks: 1501 },
      { bytes: 0, durationTicks: 500 },
    ]
    expect(measureBitrates(list, 1000, 1).peak).to.equal(0)
  })

  it('gives as average all bits by all seconds, rounded up', () => {
    const list = [
      { bytes: 1_000_000, durationTicks: 6000 },
      { bytes: 1, durationTicks: 3000 },
    ]
    expect(measureBitrates(list, 1000, 6).average).to.equal(Math.ceil(8_000_008 / 9))
  })

  it('leaves a rate that is whole as it is', () => {
    const list = Array.from({ length: 7 }, () => ({ bytes: 750_750, durationTicks: 180_180 }))
    expect(measureBitrates(list, 30_000, 6)).to.deep.equal({ peak: 1_000_000, average: 1_000_000 })
  })

  it('does not take a short last part for a peak', () => {
    const list = [
      { bytes: 600_000, durationTicks: 6000 },
      { bytes: 300_000, durationTicks: 300 },
    ]
    expect(measureBitrates(list, 1000, 6).peak).to.equal(Math.ceil((900_000 * 8) / 6.3))
  })

  it('gives one very short part its own rate', () => {
    expect(measureBitrates([{ bytes: 1000, durationTicks: 300 }], 1000, 1).peak).to.equal(
      Math.ceil(8000 / 0.3),
    )
  })

  it('measures nothing as 0', () => {
    expect(measureBitrates([], 1000, 6)).to.deep.equal({ peak: 0, average: 0 })
  })

  it('takes the time of the parts, not of their square', () => {
    // The square of a million would take longer than any test may.
    const many = Array.from({ length: 1_000_000 }, (_, i) => ({
      bytes: 1000 + (i % 977),
      durationTicks: 6000,
    }))
    expect(measureBitrates(many, 1000, 6).average).to.be.within(1300, 2700)
  })
})

describe('targetDurationOf', () => {
  it('is the longest part, rounded, and at least 1', () => {
    expect(targetDurationOf([6.006, 6.006, 2.1])).to.equal(6)
    expect(targetDurationOf([6.5])).to.equal(7)
    expect(targetDurationOf([0.02])).to.equal(1)
    expect(targetDurationOf([])).to.equal(1)
  })
})
