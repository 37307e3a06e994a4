import { createMemoryTicketRepository } from '../../../src/adapters/memory/memory-ticket-repository.ts'
import type { UploadTicket } from '../../../src/domain/upload/upload-ticket.ts'
import { ticketRepositoryContract } from '../../contracts/ticket-repository.contract.ts'
import { createStandingClock } from '../../support/memory-larder.ts'

describe('memory ticket repository', () => {
  ticketRepositoryContract(async () => {
    const { clock, advance } = createStandingClock()
    const rows = new Map<string, UploadTicket>()
    return {
      tickets: createMemoryTicketRepository(rows, clock),
      advance: async (seconds) => advance(seconds),
      size: async () => rows.size,
    }
  })
})
