import { closeLimitMs } from '../composition/close-limit.ts'
import type { DrainTimes } from '../server/drain.ts'

/**
 * Seconds for the lame-duck phase and for closing, in addition to the grace period. Before serving, they are
 * the whole limit.
 */
export const closingSeconds = 5
/** Part of `closingSeconds` that is for the lame-duck phase. */
const lameDuckShareSeconds = 3
/**
 * Maximum time for background work to stop, in milliseconds. It is short, because background work is aborted:
 * its processes are killed, and its files are removed.
 */
const maxWorkMs = 5000

/** Time limits of a stop, in milliseconds. */
export type StopBudget = {
  /** Maximum time from the signal to the exit of the process. */
  readonly total: number
  /** Limits for requests. They run concurrently with `work`. */
  readonly drain: DrainTimes
  /** Maximum time for background work to stop. */
  readonly work: number
  /** Maximum time to close everything, after `drain` and `work`. */
  readonly closing: number
}

type Times = { readonly graceSeconds: number; readonly lameDuckSeconds: number }

/**
 * Divides the grace period plus 5 seconds into all limits of a stop. A long lame-duck phase counts as part of
 * the grace period.
 */
export const stopBudget = ({ graceSeconds, lameDuckSeconds }: Times): StopBudget => {
  const beforeClosing = (graceSeconds + lameDuckShareSeconds) * 1000
  return {
    total: (graceSeconds + closingSeconds) * 1000,
    drain: {
      lameDuckMilliseconds: Math.min(lameDuckSeconds * 1000, beforeClosing),
      cutOffMilliseconds: (graceSeconds + Math.min(lameDuckSeconds, lameDuckShareSeconds)) * 1000,
    },
    work: Math.min(maxWorkMs, beforeClosing),
    closing: closeLimitMs,
  }
}
