import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { oggChecksum, withUniqueSerials } from '../../../src/adapters/transcode/joined/ogg-serials.ts'
import { extractFirstFile, findSecondFile } from '../../../src/adapters/transcode/joined/second-file.ts'
import { mediaPath } from '../../support/transcoding.ts'

const { signal } = new AbortController()

/**
 * Extensions of files that engines read to the end, past a second file, or that the reader of MPEG clocks
 * joins.
 */
const JOINED_EXTENSIONS = ['.mp3', '.m2t', '.mpg', '.avi', '.ogg', '.opus', '.heic', '.md', '']

describe('files that were concatenated', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-joined-'))
  })
  after(() => rm(folder, { recursive: true }))

  const secondIn = async (bytes: Uint8Array): Promise<number | null | 'unknown'> => {
    const path = join(folder, 'joined')
    await writeFile(path, bytes)
    return findSecondFile(path, signal)
  }

  const ownSerials = async (bytes: Uint8Array): Promise<Buffer | null> => {
    const path = join(folder, 'chain.ogg')
    await writeFile(path, bytes)
    const own = await withUniqueSerials(path, await mkdtemp(join(folder, 'copy-')), signal)
    return own === path ? null : readFile(own)
  }

  it('are detected by the beginning of the second file, and a single file is never detected as two', async () => {
    for (const name of await readdir(mediaPath(''))) {
      if (extname(name) === '') continue
      const film = await readFile(mediaPath(name))
      expect(await secondIn(film), name).to.equal(null)
      const second = JOINED_EXTENSIONS.includes(extname(name)) ? null : film.length
      expect(await secondIn(Buffer.concat([film, film])), `${name}, twice`).to.equal(second)
    }
    for (const [name, file] of Object.entries(fakeFiles)) {
      expect(await secondIn(file), name).to.equal(null)
      expect(await secondIn(Buffer.concat([file, file])), `${name}, twice`).to.equal(file.length)
      const copy = await extractFirstFile(
        join(folder, 'joined'),
        await mkdtemp(join(folder, 'copy-')),
        signal,
      )
      expect((await readFile(copy)).equals(file), name).to.equal(true)
    }
  })

  it('are not detected in other bytes after a file, nor in damaged files', async () => {
    const films = [
      await readFile(mediaPath('gap.mkv')),
      await readFile(mediaPath('vfr.mp4')),
      ...Object.values(fakeFiles),
    ]
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...films), fc.uint8Array({ maxLength: 300 }), async (film, rest) => {
        expect(await secondIn(Buffer.concat([film, rest]))).to.equal(null)
      }),
      { numRuns: 50 },
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...films), fc.nat(), fc.nat(255), async (film, place, value) => {
        const damaged = Buffer.from(film)
        damaged[place % film.length] = value
        await secondIn(damaged)
        await secondIn(damaged.subarray(0, place % film.length))
      }),
      { numRuns: 200 },
    )
  })

  it('are one file if the index is repeated and the fragments continue, as in live recordings', async () => {
    const film = await readFile(mediaPath('fragments-film.mp4'))
    const later = Buffer.from(film)
    for (let at = later.indexOf('tfdt'); at >= 0; at = later.indexOf('tfdt', at + 4))
      later.writeUInt32BE(later.readUInt32BE(at + 12) + 1_000_000, at + 12)
    expect(await secondIn(Buffer.concat([film, later]))).to.equal(null)
  })

  it('are one file in a chain of Ogg whose links each have one sound, in the same codec, with their own serial number', async () => {
    const sound = await readFile(mediaPath('bunny.ogg'))
    expect(await secondIn(Buffer.concat([sound, sound, sound]))).to.equal(null)
    expect(await ownSerials(sound)).to.equal(null)
    const chain = await ownSerials(Buffer.concat([sound, sound, sound]))
    const places = chain === null ? [] : [0, 1, 2].map((link) => link * sound.length)
    expect(chain?.length).to.equal(3 * sound.length)
    expect(
      (await ownSerials(Buffer.concat([sound, sound, bytesOf('rest')])))?.subarray(-4).toString(),
    ).to.equal('rest')
    expect(new Set(places.map((at) => chain?.readUInt32LE(at + 14))).size).to.equal(3)
    // Apart from serial numbers and checksums, the links are unchanged.
    for (const { at, size } of pagesIn(chain ?? Buffer.alloc(0))) {
      const whole = Buffer.from(chain?.subarray(at, at + size) ?? [])
      const checksum = whole.readUInt32LE(22)
      expect(oggChecksum(whole.fill(0, 22, 26)), `${at}`).to.equal(checksum)
      const original = sound.subarray(at % sound.length, (at % sound.length) + size)
      expect(whole.subarray(26).equals(original.subarray(26)), `${at}`).to.equal(true)
    }
    const other = Buffer.concat([page(2, 'OpusHead\x01\x01'), page(0, 'sound')])
    expect(await secondIn(Buffer.concat([sound, other]))).to.equal(sound.length)
  })
})

/** Returns the offsets and sizes of the pages of an Ogg file. */
const pagesIn = (bytes: Buffer) => {
  const starts: number[] = []
  for (let at = bytes.indexOf('OggS'); at !== -1; at = bytes.indexOf('OggS', at + 4)) starts.push(at)
  return starts.map((at, i) => ({ at, size: (starts[i + 1] ?? bytes.length) - at }))
}

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1')

/** Returns an Ogg page with one packet (RFC 3533 §6). */
const page = (flags: number, packet: string): Buffer => {
  const header = Buffer.alloc(28)
  header.write('OggS')
  header[5] = flags
  header[26] = 1
  header[27] = packet.length
  return Buffer.concat([header, bytesOf(packet)])
}

const chunked = (name: string, form: string, size: 'LE' | 'BE'): Buffer => {
  const sound = bytesOf(`${form}data\0\0\0\x01x\0`)
  const head = bytesOf(`${name}\0\0\0\0`)
  if (size === 'LE') head.writeUInt32LE(sound.length, 4)
  else head.writeUInt32BE(sound.length, 4)
  return Buffer.concat([head, sound])
}

/** The beginnings of files, as far as they are read, of formats that no file in test/media has. */
const fakeFiles = {
  'a film in Ogg': Buffer.concat([
    page(2, '\x80theora\x03'),
    page(2, '\x01vorbis\0\0'),
    page(0, 'pictures'),
    page(4, 'sound'),
  ]),
  FLAC: Buffer.concat([
    bytesOf(`fLaC\0\0\0\x22${'s'.repeat(34)}`),
    // An embedded picture, which is not a second file.
    bytesOf('\x86\0\0\x0cfLaC\0\0\0\x22 art'),
    bytesOf('\xff\xf8frames'.repeat(50)),
  ]),
  WAVE: chunked('RIFF', 'WAVE', 'LE'),
  AIFF: chunked('FORM', 'AIFF', 'BE'),
  // A header, a segment, and two clusters of unknown size with a block each, as browsers record them.
  WebM: bytesOf(
    '\x1a\x45\xdf\xa3\x84\x42\x86\x81\x01\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff' +
      '\x1f\x43\xb6\x75\xff\xe7\x81\0\xa3\x85\x81\0\0\x80x\x1f\x43\xb6\x75\xff\xe7\x81\x01\xa3\x85\x81\0\0\x80x',
  ),
}
