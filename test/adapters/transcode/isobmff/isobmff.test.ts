import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  type Box,
  boxesIn,
  createFieldReader,
  requireOneBox,
} from '../../../../src/adapters/transcode/isobmff/isobmff.ts'
import { readFragment } from '../../../../src/adapters/transcode/isobmff/isobmff-fragment.ts'
import { readTrack } from '../../../../src/adapters/transcode/isobmff/isobmff-track.ts'
import type { EqualSamples } from '../../../../src/domain/examiner/decoder-buffer.ts'
import { box, fragment, initSegment, largeBox, u32 } from '../../../support/mp4-writer.ts'

type Tree = { readonly type: string; readonly large: boolean; readonly content: Buffer | ReadonlyArray<Tree> }

const type = fc
  .array(fc.integer({ min: 0x61, max: 0x7a }), { minLength: 4, maxLength: 4 })
  .map((codes) => String.fromCharCode(...codes))

const tree = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record({
    type,
    large: fc.boolean(),
    content: fc.oneof(
      { depthSize: 'small' },
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.array(tie('tree'), { maxLength: 4 }),
    ),
  }),
})).tree

const write = ({ type, large, content }: Tree): Buffer => {
  const parts = Buffer.isBuffer(content) ? [content] : content.map(write)
  return large ? largeBox(type, ...parts) : box(type, ...parts)
}

const expectTree = (found: Box | undefined, { type, content }: Tree): void => {
  expect(found?.type).to.equal(type)
  const body = found?.body ?? new Uint8Array()
  if (Buffer.isBuffer(content)) expect(Buffer.from(body).equals(content)).to.equal(true)
  else {
    const children = boxesIn(body)
    expect(children.length).to.equal(content.length)
    for (const [i, child] of content.entries()) expectTree(children[i], child)
  }
}

describe('boxesIn', () => {
  it('reads any tree of boxes', () => {
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 4 }), (trees) => {
        const boxes = boxesIn(Buffer.concat(trees.map(write)))
        expect(boxes.length).to.equal(trees.length)
        for (const [i, written] of trees.entries()) expectTree(boxes[i], written)
      }),
    )
  })

  it('throws for a tree truncated anywhere', () => {
    fc.assert(
      fc.property(tree, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (written, share) => {
        const bytes = write(written)
        const cut = 1 + Math.floor(share * (bytes.length - 1))
        if (cut < bytes.length) expect(() => boxesIn(bytes.subarray(0, cut))).to.throw(/^malformed MP4: /)
      }),
    )
  })

  it('throws for impossible sizes', () => {
    expect(() => boxesIn(Buffer.concat([u32(7), Buffer.from('free')]))).to.throw('impossible size 7')
    expect(() => boxesIn(Buffer.concat([u32(0), Buffer.from('mdat')]))).to.throw('impossible size 0')
    expect(() => boxesIn(Buffer.concat([u32(1), Buffer.from('mdat'), u32(0x1000_0000, 0)]))).to.throw('2^53')
  })
})

describe('requireOneBox', () => {
  it('follows a path, and throws unless there is exactly one box of each type', () => {
    const body = Buffer.concat([box('moov', box('trak', Buffer.from('hello'))), box('free')])
    expect(Buffer.from(requireOneBox(body, 'moov', 'trak')).toString()).to.equal('hello')
    expect(() => requireOneBox(body, 'moov', 'mvex')).to.throw('no mvex box')
    expect(() => requireOneBox(Buffer.concat([body, body]), 'moov')).to.throw('more than one moov box')
  })
})

describe('createFieldReader', () => {
  it('reads big-endian numbers in sequence, and throws at the end of the bytes', () => {
    const fields = createFieldReader(
      Buffer.from('01 0203 040506 0708090a ffffffff 0000000000000010 6162'.replaceAll(' ', ''), 'hex'),
      'x',
    )
    const { u8, u16, u24, u32, i32, u64, text } = fields
    expect([u8(), u16(), u24(), u32(), i32(), u64(), text(2)]).to.deep.equal([
      1,
      0x0203,
      0x040506,
      0x0708090a,
      -1,
      16,
      'ab',
    ])
    expect(() => u8()).to.throw('malformed MP4: x is too short')
  })
})

describe('readTrack', () => {
  it('reads size, timescale and codec of H.264', () => {
    const track = readTrack(initSegment('film', 12_288))
    expect(track).to.deep.include({
      id: 1,
      timescale: 12_288,
      isUpright: true,
      codec: 'avc1.64001e',
      video: { width: 640, height: 360, sequence: null, boxColour: null },
      audio: null,
    })
  })

  it('reads the object type, the sample rate and the channels of AAC', () => {
    expect(readTrack(initSegment('sound', 48_000))).to.deep.include({
      codec: 'mp4a.40.2',
      video: null,
      audio: { objectType: 2, sampleRate: 48_000, channels: 2 },
    })
  })

  it('reads the output of a real encoder', async () => {
    const film = await readFile('test/media/fragments-film.mp4')
    const sound = await readFile('test/media/fragments-sound.mp4')
    const initOf = (bytes: Buffer) => bytes.subarray(0, bytes.indexOf('moof') - 4)
    const { codec, video, unitLengthBytes } = readTrack(initOf(film))
    expect({ codec, unitLengthBytes }).to.deep.equal({ codec: 'avc1.64000a', unitLengthBytes: 4 })
    expect(video).to.include({ width: 160, height: 90 })
    expect(video?.sequence).to.include({
      profile: 0x64,
      constraints: 0,
      level: 10,
      width: 160,
      height: 90,
      macroblocksWide: 10,
      macroblocksHigh: 6,
      isSquare: true,
    })
    expect(readTrack(initOf(sound))).to.include({ codec: 'mp4a.40.2', timescale: 48_000 })
  })

  it('throws for a timescale of 0', () => {
    expect(() => readTrack(initSegment('film', 0))).to.throw('timescale')
  })
})

describe('readFragment', () => {
  const track = readTrack(initSegment('film', 1000))
  const everywhere = { start: 0, end: Number.MAX_SAFE_INTEGER }
  const moofOf = (bytes: Buffer) => requireOneBox(bytes, 'moof')

  it('returns the sum of its samples', () => {
    const samples = fc.array(fc.record({ duration: fc.nat(10_000), size: fc.nat(300), key: fc.boolean() }), {
      minLength: 1,
      maxLength: 30,
    })
    fc.assert(
      fc.property(fc.nat(1e9), samples, (start, written) => {
        const bytes = fragment(start, written)
        const moofSize = bytes.readUInt32BE(0)
        const room = { start: moofSize + 8, end: bytes.length }
        const heard: EqualSamples[] = []
        const read = readFragment(moofOf(bytes), track, room, (samples) => heard.push(samples))
        expect(heard).to.deep.equal(
          written.map(({ duration, size }) => ({ count: 1, bytes: size, ticks: duration })),
        )
        expect(read).to.deep.equal({
          startTicks: start,
          durationTicks: written.reduce((sum, { duration }) => sum + duration, 0),
          samples: written.length,
          shortestTicks: Math.min(...written.map(({ duration }) => duration)),
          longestTicks: Math.max(...written.map(({ duration }) => duration)),
          shownFromTicks: start,
          shownToTicks: start + written.reduce((sum, { duration }) => sum + duration, 0),
          shownTimes: new Set(
            written.map((_, i) => written.slice(0, i).reduce((sum, { duration }) => sum + duration, 0)),
          ).size,
          isMarkedKey: written[0]?.key,
          firstSampleStart: moofSize + 8,
          firstSampleEnd: moofSize + 8 + (written[0]?.size ?? 0),
        })
      }),
    )
  })

  it('throws for samples beyond its bytes', () => {
    const bytes = fragment(0, [{ duration: 10, size: 100, key: true }])
    const room = { start: bytes.readUInt32BE(0) + 8, end: bytes.length - 1 }
    expect(() => readFragment(moofOf(bytes), track, room)).to.throw('outside of their fragment')
  })

  it('computes a run of equal samples without iterating, however many it announces', () => {
    const moof = box(
      'traf',
      box('tfhd', u32(0x02_0018, 1, 1024, 6)),
      box('tfdt', u32(0, 0)),
      box('trun', u32(0x1, 0xffff_ffff, 500)),
    )
    const heard: EqualSamples[] = []
    const read = readFragment(moof, track, everywhere, (samples) => heard.push(samples))
    expect(read.durationTicks).to.equal(1024 * 0xffff_ffff)
    expect(read.shownTimes).to.equal(0xffff_ffff)
    expect(heard.map(({ count }) => count)).to.deep.equal([1, 0xffff_fffe])
    expect(() => readFragment(moof, track, { start: 500, end: 1000 })).to.throw('outside')
  })

  it('throws for offsets from the start of the file', () => {
    const moof = box(
      'traf',
      box('tfhd', u32(0x01, 1, 0, 0)),
      box('tfdt', u32(0, 0)),
      box('trun', u32(1, 1, 0)),
    )
    expect(() => readFragment(moof, track, everywhere)).to.throw('do not count from their moof')
  })
})
