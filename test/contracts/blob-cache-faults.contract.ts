import { expect } from 'chai'
import { defaultFillOptions } from '../../src/adapters/cache/blobs/fill-options.ts'
import { type ByteStream, fullRange } from '../../src/domain/media/bytes.ts'
import { badOrigin } from '../../src/domain/shared/errors.ts'
import { E, TE } from '../../src/fp.ts'
import type { BlobOrigin } from '../../src/ports/blob-cache.ts'
import { createBlobCacheFixture, type MakeBlobCache } from '../support/blob-cache-fixture.ts'
import { collect, inChunks } from '../support/bytes.ts'
import { left } from '../support/expect-right.ts'
import { createChunkReader, recordingOrigin } from '../support/origins.ts'

/** What every BlobCache does when its origin fails. Called by blobCacheContract in blob-cache.contract.ts. */
export const blobCacheFaultsContract = (make: MakeBlobCache): void => {
  describe('an origin that fails', () => {
    const { blobs, bytes, facts, read, noOrigin, fill } = createBlobCacheFixture(make)

    beforeEach(async () => {
      blobs.cache = await make({ ...defaultFillOptions, stallMs: 200 })
    })

    const flipped = Buffer.from(bytes)
    flipped[70_000] = (bytes[70_000] ?? 0) ^ 1

    async function* failingHalfWay(): ByteStream {
      yield* inChunks(bytes.subarray(0, 40_000))
      throw new Error('connection reset')
    }
    async function* stalling(): ByteStream {
      yield bytes.subarray(0, 40_000)
      await new Promise(() => undefined)
    }

    const faults: Readonly<Record<string, () => ByteStream>> = {
      'ends early': () => inChunks(bytes.subarray(0, facts.size - 1)),
      'sends nothing': () => inChunks(Buffer.alloc(0)),
      'sends one byte too many': () => inChunks(Buffer.concat([bytes, Buffer.from('x')])),
      'sends twice the bytes in one chunk': () => inChunks(Buffer.concat([bytes, bytes]), 2 * facts.size),
      'flips a bit': () => inChunks(flipped),
      'flips a bit, and sends all in one chunk': () => inChunks(flipped, facts.size),
      'fails half-way': failingHalfWay,
      stalls: stalling,
    }

    for (const [fault, stream] of Object.entries(faults)) {
      it(`fails all concurrent readers before their last byte when it ${fault}`, async () => {
        const { origin } = recordingOrigin(stream)
        const readers = Array.from({ length: 5 }, (_, i) => expectTruncated(origin, i * 10_000))
        await Promise.all(readers)
      })

      it(`is read again after a fill of which the origin ${fault}`, async () => {
        await expectTruncated(recordingOrigin(stream).origin, 0)
        await fill()
      })
    }

    /**
     * Expects that a read of the rest of the blob fails at once, or that its stream throws before the last
     * byte.
     */
    const expectTruncated = async (origin: BlobOrigin, start: number) => {
      const opened = await blobs.cache.read(blobs.key, facts, { start, end: facts.size }, origin)()
      if (E.isLeft(opened)) {
        expect(['BadOrigin', 'Unavailable']).to.include(opened.left._tag)
        return
      }
      const reader = createChunkReader(opened.right)
      const ended = await reader.upTo(facts.size).then(
        () => 'well',
        () => 'thrown',
      )
      expect(ended).to.equal('thrown')
      expect(reader.received().length).to.be.below(facts.size - start)
    }

    it('without a stream returns its error to the reader, and nothing is cached', async () => {
      const missing = badOrigin('no such object')
      expect(
        await left(blobs.cache.read(blobs.key, facts, fullRange(facts.size), () => TE.left(missing))),
      ).to.equal(missing)
      await fill()
    })

    it('that never answers makes the read fail with Unavailable', async () => {
      const never: BlobOrigin = () => () => new Promise(() => undefined)
      expect(await left(blobs.cache.read(blobs.key, facts, fullRange(facts.size), never))).to.include({
        _tag: 'Unavailable',
      })
      await fill()
    })

    it('does not affect reads of cached blobs', async () => {
      await fill()
      expect(await collect(await read(noOrigin, 5, 50_000))).to.deep.equal(bytes.subarray(5, 50_000))
    })
  })
}
