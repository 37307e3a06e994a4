import { expect } from 'chai'
import fc from 'fast-check'
import { createPeakFrameRateMeter } from '../../../src/adapters/transcode/peak-frame-rate.ts'

const rateOf = (times: ReadonlyArray<number>): number => {
  const peak = createPeakFrameRateMeter()
  for (const time of times) peak.take(time)
  return peak.rate()
}

const steady = (rate: number, seconds: number, from = 0) =>
  Array.from({ length: Math.round(rate * seconds) }, (_, i) => from + i / rate)

describe('createPeakFrameRateMeter', () => {
  it('[V48] returns the rate of the densest frames, in a film that is still for most of the time', () => {
    expect(rateOf([...steady(30, 1.2), ...steady(1, 60, 1.2)])).to.be.closeTo(30, 0.01)
    expect(rateOf([...steady(12, 600), ...steady(60, 1, 600)])).to.be.closeTo(60, 0.01)
    expect(rateOf([...steady(5, 3), ...steady(90, 1, 3)])).to.be.closeTo(90, 0.01)
    expect(rateOf(steady(30, 0.4))).to.be.closeTo(30, 0.01)
    expect(rateOf(steady(30, 0.1))).to.equal(0)
    const rounded = steady(30, 1.2).map((time) => Math.round(1000 * time) / 1000)
    expect(rateOf([...rounded, ...steady(1, 60, 1.2)])).to.be.closeTo(30, 0.01)
  })

  it('[V48] ignores jitter of some milliseconds and short bursts', () => {
    for (const rate of [24, 25, 30, 50])
      for (const jitter of [0, 0.1, 0.2, 0.3])
        for (const burst of [0, 1, 6]) {
          const times = steady(rate, 10)
            .map((time, i) => time + (jitter * (((i * 7919) % 1000) / 500 - 1)) / rate)
            .filter((_, i) => i % 60 !== 59)
          const short = Array.from({ length: burst }, (_, i) => 10 + (i + 1) / 10_000)
          const film = [...times, ...short, ...times.map((time) => 10.05 + time)]
          expect(rateOf(film), `${rate}, ${jitter}, ${burst}`).to.be.closeTo(rate, 0.03 * rate)
        }
  })

  it('[V48] returns the rate of repeated bursts of at least three frames, however slow the rest is', () => {
    fc.assert(
      fc.property(
        fc.record({
          rate: fc.integer({ min: 20, max: 60 }),
          frames: fc.integer({ min: 3, max: 12 }),
          // The interval of the frames between bursts, as a multiple of the interval within a burst.
          slower: fc.double({ min: 5, max: 30, noNaN: true }),
          pause: fc.integer({ min: 1, max: 12 }),
          bursts: fc.integer({ min: 3, max: 40 }),
          isRounded: fc.boolean(),
        }),
        ({ rate, frames, slower, pause, bursts, isRounded }) => {
          const intervals = Array.from({ length: bursts }, () => [
            ...Array.from({ length: frames - 1 }, () => 1 / rate),
            ...Array.from({ length: pause }, () => slower / rate),
          ]).flat()
          const times = [0]
          for (const [i, interval] of intervals.entries()) times.push((times[i] ?? 0) + interval)
          const written = isRounded ? times.map((time) => Math.round(1000 * time) / 1000) : times
          expect(rateOf(written)).to.be.closeTo(rate, 0.03 * rate)
        },
      ),
    )
  })

  it('[V48] ignores jitter of less than 0.4 of an interval', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -0.39, max: 0.39, noNaN: true }), { minLength: 30, maxLength: 300 }),
        fc.integer({ min: 5, max: 60 }),
        (jitters, rate) => {
          const highest = rateOf(jitters.map((jitter, i) => (i + jitter) / rate))
          expect(highest).to.be.at.most(rate / (1 - 0.78 / 8) + 1e-6)
        },
      ),
    )
  })

  it('starts a new measurement when the clock jumps', () => {
    expect(rateOf([...steady(25, 4), ...steady(25, 4), ...steady(25, 4, 5000)])).to.be.closeTo(25, 0.01)
  })
})
