import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { readTime } from '../../src/adapters/transcode/mpegts/packets.ts'
import { createProgramReader } from '../../src/adapters/transcode/mpegts/program-packets.ts'
import { clockKey, readClock, withoutJumps } from '../../src/adapters/transcode/mpegts/stream-clock.ts'
import { media } from '../support/transcoding.ts'
import {
  asM2ts,
  inOtherStreams,
  jumping,
  later,
  sideBySide,
  timesOf,
  wrapping,
} from '../support/transport-stream.ts'

const signal = new AbortController().signal

describe('withoutJumps', () => {
  let folder: string
  let film: Buffer

  before(async () => {
    film = await readFile(media('beat.m2t'))
  })
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-clock-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const clockOf = async (bytes: Uint8Array) => {
    const path = join(folder, 'source')
    await writeFile(path, bytes)
    return { path, clock: await readClock(path, signal) }
  }
  const evened = async (bytes: Uint8Array) => {
    const { path, clock } = await clockOf(bytes)
    if (clock === null) throw new Error('no transport stream')
    return { path, copy: await withoutJumps(path, folder, clock, signal), clock }
  }

  for (const [name, change] of [
    ['a jump', (bytes: Buffer) => jumping(bytes, 2.5, -3000)],
    ['a counter that starts again', (bytes: Buffer) => wrapping(bytes, 3)],
    [
      'a jump between packets with time stamps of 4 bytes',
      (bytes: Buffer) => asM2ts(jumping(bytes, 2.5, 3000)),
    ],
    ['a jump behind a lost piece', (bytes: Buffer) => cut(jumping(bytes, 2.5, 3000), 188 * 40 + 77, 300)],
  ] as const)
    it(`[V44] copies a stream with ${name}, and changes nothing but times`, async () => {
      const { copy, path } = await evened(change(film))
      const [before, after] = [await readFile(path), await readFile(copy)]
      expect(after.length).to.equal(before.length)
      const [times, wanted] = [timesOf(after), timesOf(change(later(film, 0)))]
      expect(times.map(({ pid }) => pid)).to.deep.equal(wanted.map(({ pid }) => pid))
      const changed = before.filter((byte, i) => byte !== after[i]).length
      expect(changed).to.be.at.most(10 * times.length)
    })

  it('[V44] gives back the times of a film that was not cut', async () => {
    const { copy } = await evened(jumping(film, 2.5, 3000))
    const [times, original] = [timesOf(await readFile(copy)), timesOf(film)]
    const [first, start] = [times[0]?.time ?? 0, original[0]?.time ?? 0]
    expect(times.map(({ time }) => time - first)).to.deep.equal(original.map(({ time }) => time - start))
  })

  it('[V44] reads a stream on one clock as it is, and knows how long it is', async () => {
    const { copy, path, clock } = await evened(film)
    expect(copy).to.equal(path)
    expect([...clock.clocks.values()].map(({ seconds }) => seconds)[0]).to.be.closeTo(6, 0.6)
  })

  it('gives each program its own clock', async () => {
    const second = await readFile(media('bunny-broadcast.m2t'))
    const { copy, path, clock } = await evened(sideBySide(film, second))
    expect(copy).to.equal(path)
    expect([...clock.programs]).to.have.deep.members([
      [256, [1]],
      [257, [1]],
      [512, [2]],
      [513, [2]],
    ])
    const streams = [256, 512].map((id) => clock.clocks.get(clockKey(clock.programs, id))?.seconds)
    expect(streams[0]).to.be.closeTo(6, 0.6)
    expect(streams[1]).to.be.closeTo(1, 0.3)

    const jumps = await evened(sideBySide(jumping(film, 2.5, 3000), second))
    const after = timesOf(await readFile(jumps.copy)).filter(({ pid }) => pid >= 512)
    const original = timesOf(second)
    const shifts = after.map(({ time }, i) => time - (original[i]?.time ?? 0))
    expect(new Set(shifts).size).to.equal(1)
  })

  it('tells after how long a film goes on in other streams', async () => {
    const goesOn = async (bytes: Uint8Array) => {
      const { clock } = await clockOf(bytes)
      return [256, 257, 512].map((pid) => clock?.splitAfter(pid) ?? null)
    }
    const [pictures, sound, later] = await goesOn(Buffer.concat([film, inOtherStreams(film)]))
    expect(pictures).to.be.closeTo(6, 0.6)
    expect(sound).to.be.closeTo(6, 0.6)
    expect(later).to.equal(null)
    expect(await goesOn(film)).to.deep.equal([null, null, null])
    expect(await goesOn(sideBySide(film, film))).to.deep.equal([null, null, null])
  })

  it('[V44] lets program streams that were put together go on, with sound as far from the pictures as before', async () => {
    const one = await readFile(media('beat.mpg'))
    const { copy } = await evened(Buffer.concat([one, one, one]))
    const [before, after] = [programTimesOf(one), programTimesOf(await readFile(copy))]
    expect(after.length).to.equal(3 * before.length)
    const moved = after.map(({ stream, time }, i) => {
      const source = before[i % before.length]
      expect(stream).to.equal(source?.stream)
      return time - (source?.time ?? 0)
    })
    const starts = [0, 1, 2].map((i) => moved[i * before.length] ?? 0)
    expect(moved).to.deep.equal(starts.flatMap((start) => before.map(() => start)))
    for (const i of [1, 2]) expect(((starts[i] ?? 0) - (starts[i - 1] ?? 0)) / 90_000).to.be.within(6, 6.15)
  })

  it('reads a program stream through lost bytes, and in blocks of any length', async () => {
    const film = await readFile(media('beat.mpg'))
    const times = programTimesOf(film)
    expect(programTimesOf(cut(film, 40_000, 300)).length).to.be.within(times.length - 4, times.length)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 300, max: 70_000 }), { maxLength: 20 }), (blocks) => {
        expect(programTimesOf(film, blocks)).to.deep.equal(times)
      }),
      { numRuns: 30 },
    )
  })

  it('takes no other file for a transport stream', async () => {
    for (const name of ['bunny.mp4', 'bunny.mp3', 'subonly.mkv'])
      expect((await clockOf(await readFile(media(name)))).clock).to.equal(null)
    expect((await clockOf(Buffer.alloc(0))).clock).to.equal(null)
  })

  it('stops when it is told to', async () => {
    const { path } = await clockOf(film)
    const stopped = await readClock(path, AbortSignal.abort()).then(
      () => 'read',
      (error: Error) => error.name,
    )
    expect(stopped).to.equal('AbortError')
  })
})

const cut = (bytes: Buffer, at: number, length: number): Buffer =>
  Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])

/** Of a program stream that is read in blocks of these lengths, and then to its end. */
const programTimesOf = (film: Buffer, blocks: ReadonlyArray<number> = []) => {
  const read = createProgramReader()
  const times: Array<{ readonly stream: number; readonly time: number }> = []
  let done = 0
  for (const length of [...blocks, film.length]) {
    const block = film.subarray(done, done + length)
    done += read(block, (stream, { dts }) => times.push({ stream, time: readTime(block, dts) }))
  }
  return times
}
