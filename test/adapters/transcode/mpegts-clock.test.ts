import { expect } from 'chai'
import fc from 'fast-check'
import { createContinuousClock } from '../../../src/adapters/transcode/mpegts/continuous-clock.ts'
import {
  packetStrideOf,
  readTimestamp,
  TIMESTAMP_WRAP,
  writeTimestamp,
} from '../../../src/adapters/transcode/mpegts/packets.ts'

const SECOND = 90_000
const [VIDEO, AUDIO] = [256, 257]

type Time = readonly [stream: number, raw: number]

/**
 * Returns times of 25 video frames a second, and of audio packets of 0.2 s that are stored `lag` seconds
 * after the video.
 */
const film = (seconds: number, lag = 0.5): ReadonlyArray<Time> =>
  [
    ...Array.from({ length: seconds * 25 }, (_, i) => ({ stream: VIDEO, second: i / 25, order: i / 25 })),
    ...Array.from({ length: seconds * 5 }, (_, i) => ({ stream: AUDIO, second: i / 5, order: i / 5 + lag })),
  ]
    .toSorted((a, b) => a.order - b.order)
    .map(({ stream, second }): Time => [stream, Math.round(second * SECOND)])

const wrap = (time: number): number => ((time % TIMESTAMP_WRAP) + TIMESTAMP_WRAP) % TIMESTAMP_WRAP

/** Runs both passes of the clock. Returns the resulting times (seconds from the first). */
const placeAll = (times: ReadonlyArray<Time>) => {
  const firstPass = createContinuousClock()
  for (const [stream, raw] of times) firstPass.place(stream, raw)
  const { isUneven, ticks, ...facts } = firstPass.facts()
  const clock = createContinuousClock(facts)
  const placed = times.map(([stream, raw]) => clock.place(stream, raw))
  const first = Math.min(...placed)
  return { isUneven, seconds: ticks / SECOND, placed: placed.map((time) => (time - first) / SECOND) }
}

const seconds = (times: ReadonlyArray<Time>) => times.map(([, raw]) => raw / SECOND)

const expectSame = (actual: ReadonlyArray<number>, expected: ReadonlyArray<number>, off = 1e-4) => {
  expect(actual.length).to.equal(expected.length)
  for (const [i, time] of actual.entries())
    expect(time, `time ${i}`).to.be.closeTo(expected[i] ?? Number.NaN, off)
}

describe('the clock of a transport stream', () => {
  it('[V44] is unchanged if it does not jump', () => {
    const { isUneven, placed, seconds: length } = placeAll(film(8))
    expect(isUneven).to.equal(false)
    expectSame(placed, seconds(film(8)))
    expect(length).to.be.closeTo(8, 0.2)
  })

  it('[V44] continues after the counter wraps, and after any number of jumps', () => {
    const jumps = fc.array(
      fc.record({ at: fc.integer({ min: 1, max: 11 }), to: fc.integer({ min: 0, max: TIMESTAMP_WRAP - 1 }) }),
      { maxLength: 4 },
    )
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: TIMESTAMP_WRAP - 1 }),
        jumps,
        fc.double({ min: 0, max: 0.8, noNaN: true }),
        (start, all, lag) => {
          // Jumps that are shorter than the longest pause count as pauses.
          const shifts = all
            .toSorted((a, b) => a.at - b.at)
            .filter(({ at }, i, sorted) => at !== sorted[i - 1]?.at)
          const source = film(12, lag)
          const jumped = source.map(([stream, raw]): Time => {
            const last = shifts.findLast(({ at }) => raw >= at * SECOND)
            return [stream, wrap(raw + start + (last === undefined ? 0 : last.to))]
          })
          // A return to an earlier clock counts as a pause, too.
          const clocks = [0, ...shifts.map(({ to }) => to)]
          const distances = clocks.flatMap((to, i) => clocks.slice(0, i).map((from) => wrap(to - from)))
          fc.pre(distances.every((d) => Math.min(d, TIMESTAMP_WRAP - d) > 25 * SECOND))
          expectSame(placeAll(jumped).placed, seconds(source))
        },
      ),
    )
  })

  it('[V44] continues after a jump back by less than the interleaving of the file', () => {
    const source = film(10)
    const jumped = source.map(([stream, raw]): Time => [stream, raw < 5 * SECOND ? raw : raw - 4 * SECOND])
    const { isUneven, placed } = placeAll(jumped)
    expect(isUneven).to.equal(true)
    expectSame(placed, seconds(source))
  })

  it('[V44] continues without an overlap after a jump back by less than a frame', () => {
    const source = film(10)
    const jumped = source.map(([stream, raw]): Time => [stream, raw < 5 * SECOND ? raw : raw - 7000])
    const { isUneven, placed } = placeAll(jumped)
    expect(isUneven).to.equal(true)
    expectSame(placed, seconds(source), 1e-4)
  })

  it('[V44] keeps the order of frames that have only presentation times', () => {
    const clock = createContinuousClock()
    const shown = [0, 4, 1, 2, 3, 8, 5, 6, 7].map((i) => i * 3600)
    const [first = 0, ...others] = shown.map((time) => clock.place(VIDEO, time, true))
    expect(others.map((time) => time - first)).to.deep.equal(shown.slice(1))
    expect(clock.facts().isUneven).to.equal(false)
  })

  it('[V44] keeps audio and video in sync after a join at which one of them is longer', () => {
    const first = film(6).filter(([stream, raw]) => stream === AUDIO || raw < 4 * SECOND)
    const { placed } = placeAll([...first, ...film(4)])
    expectSame(
      placed.slice(first.length),
      seconds(film(4)).map((second) => second + 6),
      0.05,
    )
  })

  it('[V44] keeps a pause of any length in one stream while another continues', () => {
    const source = film(30).filter(
      ([stream, raw]) => stream === VIDEO || raw < 4 * SECOND || raw > 25 * SECOND,
    )
    const { isUneven, placed } = placeAll(source)
    expect(isUneven).to.equal(false)
    expectSame(placed, seconds(source))
  })

  it('[V44] ignores a damaged time', () => {
    const damage = fc.record({
      at: fc.integer({ min: 20, max: 200 }),
      time: fc.integer({ min: 0, max: TIMESTAMP_WRAP - 1 }),
    })
    fc.assert(
      fc.property(damage, ({ at, time }) => {
        const source = film(8)
        const raw = source[at]?.[1] ?? 0
        fc.pre(Math.min(wrap(time - raw), wrap(raw - time)) > 3 * SECOND)
        const { placed } = placeAll(source.map(([stream, t], i): Time => [stream, i === at ? time : t]))
        expectSame(placed, seconds(source), 0.201)
      }),
    )
  })
})

describe('packets of a transport stream', () => {
  it('contain times of 33 bits between other bits', () => {
    // ISO/IEC 13818-1 §2.4.3.6: '0011', 3 bits, a marker, 15 bits, a marker, 15 bits, a marker.
    const bytes = Uint8Array.of(0x31, 0x00, 0x01, 0x00, 0x01)
    writeTimestamp(bytes, 0, TIMESTAMP_WRAP - 1)
    expect([...bytes]).to.deep.equal([0x3f, 0xff, 0xff, 0xff, 0xff])
    fc.assert(
      fc.property(fc.integer({ min: 0, max: TIMESTAMP_WRAP - 1 }), (time) => {
        writeTimestamp(bytes, 0, time)
        expect(readTimestamp(bytes, 0)).to.equal(time)
        expect([bytes[0] ?? 0, bytes[2] ?? 0, bytes[4] ?? 0].map((byte) => byte & 1)).to.deep.equal([1, 1, 1])
        expect((bytes[0] ?? 0) >> 4).to.equal(3)
      }),
    )
  })

  it('are found at each supported packet size, after other bytes', () => {
    for (const stride of [188, 192, 204]) {
      const bytes = Buffer.alloc(2048)
      for (let offset = 7; offset < bytes.length; offset += stride) bytes[offset] = 0x47
      expect(packetStrideOf(bytes)).to.equal(stride)
    }
    expect(packetStrideOf(Buffer.alloc(2048))).to.equal(null)
    expect(packetStrideOf(Buffer.alloc(10))).to.equal(null)
  })
})
