import { expect } from 'chai'
import fc from 'fast-check'
import { fullRange } from '../../src/domain/media/bytes.ts'
import { E } from '../../src/fp.ts'
import { cacheKeys } from '../../src/ports/cache-keys.ts'
import { createBlobCacheFixture, type MakeBlobCache } from '../support/blob-cache-fixture.ts'
import { aStoredFileUid } from '../support/builders.ts'
import { collect, readThroughBuffer } from '../support/bytes.ts'
import { left, right } from '../support/expect-right.ts'
import {
  blobFactsOf,
  createChunkReader,
  createGatedOrigin,
  createWorkingOrigin,
  pseudoRandomBytes,
} from '../support/origins.ts'
import { blobCacheFaultsContract } from './blob-cache-faults.contract.ts'
import { blobCacheFillingContract } from './blob-cache-filling.contract.ts'

/** What every BlobCache promises. An adapter's test file calls it. Blobs of up to 16 MiB are read. */
export const blobCacheContract = (make: MakeBlobCache): void => {
  describe('reading', () => {
    const { blobs, bytes, facts, read, noOrigin, expectCached, fill } = createBlobCacheFixture(make)

    it('reads from the origin once, then from the cache', async () => {
      const { origin, requestedRanges } = createWorkingOrigin(bytes)
      expect(await collect(await read(origin))).to.deep.equal(bytes)
      expect(requestedRanges).to.deep.equal([fullRange(facts.size)])
      await expectCached()
    })

    it('returns any range of a cached blob', async () => {
      await fill()
      await fc.assert(
        fc.asyncProperty(fc.nat(facts.size), fc.nat(facts.size), async (a, b) => {
          const [start, end] = [Math.min(a, b), Math.max(a, b)]
          expect(await collect(await read(noOrigin, start, end))).to.deep.equal(bytes.subarray(start, end))
        }),
        { numRuns: 30 },
      )
    })

    it('returns the same bytes as one buffer, and into buffers of any size, if the cache supports these reads', async () => {
      await fill()
      await fc.assert(
        fc.asyncProperty(
          fc.nat(facts.size),
          fc.nat(facts.size),
          fc.integer({ min: 1000, max: 200_000 }),
          async (a, b, size) => {
            const [start, end] = [Math.min(a, b), Math.max(a, b)]
            const stream = await read(noOrigin, start, end)
            const got =
              stream.buffer ??
              (await (stream.readInto ? readThroughBuffer(stream.readInto, size) : collect(stream)))
            expect(got).to.deep.equal(bytes.subarray(start, end))
          },
        ),
        { numRuns: 30 },
      )
    })

    it('returns no bytes for an empty range, and does not call the origin', async () => {
      expect(await collect(await read(noOrigin, 500, 500))).to.have.length(0)
    })

    it('returns an empty blob', async () => {
      const empty = Buffer.alloc(0)
      const stream = await right(blobs.cache.read(blobs.key, blobFactsOf(empty), fullRange(0), noOrigin))
      expect(await collect(stream)).to.have.length(0)
    })

    it('never returns the bytes of another blob with the same key', async () => {
      await fill()
      const other = pseudoRandomBytes(facts.size, 7)
      const stream = await right(
        blobs.cache.read(
          blobs.key,
          blobFactsOf(other),
          fullRange(facts.size),
          createWorkingOrigin(other).origin,
        ),
      )
      expect(await collect(stream)).to.deep.equal(other)
    })
  })

  blobCacheFillingContract(make)
  blobCacheFaultsContract(make)

  describe('deleting', () => {
    const { blobs, bytes, facts, read, noOrigin, fill } = createBlobCacheFixture(make)

    it('removes the bytes; a second delete succeeds', async () => {
      await fill()
      await right(blobs.cache.delete(blobs.key))
      await right(blobs.cache.delete(blobs.key))
      expect(await left(blobs.cache.read(blobs.key, facts, fullRange(facts.size), noOrigin))).to.include({
        _tag: 'Unavailable',
      })
    })

    it('lets readers of a cached blob finish', async () => {
      await fill()
      const reader = createChunkReader(await read(noOrigin))
      await right(blobs.cache.delete(blobs.key))
      await reader.upTo(facts.size)
      expect(reader.received()).to.deep.equal(bytes)
    })

    it('[V23] discards a running fill, at any moment', async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(40), fc.boolean(), async (steps, byName) => {
          blobs.key = cacheKeys.storedFile({ uid: aStoredFileUid() })
          const reader = collect(await read(createWorkingOrigin(bytes, 10_000).origin))
          for (let step = 0; step < steps; step++) await new Promise((resolve) => setImmediate(resolve))
          await right(byName ? blobs.cache.deleteByName(blobs.key.name) : blobs.cache.delete(blobs.key))
          expect((await reader).equals(bytes)).to.equal(true)
          const opened = await blobs.cache.read(blobs.key, facts, fullRange(facts.size), noOrigin)()
          expect(E.isLeft(opened)).to.equal(true)
        }),
        { numRuns: 40 },
      )
    })

    it('lets readers of a running fill finish, and does not cache its blob', async () => {
      const { origin, openTo } = createGatedOrigin(bytes)
      openTo(5000)
      const reader = createChunkReader(await read(origin))
      await right(blobs.cache.delete(blobs.key))
      openTo(facts.size)
      await reader.upTo(facts.size)
      expect(reader.received()).to.deep.equal(bytes)
      expect(await left(blobs.cache.read(blobs.key, facts, fullRange(facts.size), noOrigin))).to.include({
        _tag: 'Unavailable',
      })
    })
  })
}
