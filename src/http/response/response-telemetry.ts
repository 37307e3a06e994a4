import type { TierOutcome } from '../../ports/tier-answer.ts'
import { formatCacheStatus, formatServerTiming, type TierStatus } from '../bytes/cache-status.ts'
import type { Headers } from '../bytes/representation-headers.ts'

/** What replies tell of how they came about (http-api.md §7.3). */
export type ResponseTelemetry = {
  readonly cacheStatus: boolean
  /** Milliseconds since any moment, by a clock that never goes back; `null`: replies tell no times. */
  readonly stopwatch: (() => number) | null
}

const outcomes: Readonly<Record<TierOutcome['outcome'], TierStatus['outcome']>> = {
  hit: { _tag: 'Hit' },
  miss: { _tag: 'Forwarded', because: 'miss' },
  collapsed: { _tag: 'Forwarded', because: 'miss', collapsed: true },
  partial: { _tag: 'Forwarded', because: 'partial' },
  bypass: { _tag: 'Forwarded', because: 'bypass' },
}

type Told = { readonly tiers?: ReadonlyArray<TierOutcome> }

const nothing: Headers = {}

/** Cache-Status of what tells its tiers. Hot path: hits of a tier are told by one and the same list. */
export const createCacheTelemetry = ({ cacheStatus }: ResponseTelemetry): ((told: Told) => Headers) => {
  const headers = new WeakMap<ReadonlyArray<TierOutcome>, Headers>()
  const headersOf = (tiers: ReadonlyArray<TierOutcome>): Headers => ({
    'Cache-Status': formatCacheStatus(
      tiers.map(({ outcome, ...told }) => ({ ...told, outcome: outcomes[outcome] })),
    ),
  })

  return ({ tiers }) => {
    if (!cacheStatus || tiers === undefined) return nothing
    const made = headers.get(tiers) ?? headersOf(tiers)
    headers.set(tiers, made)
    return made
  }
}

/** Server-Timing of one request: each call gives the header with one more phase, which ends now. */
export const startTiming = ({ stopwatch }: ResponseTelemetry): ((phase: string) => Headers) => {
  if (stopwatch === null) return () => nothing
  const timings: { readonly name: string; readonly milliseconds: number }[] = []
  let last = stopwatch()
  return (name) => {
    const now = stopwatch()
    timings.push({ name, milliseconds: now - last })
    last = now
    return { 'Server-Timing': formatServerTiming(timings) }
  }
}

/** The same headers on a reply that waits for nothing: what that takes is rounded to no time. */
export const withZeroTiming = (headers: Headers): Headers =>
  'Server-Timing' in headers
    ? { ...headers, 'Server-Timing': formatServerTiming([{ name: 'find', milliseconds: 0 }]) }
    : headers
