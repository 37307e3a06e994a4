import { expect } from 'chai'
import { defaultFillOptions, type FillOptions } from '../../src/adapters/cache/blobs/fill-options.ts'
import { unavailable } from '../../src/domain/shared/errors.ts'
import { TE } from '../../src/fp.ts'
import type { BlobCache, BlobFacts, BlobOrigin } from '../../src/ports/blob-cache.ts'
import type { CacheKey } from '../../src/ports/cache.ts'
import { cacheKeys } from '../../src/ports/cache-keys.ts'
import { aStoredFileUid } from './builders.ts'
import { collect } from './bytes.ts'
import { right } from './expect-right.ts'
import { blobFactsOf, createWorkingOrigin, pseudoRandomBytes } from './origins.ts'

export type MakeBlobCache = (options: FillOptions) => Promise<BlobCache>

/** Creates a blob of 100,000 bytes, and a new cache and a new key for each test. */
export const createBlobCacheFixture = (make: MakeBlobCache) => {
  const bytes = pseudoRandomBytes(100_000)
  const facts = blobFactsOf(bytes)
  const blobs = {} as { key: CacheKey<BlobFacts>; cache: BlobCache }

  beforeEach(async () => {
    blobs.key = cacheKeys.storedFile({ uid: aStoredFileUid() })
    blobs.cache = await make(defaultFillOptions)
  })

  const read = (origin: BlobOrigin, start = 0, end = facts.size) =>
    right(blobs.cache.read(blobs.key, facts, { start, end }, origin))

  const noOrigin: BlobOrigin = () => TE.left(unavailable('object store')('down'))

  const expectCached = async () => {
    expect(await collect(await read(noOrigin))).to.deep.equal(bytes)
  }

  /** Fills the cache. The fill has ended when the promise resolves. */
  const fill = async () => {
    expect(await collect(await read(createWorkingOrigin(bytes).origin))).to.deep.equal(bytes)
    await expectCached()
  }

  return { blobs, bytes, facts, read, noOrigin, expectCached, fill }
}
