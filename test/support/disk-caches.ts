import { expect } from 'chai'
import {
  type DiskCache,
  type DiskCacheOptions,
  openDiskCache,
} from '../../src/adapters/cache/disk/open-disk-cache.ts'
import { fullRange } from '../../src/domain/media/bytes.ts'
import { unavailable } from '../../src/domain/shared/errors.ts'
import { E, TE } from '../../src/fp.ts'
import type { BlobFacts, BlobOrigin, BlobStream } from '../../src/ports/blob-cache.ts'
import type { CacheKey } from '../../src/ports/cache.ts'
import { cacheKeys } from '../../src/ports/cache-keys.ts'
import { aContentExportUid, aStoredFileUid } from './builders.ts'
import { collect } from './bytes.ts'
import { right } from './expect-right.ts'
import { blobFactsOf, createWorkingOrigin, pseudoRandomBytes } from './origins.ts'
import { silentLog } from './recording-log.ts'
import { scratchFolder } from './scratch.ts'

/** Returns functions that open caches in folders, and that close all of them. */
export const createDiskCaches = () => {
  const opened: DiskCache[] = []
  return {
    open: async (options: Partial<DiskCacheOptions> = {}): Promise<DiskCache> => {
      const dir = options.dir ?? (await scratchFolder())
      const log = options.log ?? silentLog
      const scope = 'http://127.0.0.1:8080'
      const cache = await openDiskCache({ clock: () => 0, scope, maxBytes: 2 ** 30, ...options, dir, log })
      opened.push(cache)
      return cache
    },
    closeAll: async (): Promise<void> => {
      for (const cache of opened.splice(0)) await cache.close()
    },
  }
}

/** The content of blobs, in tests to which the content does not matter. */
export const blobBytes = pseudoRandomBytes(100_000)

export const aBlobKey = (): CacheKey<BlobFacts> => cacheKeys.storedFile({ uid: aStoredFileUid() })
export const aTextKey = (): CacheKey<string> => cacheKeys.vodPlaylist({ uid: aContentExportUid() })

export const noOrigin: BlobOrigin = () => TE.left(unavailable('object store')('down'))

export const readBlob = (
  cache: DiskCache,
  key: CacheKey<BlobFacts>,
  blob: Buffer,
  origin: BlobOrigin,
): Promise<BlobStream> => right(cache.blobs.read(key, blobFactsOf(blob), fullRange(blob.length), origin))

/** Fills the cache with a blob, and waits until it is stored. */
export const cacheBlob = async (cache: DiskCache, key: CacheKey<BlobFacts>, blob: Buffer): Promise<void> => {
  const served = await collect(await readBlob(cache, key, blob, createWorkingOrigin(blob).origin))
  expect(served.equals(blob)).to.equal(true)
  await cache.settled()
}

export const isCached = async (
  cache: DiskCache,
  key: CacheKey<BlobFacts>,
  blob: Buffer,
): Promise<boolean> => {
  const stream = await cache.blobs.read(key, blobFactsOf(blob), { start: 0, end: 1 }, noOrigin)()
  if (E.isRight(stream)) await collect(stream.right)
  return E.isRight(stream)
}
