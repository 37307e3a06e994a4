import { createMemoryContentFileRepository } from '../../../src/adapters/memory/memory-content-file-repository.ts'
import { createMemoryImageFileRepository } from '../../../src/adapters/memory/memory-image-file-repository.ts'
import { createMemoryJobQueue } from '../../../src/adapters/memory/memory-job-queue.ts'
import { createMemoryJobs } from '../../../src/adapters/memory/memory-jobs.ts'
import { createMemoryMedia } from '../../../src/adapters/memory/memory-media.ts'
import { createMemoryMediaRepository } from '../../../src/adapters/memory/memory-media-repository.ts'
import { createMemoryRevocations } from '../../../src/adapters/memory/memory-revocations.ts'
import { createMemoryTrash } from '../../../src/adapters/memory/memory-trash.ts'
import { trashContract } from '../../contracts/trash.contract.ts'
import { trashPurgeContract } from '../../contracts/trash-purge.contract.ts'
import { trashRestoreContract } from '../../contracts/trash-restore.contract.ts'

describe('memory trash', () => {
  let now = 1_800_000_000_000
  // Each reading is later than the one before, as in a database.
  const clock = () => {
    now += 1
    return now
  }

  const make = async () => {
    const jobs = createMemoryJobs(clock)
    const media = createMemoryMedia(clock)
    const revocations = createMemoryRevocations(clock)
    return {
      media: createMemoryMediaRepository(media, jobs),
      imageFiles: createMemoryImageFileRepository(clock, jobs, media),
      contentFiles: createMemoryContentFileRepository(clock, jobs, media),
      jobs: createMemoryJobQueue(jobs, clock),
      trash: createMemoryTrash({ clock, jobs, media, revocations }),
      revocations,
      advance: async (seconds: number) => {
        now += seconds * 1000
      },
    }
  }

  trashContract(make)
  trashPurgeContract(make)
  trashRestoreContract(make)
})
