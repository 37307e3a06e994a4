import type { FillOptions } from '../blobs/fill-options.ts'
import { createFillingBlobCache, type FillingBlobCache } from '../blobs/filling-blob-cache.ts'
import { createDiskBlobStorage, type DiskBlobStorageDeps } from './disk-blob-storage.ts'

type Options = DiskBlobStorageDeps & { readonly fill: FillOptions }

export const createDiskBlobCache = ({ fill, ...deps }: Options): FillingBlobCache =>
  createFillingBlobCache(createDiskBlobStorage(deps), fill)
