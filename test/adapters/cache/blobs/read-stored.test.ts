import { expect } from 'chai'
import fc from 'fast-check'
import type { StoredBytes } from '../../../../src/adapters/cache/blobs/blob-storage.ts'
import { readStored } from '../../../../src/adapters/cache/blobs/read-stored.ts'
import type { ByteRange } from '../../../../src/domain/media/bytes.ts'
import { collect, inChunks } from '../../../support/bytes.ts'
import { reading, someBytes } from '../../../support/origins.ts'

describe('bytes from a shelf', () => {
  const bytes = someBytes(1000)

  /** Lie there up to `length`, and are read in pieces of these sizes. */
  const lying = (length: number, sizes: ReadonlyArray<number> = [bytes.length]) => {
    let reads = 0
    let closed = 0
    const readInto = async (buffer: Uint8Array, start: number) => {
      const piece = bytes.subarray(start, Math.min(length, start + (sizes[reads++ % sizes.length] ?? 1)))
      if (piece.length === 0) throw new Error('shorter than it was')
      const count = Math.min(piece.length, buffer.length)
      buffer.set(piece.subarray(0, count))
      return count
    }
    const stored: StoredBytes = {
      buffer: null,
      readInto,
      read: async (start, end) => bytes.subarray(start, end),
      close: async () => {
        closed++
      },
    }
    return { stored, closed: () => closed }
  }

  const open = (stored: StoredBytes, range: ByteRange = { start: 0, end: bytes.length }, chunkSize = 97) => {
    const wentOnAt: number[] = []
    let leaves = 0
    const opened = readStored({
      bytes: stored,
      range,
      goOn: async function* (at) {
        wentOnAt.push(at)
        yield* inChunks(bytes.subarray(at, range.end), chunkSize)
      },
      leave: () => {
        leaves++
      },
    })
    return { ...opened, wentOnAt, leaves: () => leaves }
  }

  it('are the same by the stream and by buffers, however both are mixed, cut, and lost half-way', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 6 })
    const steps = fc.array(fc.oneof(fc.constant('stream' as const), fc.integer({ min: 1, max: 600 })), {
      minLength: 1,
      maxLength: 6,
    })
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length),
        fc.nat(bytes.length),
        fc.nat(bytes.length),
        sizes,
        fc.integer({ min: 1, max: 700 }),
        steps,
        async (a, b, length, pieces, chunkSize, ways) => {
          const range = { start: Math.min(a, b), end: Math.max(a, b) }
          const { stored, closed } = lying(length, pieces)
          const { stream, into, wentOnAt, leaves } = open(stored, range, chunkSize)
          const iterator = stream[Symbol.asyncIterator]()
          const got: Uint8Array[] = []
          for (let step = 0; ; step++) {
            const way = ways[step % ways.length] ?? 'stream'
            const buffer = Buffer.alloc(way === 'stream' ? 0 : way)
            const piece =
              way === 'stream' ? (await iterator.next()).value : buffer.subarray(0, await into(buffer))
            if (piece === undefined || piece.length === 0) break
            got.push(Buffer.from(piece))
          }
          expect(Buffer.concat(got).equals(bytes.subarray(range.start, range.end))).to.equal(true)
          const isLost = range.start < range.end && length < range.end
          expect(wentOnAt).to.deep.equal(isLost ? [Math.max(range.start, length)] : [])
          expect(closed()).to.equal(range.start < range.end ? 1 : 0)
          expect(leaves()).to.equal(0)
        },
      ),
    )
  })

  it('are put nowhere behind what was asked for', async () => {
    const buffer = Buffer.alloc(500, 7)
    const { into } = open(lying(1000).stored, { start: 10, end: 110 })
    expect(await into(buffer)).to.equal(100)
    expect(buffer.subarray(0, 100).equals(bytes.subarray(10, 110))).to.equal(true)
    expect(buffer.subarray(100).equals(Buffer.alloc(400, 7))).to.equal(true)
    expect(await into(buffer)).to.equal(0)
  })

  const departures: Readonly<Record<string, (into: (buffer: Uint8Array) => Promise<number>) => unknown>> = {
    'before the first byte': () => undefined,
    'after the first bytes': (into) => into(Buffer.alloc(10)),
    'while bytes are being read': (into) => void into(Buffer.alloc(10)),
  }
  for (const [when, before] of Object.entries(departures))
    it(`are let go of once when their reader leaves ${when}`, async () => {
      const { stored, closed } = lying(1000)
      const { stream, into, leaves } = open(stored)
      await before(into)
      await reading(stream).leave()
      await reading(stream).leave()
      expect([closed(), leaves()]).to.deep.equal([1, 1])
      expect(await into(Buffer.alloc(10))).to.equal(0)
      expect(await collect(stream)).to.have.length(0)
    })

  it('are let go of by the last byte, after which leaving is nothing', async () => {
    const { stored, closed } = lying(1000)
    const { stream, into, leaves } = open(stored)
    expect(await into(Buffer.alloc(1000))).to.equal(1000)
    expect(closed()).to.equal(1)
    await reading(stream).leave()
    expect([closed(), leaves()]).to.deep.equal([1, 0])
  })

  it('that fail after they were left are not looked for elsewhere', async () => {
    let fail = (_: Error): void => undefined
    const failing = new Promise<number>((_, reject) => {
      fail = reject
    })
    const { stored, closed } = lying(1000)
    const { stream, into, wentOnAt } = open({ ...stored, readInto: () => failing })
    const read = into(Buffer.alloc(10))
    await reading(stream).leave()
    fail(new Error('closed'))
    expect(await read).to.equal(0)
    expect([closed(), wentOnAt]).to.deep.equal([1, []])
  })
})
