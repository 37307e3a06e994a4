import type { BlobFacts } from '../../../ports/blob-cache.ts'
import type { CacheKey } from '../../../ports/cache.ts'
import type { ProcessBeacon } from '../../platform/process-beacon.ts'
import type { FillOptions } from '../blobs/fill-options.ts'
import { createFillingBlobCache, type FillingBlobCache } from '../blobs/filling-blob-cache.ts'
import type { CacheTier } from '../tiers/cache-tier.ts'
import type { BlobRemover } from './blob-remover.ts'
import type { CacheFolders } from './cache-folders.ts'
import { createDiskBlobStorage, type RememberedRecords } from './disk-blob-storage.ts'
import type { DiskBudget } from './disk-budget.ts'
import type { DiskRoom } from './disk-room.ts'
import type { SharedFiles } from './shared-files.ts'
import type { ChunkTrust } from './trusted-chunks.ts'

type Options = {
  readonly folders: CacheFolders
  /** Stores the records of blobs: node-persist, with a scope of their own. */
  readonly records: CacheTier
  readonly budget: DiskBudget
  readonly room: DiskRoom
  readonly trust: ChunkTrust
  readonly files: SharedFiles
  readonly remembered: RememberedRecords
  readonly remover: BlobRemover
  readonly beacon: ProcessBeacon
  readonly onBadBytes: (key: CacheKey<BlobFacts>, cause: unknown) => void
  readonly fill: FillOptions
}

export const createDiskBlobCache = ({ fill, ...deps }: Options): FillingBlobCache =>
  createFillingBlobCache(createDiskBlobStorage(deps), fill)
