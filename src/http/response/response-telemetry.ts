import type { Monotonic } from '../../ports/monotonic.ts'
import type { TierOutcome } from '../../ports/tier-outcome.ts'
import { formatCacheStatus, formatServerTiming, type ServerTiming } from '../bytes/cache-status.ts'
import type { Headers } from '../bytes/representation-headers.ts'

/** Which telemetry headers are added to replies (http-api.md §7.3). */
export type ResponseTelemetry = {
  readonly cacheStatus: boolean
  /** `null` if replies get no header Server-Timing. */
  readonly stopwatch: Monotonic | null
}

type Tiered = { readonly tiers?: ReadonlyArray<TierOutcome> }

const noHeaders: Headers = {}

/**
 * Creates the formatter of Cache-Status. The header is memoized by the array of outcomes, because all hits of
 * a tier share one array.
 */
export const createCacheTelemetry = ({ cacheStatus }: ResponseTelemetry): ((source: Tiered) => Headers) => {
  const headers = new WeakMap<ReadonlyArray<TierOutcome>, Headers>()
  const headersOf = (tiers: ReadonlyArray<TierOutcome>): Headers => ({
    'Cache-Status': formatCacheStatus(tiers),
  })

  return ({ tiers }) => {
    if (!cacheStatus || tiers === undefined) return noHeaders
    const formatted = headers.get(tiers) ?? headersOf(tiers)
    headers.set(tiers, formatted)
    return formatted
  }
}

/**
 * Starts the Server-Timing of a request. Each call of the returned function ends a phase and returns the
 * header with all phases so far.
 */
export const startTiming = ({ stopwatch }: ResponseTelemetry): ((phase: string) => Headers) => {
  if (stopwatch === null) return () => noHeaders
  const timings: ServerTiming[] = []
  let last = stopwatch()
  return (name) => {
    const now = stopwatch()
    timings.push({ name, milliseconds: now - last })
    last = now
    return { 'Server-Timing': formatServerTiming(timings) }
  }
}

/**
 * Sets Server-Timing to 0 for a replay. A replay waits for nothing, so its real duration would be rounded to
 * 0.
 */
export const withZeroTiming = (headers: Headers): Headers =>
  'Server-Timing' in headers
    ? { ...headers, 'Server-Timing': formatServerTiming([{ name: 'find', milliseconds: 0 }]) }
    : headers
