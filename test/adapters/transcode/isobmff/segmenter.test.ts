import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  type SegmentedTrack,
  segmentStartSeconds,
  segmentTrack,
} from '../../../../src/adapters/transcode/isobmff/segmenter.ts'
import { fragment, initSegment } from '../../../support/mp4-writer.ts'

const FILM = 'test/media/fragments-film.mp4'
const SOUND = 'test/media/fragments-sound.mp4'

const seconds = ({ track, parts }: SegmentedTrack) =>
  parts.map(({ durationTicks }) => durationTicks / track.timescale)

describe('segmentTrack', () => {
  let folder: string
  let path: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-cutter-'))
    path = join(folder, 'x.mp4')
  })
  after(() => rm(folder, { recursive: true }))

  const written = async (kind: 'film' | 'sound', timescale: number, durations: ReadonlyArray<number>) => {
    const fragments = durations.map((duration, i) =>
      fragment(
        durations.slice(0, i).reduce((sum, d) => sum + d, 0),
        [
          { duration: duration - 1, size: 100 + i, key: true },
          { duration: 1, size: 10, key: false },
        ],
      ),
    )
    await writeFile(path, Buffer.concat([initSegment(kind, timescale), ...fragments]))
    return path
  }

  it('segments video at keyframes, and records the position of each keyframe', async () => {
    const film = await segmentTrack(FILM, { seconds: [], step: 1 })
    expect(seconds(film)).to.deep.equal([1, 1, 1.125])
    expect(film.parts.map(({ keyframes }) => keyframes.length)).to.deep.equal([2, 2, 3])

    const bytes = await readFile(FILM)
    for (const { slice, keyframes } of film.parts)
      for (const { offset, length } of keyframes) {
        const start = slice.start + offset
        const moofSize = bytes.readUInt32BE(start)
        expect(bytes.toString('latin1', start + 4, start + 8)).to.equal('moof')
        // The last NAL unit of the first sample is the IDR slice: type 5 (H.264 §7.4.1).
        let unit = start + moofSize + 8
        let type = 0
        while (unit < start + length) {
          type = (bytes[unit + 4] ?? 0) & 31
          unit += 4 + bytes.readUInt32BE(unit)
        }
        expect([type, unit]).to.deep.equal([5, start + length])
      }
  })

  it('segments audio near the segment starts of video', async () => {
    const film = await segmentTrack(FILM, { seconds: [], step: 1 })
    const sound = await segmentTrack(SOUND, { seconds: segmentStartSeconds(film).slice(1), step: 1 })
    expect(sound.parts.length).to.equal(film.parts.length)
    for (const [i, start] of segmentStartSeconds(sound).entries())
      expect(start).to.be.closeTo(segmentStartSeconds(film)[i] ?? Number.NaN, 0.16)
    expect(sound.parts.every(({ keyframes }) => keyframes.length === 0)).to.equal(true)
  })

  it('returns slices without gaps, from the first byte of the file', async () => {
    const { init, parts } = await segmentTrack(FILM, { seconds: [], step: 1 })
    const slices = [init, ...parts.map(({ slice }) => slice)]
    expect(slices.map(({ start }) => start)).to.deep.equal([0, ...slices.slice(0, -1).map(({ end }) => end)])
    const bytes = await readFile(FILM)
    const end = slices.at(-1)?.end ?? 0
    expect(bytes.toString('latin1', end + 4, end + 8)).to.equal('mfra')
  })

  it('puts each fragment into one segment, in order, with segments of the given duration', async () => {
    const gops = fc.array(fc.integer({ min: 100, max: 3000 }), { minLength: 1, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(gops, fc.integer({ min: 1, max: 8 }), async (durations, step) => {
        const { parts } = await segmentTrack(await written('film', 1000, durations), { seconds: [], step })
        const gopStarts = durations.map((_, i) => durations.slice(0, i).reduce((sum, d) => sum + d, 0))
        const edges = gopStarts.filter((start, i) => {
          const before = gopStarts[i - 1]
          return before === undefined || Math.floor(start / 1000 / step) > Math.floor(before / 1000 / step)
        })
        const total = durations.reduce((sum, d) => sum + d, 0)
        const shortTail = edges.length > 1 && total - (edges.at(-1) ?? 0) < 250
        expect(parts.map(({ startTicks }) => startTicks)).to.deep.equal(
          shortTail ? edges.slice(0, -1) : edges,
        )
        expect(parts.reduce((sum, { durationTicks }) => sum + durationTicks, 0)).to.equal(total)
        expect(parts.flatMap(({ keyframes }) => keyframes.map((k) => k.durationTicks))).to.deep.equal(
          durations,
        )
      }),
      { numRuns: 60 },
    )
  })

  it('continues in even steps when audio is longer than video', async () => {
    const sound = await segmentTrack(await written('sound', 1000, Array(30).fill(1000)), {
      seconds: [6],
      step: 6,
    })
    expect(seconds(sound)).to.deep.equal([6, 6, 6, 6, 6])
  })

  it('adds a short rest to the last segment', async () => {
    const film = await segmentTrack(await written('film', 1000, [2000, 2000, 2000, 40]), {
      seconds: [],
      step: 6,
    })
    expect(seconds(film)).to.deep.equal([6.04])
  })

  it('returns no segments without samples', async () => {
    expect(
      (await segmentTrack(await written('film', 1000, []), { seconds: [], step: 6 })).parts,
    ).to.deep.equal([])
  })

  it('returns gaps in time, and GOPs without a keyframe, for the examiner to judge', async () => {
    const sample = { duration: 1000, size: 10, key: true }
    const init = initSegment('film', 1000)
    await writeFile(path, Buffer.concat([init, fragment(0, [sample]), fragment(1001, [sample])]))
    const gap = await segmentTrack(path, { seconds: [], step: 6 })
    expect(gap.parts[0]?.fragments.map(({ startTicks }) => startTicks)).to.deep.equal([0, 1001])
    expect(gap.hasEqualFrames).to.equal(false)
    await writeFile(path, Buffer.concat([init, fragment(0, [{ ...sample, key: false }])]))
    const { parts } = await segmentTrack(path, { seconds: [], step: 6 })
    expect(parts[0]?.fragments).to.have.length(1)
    expect(parts[0]?.fragments[0]).to.include({ isMarkedKey: false, startsWithIdr: false })
  })

  it('throws for a file truncated anywhere but between two fragments', async () => {
    const bytes = await readFile(SOUND)
    const { init, parts } = await segmentTrack(SOUND, { seconds: [], step: 0.1 })
    const whole = new Set([init.end, ...parts.map(({ slice }) => slice.end)])
    for (let length = 0; length < bytes.length; length += 97) {
      if (whole.has(length)) continue
      await writeFile(path, bytes.subarray(0, length))
      await expectMalformed(segmentTrack(path, { seconds: [], step: 1 }), '')
    }
  })

  it('reads mutated bytes or throws "malformed MP4", and does not hang or crash', async () => {
    const originals = await Promise.all([FILM, SOUND].map((name) => readFile(name)))
    const change = fc.record({ at: fc.nat(), value: fc.nat(255), headersOnly: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1),
        fc.array(change, { minLength: 1, maxLength: 8 }),
        async (which, changes) => {
          const bytes = Buffer.from(originals[which] ?? [])
          for (const { at, value, headersOnly } of changes)
            bytes[at % (headersOnly ? 1200 : bytes.length)] = value
          await writeFile(path, bytes)
          const result = await segmentTrack(path, { seconds: [], step: 1 }).catch((error: Error) => error)
          if (result instanceof Error) expect(result.message).to.match(/^malformed MP4: /)
        },
      ),
      { numRuns: 200 },
    )
  })

  const expectMalformed = async (segmenting: Promise<SegmentedTrack>, what: string): Promise<void> => {
    const result = await segmenting.catch((error: Error) => error)
    expect(result).to.be.instanceOf(Error)
    expect((result as Error).message)
      .to.match(/^malformed MP4: /)
      .and.to.contain(what)
  }
})
