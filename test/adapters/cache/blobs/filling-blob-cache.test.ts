import { expect } from 'chai'
import fc from 'fast-check'
import type { BlobStorage, BlobWriter } from '../../../../src/adapters/cache/blobs/blob-storage.ts'
import { defaultFillOptions } from '../../../../src/adapters/cache/blobs/fill-options.ts'
import { createFillingBlobCache } from '../../../../src/adapters/cache/blobs/filling-blob-cache.ts'
import { createMemoryBlobStorage } from '../../../../src/adapters/cache/memory/memory-blob-cache.ts'
import { fullRange } from '../../../../src/domain/media/bytes.ts'
import { E } from '../../../../src/fp.ts'
import { cacheKeys } from '../../../../src/ports/cache-keys.ts'
import { aStoredFileUid } from '../../../support/builders.ts'
import { collect, inChunks } from '../../../support/bytes.ts'
import { right } from '../../../support/expect-right.ts'
import {
  blobFactsOf,
  createChunkReader,
  createWorkingOrigin,
  pseudoRandomBytes,
  recordingOrigin,
} from '../../../support/origins.ts'

describe('a blob cache on storage that fails', () => {
  const bytes = pseudoRandomBytes(100_000)
  const facts = blobFactsOf(bytes)
  const noSpace = new Error('ENOSPC')

  /** Returns storage in memory. `spoil` wraps each of its writers, to make it fail. */
  const withWriter = (spoil: (bytes: BlobWriter) => BlobWriter): BlobStorage => {
    const storage = createMemoryBlobStorage(2 ** 24)
    return {
      ...storage,
      begin: async (key, facts) => {
        const lease = await storage.begin(key, facts)
        return lease?.by === 'us' ? { by: 'us', bytes: spoil(lease.bytes) } : lease
      },
    }
  }

  const fullAfter = (limit: number) =>
    withWriter((inner) => {
      let written = 0
      return {
        ...inner,
        write: async (chunk) => {
          written += chunk.length
          if (written > limit) throw noSpace
          await inner.write(chunk)
        },
      }
    })

  const throwing = async () => {
    throw noSpace
  }

  const failingStorages: Readonly<Record<string, () => BlobStorage>> = {
    'is full at once': () => fullAfter(0),
    'becomes full half-way': () => fullAfter(50_000),
    'is full at the last byte': () => fullAfter(bytes.length - 1),
    'cannot publish': () => withWriter((inner) => ({ ...inner, publish: throwing })),
    'cannot read back': () => withWriter((inner) => ({ ...inner, read: throwing })),
    'cannot close': () => withWriter((inner) => ({ ...inner, close: throwing })),
    'cannot begin a write': () => ({ ...createMemoryBlobStorage(2 ** 24), begin: throwing }),
    'fails in every operation': () => ({
      open: throwing,
      peek: () => null,
      begin: throwing,
      remove: throwing,
    }),
  }

  for (const [fault, makeStorage] of Object.entries(failingStorages)) {
    it(`returns all bytes from the origin if the storage ${fault}`, async () => {
      const ranges = fc.tuple(fc.nat(bytes.length), fc.nat(bytes.length))
      await fc.assert(
        fc.asyncProperty(
          fc.array(ranges, { minLength: 1, maxLength: 6 }),
          fc.integer({ min: 500, max: 60_000 }),
          async (readers, chunkSize) => {
            const cache = createFillingBlobCache(makeStorage(), { ...defaultFillOptions, stallMs: 1000 })
            const key = cacheKeys.storedFile({ uid: aStoredFileUid() })
            const { origin } = createWorkingOrigin(bytes, chunkSize)
            const results = [...readers, [0, bytes.length]].map(async ([a = 0, b = 0]) => {
              const [start, end] = [Math.min(a, b), Math.max(a, b)]
              const got = await collect(await right(cache.read(key, facts, { start, end }, origin)))
              expect(got.equals(bytes.subarray(start, end))).to.equal(true)
            })
            await Promise.all(results)
          },
        ),
        { numRuns: 20 },
      )
    })

    it(`never returns a whole blob with a wrong bit if the storage ${fault}`, async () => {
      const flipped = Buffer.from(bytes)
      flipped[90_000] = (bytes[90_000] ?? 0) ^ 1
      const cache = createFillingBlobCache(makeStorage())
      const key = cacheKeys.storedFile({ uid: aStoredFileUid() })
      const { origin } = recordingOrigin(({ start, end }) => inChunks(flipped.subarray(start, end), 10_000))
      const opened = await cache.read(key, facts, fullRange(bytes.length), origin)()
      const ended = E.isLeft(opened)
        ? 'left'
        : await createChunkReader(opened.right)
            .upTo(bytes.length)
            .then(
              () => 'well',
              () => 'thrown',
            )
      expect(ended).to.be.oneOf(['left', 'thrown'])
    })
  }

  it('reports each failed write', async () => {
    let reported = 0
    const cache = createFillingBlobCache(fullAfter(50_000), {
      ...defaultFillOptions,
      onWriteError: () => {
        reported++
      },
    })
    const key = cacheKeys.storedFile({ uid: aStoredFileUid() })
    await collect(
      await right(cache.read(key, facts, fullRange(bytes.length), createWorkingOrigin(bytes).origin)),
    )
    expect(reported).to.equal(1)
  })
})
