import { cacheFolders } from '../../src/adapters/disk/cache-folders.ts'
import { createDiskBlobCache } from '../../src/adapters/disk/disk-blob-cache.ts'
import { createNodePersistTier, createStorage } from '../../src/adapters/disk/node-persist-cache.ts'
import { blobCacheContract } from '../contracts/blob-cache.contract.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'

describe('disk blob cache', () => {
  after(removeScratch)

  blobCacheContract(async (fill) => {
    const folders = cacheFolders(await scratchFolder())
    return createDiskBlobCache({
      folders,
      records: createNodePersistTier(createStorage(folders.values), ''),
      fill,
    })
  })
})
