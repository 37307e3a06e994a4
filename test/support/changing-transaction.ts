import type { Knex } from 'knex'
import type { ChangingTransaction } from '../contracts/invalidation-bus.contract.ts'

/** Starts a transaction in PostgreSQL that writes to the log of invalidations as triggers do. */
export const beginChange = async (db: Knex): Promise<ChangingTransaction> => {
  const trx = await db.transaction()
  return {
    write: async ({ names, families }) => {
      if (families.length > 0) await trx.raw('select log_family_invalidation(?)', [[...families]])
      if (names.length > 0) await trx.raw('select log_invalidation(?)', [[...names]])
    },
    commit: async () => {
      await trx.commit()
    },
  }
}
