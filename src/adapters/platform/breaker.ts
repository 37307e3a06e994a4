import type { Monotonic } from '../../ports/monotonic.ts'

/**
 * A circuit breaker, so that callers do not wait, one after the other, for a machine that does not answer. A
 * timeout opens it: for `openMs` (milliseconds) all calls fail immediately. Then one call per `openMs` is
 * allowed as a probe, until one is answered.
 */
export type Breaker = {
  /** Whether a call is allowed now. If it returns `true` while open, the call is the probe. */
  readonly tryEnter: () => boolean
  /** Call this when the machine answered, even with an error. */
  readonly answered: () => void
  /** Call this after a timeout. */
  readonly timedOut: (cause: unknown) => void
}

export type BreakerEvents = {
  /** Called once when it opens, with the cause. */
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

/** The error of a call that was not allowed. */
export const circuitOpenError = (): Error =>
  new Error('it did not answer a moment ago; no new request is sent yet')
