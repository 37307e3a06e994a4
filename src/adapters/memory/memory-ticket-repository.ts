import type { UploadTicket } from '../../domain/upload/upload-ticket.ts'
import { O, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import { expiredTicketSeconds, type TicketRepository } from '../../ports/ticket-repository.ts'

/** Stores tickets for uploads in memory, for tests. `tickets`: the rows by SHA-256, which uploads change, too. */
export const createMemoryTicketRepository = (
  tickets: Map<string, UploadTicket>,
  clock: Clock,
): TicketRepository => ({
  add: ({ sha256, expiresInSeconds, ...ticket }) =>
    TE.fromIO(() => {
      const now = clock()
      for (const [key, { expiresAt }] of tickets)
        if (expiresAt < now - expiredTicketSeconds * 1000) tickets.delete(key)
      const added = { ...ticket, used: 0, createdAt: now, expiresAt: now + expiresInSeconds * 1000 }
      tickets.set(sha256, added)
      return added
    }),
  find: (sha256) =>
    TE.fromIO(() => {
      const ticket = tickets.get(sha256)
      return ticket !== undefined && ticket.expiresAt > clock() ? O.some(ticket) : O.none
    }),
})
