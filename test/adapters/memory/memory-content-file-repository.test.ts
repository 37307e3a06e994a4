import { createMemoryContentFileRepository } from '../../../src/adapters/memory/memory-content-file-repository.ts'
import { contentFileRepositoryContract } from '../../contracts/content-file-repository.contract.ts'

describe('memory content file repository', () => {
  contentFileRepositoryContract(async () => createMemoryContentFileRepository(Date.now))
})
