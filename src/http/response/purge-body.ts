import type { Purge } from '../../domain/freshness/purge.ts'
import { toRfc3339 } from './rfc3339.ts'

/** Returns the receipts of a purge in the form of http-api.md §9.7. */
export const purgeBody = ({ uid, receipts }: Purge) => ({
  uid,
  instances: receipts.map(({ instance, state, heardAt }) => ({ instance, state, at: toRfc3339(heardAt) })),
})
