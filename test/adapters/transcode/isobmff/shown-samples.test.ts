import { expect } from 'chai'
import fc from 'fast-check'
import { readEdit } from '../../../../src/adapters/transcode/isobmff/edit-list.ts'
import { lastFrameOf } from '../../../../src/adapters/transcode/isobmff/last-frame.ts'
import { readShownSamples } from '../../../../src/adapters/transcode/isobmff/shown-samples.ts'
import { u32 } from '../../../support/mp4-writer.ts'

type Pairs = ReadonlyArray<readonly [count: number, value: number]>

const table = (pairs: Pairs) =>
  u32(0, pairs.length, ...pairs.flatMap(([count, value]) => [count, value >>> 0]))
const expanded = (pairs: Pairs) => pairs.flatMap(([count, value]) => Array<number>(count).fill(value))

describe('the times at which samples are shown', () => {
  it('are those of each single sample', () => {
    const pairs = (values: fc.Arbitrary<number>) =>
      fc.array(fc.tuple(fc.nat(4), values), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(
        pairs(fc.nat(50)),
        pairs(fc.integer({ min: -60, max: 60 })),
        fc.nat(100),
        (stts, ctts, from) => {
          const durations = expanded(stts)
          const offsets = expanded(ctts)
          let decoded = 0
          const shown = durations.map((ticks, i) => {
            const time = decoded + (offsets[i] ?? 0)
            decoded += ticks
            return time
          })
          const counted = shown.filter((time) => time >= from)
          expect(readShownSamples(table(stts), table(ctts), from)).to.deep.equal(
            counted.length === 0
              ? null
              : {
                  firstTicks: Math.min(...counted),
                  lastTicks: Math.max(...shown),
                  shortestTicks: Math.min(...durations),
                  longestTicks: Math.max(...durations),
                  lastDecodedTicks: durations.at(-1),
                },
          )
        },
      ),
    )
  })

  it('are unknown if a table is cut off', () => {
    const whole = table([[3, 10]])
    for (let length = 0; length < whole.length; length++) {
      expect(readShownSamples(whole.subarray(0, length), whole, 0)).to.equal(null)
      expect(readShownSamples(whole, whole.subarray(0, length), 0)).to.equal(null)
    }
  })

  it('need no work for each sample that a table declares', () => {
    const many = table([[2 ** 32 - 1, 1]])
    expect(readShownSamples(many, many, 0)).to.include({ lastTicks: 2 ** 32 - 1 })
  })
})

describe('the edit of a track', () => {
  const timescales = { track: 15_360, movie: 1000 }
  const normal = 0x1_0000

  it('is the only one with media, after edits that delay the track', () => {
    const edit = { startTicks: 512, endTicks: 512 + 15_360 * 2 }
    expect(readEdit(u32(0, 1, 2000, 512, normal), timescales)).to.deep.equal(edit)
    expect(readEdit(u32(0, 2, 100, -1 >>> 0, normal, 2000, 512, normal), timescales)).to.deep.equal(edit)
    expect(readEdit(u32(0x0100_0000, 1, 0, 2000, 0, 512, normal), timescales)).to.deep.equal(edit)
    expect(readEdit(u32(0, 1, 0, 512, normal), timescales)).to.deep.equal({ startTicks: 512, endTicks: null })
  })

  it('is unknown if there are several, another speed, or fewer bytes than declared', () => {
    for (const elst of [
      u32(0, 2, 2000, 512, normal, 2000, 4096, normal),
      u32(0, 1, 2000, 512, 2 * normal),
      u32(0, 2, 2000, 512, normal),
      u32(0, 0),
      u32(0),
    ])
      expect(readEdit(elst, timescales)).to.equal(null)
  })
})

describe('the last frame of a track', () => {
  const film = { firstTicks: 10, lastTicks: 610, shortestTicks: 10, longestTicks: 100, lastDecodedTicks: 20 }
  const endingAt = (endTicks: number | null) => lastFrameOf(film, { startTicks: 10, endTicks }, 100)

  it('ends with the edit list, unless that ends later than any frame lasts', () => {
    expect(endingAt(660)).to.deep.equal({ fromSeconds: 6, toSeconds: 6.5 })
    expect(endingAt(800)).to.deep.equal({ fromSeconds: 6, toSeconds: 6.2 })
  })

  it('lasts as long as the sample that is decoded last, if no edit list has an end', () => {
    for (const last of [lastFrameOf(film, null, 100), endingAt(null)])
      expect(last).to.deep.equal({ fromSeconds: 6, toSeconds: 6.2 })
  })

  it('is left to the engine if an edit list ends before it, or the frame rate is constant', () => {
    expect(endingAt(600)).to.equal(null)
    expect(lastFrameOf({ ...film, longestTicks: 11 }, null, 100)).to.equal(null)
  })
})
