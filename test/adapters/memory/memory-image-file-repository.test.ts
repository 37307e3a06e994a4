import { createMemoryImageFileRepository } from '../../../src/adapters/memory/memory-image-file-repository.ts'
import { imageFileRepositoryContract } from '../../contracts/image-file-repository.contract.ts'

describe('memory image file repository', () => {
  imageFileRepositoryContract(async () => createMemoryImageFileRepository(Date.now))
})
