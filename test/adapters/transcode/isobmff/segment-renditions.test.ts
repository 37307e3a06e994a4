import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { segmentRenditions } from '../../../../src/adapters/transcode/isobmff/segment-renditions.ts'
import { examineAlignment } from '../../../../src/domain/examiner/examine-lengths.ts'
import { toParsedRendition } from '../../../../src/domain/ingest/examine-transcoded.ts'
import { sharedTargetDuration } from '../../../../src/domain/ingest/rendition-facts.ts'
import { fragment, initSegment } from '../../../support/mp4-writer.ts'

const aPlan = {
  frameRate: { num: 30_000, den: 1001 },
  gop: 60,
  partSeconds: 6.006,
  crf: 22,
  video: [],
  audio: [],
}
const rung = { width: 640, height: 360, maxrate: 800, bufsize: 1600 }
const sound = { kilobits: 128, channels: 2, sampleRate: 48_000 } as const

describe('segmentRenditions', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-renditions-'))
  })
  after(() => rm(folder, { recursive: true }))

  /** Writes a track in fragments of `each` ticks; the last can be shorter. */
  const writeTrack = (name: string, kind: 'film' | 'sound', timescale: number, each: number, all: number) => {
    const fragments = Array.from({ length: Math.ceil(all / each) }, (_, i) => {
      const duration = Math.min(each, all - i * each)
      return fragment(i * each, [{ duration, size: 50 + i, key: true }])
    })
    return writeFile(join(folder, `${name}.mp4`), Buffer.concat([initSegment(kind, timescale), ...fragments]))
  }

  /** Segments a film of `gops` GOPs of 2.002 s in two sizes, with audio in fragments of about a second. */
  const cutFilm = async (gops: number) => {
    for (const name of ['v360', 'v240']) await writeTrack(name, 'film', 30_000, 60_060, gops * 60_060)
    const samples = Math.ceil((gops * 2.002 * 48_000) / 1024)
    await writeTrack('a128', 'sound', 48_000, 47 * 1024, samples * 1024)
    const video = ['v360', 'v240'].map((name) => Object.assign({ name }, rung))
    const renditions = await segmentRenditions(
      { ...aPlan, video, audio: [{ name: 'a128', ...sound }] },
      folder,
    )
    const seconds = renditions.map(({ parts, timescale }) =>
      parts.map(({ durationTicks }) => durationTicks / timescale),
    )
    return { renditions, seconds }
  }

  it('[V50] makes the first segment one GOP long in every rendition, and the others three', async () => {
    const { renditions, seconds } = await cutFilm(14)
    const [large, small, audioSeconds = []] = seconds
    expect(large).to.deep.equal([2.002, 6.006, 6.006, 6.006, 6.006, 2.002])
    expect(small).to.deep.equal(large)
    expect(audioSeconds).to.have.length(6)
    expect(audioSeconds[0]).to.be.closeTo(2.002, 0.6)
    for (const length of audioSeconds.slice(1, -1)) expect(length).to.be.closeTo(6.006, 1.1)
    expect(sharedTargetDuration(renditions)).to.equal(6)
  })

  it('[V50] segments audio without video in the same way', async () => {
    await writeTrack('a64', 'sound', 48_000, 48 * 1024, 48 * 1024 * 20)
    const plan = { ...aPlan, frameRate: { num: 25, den: 1 }, gop: 50, partSeconds: 6 }
    const [rendition] = await segmentRenditions({ ...plan, audio: [{ name: 'a64', ...sound }] }, folder)
    const starts = rendition?.parts.map(({ startTicks }) => startTicks / 48_000) ?? []
    expect(starts).to.have.length(4)
    for (const [i, start] of starts.entries()) expect(start).to.be.closeTo(i === 0 ? 0 : i * 6 - 4, 0.6)
  })

  it('[V50] makes the first segment no longer than the first GOP, for films of any length', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 30 }), async (gops) => {
        const { renditions, seconds } = await cutFilm(gops)
        for (const rendition of seconds.slice(0, 2)) {
          expect(rendition[0]).to.equal(2.002)
          expect(rendition).to.have.length(1 + Math.ceil((gops - 1) / 3))
        }
        expect(examineAlignment(renditions.map(toParsedRendition))).to.deep.equal([])
      }),
      { numRuns: 15 },
    )
  })
})
