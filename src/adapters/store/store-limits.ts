/** Timeouts of an object store (milliseconds). For `put`: put-limit.ts. */
export type StoreLimits = {
  /** From the call of a read to the first byte. A viewer waits at most five seconds in total. */
  readonly firstByte: number
  readonly delete: number
  readonly check: number
  /** Until the next entry of a listing. Only the sweep lists, and can wait. */
  readonly listed: number
}

export const defaultStoreLimits: StoreLimits = {
  firstByte: 4000,
  delete: 30_000,
  check: 2000,
  listed: 60_000,
}

/** The timeout for an adapter that can abort requests itself. It is shorter: its error message is better. */
export const adapterTimeoutMs = (limit: 'firstByte' | 'delete' | 'listed'): number =>
  defaultStoreLimits[limit] - 500
