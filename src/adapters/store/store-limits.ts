/** How long an object store is waited for. Milliseconds. (For `put`: put-limit.ts.) */
export type StoreLimits = {
  /** From the call of a read to the first byte. A viewer waits five seconds at most, for all. */
  readonly firstByte: number
  readonly delete: number
  readonly check: number
  /** Until the next entry of a list: the sweep has time. */
  readonly listed: number
}

export const usualStoreLimits: StoreLimits = { firstByte: 4000, delete: 30_000, check: 2000, listed: 60_000 }

/** An adapter that can break off its own requests does so a little sooner: it knows better what to say. */
export const withStoreLimit = (limit: 'firstByte' | 'delete' | 'listed'): number =>
  usualStoreLimits[limit] - 500
