import { mkdir } from 'node:fs/promises'
import type { BlobCache } from '../../ports/blob-cache.ts'
import type { CachePort } from '../../ports/cache.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import { defaultFillOptions } from '../blob/filling-blob-cache.ts'
import { type CacheTier, cacheOfTier } from '../cache-tier/cache-tier.ts'
import { cacheFolders } from './cache-folders.ts'
import { createDiskBlobCache } from './disk-blob-cache.ts'
import { createNodePersistTier, createStorage } from './node-persist-cache.ts'

type Options = {
  readonly dir: string
  readonly clock: Clock
  readonly log: Log
  /** What the values were made for: `PUBLIC_URL`, which stands in bodies. Blobs are the same for all. */
  readonly scope: string
  readonly maxBytes: number
}

export type DiskCache = {
  readonly cache: CachePort
  /** The same values, for a tier in front of them. */
  readonly values: CacheTier
  readonly blobs: BlobCache
  readonly close: () => Promise<void>
}

/**
 * The cache in a folder. It never fails a start: with a folder that cannot be made or written to, reads are
 * answered by the origin, and a warning is logged once.
 */
export const openDiskCache = async ({ dir, clock, log, scope }: Options): Promise<DiskCache> => {
  let warned = false
  const onUnwritable = (cause: unknown) => {
    if (!warned) log.warn('cache.unwritable', { cause: String(cause) })
    warned = true
  }

  const folders = cacheFolders(dir)
  for (const folder of [folders.values, folders.blobs, folders.fills])
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch(onUnwritable)

  const storage = createStorage(folders.values)
  const values = createNodePersistTier(storage, scope)
  const records = createNodePersistTier(storage, '')
  return {
    cache: cacheOfTier(values, clock),
    values,
    blobs: createDiskBlobCache({ folders, records, fill: { ...defaultFillOptions, onUnwritable } }),
    close: async () => undefined,
  }
}
