import type { Purge } from '../../domain/freshness/purge.ts'

/** Returns a time in the form of RFC 3339. `ms`: milliseconds since 1970. */
export const instant = (ms: number): string => new Date(ms).toISOString()

/** Returns the receipts of a purge in the form of http-api.md §9.7. */
export const purgeBody = ({ uid, receipts }: Purge) => ({
  uid,
  instances: receipts.map(({ instance, state, heardAt }) => ({ instance, state, at: instant(heardAt) })),
})
