import { expect } from 'chai'
import fc from 'fast-check'
import type { StoredBlobReader } from '../../../../src/adapters/cache/blobs/blob-storage.ts'
import { readStoredBlob } from '../../../../src/adapters/cache/blobs/read-stored.ts'
import type { ByteRange } from '../../../../src/domain/media/bytes.ts'
import { collect, inChunks } from '../../../support/bytes.ts'
import { createChunkReader, pseudoRandomBytes } from '../../../support/origins.ts'

describe('bytes from storage', () => {
  const bytes = pseudoRandomBytes(1000)

  /** Returns stored bytes, truncated to `length`. They are read in pieces of the given `sizes`. */
  const storedUpTo = (length: number, sizes: ReadonlyArray<number> = [bytes.length]) => {
    let reads = 0
    let closed = 0
    const readInto = async (buffer: Uint8Array, start: number) => {
      const piece = bytes.subarray(start, Math.min(length, start + (sizes[reads++ % sizes.length] ?? 1)))
      if (piece.length === 0) throw new Error('truncated')
      const count = Math.min(piece.length, buffer.length)
      buffer.set(piece.subarray(0, count))
      return count
    }
    const stored: StoredBlobReader = {
      buffer: null,
      readInto,
      read: async (start, end) => bytes.subarray(start, end),
      close: async () => {
        closed++
      },
    }
    return { stored, closed: () => closed }
  }

  const open = (
    stored: StoredBlobReader,
    range: ByteRange = { start: 0, end: bytes.length },
    chunkSize = 97,
  ) => {
    const resumedAt: number[] = []
    let leaves = 0
    const opened = readStoredBlob({
      bytes: stored,
      range,
      continueFrom: async function* (at) {
        resumedAt.push(at)
        yield* inChunks(bytes.subarray(at, range.end), chunkSize)
      },
      onCancel: () => {
        leaves++
      },
    })
    return { ...opened, resumedAt, leaves: () => leaves }
  }

  it('are the same as a stream and in buffers, mixed in any way, and when truncated half-way', async () => {
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
        async (a, b, length, pieces, chunkSize, modes) => {
          const range = { start: Math.min(a, b), end: Math.max(a, b) }
          const { stored, closed } = storedUpTo(length, pieces)
          const { stream, into, resumedAt, leaves } = open(stored, range, chunkSize)
          const iterator = stream[Symbol.asyncIterator]()
          const got: Uint8Array[] = []
          for (let step = 0; ; step++) {
            const mode = modes[step % modes.length] ?? 'stream'
            const buffer = Buffer.alloc(mode === 'stream' ? 0 : mode)
            const piece =
              mode === 'stream' ? (await iterator.next()).value : buffer.subarray(0, await into(buffer))
            if (piece === undefined || piece.length === 0) break
            got.push(Buffer.from(piece))
          }
          expect(Buffer.concat(got).equals(bytes.subarray(range.start, range.end))).to.equal(true)
          const isLost = range.start < range.end && length < range.end
          expect(resumedAt).to.deep.equal(isLost ? [Math.max(range.start, length)] : [])
          expect(closed()).to.equal(range.start < range.end ? 1 : 0)
          expect(leaves()).to.equal(0)
        },
      ),
    )
  })

  it('are written to no position beyond the requested range', async () => {
    const buffer = Buffer.alloc(500, 7)
    const { into } = open(storedUpTo(1000).stored, { start: 10, end: 110 })
    expect(await into(buffer)).to.equal(100)
    expect(buffer.subarray(0, 100).equals(bytes.subarray(10, 110))).to.equal(true)
    expect(buffer.subarray(100).equals(Buffer.alloc(400, 7))).to.equal(true)
    expect(await into(buffer)).to.equal(0)
  })

  const cancellations: Readonly<Record<string, (into: (buffer: Uint8Array) => Promise<number>) => unknown>> =
    {
      'before the first byte': () => undefined,
      'after the first bytes': (into) => into(Buffer.alloc(10)),
      'while bytes are being read': (into) => void into(Buffer.alloc(10)),
    }
  for (const [when, before] of Object.entries(cancellations))
    it(`are released once when their reader cancels ${when}`, async () => {
      const { stored, closed } = storedUpTo(1000)
      const { stream, into, leaves } = open(stored)
      await before(into)
      await createChunkReader(stream).cancel()
      await createChunkReader(stream).cancel()
      expect([closed(), leaves()]).to.deep.equal([1, 1])
      expect(await into(Buffer.alloc(10))).to.equal(0)
      expect(await collect(stream)).to.have.length(0)
    })

  it('are released after the last byte; a later cancel does nothing', async () => {
    const { stored, closed } = storedUpTo(1000)
    const { stream, into, leaves } = open(stored)
    expect(await into(Buffer.alloc(1000))).to.equal(1000)
    expect(closed()).to.equal(1)
    await createChunkReader(stream).cancel()
    expect([closed(), leaves()]).to.deep.equal([1, 0])
  })

  it('are not read from the origin if they fail after a cancel', async () => {
    let fail = (_: Error): void => undefined
    const failing = new Promise<number>((_, reject) => {
      fail = reject
    })
    const { stored, closed } = storedUpTo(1000)
    const { stream, into, resumedAt } = open({ ...stored, readInto: () => failing })
    const read = into(Buffer.alloc(10))
    await createChunkReader(stream).cancel()
    fail(new Error('closed'))
    expect(await read).to.equal(0)
    expect([closed(), resumedAt]).to.deep.equal([1, []])
  })
})
