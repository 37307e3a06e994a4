/** Timeouts of an object store in milliseconds. For the timeout of `put`, see put-limit.ts. */
export type StoreLimits = {
  /** Maximum time from the call of a read to its first byte. A viewer waits at most five seconds in total. */
  readonly firstByte: number
  readonly delete: number
  readonly check: number
  /** Maximum wait for the next entry of a listing. Only the sweep lists, and it can wait. */
  readonly listed: number
}

export const defaultStoreLimits: StoreLimits = {
  firstByte: 4000,
  delete: 30_000,
  check: 2000,
  listed: 60_000,
}

/**
 * Returns the timeout for an adapter that can abort its own requests. It is shorter than the general limit,
 * because the error message of the adapter is better.
 */
export const adapterTimeoutMs = (limit: 'firstByte' | 'delete' | 'listed'): number =>
  defaultStoreLimits[limit] - 500
