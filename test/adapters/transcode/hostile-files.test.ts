import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readApng } from '../../../src/adapters/sharp/headers/apng-frames.ts'
import { readHeifHeader } from '../../../src/adapters/sharp/headers/heif-header.ts'
import { hasAllJpegScans } from '../../../src/adapters/sharp/headers/jpeg-scans.ts'
import { pngChunk, pngSignature } from '../../../src/adapters/sharp/headers/png-writer.ts'
import { readMovie } from '../../../src/adapters/transcode/isobmff/movie-tracks.ts'
import { withUniqueSerials } from '../../../src/adapters/transcode/joined/ogg-serials.ts'
import { findSecondFile, withSecondFileWarning } from '../../../src/adapters/transcode/joined/second-file.ts'
import { readMissingEnd } from '../../../src/adapters/transcode/missing-end/missing-end.ts'
import { readStreamClock } from '../../../src/adapters/transcode/mpegts/stream-clock.ts'
import { createOggChainReader } from '../../../src/adapters/transcode/ogg-chain.ts'
import { readSource, sourceBlocks, sourceLimits } from '../../../src/adapters/transcode/source-bytes.ts'
import { refused } from '../../../src/domain/shared/errors.ts'
import { countWork } from '../../support/count-work.ts'
import { left } from '../../support/expect-right.ts'
import { mediaFacts } from '../../support/recipe-sources.ts'
import { mediaPath } from '../../support/transcoding.ts'
import { packetOf, withChecksum } from '../../support/transport-stream.ts'

const { signal } = new AbortController()

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')
const hex = (text: string): Buffer => Buffer.from(text, 'hex')

const box = (type: string, body: Uint8Array = Buffer.alloc(0)): Buffer => {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + body.length)
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, body])
}

const fragment = box('moof', latin1('tfhd________tfdt________________'))
/** A track fragment without samples. */
const trackFragment = box('traf', box('tfhd', hex('0000000000000001')))
/** A Matroska header, and a segment of unknown size. */
const openMatroska = latin1('\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\xff')

/** Returns an Ogg page that begins a Vorbis stream. */
const vorbisPage = (rate: number): Buffer => {
  const page = latin1(`OggS\0\x02${'\0'.repeat(20)}\x01\x10\x01vorbis\0\0\0\0\x02\0\0\0\0`)
  page.writeUInt32LE(rate, page.length - 4)
  return page
}

/** Returns an Ogg page of Vorbis that begins no stream. */
const laterPage = Buffer.from(vorbisPage(44_100)).fill(0, 5, 6)

const association = packetOf(0, withChecksum(hex('00b00d0001c100000001e02000000000')))

/** Returns a packet with the map of one program, which has one stream. */
const mapOf = (number: number): Buffer => {
  const section = hex('02b0120000c10000e100f0001be100f00000000000')
  section.writeUInt16BE(number, 3)
  return packetOf(0x20, withChecksum(section))
}

/** Returns a PES packet. Its clock differs for each `era`. */
const pes = (era: number): Buffer =>
  packetOf(0x100, hex(`000001e00000808005${'21'}00${`0${2 * era + 1}`}0001`))

const pack = hex('000001ba440000000000000000000000')

/** Lists of AVI headers, whose inner list states an end far behind them. */
const aviLists = latin1('LIST\x10\0\0\0hdrlLIST\0\0\0\x70strl')

const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

/** Returns a HEIF file with one image, and with items that each have 65,535 empty extents. */
const heifWithEmptyExtents = (items: number): Buffer => {
  const iloc = Buffer.concat([hex('0000000000000000'), ...Array(items).fill(hex('00050000ffff'))])
  iloc.writeUInt16BE(items, 6)
  const meta = [Buffer.alloc(4), box('pitm', hex('000000000001')), box('iloc', iloc)]
  return Buffer.concat([box('ftyp', latin1('avif\0\0\0\0')), box('meta', Buffer.concat(meta))])
}

/** A progressive JPEG frame header that declares 255 components, without room for them. */
const frameOfMany = hex('ffc20008080001000100ff').subarray(0, 10)

const pngOfFrames = (frames: number): Buffer =>
  Buffer.concat([
    pngSignature,
    pngChunk('IHDR', Buffer.alloc(13)),
    ...Array(frames).fill(pngChunk('fcTL', Buffer.alloc(26))),
  ])

const MANY_PARTS = [
  'MP4 of many files',
  'MP4 of many boxes',
  'Matroska of many elements',
  'Ogg of many streams',
]
const MANY_BOXES = ['MP4 of many track fragments', 'MP4 of many boxes in a track fragment']
/** The error of allocated bytes, because allocations are sampled. */
const NOISE_BYTES = 1_000_000

describe('a hostile file', () => {
  let folder: string
  let bunny: Buffer
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-hostile-'))
    bunny = await readFile(mediaPath('bunny.mp4'))
  })
  after(() => rm(folder, { recursive: true }))

  const written = async (bytes: Uint8Array): Promise<string> => {
    const path = join(folder, 'file')
    await writeFile(path, bytes)
    return path
  }
  const joined = async (bytes: Uint8Array) => findSecondFile(await written(bytes), signal)

  const missingEndOf = async (bytes: Buffer) => readMissingEnd(await written(bytes), signal)

  const inMemory = (bytes: Buffer) => async (at: number, length: number) => bytes.subarray(at, at + length)
  const clockOf = async (bytes: Buffer) => readStreamClock(await written(bytes), signal)
  const repeated = (n: number, bytes: Buffer, ...head: Buffer[]): Buffer =>
    Buffer.concat([...head, Buffer.alloc(n * bytes.length, bytes)])

  /** Returns a film, and after it a fragment in which one box contains `n` others. */
  const repeatedIn = (n: number, parent: 'moof' | 'traf', child: Buffer): Buffer => {
    const whole = box(parent, repeated(n, child, trackFragment.subarray(8)))
    return Buffer.concat([bunny, parent === 'moof' ? whole : box('moof', whole)])
  }

  /** Each reader, and a function that returns a file with `n` of the structures that the reader parses. */
  const READERS: Readonly<
    Record<string, readonly [make: (n: number) => Buffer, read: (bytes: Buffer) => unknown]>
  > = {
    'MP4 of many files': [(n) => repeated(n, box('ftyp'), bunny), joined],
    'MP4 of many boxes': [(n) => repeated(n, box('free'), bunny), joined],
    'MP4 of many fragments': [(n) => repeated(n, fragment, bunny), joined],
    'MP4 of many track fragments': [
      (n) => repeatedIn(n, 'moof', trackFragment),
      async (bytes) => readMovie(await written(bytes), signal),
    ],
    'MP4 of many boxes in a track fragment': [
      (n) => repeatedIn(n, 'traf', box('trun', Buffer.alloc(8))),
      async (bytes) => readMovie(await written(bytes), signal),
    ],
    'MP4 of many durations': [
      (n) => {
        const table = (type: string, values: number) => {
          const pairs = Buffer.alloc(8 + 8 * n, Buffer.from([255, 255, 255, 255, 0, 0, 0, values]))
          pairs.writeUInt32BE(0)
          pairs.writeUInt32BE(n, 4)
          return box(type, pairs)
        }
        const at = bunny.indexOf('moov') + 4
        const video = box('hdlr', Buffer.from('\0\0\0\0\0\0\0\0vide', 'latin1'))
        const minf = box('minf', box('stbl', Buffer.concat([table('stts', 1), table('ctts', 2)])))
        const mdia = box('mdia', Buffer.concat([box('mdhd', Buffer.alloc(16, 2)), video, minf]))
        const trak = box('trak', Buffer.concat([box('tkhd', Buffer.alloc(24, 2)), mdia]))
        const mvhd = box('mvhd', Buffer.alloc(16, 2))
        return Buffer.concat([bunny.subarray(0, at - 8), box('moov', Buffer.concat([mvhd, trak]))])
      },
      async (bytes) => readMovie(await written(bytes), signal),
    ],
    'AVI of many lists': [(n) => repeated(n, aviLists, latin1('RIFF\0\0\0\x70AVI ')), missingEndOf],
    'Wave64 of many chunks': [
      (n) =>
        repeated(
          n,
          Buffer.concat([Buffer.alloc(16), u64(24)]),
          latin1('riff\x2e\x91\xcf\x11'.padEnd(40, '\0')),
        ),
      missingEndOf,
    ],
    'Core Audio of many chunks': [(n) => repeated(n, Buffer.alloc(12), latin1('caff\0\0\0\0')), missingEndOf],
    'ASF of many objects': [
      (n) =>
        repeated(
          n,
          Buffer.concat([Buffer.alloc(16), u64(24)]),
          hex('3026b2758e66cf11a6d900aa0062ce6c'),
          u64(2 ** 40),
          Buffer.alloc(6),
        ),
      missingEndOf,
    ],
    'Matroska of many elements': [(n) => repeated(n, latin1('\xec\x80'), openMatroska), joined],
    'Ogg of many streams': [(n) => repeated(n, vorbisPage(44_100)), joined],
    'FLAC of many blocks': [(n) => repeated(n, Buffer.alloc(4), latin1('fLaC')), joined],
    'a chain of many sounds': [
      (n) => repeated(n, vorbisPage(44_100)),
      (bytes) => createOggChainReader().take(bytes),
    ],
    'many tables of programs': [
      (n) => Buffer.concat([association, ...Array.from({ length: n }, (_, i) => mapOf(1 + (i % 200)))]),
      clockOf,
    ],
    'many clocks': [
      (n) => Buffer.concat([association, ...Array.from({ length: n }, (_, i) => pes(i % 7))]),
      clockOf,
    ],
    'a program stream of many packs': [(n) => repeated(n, pack), clockOf],
    'HEIF of many extents': [heifWithEmptyExtents, (bytes) => readHeifHeader(inMemory(bytes), false)],
    'JPEG of many frames': [(n) => repeated(n, frameOfMany, latin1('\xff\xd8')), hasAllJpegScans],
  }

  it('costs work that is proportional to its bytes, and little for each byte', async () => {
    for (const [name, [make, read]] of Object.entries(READERS)) {
      await read(make(10))
      const [once, twice] = [make(2000), make(4000)]
      const before = await countWork(() => read(once))
      const after = await countWork(() => read(twice))
      expect(after.calls, `${name}: calls`).to.be.at.most(2.2 * before.calls)
      expect(after.calls, `${name}: calls a byte`).to.be.at.most(5 * twice.length)
      expect(after.allocatedBytes, `${name}: memory`).to.be.at.most(2.5 * before.allocatedBytes + NOISE_BYTES)
    }
  })

  it('is not read beyond the number of parts that a film may have, and a warning reports this', async () => {
    const limits = { ...sourceLimits, maxSteps: 1000 }
    for (const name of MANY_PARTS) {
      const path = await written(READERS[name]?.[0](2000) ?? Buffer.alloc(0))
      expect(await findSecondFile(path, signal, limits), name).to.equal('unknown')
      const facts = await withSecondFileWarning(mediaFacts(), path, signal, limits)
      expect(facts.warnings).to.deep.equal([
        'the file has too many parts, so Larder did not check whether another file follows it',
      ])
    }
  })

  it('has no more boxes read than the limits of parts and of one list', async () => {
    const limits = { ...sourceLimits, maxSteps: 1000 }
    for (const name of MANY_BOXES) {
      const moviesOf = async (n: number, readLimits = sourceLimits) => {
        const path = await written(READERS[name]?.[0](n) ?? Buffer.alloc(0))
        return () => readMovie(path, signal, readLimits)
      }
      const before = await countWork(await moviesOf(20_000, limits))
      const after = await countWork(await moviesOf(40_000, limits))
      expect(after.calls, `${name}: calls`).to.be.at.most(1.1 * before.calls)
      for (const [n, isBeyond] of [
        [5000, false],
        [200_000, true],
      ] as const)
        expect((await (await moviesOf(n))()).hasTooManyBoxes, `${name}: ${n}`).to.equal(isBeyond)
    }
  })

  it('is left to the engine as it is if it has more pages than the limit, and no copy remains', async () => {
    const limits = { ...sourceLimits, maxSteps: 1000 }
    const copies = await mkdtemp(join(folder, 'copies-'))
    for (const page of [vorbisPage(44_100), laterPage]) {
      const path = await written(repeated(2000, page))
      expect(await withUniqueSerials(path, copies, signal, limits)).to.equal(path)
      expect(await readdir(copies)).to.deep.equal([])
    }
  })

  it('is refused if it has more programs or sample rates than real files have', async () => {
    const programs = Array.from({ length: 257 }, (_, i) => mapOf(1 + i))
    const path = await written(Buffer.concat([association, ...programs]))
    expect(await left(readSource(() => readStreamClock(path, signal)))).to.deep.equal(
      refused('the file has more than 256 programs: save the program that you want as a separate file'),
    )
    const rates = Buffer.concat(Array.from({ length: 101 }, (_, i) => vorbisPage(8000 + i)))
    const chain = createOggChainReader()
    chain.take(rates)
    expect(await left(readSource(async () => chain.isMixed()))).to.deep.equal(
      refused('the file has audio of too many sample rates'),
    )
  })

  it('is not copied for each frame of an animation', () => {
    const png = repeated(1000, pngChunk('PLTE', Buffer.alloc(3)), pngOfFrames(32))
    const frames = readApng(png, 32)?.frames ?? []
    expect(frames.length).to.equal(32)
    expect(frames.reduce((sum, { png: { length } }) => sum + length, 0)).to.be.at.most(png.length)
    expect(readApng(repeated(100_000, pngChunk('PLTE', Buffer.alloc(0)), png), 32)).to.equal(null)
  })

  it('is not read for longer than the time limit, nor after an abort', async () => {
    const path = await written(bunny)
    const expired = { ...sourceLimits, timeout: () => AbortSignal.abort(new Error('too slow')) }
    const read = (limits: typeof sourceLimits, until: AbortSignal) => async (): Promise<unknown> => {
      for await (const block of sourceBlocks(path, until, limits)) return block
      return null
    }
    const readings: ReadonlyArray<() => Promise<unknown>> = [
      read(expired, signal),
      read(sourceLimits, AbortSignal.abort()),
      () => findSecondFile(path, signal, expired),
      () => findSecondFile(path, AbortSignal.abort()),
    ]
    for (const reading of readings) expect((await left(readSource(reading)))._tag).to.equal('Unavailable')
  })
})
