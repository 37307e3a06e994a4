import { expect } from 'chai'
import fc from 'fast-check'
import { peakBitrate } from '../../../../src/domain/examiner/recomputed-rates.ts'
import {
  type MeasuredPart,
  measureBitrates,
  targetDurationOf,
} from '../../../../src/domain/ingest/plan/bitrates.ts'
import { naivePeak } from '../../../support/naive/naive-rates.ts'

const naivelyTimed = (parts: ReadonlyArray<MeasuredPart>, timescale: number) =>
  parts.map(({ bytes, durationTicks }) => ({ bytes, seconds: durationTicks / timescale }))

const parts = fc.array(
  fc.record({
    bytes: fc.integer({ min: 0, max: 3_000_000 }),
    durationTicks: fc.integer({ min: 1, max: 9000 }),
  }),
  { minLength: 1, maxLength: 25 },
)

describe('measureBitrates', () => {
  it('finds the same peak as a naive implementation of RFC 8216bis', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 12 }), (list, target) => {
        const { peak, average } = measureBitrates(list, 1000, target)
        const timed = naivelyTimed(list, 1000)
        expect(peak).to.be.closeTo(naivePeak(timed, target), 1)
        expect(peak).to.be.closeTo(peakBitrate(timed, target), 1)
        expect(peak).to.be.at.least(average)
      }),
      { numRuns: 500 },
    )
  })

  it('counts each part in at least one run, even a loud, short part at the end', () => {
    const list = [
      { bytes: 600, durationTicks: 2043 },
      { bytes: 60_000, durationTicks: 975 },
    ]
    expect(measureBitrates(list, 1000, 2).peak).to.equal(Math.ceil((60_600 * 8) / 3.018))
  })

  it('has a peak that is never below the average', () => {
    const list = [
      { bytes: 1000, durationTicks: 900 },
      { bytes: 0, durationTicks: 1900 },
      { bytes: 1000, durationTicks: 900 },
    ]
    expect(measureBitrates(list, 1000, 2)).to.deep.equal({ peak: 4325, average: 4325 })
  })

  it('computes the average as all bits divided by all seconds, rounded up', () => {
    const list = [
      { bytes: 1_000_000, durationTicks: 6000 },
      { bytes: 1, durationTicks: 3000 },
    ]
    expect(measureBitrates(list, 1000, 6).average).to.equal(Math.ceil(8_000_008 / 9))
  })

  it('does not round an integer rate', () => {
    const list = Array.from({ length: 7 }, () => ({ bytes: 750_750, durationTicks: 180_180 }))
    expect(measureBitrates(list, 30_000, 6)).to.deep.equal({ peak: 1_000_000, average: 1_000_000 })
  })

  it('does not count a short last part alone as the peak', () => {
    const list = [
      { bytes: 600_000, durationTicks: 6000 },
      { bytes: 300_000, durationTicks: 300 },
    ]
    expect(measureBitrates(list, 1000, 6).peak).to.equal(Math.ceil((900_000 * 8) / 6.3))
  })

  it('uses the rate of the only part, even if that is very short', () => {
    expect(measureBitrates([{ bytes: 1000, durationTicks: 300 }], 1000, 1).peak).to.equal(
      Math.ceil(8000 / 0.3),
    )
  })

  it('is 0 without parts', () => {
    expect(measureBitrates([], 1000, 6)).to.deep.equal({ peak: 0, average: 0 })
  })

  it('takes linear time', () => {
    // With quadratic time a million parts would exceed the time limit of a test.
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
