import { createMemoryFetchRepository } from '../../../src/adapters/memory/memory-fetch-repository.ts'
import { createMemoryMedia } from '../../../src/adapters/memory/memory-media.ts'
import { createMemoryUploadRepository } from '../../../src/adapters/memory/memory-upload-repository.ts'
import { fetchRepositoryContract } from '../../contracts/fetch-repository.contract.ts'
import { createStandingClock } from '../../support/memory-larder.ts'

describe('memory fetch repository', () => {
  fetchRepositoryContract(async () => {
    const { clock, advance } = createStandingClock()
    const media = createMemoryMedia(clock)
    return {
      fetches: createMemoryFetchRepository(media.uploads, clock, media.fetches),
      uploads: createMemoryUploadRepository({ clock, media }),
      advance: async (seconds) => advance(seconds),
      dump: async () => JSON.stringify([...media.fetches.values()]),
    }
  })
})
