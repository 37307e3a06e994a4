import { type OutboundFault, type OutboundReason, outboundFault } from '../../domain/shared/outbound-fault.ts'

/** One call with all its redirects: the first thing that fails ends it. */
export type OutboundCall = {
  /** Aborted when the call fails, or is no longer needed. */
  readonly signal: AbortSignal
  readonly fail: (reason: OutboundReason) => void
  /** Returns the fault that ended the call, or else this one. */
  readonly faultOr: (reason: OutboundReason) => OutboundFault
  /** Fails the call with `reason` after `ms` milliseconds. Returns a function that stops the timer. */
  readonly failAfter: (ms: number, reason: OutboundReason) => () => void
  /** Settles as the promise does. Rejects as soon as the call fails. */
  readonly orFail: <A>(promise: Promise<A>) => Promise<A>
  /** The server has answered: a later time-out is its body's. */
  readonly answered: () => void
  /** Releases timers and the connection. */
  readonly end: () => void
}

/** Starts the clock of a call that may take `totalMs` milliseconds. */
export const startOutboundCall = (totalMs: number, callerSignal: AbortSignal): OutboundCall => {
  const abort = new AbortController()
  let fault: OutboundFault | null = null
  let lateReason: OutboundReason = 'time_out'
  const fail = (reason: OutboundReason): void => {
    fault ??= outboundFault(reason)
    abort.abort()
  }
  const stop = () => fail('stopped')
  const timer = setTimeout(() => fail(lateReason), totalMs)
  callerSignal.addEventListener('abort', stop, { once: true })
  if (callerSignal.aborted) stop()
  return {
    signal: abort.signal,
    fail,
    faultOr: (reason) => fault ?? outboundFault(reason),
    failAfter: (ms, reason) => {
      const limit = setTimeout(() => fail(reason), ms)
      return () => clearTimeout(limit)
    },
    orFail: (promise) =>
      Promise.race([
        promise,
        new Promise<never>((_, reject) => {
          const give = () => reject(new Error('the call has ended'))
          if (abort.signal.aborted) give()
          abort.signal.addEventListener('abort', give, { once: true })
        }),
      ]),
    answered: () => {
      lateReason = 'stalled'
    },
    end: () => {
      clearTimeout(timer)
      callerSignal.removeEventListener('abort', stop)
      abort.abort()
    },
  }
}
