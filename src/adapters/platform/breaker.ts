import type { Monotonic } from '../../ports/monotonic.ts'

/**
 * A circuit breaker, so that callers do not wait, one after the other, for a service that does not answer. A
 * timeout opens the breaker: for `openMs` (milliseconds) all calls fail immediately. Then one call per
 * `openMs` is allowed as a probe, until the service answers a probe.
 */
export type Breaker = {
  /** Returns whether a call is allowed now. A call that is allowed while the breaker is open is the probe. */
  readonly tryEnter: () => boolean
  /** Reports that the service answered, even with an error. Closes the breaker. */
  readonly answered: () => void
  /** Reports a timeout. Opens the breaker. */
  readonly timedOut: (cause: unknown) => void
}

export type BreakerEvents = {
  /** Is called once when the breaker opens, with the cause. */
  readonly onOpen?: (cause: unknown) => void
  /** Is called whenever the service has answered a call. */
  readonly onAnswered?: () => void
}

type BreakerOptions = BreakerEvents & { readonly openMs: number; readonly monotonic: Monotonic }

export const createBreaker = ({ openMs, monotonic, onOpen, onAnswered }: BreakerOptions): Breaker => {
  /** Time of the next probe; `null` while the breaker is closed. */
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

/** Returns the error for a call that the breaker did not allow. */
export const circuitOpenError = (): Error =>
  new Error('it did not answer a moment ago; no new request is sent yet')
