import { closeResourcesTimeoutMs } from '../domain/shared/close-resources-timeout.ts'
import type { DrainTimes } from '../server/drain.ts'

/**
 * Seconds for the lame-duck phase and for closing, in addition to the grace period. If a stop signal comes
 * before the server listens, these seconds are the whole limit.
 */
export const closingSeconds = 5
/**
 * Part of `closingSeconds` (in seconds) that is reserved for the lame-duck phase, in which the server still
 * answers but reports that it will stop.
 */
const lameDuckShareSeconds = 2
/** Part of `closingSeconds` (in seconds) that is reserved for what ends after the last reply. */
const leavingSeconds = 1
/**
 * Maximum time for background work to stop, in milliseconds. The time is short, because background work is
 * aborted and not finished: its processes are killed, and its files are removed.
 */
const maxWorkMs = 5000

/** Time limits of a stop, in milliseconds. */
export type StopBudget = {
  /** Maximum time from the signal to the exit of the process. */
  readonly total: number
  /** Limits for the requests in progress. These requests and background work are stopped at the same time. */
  readonly drain: DrainTimes
  /** Maximum time for background work to stop. This time and `drain` begin together. */
  readonly work: number
  /** Everything but closing ends before this time. */
  readonly beforeClosing: number
  /** Maximum time to close all resources. This time begins after `drain` and `work`. */
  readonly closing: number
}

type Times = { readonly graceSeconds: number; readonly lameDuckSeconds: number }

/**
 * Divides the total time of a stop, the grace period plus 5 seconds, among its phases. The time of a lame-duck
 * phase beyond `lameDuckShareSeconds` is taken from the grace period.
 */
export const planStopBudget = ({ graceSeconds, lameDuckSeconds }: Times): StopBudget => {
  const drained = (graceSeconds + lameDuckShareSeconds) * 1000
  return {
    total: (graceSeconds + closingSeconds) * 1000,
    drain: {
      lameDuckMilliseconds: Math.min(lameDuckSeconds * 1000, drained),
      cutOffMilliseconds: (graceSeconds + Math.min(lameDuckSeconds, lameDuckShareSeconds)) * 1000,
    },
    work: Math.min(maxWorkMs, drained),
    beforeClosing: drained + leavingSeconds * 1000,
    closing: closeResourcesTimeoutMs,
  }
}
