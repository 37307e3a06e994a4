import { expect } from 'chai'
import fc from 'fast-check'
import { fullRange } from '../../src/domain/media/bytes.ts'
import type { BlobOrigin } from '../../src/ports/blob-cache.ts'
import { cacheKeys } from '../../src/ports/cache-keys.ts'
import { createBlobCacheFixture, type MakeBlobCache } from '../support/blob-cache-fixture.ts'
import { aStoredFileUid } from '../support/builders.ts'
import { collect } from '../support/bytes.ts'
import { countEventLoopTurns } from '../support/event-loop-turns.ts'
import { right } from '../support/expect-right.ts'
import {
  blobFactsOf,
  createChunkReader,
  createGatedOrigin,
  createWorkingOrigin,
  pseudoRandomBytes,
} from '../support/origins.ts'

/** How the readers of a BlobCache share one fill. Called by blobCacheContract in blob-cache.contract.ts. */
export const blobCacheFillingContract = (make: MakeBlobCache): void => {
  const MiB = 1024 * 1024

  describe('filling', () => {
    const { blobs, bytes, facts, read, expectCached } = createBlobCacheFixture(make)

    it('returns bytes as they arrive (W3)', async () => {
      const { origin, openTo } = createGatedOrigin(bytes)
      openTo(3000)
      const reader = createChunkReader(await read(origin))
      await reader.upTo(3000)
      expect(reader.received()).to.deep.equal(bytes.subarray(0, 3000))
      openTo(facts.size)
      await reader.upTo(facts.size)
      expect(reader.received()).to.deep.equal(bytes)
    })

    it('is shared by all concurrent readers, of any ranges', async () => {
      const ranges = fc.tuple(fc.nat(facts.size), fc.nat(facts.size))
      await fc.assert(
        fc.asyncProperty(
          fc.array(ranges, { minLength: 1, maxLength: 12 }),
          fc.array(fc.integer({ min: 1, max: facts.size }), { minLength: 1, maxLength: 8 }),
          async (readers, gates) => {
            blobs.key = cacheKeys.storedFile({ uid: aStoredFileUid() })
            const { origin, requestedRanges, openTo } = createGatedOrigin(bytes, 7001)
            const results = readers.map(async ([a, b]) => {
              const [start, end] = [Math.min(a, b), Math.max(a, b)]
              const got = await collect(await read(origin, start, end))
              expect(got.equals(bytes.subarray(start, end))).to.equal(true)
            })
            for (const gate of [...gates.sort((a, b) => a - b), facts.size]) openTo(gate)
            await Promise.all(results)
            expect(requestedRanges.length).to.be.at.most(1)
          },
        ),
        { numRuns: 40 },
      )
    })

    const turnsSoFar = countEventLoopTurns()

    it('yields to the event loop between two chunks of one reader', async () => {
      const large = pseudoRandomBytes(MiB)
      const readLarge = (origin: BlobOrigin) =>
        right(blobs.cache.read(blobs.key, blobFactsOf(large), fullRange(MiB), origin))
      const { origin, openTo } = createGatedOrigin(large, 64 * 1024)
      openTo(1)
      const first = (await readLarge(origin))[Symbol.asyncIterator]()
      openTo(MiB)
      expect((await collect(await readLarge(origin))).equals(large)).to.equal(true)

      const turns: number[] = []
      for (let next = await first.next(); next.done !== true; next = await first.next())
        turns.push(turnsSoFar())
      expect(turns.length).to.be.above(4)
      expect(new Set(turns).size).to.equal(turns.length)
    })

    it('accepts readers while it runs', async () => {
      const { origin, requestedRanges, openTo } = createGatedOrigin(bytes)
      openTo(50_000)
      const early = createChunkReader(await read(origin))
      await early.upTo(50_000)
      const late = createChunkReader(await read(origin, 10, 60_000))
      await late.upTo(49_990)
      expect(late.received()).to.deep.equal(bytes.subarray(10, 50_000))
      openTo(facts.size)
      await Promise.all([early.upTo(facts.size), late.upTo(59_990)])
      expect(late.received()).to.deep.equal(bytes.subarray(10, 60_000))
      expect(requestedRanges).to.have.length(1)
    })

    it('continues for the other readers when the first reader cancels', async () => {
      const { origin, requestedRanges, openTo } = createGatedOrigin(bytes)
      openTo(5000)
      const first = createChunkReader(await read(origin))
      const second = createChunkReader(await read(origin))
      await first.upTo(5000)
      await first.cancel()
      openTo(facts.size)
      await second.upTo(facts.size)
      expect(second.received()).to.deep.equal(bytes)
      expect(requestedRanges).to.have.length(1)
      await expectCached()
    })

    it('continues for the other readers when one cancels before the first byte, or stalls', async () => {
      const { origin, requestedRanges, openTo } = createGatedOrigin(bytes)
      openTo(5000)
      await createChunkReader(await read(origin)).cancel()
      const second = createChunkReader(await read(origin))
      await second.upTo(1000)
      const third = createChunkReader(await read(origin))
      openTo(facts.size)
      await third.upTo(facts.size)
      expect(third.received()).to.deep.equal(bytes)
      expect(requestedRanges).to.have.length(1)
      await second.cancel()
    })

    it('completes for later readers when few bytes are missing', async () => {
      const { origin, requestedRanges, openTo } = createGatedOrigin(bytes)
      openTo(5000)
      await createChunkReader(await read(origin)).cancel()
      openTo(facts.size)
      expect(await collect(await read(origin))).to.deep.equal(bytes)
      expect(requestedRanges).to.have.length(1)
    })

    it('is cancelled when many bytes are missing and no reader is left', async () => {
      const large = pseudoRandomBytes(10 * MiB)
      const readLarge = (origin: BlobOrigin) =>
        right(blobs.cache.read(blobs.key, blobFactsOf(large), fullRange(large.length), origin))
      const { origin, openTo, closed } = createGatedOrigin(large, 64 * 1024)
      openTo(MiB)
      const reader = createChunkReader(await readLarge(origin))
      await reader.upTo(MiB)
      await reader.cancel()
      openTo(large.length)
      const again = createWorkingOrigin(large, 64 * 1024)
      expect((await collect(await readLarge(again.origin))).equals(large)).to.equal(true)
      expect(again.requestedRanges).to.deep.equal([fullRange(large.length)])
      expect(closed()).to.equal(1)
    })

    it('leaves a far range to a separate read of the origin', async () => {
      const large = pseudoRandomBytes(12 * MiB)
      const range = { start: 11 * MiB, end: 12 * MiB }
      const { origin, requestedRanges, openTo } = createGatedOrigin(large, 64 * 1024)
      openTo(MiB)
      const first = createChunkReader(
        await right(blobs.cache.read(blobs.key, blobFactsOf(large), fullRange(large.length), origin)),
      )
      await first.upTo(1000)
      const far = createWorkingOrigin(large, 64 * 1024)
      const got = await collect(
        await right(blobs.cache.read(blobs.key, blobFactsOf(large), range, far.origin)),
      )
      expect(got.equals(large.subarray(range.start, range.end))).to.equal(true)
      expect(far.requestedRanges).to.deep.equal([range])
      openTo(large.length)
      await first.upTo(large.length)
      expect(first.received().equals(large)).to.equal(true)
      expect(requestedRanges).to.have.length(1)
    })

    it('reports arriving bytes to a reader that waits for a later offset', async () => {
      const large = pseudoRandomBytes(MiB)
      const { origin, openTo } = createGatedOrigin(large, 64 * 1024)
      let arrivals = 0
      let arrived = () => {}
      const last = { start: MiB - 10, end: MiB }
      const waits = blobs.cache.read(blobs.key, blobFactsOf(large), last, origin, () => {
        arrivals += 1
        arrived()
      })()
      for (const part of [1, 2, 3]) {
        const next = new Promise<void>((resolve) => {
          arrived = resolve
        })
        expect(arrivals).to.equal(part - 1)
        openTo(part * 64 * 1024)
        await next
      }
      openTo(MiB)
      expect((await collect(await right(() => waits))).equals(large.subarray(last.start))).to.equal(true)
    })

    it('takes over the reader of a far range once the fill has reached its offset', async () => {
      const large = pseudoRandomBytes(12 * MiB)
      const range = { start: 6 * MiB, end: 12 * MiB }
      const readLarge = (from: BlobOrigin) =>
        right(blobs.cache.read(blobs.key, blobFactsOf(large), range, from))
      const slow = createGatedOrigin(large, 64 * 1024)
      const { origin, openTo } = createGatedOrigin(large, 64 * 1024)
      openTo(1)
      const first = createChunkReader(
        await right(blobs.cache.read(blobs.key, blobFactsOf(large), fullRange(large.length), origin)),
      )
      await first.upTo(1)
      slow.openTo(7 * MiB)
      const far = createChunkReader(await readLarge(slow.origin))
      await far.upTo(MiB / 2)
      openTo(large.length)
      await first.upTo(large.length)
      await far.upTo(6 * MiB)
      expect(far.received().equals(large.subarray(range.start))).to.equal(true)
      expect(slow.closed()).to.equal(1)
    })
  })
}
