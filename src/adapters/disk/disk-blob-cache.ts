import type { FillOptions } from '../blob/fill-options.ts'
import { createFillingBlobCache, type FillingBlobCache } from '../blob/filling-blob-cache.ts'
import type { CacheTier } from '../cache-tier/cache-tier.ts'
import type { ProcessBeacon } from '../platform/process-beacon.ts'
import type { CacheFolders } from './cache-folders.ts'
import { createDiskBlobShelf } from './disk-blob-shelf.ts'
import type { DiskBudget } from './disk-budget.ts'

type Options = {
  readonly folders: CacheFolders
  /** Where the records of blobs are kept: node-persist, with a scope of their own. */
  readonly records: CacheTier
  readonly budget: DiskBudget
  readonly beacon: ProcessBeacon
  readonly fill: FillOptions
}

export const createDiskBlobCache = ({ fill, ...shelf }: Options): FillingBlobCache =>
  createFillingBlobCache(createDiskBlobShelf(shelf), fill)
