import type { Monotonic } from '../../ports/monotonic.ts'
import { type Backoff, backoffMilliseconds } from './backoff.ts'

/**
 * Schedules retries of failed items. The failures are stored only in memory, so after a restart every item
 * may be tried again.
 */
type RetrySchedule = {
  /**
   * Returns the milliseconds until the item may be tried: 0 if it may be tried now, `null` if it is never
   * tried again.
   */
  readonly waitFor: (item: string) => number | null
  /** Records a failure. After `mostCounted` failures with `countAgainst`, the item is never tried again. */
  readonly failed: (item: string, countAgainst: boolean) => 'later' | 'given up'
  readonly succeeded: (item: string) => void
}

type State = { readonly failures: number; readonly counted: number; readonly dueAt: number }

export const createRetrySchedule = (
  monotonic: Monotonic,
  backoff: Backoff,
  mostCounted: number,
  random: () => number = Math.random,
): RetrySchedule => {
  const states = new Map<string, State>()
  return {
    waitFor: (item) => {
      const state = states.get(item)
      if (state === undefined) return 0
      return state.counted >= mostCounted ? null : Math.max(0, state.dueAt - monotonic())
    },
    failed: (item, countAgainst) => {
      const { failures, counted } = states.get(item) ?? { failures: 0, counted: 0 }
      const next = {
        failures: failures + 1,
        counted: counted + (countAgainst ? 1 : 0),
        dueAt: monotonic() + backoffMilliseconds(backoff, failures + 1, random),
      }
      states.set(item, next)
      return next.counted >= mostCounted ? 'given up' : 'later'
    },
    succeeded: (item) => {
      states.delete(item)
    },
  }
}
