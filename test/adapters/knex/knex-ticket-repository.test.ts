import { createKnexTicketRepository } from '../../../src/adapters/knex/knex-ticket-repository.ts'
import { ticketRepositoryContract } from '../../contracts/ticket-repository.contract.ts'
import { withDatabase } from '../../support/postgres.ts'

describe('knex ticket repository', () => {
  const database = withDatabase()

  ticketRepositoryContract(async () => {
    await database.empty()
    const db = database.knex()
    return {
      tickets: createKnexTicketRepository(db),
      advance: async (seconds) => {
        await db.raw('update upload_tickets set expires_at = expires_at - make_interval(secs => ?)', [
          seconds,
        ])
      },
      size: async () => (await db.raw('select from upload_tickets')).rows.length,
    }
  })
})
