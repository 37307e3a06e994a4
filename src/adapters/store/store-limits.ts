/** Timeouts of an object store in milliseconds. For the timeout of `put`, see put-limit.ts. */
export type StoreLimits = {
  /**
   * Maximum time from the call of a read to its first byte. Shorter than the five seconds in total that a
   * viewer waits at most.
   */
  readonly firstByte: number
  readonly delete: number
  readonly check: number
  /**
   * Maximum wait for the next entry of a listing. The limit is long, because only the sweep lists objects,
   * and no viewer waits for it.
   */
  readonly listed: number
}

export const defaultStoreLimits: StoreLimits = {
  firstByte: 4000,
  delete: 30_000,
  check: 2000,
  listed: 60_000,
}

/**
 * Returns the timeout for an adapter that can abort its own requests. This timeout is shorter than the
 * general limit, so that the error message of the adapter, which says more, is reported.
 */
export const adapterTimeoutMs = (limit: 'firstByte' | 'delete' | 'listed'): number =>
  defaultStoreLimits[limit] - 500
