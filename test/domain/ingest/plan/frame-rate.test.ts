import { expect } from 'chai'
import fc from 'fast-check'
import { mayHaveVariableFrameRate, planFrameRate } from '../../../../src/domain/ingest/plan/frame-rate.ts'
import type { VideoSource } from '../../../../src/domain/ingest/plan/media-plan.ts'
import { aVideoSource } from '../../../support/recipe-sources.ts'

const aFilm = (
  averageRate: number,
  nominalRate: number,
  interlaced = false,
  peakFrameRate: number | null = null,
): VideoSource => ({
  ...aVideoSource,
  averageRate,
  nominalRate,
  peakFrameRate,
  interlaced,
})

const rateOf = (
  averageRate: number,
  nominalRate = averageRate,
  interlaced = false,
  peakFrameRate?: number,
) => {
  const { num, den } = planFrameRate(aFilm(averageRate, nominalRate, interlaced, peakFrameRate), null)
  return den === 1 ? `${num}` : `${num}/${den}`
}

const rate = () => fc.oneof(fc.constant(0), fc.double({ min: 0.1, max: 1000, noNaN: true }))

describe('planFrameRate', () => {
  it('chooses a standard rate within 2 %, else the next higher one', () => {
    expect(rateOf(23.976)).to.equal('24000/1001')
    expect(rateOf(24.9)).to.equal('25')
    expect(rateOf(29.97)).to.equal('30000/1001')
    expect(rateOf(40)).to.equal('50')
    expect(rateOf(60.1)).to.equal('60')
    expect(rateOf(96)).to.equal('60')
    expect(rateOf(100)).to.equal('50')
    expect(rateOf(119.88)).to.equal('60000/1001')
    expect(rateOf(120)).to.equal('60')
    expect(rateOf(144)).to.equal('60')
    expect(rateOf(239.76)).to.equal('60000/1001')
    expect(rateOf(0, 25)).to.equal('25')
    // Some demuxers report a film's timescale as its frame rate.
    expect(rateOf(60_000, 25)).to.equal('25')
    expect(rateOf(60_000, 25, true)).to.equal('50')
    expect(rateOf(0, 0)).to.equal('25')
  })

  it('keeps the rate of slow films', () => {
    expect(rateOf(15)).to.equal('15')
    expect(rateOf(12.5)).to.equal('25/2')
    expect(rateOf(14.985)).to.equal('15000/1001')
    expect(rateOf(13.4)).to.equal('14')
  })

  it('[V41] shows at least 5 frames a second, each frame of a slower film several times', () => {
    expect(rateOf(0.2)).to.equal('5')
    expect(rateOf(1 / 3)).to.equal('5')
    expect(rateOf(1)).to.equal('5')
    expect(rateOf(2)).to.equal('6')
    expect(rateOf(2.5)).to.equal('5')
    expect(rateOf(4)).to.equal('8')
  })

  it('[V48] uses the nominal rate of a film with a varying rate, or 30 if the nominal rate is a timescale', () => {
    expect(rateOf(27.02, 30.01)).to.equal('30')
    expect(rateOf(2.4, 30)).to.equal('30')
    expect(rateOf(12, 60)).to.equal('60')
    expect(rateOf(14, 1000)).to.equal('30')
    expect(rateOf(40, 90_000)).to.equal('50')
    // The film is telecined, or its fields are counted separately: the mean is a standard rate, and correct.
    expect(rateOf(23.976, 29.97)).to.equal('24000/1001')
    expect(rateOf(25, 50)).to.equal('25')
  })

  it('[V48] prefers the counted peak rate, up to 60, to the guess of a demuxer', () => {
    const counted = (mean: number, nominal: number, peak: number) => rateOf(mean, nominal, false, peak)
    expect(counted(12.9, 5, 90)).to.equal('60')
    expect(counted(12.9, 1000, 30)).to.equal('30')
    expect(counted(25.2, 50, 50)).to.equal('50')
    expect(counted(25, 50, 25)).to.equal('25')
    expect(counted(23.976, 29.97, 23.976)).to.equal('24000/1001')
    expect(counted(29.57, 30, 29.9)).to.equal('30000/1001')
    expect(counted(27, 30, 26.5)).to.equal('30000/1001')
    // Reordered frames in AVI have this mean rate, twice the real one.
    expect(counted(50, 25, 25)).to.equal('25')
    for (const [mean, nominal] of [
      [50, 25],
      [25.2, 50],
      [14, 1000],
      [23.976, 29.97],
    ] as const)
      expect(mayHaveVariableFrameRate(aFilm(mean, nominal))).to.equal(true)
    expect(mayHaveVariableFrameRate(aFilm(25, 25))).to.equal(false)
    expect(mayHaveVariableFrameRate(aFilm(25, 50, true))).to.equal(false)
  })

  it('[V48] makes a frame of each field', () => {
    expect(rateOf(25, 25, true)).to.equal('50')
    expect(rateOf(25, 50, true)).to.equal('50')
    expect(rateOf(50, 50, true)).to.equal('50')
    expect(rateOf(29.97, 29.97, true)).to.equal('60000/1001')
  })

  it('[V48] is at least the mean rate of the film, or 50', () => {
    fc.assert(
      fc.property(rate(), rate(), fc.boolean(), fc.option(rate()), (mean, nominal, interlaced, peak) => {
        const { num, den } = planFrameRate(aFilm(mean, nominal, interlaced, peak), null)
        const isNominal = !interlaced && peak !== null && Math.abs(peak - nominal) <= 0.02 * nominal
        const least = isNominal ? Math.min(mean, nominal) : mean
        expect(num / den).to.be.at.least(0.98 * (least > 60 ? 50 : least))
        expect(num / den).to.be.within(5, 60)
      }),
    )
  })
})
