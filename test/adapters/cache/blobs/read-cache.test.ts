import { expect } from 'chai'
import fc from 'fast-check'
import type { BlobWriter } from '../../../../src/adapters/cache/blobs/blob-storage.ts'
import { pieceBytes } from '../../../../src/adapters/cache/blobs/pieces.ts'
import { withReadCache } from '../../../../src/adapters/cache/blobs/read-cache.ts'
import { pseudoRandomBytes } from '../../../support/origins.ts'

/** Returns a writer to memory, which records the offset of each read. */
const memoryWriter = () => {
  const chunks: Uint8Array[] = []
  const readBack: number[] = []
  const bytes: BlobWriter = {
    read: async (start, end) => {
      readBack.push(start)
      return Buffer.concat(chunks).subarray(start, end)
    },
    write: async (chunk) => {
      chunks.push(chunk)
    },
    publish: async () => undefined,
    close: async () => undefined,
  }
  return { bytes, readBack }
}

describe('a blob writer with a read cache', () => {
  const all = pseudoRandomBytes(5 * pieceBytes + 1000)

  const written = async (chunkSize: number) => {
    const { bytes, readBack } = memoryWriter()
    const recent = withReadCache(bytes, { windowBytes: pieceBytes, pieces: 2 })
    for (let start = 0; start < all.length; start += chunkSize)
      await recent.write(all.subarray(start, start + chunkSize))
    return { recent, readBack }
  }

  it('returns the written bytes at any offset', async () => {
    const readRanges = fc.array(fc.tuple(fc.nat(all.length - 1), fc.integer({ min: 1, max: 2 * pieceBytes })))
    await fc.assert(
      fc.asyncProperty(readRanges, fc.integer({ min: 50_000, max: 300_000 }), async (reads, chunkSize) => {
        const { recent } = await written(chunkSize)
        for (const [start, length] of reads) {
          const end = Math.min(all.length, start + length)
          const got = await recent.read(start, end)
          expect(got.length).to.be.within(1, end - start)
          expect(all.subarray(start, start + got.length).equals(got)).to.equal(true)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('does not read recent bytes back from its writer', async () => {
    const { recent, readBack } = await written(10_000)
    await recent.read(all.length - 20_000, all.length)
    expect(readBack).to.deep.equal([])
  })

  it('reads bytes back once for all readers at the same offset, at the same time or soon after', async () => {
    const { recent, readBack } = await written(10_000)
    const read = () => recent.read(pieceBytes + 5, pieceBytes + 500)
    await Promise.all([read(), read(), recent.read(pieceBytes, 2 * pieceBytes)])
    await read()
    expect(readBack).to.deep.equal([pieceBytes])
  })

  it('reads bytes back again after a failure', async () => {
    const { bytes } = memoryWriter()
    let failures = 0
    const failing: BlobWriter = {
      ...bytes,
      read: async (start, end) => {
        if (failures++ === 0) throw new Error('EIO')
        return bytes.read(start, end)
      },
    }
    const recent = withReadCache(failing, { windowBytes: 0, pieces: 2 })
    await recent.write(all)
    const first = await recent.read(0, 100).then(
      () => 'read',
      () => 'failed',
    )
    expect(first).to.equal('failed')
    expect((await recent.read(0, 100)).length).to.equal(100)
  })
})
