import type { Monotonic } from '../../ports/monotonic.ts'

/**
 * Keeps callers from waiting, one after the other, for a machine that does not answer. A call that timed out opens
 * it: for `openMs` no call is made, and each fails at once. Then one call in each `openMs` is let through as a probe,
 * until one is answered.
 */
export type Breaker = {
  /** Whether a call may be made now. A `true` while the breaker is open is the probe. */
  readonly tryEnter: () => boolean
  /** The machine answered, be it with an error. */
  readonly answered: () => void
  /** The machine was waited for in vain. */
  readonly timedOut: (cause: unknown) => void
}

export type BreakerEvents = {
  /** Called once when it opens, with what opened it. */
  readonly onOpen?: (cause: unknown) => void
  /** Called at each answer. */
  readonly onAnswered?: () => void
}

export type BreakerOptions = BreakerEvents & { readonly openMs: number; readonly monotonic: Monotonic }

export const createBreaker = ({ openMs, monotonic, onOpen, onAnswered }: BreakerOptions): Breaker => {
  /** `null`: closed. */
  let nextProbeAt: number | null = null

  return {
    tryEnter: () => {
      if (nextProbeAt === null) return true
      const now = monotonic()
      if (now < nextProbeAt) return false
      nextProbeAt = now + openMs
      return true
    },
    answered: () => {
      nextProbeAt = null
      onAnswered?.()
    },
    timedOut: (cause) => {
      const isFirst = nextProbeAt === null
      nextProbeAt = monotonic() + openMs
      if (isFirst) onOpen?.(cause)
    },
  }
}

/** Why a call was not made. */
export const circuitOpen = (): Error =>
  new Error('it did not answer a moment ago, and is not asked again yet')
