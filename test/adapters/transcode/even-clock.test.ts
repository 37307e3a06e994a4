import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { readTimestamp } from '../../../src/adapters/transcode/mpegts/packets.ts'
import { createProgramReader } from '../../../src/adapters/transcode/mpegts/program-packets.ts'
import {
  clockKeyIn,
  readStreamClock,
  removeClockJumps,
} from '../../../src/adapters/transcode/mpegts/stream-clock.ts'
import { mediaPath } from '../../support/transcoding.ts'
import {
  delayTimestamps,
  multiplexPrograms,
  pesStartsOf,
  toM2ts,
  withClockJump,
  withClockWrap,
  withOtherPids,
} from '../../support/transport-stream.ts'

const signal = new AbortController().signal

describe('removeClockJumps', () => {
  let folder: string
  let film: Buffer

  before(async () => {
    film = await readFile(mediaPath('beat.m2t'))
  })
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-clock-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const clockOf = async (bytes: Uint8Array) => {
    const path = join(folder, 'source')
    await writeFile(path, bytes)
    return { path, clock: await readStreamClock(path, signal) }
  }
  const copyEvenly = async (bytes: Uint8Array) => {
    const { path, clock } = await clockOf(bytes)
    if (clock === null) throw new Error('no transport stream')
    return { path, copy: await removeClockJumps(path, folder, clock, signal), clock }
  }

  for (const [name, change] of [
    ['a jump', (bytes: Buffer) => withClockJump(bytes, 2.5, -3000)],
    ['a counter that wraps', (bytes: Buffer) => withClockWrap(bytes, 3)],
    [
      'a jump between packets with timestamps of 4 bytes',
      (bytes: Buffer) => toM2ts(withClockJump(bytes, 2.5, 3000)),
    ],
    ['a jump after lost bytes', (bytes: Buffer) => cut(withClockJump(bytes, 2.5, 3000), 188 * 40 + 77, 300)],
  ] as const)
    it(`[V44] copies a stream with ${name}, and changes only its times`, async () => {
      const { copy, path } = await copyEvenly(change(film))
      const [before, after] = [await readFile(path), await readFile(copy)]
      expect(after.length).to.equal(before.length)
      const [times, expected] = [pesStartsOf(after), pesStartsOf(change(delayTimestamps(film, 0)))]
      expect(times.map(({ pid }) => pid)).to.deep.equal(expected.map(({ pid }) => pid))
      const changed = before.filter((byte, i) => byte !== after[i]).length
      expect(changed).to.be.at.most(10 * times.length)
    })

  it('[V44] restores the times of the original film', async () => {
    const { copy } = await copyEvenly(withClockJump(film, 2.5, 3000))
    const [times, original] = [pesStartsOf(await readFile(copy)), pesStartsOf(film)]
    const [first, start] = [times[0]?.time ?? 0, original[0]?.time ?? 0]
    expect(times.map(({ time }) => time - first)).to.deep.equal(original.map(({ time }) => time - start))
  })

  it('[V44] does not copy a stream on one clock, and returns its duration', async () => {
    const { copy, path, clock } = await copyEvenly(film)
    expect(copy).to.equal(path)
    expect([...clock.clocks.values()].map(({ seconds }) => seconds)[0]).to.be.closeTo(6, 0.6)
  })

  it('returns a separate clock for each program', async () => {
    const second = await readFile(mediaPath('bunny-broadcast.m2t'))
    const { copy, path, clock } = await copyEvenly(multiplexPrograms(film, second))
    expect(copy).to.equal(path)
    expect([...clock.programs].map(([pid, numbers]) => [pid, [...numbers]])).to.have.deep.members([
      [256, [1]],
      [257, [1]],
      [512, [2]],
      [513, [2]],
    ])
    const streams = [256, 512].map((id) => clock.clocks.get(clockKeyIn(clock.programs)(id))?.seconds)
    expect(streams[0]).to.be.closeTo(6, 0.6)
    expect(streams[1]).to.be.closeTo(1, 0.3)

    const jumps = await copyEvenly(multiplexPrograms(withClockJump(film, 2.5, 3000), second))
    const after = pesStartsOf(await readFile(jumps.copy)).filter(({ pid }) => pid >= 512)
    const original = pesStartsOf(second)
    const shifts = after.map(({ time }, i) => time - (original[i]?.time ?? 0))
    expect(new Set(shifts).size).to.equal(1)
  })

  it('returns the time after which a film continues in other streams', async () => {
    const continuations = async (bytes: Uint8Array) => {
      const { clock } = await clockOf(bytes)
      return [256, 257, 512].map((pid) => clock?.splitAfter(pid) ?? null)
    }
    const [pictures, sound, later] = await continuations(Buffer.concat([film, withOtherPids(film)]))
    expect(pictures).to.be.closeTo(6, 0.6)
    expect(sound).to.be.closeTo(6, 0.6)
    expect(later).to.equal(null)
    expect(await continuations(film)).to.deep.equal([null, null, null])
    expect(await continuations(multiplexPrograms(film, film))).to.deep.equal([null, null, null])
  })

  it('[V44] continues joined program streams, with the same offset between audio and video', async () => {
    const one = await readFile(mediaPath('beat.mpg'))
    const { copy } = await copyEvenly(Buffer.concat([one, one, one]))
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

  it('reads a program stream past lost bytes, and in blocks of any length', async () => {
    const film = await readFile(mediaPath('beat.mpg'))
    const times = programTimesOf(film)
    expect(programTimesOf(cut(film, 40_000, 300)).length).to.be.within(times.length - 4, times.length)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 300, max: 70_000 }), { maxLength: 20 }), (blocks) => {
        expect(programTimesOf(film, blocks)).to.deep.equal(times)
      }),
      { numRuns: 30 },
    )
  })

  it('returns no clock for other files', async () => {
    for (const name of ['bunny.mp4', 'bunny.mp3', 'subonly.mkv'])
      expect((await clockOf(await readFile(mediaPath(name)))).clock).to.equal(null)
    expect((await clockOf(Buffer.alloc(0))).clock).to.equal(null)
  })

  it('stops when it is aborted', async () => {
    const { path } = await clockOf(film)
    const stopped = await readStreamClock(path, AbortSignal.abort()).then(
      () => 'read',
      (error: Error) => error.name,
    )
    expect(stopped).to.equal('AbortError')
  })
})

const cut = (bytes: Buffer, start: number, length: number): Buffer =>
  Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + length)])

/** Returns the times of a program stream. It is read in blocks of these lengths, and then to its end. */
const programTimesOf = (film: Buffer, blocks: ReadonlyArray<number> = []) => {
  const read = createProgramReader()
  const times: Array<{ readonly stream: number; readonly time: number }> = []
  let position = 0
  for (const length of [...blocks, film.length]) {
    const block = film.subarray(position, position + length)
    position += read(block, (stream, { dts }) => times.push({ stream, time: readTimestamp(block, dts) }))
  }
  return times
}
