import { addMilliseconds, type Monotonic, type MonotonicMs } from '../../ports/monotonic.ts'

/**
 * Whether this process hears of changes. The follower extends the trust at each successful read of the log;
 * the cache asks for it. Trust ends by itself, so that a follower that hangs is not trusted for ever.
 */
export type FollowTrust = {
  /** Values in memory need no comparison with the disk until this moment. */
  readonly until: () => MonotonicMs
  /** The latest moment at which everything before it is known to have been applied; `null`: never. */
  readonly lastFresh: () => MonotonicMs | null
  /** Reports that everything before `at` has been applied. */
  readonly extend: (at: MonotonicMs) => void
  /** Reports that this process no longer hears of changes. */
  readonly end: () => void
}

/**
 * Duration of the trust after the start of a read of the log (milliseconds): the pause between two reads, and
 * the limit of a statement. While reads take longer, this process is not trusted between them.
 */
const trustMs = 3000

export const createFollowTrust = (monotonic: Monotonic): FollowTrust => {
  let until = Number.NEGATIVE_INFINITY as MonotonicMs
  let lastFresh: MonotonicMs | null = null
  return {
    until: () => until,
    lastFresh: () => lastFresh,
    extend: (at) => {
      lastFresh = at
      until = addMilliseconds(at, trustMs)
    },
    end: () => {
      until = monotonic()
    },
  }
}
