import { createMemoryImageFileRepository } from '../../../src/adapters/memory/memory-image-file-repository.ts'
import { createMemoryJobs } from '../../../src/adapters/memory/memory-jobs.ts'
import { createMemoryMedia } from '../../../src/adapters/memory/memory-media.ts'
import { createMemoryRevocations } from '../../../src/adapters/memory/memory-revocations.ts'
import { createMemoryTicketRepository } from '../../../src/adapters/memory/memory-ticket-repository.ts'
import { createMemoryTrash } from '../../../src/adapters/memory/memory-trash.ts'
import { createMemoryUploadRepository } from '../../../src/adapters/memory/memory-upload-repository.ts'
import type { UploadTicket } from '../../../src/domain/upload/upload-ticket.ts'
import { forsakenUploadsContract } from '../../contracts/forsaken-uploads.contract.ts'
import { uploadBeginningsContract } from '../../contracts/upload-beginnings.contract.ts'
import { uploadRepositoryContract } from '../../contracts/upload-repository.contract.ts'
import { createStandingClock } from '../../support/memory-larder.ts'
import type { UploadSubject } from '../../support/upload-calls.ts'

describe('memory upload repository', () => {
  const make = async (): Promise<UploadSubject> => {
    const { clock, advance } = createStandingClock()
    const media = createMemoryMedia(clock)
    const jobs = createMemoryJobs(clock)
    const tickets = new Map<string, UploadTicket>()
    return {
      uploads: createMemoryUploadRepository({ clock, media, tickets }),
      imageFiles: createMemoryImageFileRepository(clock, jobs, media),
      tickets: createMemoryTicketRepository(tickets, clock),
      trash: createMemoryTrash({ clock, jobs, media, revocations: createMemoryRevocations(clock) }),
      advance: async (seconds: number) => advance(seconds),
    }
  }

  uploadRepositoryContract(make)
  uploadBeginningsContract(make)
  forsakenUploadsContract(make)
})
