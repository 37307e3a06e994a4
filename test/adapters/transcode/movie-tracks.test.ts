import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { type FragmentTimes, latenessOf } from '../../../src/adapters/transcode/isobmff/lateness.ts'
import { readFragmentTimes } from '../../../src/adapters/transcode/isobmff/movie-boxes.ts'
import { readMovie } from '../../../src/adapters/transcode/isobmff/movie-tracks.ts'
import { box, u32 } from '../../support/mp4-writer.ts'
import { mediaPath } from '../../support/transcoding.ts'

const never = new AbortController().signal

describe('the lateness of frames in fragments', () => {
  const fragment = (startTicks: number, smallestOffset: number, isReadAhead = true): FragmentTimes => ({
    trackId: 1,
    startTicks,
    firstOffset: 0,
    smallestOffset,
    hasOffsets: smallestOffset !== 0,
    shown: null,
    isReadAhead,
  })
  const film = { timescale: 100, hasSamples: false }

  it('is that of the whole file where it is read ahead', () => {
    const fragments = [fragment(0, 0), fragment(200, -8)]
    expect(latenessOf(fragments, film)).to.deep.equal([{ fromSeconds: 0, seconds: 0.08 }])
    expect(latenessOf([fragment(0, 0), fragment(200, 0)], film)).to.deep.equal([])
  })

  it('grows with the fragments where they are read one by one, and begins behind the samples of moov', () => {
    const fragments = [fragment(0, -4), fragment(200, -4, false), fragment(400, -8, false)]
    expect(latenessOf(fragments, film)).to.deep.equal([
      { fromSeconds: 0, seconds: 0.04 },
      { fromSeconds: 4.06, seconds: 0.04 },
    ])
    expect(latenessOf([fragment(200, -8)], { ...film, hasSamples: true })).to.deep.equal([
      { fromSeconds: 2.04, seconds: 0.08 },
    ])
  })
})

describe('the times of a fragment', () => {
  const many = (one: Buffer) => Buffer.concat(Array.from({ length: 20_000 }, () => one))
  const timesIn = async (...content: ReadonlyArray<Buffer>) => {
    const moof = box('moof', ...content)
    const bytes = {
      size: moof.length,
      at: async (at: number, length: number) => moof.subarray(at, at + length),
    }
    const times: unknown[] = []
    const parent = { type: 'moof', start: 0, body: 8, end: moof.length }
    for await (const one of readFragmentTimes(bytes, parent, new Map([[7, 5]]))) times.push(one)
    return times
  }
  const head = box('tfhd', u32(0, 7))

  it('are read from thousands of runs and tracks', async () => {
    const runs = [u32(0xa00, 2, 1, 5, 1, -3 >>> 0), u32(0x801, 1, 99, -8 >>> 0)]
    expect(
      await timesIn(
        box('mfhd', u32(0, 1)),
        box(
          'traf',
          head,
          box('tfdt', u32(0x0100_0000, 0, 12)),
          ...runs.map((run) => box('trun', run)),
          many(box('trun', u32(0, 0))),
        ),
      ),
    ).to.deep.equal([
      {
        trackId: 7,
        startTicks: 12,
        firstOffset: 5,
        smallestOffset: -8,
        hasOffsets: true,
        // Three samples are decoded at 12, 17 and 22, and shown at 17, 14 and 14.
        shown: { firstTicks: 14, lastTicks: 17, shortestTicks: 5, longestTicks: 5, lastDecodedTicks: 5 },
      },
    ])
    expect(await timesIn(many(box('traf', head)))).to.have.length(20_000)
  })
})

describe('the video tracks of an MP4 that comes in', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-movie-'))
  })
  after(() => rm(folder, { recursive: true }))

  it('are read, or unknown, whatever the bytes are', async () => {
    const film = await readFile(mediaPath('beat-cmaf.mp4'))
    const path = join(folder, 'damaged.mp4')
    // Headers of boxes are where a reader goes astray.
    const headers = [0, film.indexOf('moov') - 4, film.indexOf('stsd') - 4, film.indexOf('moof') - 4]
    const damage = fc.tuple(fc.constantFrom(...headers), fc.nat(400), fc.uint8Array({ maxLength: 8 }))
    await fc.assert(
      fc.asyncProperty(damage, fc.nat(film.length), async ([from, offset, bytes], length) => {
        const damaged = Buffer.from(film.subarray(0, Math.max(length, 2000)))
        damaged.set(bytes.subarray(0, Math.max(0, damaged.length - from - offset)), from + offset)
        await writeFile(path, damaged)
        for (const { late } of (await readMovie(path, never)).tracks.values())
          for (const { fromSeconds, seconds } of late)
            expect(Number.isFinite(fromSeconds) && seconds > 0).to.equal(true)
      }),
      { numRuns: 200 },
    )
  })
})
