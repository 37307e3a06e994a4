import { createMemoryContentFileRepository } from '../../../src/adapters/memory/memory-content-file-repository.ts'
import { createMemoryImageFileRepository } from '../../../src/adapters/memory/memory-image-file-repository.ts'
import { createMemoryJobQueue } from '../../../src/adapters/memory/memory-job-queue.ts'
import { createMemoryJobs } from '../../../src/adapters/memory/memory-jobs.ts'
import type { NewJob } from '../../../src/domain/jobs/job.ts'
import { fileJobsContract } from '../../contracts/file-jobs.contract.ts'
import { jobQueueContract } from '../../contracts/job-queue.contract.ts'
import { createStandingClock } from '../../support/memory-larder.ts'

describe('memory job queue', () => {
  const make = async () => {
    const { clock, advance } = createStandingClock()
    const jobs = createMemoryJobs(clock)
    return {
      queues: [createMemoryJobQueue(jobs, clock, 'one'), createMemoryJobQueue(jobs, clock, 'other')] as const,
      jobs: createMemoryJobQueue(jobs, clock),
      imageFiles: createMemoryImageFileRepository(clock, jobs),
      contentFiles: createMemoryContentFileRepository(clock, jobs),
      addFile: async ({ uid }: NewJob['media']) => void jobs.files.add(uid),
      advance: async (ms: number) => advance(ms / 1000),
    }
  }
  describe('by itself', () => jobQueueContract(make))
  describe('with the repositories of files', () => fileJobsContract(make))
})
