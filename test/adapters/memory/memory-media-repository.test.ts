import { createMemoryContentFileRepository } from '../../../src/adapters/memory/memory-content-file-repository.ts'
import { createMemoryImageFileRepository } from '../../../src/adapters/memory/memory-image-file-repository.ts'
import { createMemoryJobQueue } from '../../../src/adapters/memory/memory-job-queue.ts'
import { createMemoryJobs } from '../../../src/adapters/memory/memory-jobs.ts'
import { createMemoryMedia } from '../../../src/adapters/memory/memory-media.ts'
import { createMemoryMediaRepository } from '../../../src/adapters/memory/memory-media-repository.ts'
import { mediaChangesContract } from '../../contracts/media-changes.contract.ts'
import { mediaRepositoryContract } from '../../contracts/media-repository.contract.ts'

describe('memory media repository', () => {
  const make = async () => {
    const jobs = createMemoryJobs(Date.now)
    const media = createMemoryMedia(Date.now)
    return {
      media: createMemoryMediaRepository(media, jobs),
      imageFiles: createMemoryImageFileRepository(Date.now, jobs, media),
      contentFiles: createMemoryContentFileRepository(Date.now, jobs, media),
      jobs: createMemoryJobQueue(jobs, Date.now),
    }
  }

  mediaRepositoryContract(make)
  mediaChangesContract(make)
})
