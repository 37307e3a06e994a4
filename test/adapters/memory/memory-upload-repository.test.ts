import { createMemoryImageFileRepository } from '../../../src/adapters/memory/memory-image-file-repository.ts'
import { createMemoryJobs } from '../../../src/adapters/memory/memory-jobs.ts'
import { createMemoryMedia } from '../../../src/adapters/memory/memory-media.ts'
import { createMemoryUploadRepository } from '../../../src/adapters/memory/memory-upload-repository.ts'
import { uploadRepositoryContract } from '../../contracts/upload-repository.contract.ts'

describe('memory upload repository', () => {
  uploadRepositoryContract(async () => {
    const clock = Date.now
    const media = createMemoryMedia(clock)
    return {
      uploads: createMemoryUploadRepository({ clock, media }),
      imageFiles: createMemoryImageFileRepository(clock, createMemoryJobs(clock), media),
    }
  })
})
