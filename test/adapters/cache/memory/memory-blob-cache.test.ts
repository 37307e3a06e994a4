import { createMemoryBlobCache } from '../../../../src/adapters/cache/memory/memory-blob-cache.ts'
import { blobCacheContract } from '../../../contracts/blob-cache.contract.ts'

describe('memory blob cache', () => {
  blobCacheContract(async (options) => createMemoryBlobCache(64 * 1024 * 1024, options))
})
