import { closeLimitMs } from '../composition/adapters.ts'
import type { DrainTimes } from '../server/drain.ts'

/** Beyond the grace, for the lame duck and for closing; before it serves, for all. */
export const closingSeconds = 5
/** Of these, what a lame duck may take. */
const lameDuckShareSeconds = 3
/** Work under way is aborted at once: its processes are killed, its files removed. */
const mostOfWorkMs = 5000

/** Milliseconds. */
export type StopBudget = {
  /** From the signal to the end of the process. */
  readonly whole: number
  /** Side by side: requests, and the work beside serving. */
  readonly drain: DrainTimes
  readonly work: number
  /** After both, for closing everything. */
  readonly closing: number
}

type Times = { readonly graceSeconds: number; readonly lameDuckSeconds: number }

/** All limits of a stop, out of one: the grace and 5 seconds. A long lame duck is part of the grace. */
export const stopBudget = ({ graceSeconds, lameDuckSeconds }: Times): StopBudget => {
  const beforeClosing = (graceSeconds + lameDuckShareSeconds) * 1000
  return {
    whole: (graceSeconds + closingSeconds) * 1000,
    drain: {
      lameDuckMilliseconds: Math.min(lameDuckSeconds * 1000, beforeClosing),
      cutOffMilliseconds: (graceSeconds + Math.min(lameDuckSeconds, lameDuckShareSeconds)) * 1000,
    },
    work: Math.min(mostOfWorkMs, beforeClosing),
    closing: closeLimitMs,
  }
}
