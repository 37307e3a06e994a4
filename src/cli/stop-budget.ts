import { closeLimitMs } from '../composition/close-limit.ts'
import type { DrainTimes } from '../server/drain.ts'

/** Time for lame duck and closing, in addition to the grace period. Before serving, the whole limit. */
export const closingSeconds = 5
/** The share of `closingSeconds` for the lame duck. */
const lameDuckShareSeconds = 3
/** Short, because background work is aborted: its processes are killed, its files removed. */
const maxWorkMs = 5000

/** Milliseconds. */
export type StopBudget = {
  /** From the signal to process exit. */
  readonly total: number
  /** For requests; runs concurrently with `work`. */
  readonly drain: DrainTimes
  readonly work: number
  /** For closing everything, after `drain` and `work`. */
  readonly closing: number
}

type Times = { readonly graceSeconds: number; readonly lameDuckSeconds: number }

/** Splits grace plus 5 seconds into all limits of a stop. A long lame duck is part of the grace. */
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
