import { expect } from 'chai'
import fc from 'fast-check'
import type { BlobWriter } from '../../../../src/adapters/cache/blobs/blob-storage.ts'
import { pieceBytes } from '../../../../src/adapters/cache/blobs/pieces.ts'
import { withReadCache } from '../../../../src/adapters/cache/blobs/read-cache.ts'
import { someBytes } from '../../../support/origins.ts'

/** Bytes that land in memory, with each place that was read back. */
const landing = () => {
  const landed: Uint8Array[] = []
  const readBack: number[] = []
  const bytes: BlobWriter = {
    read: async (start, end) => {
      readBack.push(start)
      return Buffer.concat(landed).subarray(start, end)
    },
    write: async (chunk) => {
      landed.push(chunk)
    },
    publish: async () => undefined,
    close: async () => undefined,
  }
  return { bytes, readBack }
}

describe('bytes of which the last ones are in memory', () => {
  const all = someBytes(5 * pieceBytes + 1000)

  const written = async (chunkSize: number) => {
    const { bytes, readBack } = landing()
    const recent = withReadCache(bytes, { windowBytes: pieceBytes, pieces: 2 })
    for (let at = 0; at < all.length; at += chunkSize) await recent.write(all.subarray(at, at + chunkSize))
    return { recent, readBack }
  }

  it('are those that were written, wherever they are read', async () => {
    const places = fc.array(fc.tuple(fc.nat(all.length - 1), fc.integer({ min: 1, max: 2 * pieceBytes })))
    await fc.assert(
      fc.asyncProperty(places, fc.integer({ min: 50_000, max: 300_000 }), async (reads, chunkSize) => {
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

  it('are not read back while they are recent', async () => {
    const { recent, readBack } = await written(10_000)
    await recent.read(all.length - 20_000, all.length)
    expect(readBack).to.deep.equal([])
  })

  it('are read back once for all who are at one place, at one time or soon after', async () => {
    const { recent, readBack } = await written(10_000)
    const read = () => recent.read(pieceBytes + 5, pieceBytes + 500)
    await Promise.all([read(), read(), recent.read(pieceBytes, 2 * pieceBytes)])
    await read()
    expect(readBack).to.deep.equal([pieceBytes])
  })

  it('are asked for again when reading them back has failed', async () => {
    const { bytes } = landing()
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
