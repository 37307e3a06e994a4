import type { TicketUid } from '../media/ids.ts'
import { maxRequestsOfTicket } from './upload-ticket.ts'

/**
 * Counts the requests under way by ticket. Returns a function that ends the request; `null` if the ticket has as many as
 * it may have in this process.
 */
export type TicketRequests = (ticket: TicketUid) => (() => void) | null

export const createTicketRequests = (): TicketRequests => {
  const running = new Map<TicketUid, number>()
  return (ticket) => {
    const before = running.get(ticket) ?? 0
    if (before >= maxRequestsOfTicket) return null
    running.set(ticket, before + 1)
    let isEnded = false
    return () => {
      if (isEnded) return
      isEnded = true
      const left = (running.get(ticket) ?? 1) - 1
      if (left === 0) running.delete(ticket)
      else running.set(ticket, left)
    }
  }
}
