import type { TierOutcome } from '../../ports/tier-outcome.ts'

const parameters: Readonly<Record<TierOutcome['outcome'], string>> = {
  hit: 'hit',
  miss: 'fwd=miss',
  collapsed: 'fwd=miss; collapsed',
  partial: 'fwd=partial',
  bypass: 'fwd=bypass',
}

/**
 * Formats Cache-Status (RFC 9211 §2). The input begins with the tier nearest to the client, the header with
 * the tier nearest to the origin.
 */
export const formatCacheStatus = (tiers: ReadonlyArray<TierOutcome>): string =>
  tiers
    .toReversed()
    .map(
      ({ tier, outcome, ttl }) => `${tier}; ${parameters[outcome]}${ttl === undefined ? '' : `; ttl=${ttl}`}`,
    )
    .join(', ')

/** A phase in the processing of a request. */
export type ServerTiming = {
  /** A token: letters, digits, hyphens. */
  readonly name: string
  readonly milliseconds: number
}

/** Formats Server-Timing (https://www.w3.org/TR/server-timing), rounded to 0.1 ms. */
export const formatServerTiming = (timings: ReadonlyArray<ServerTiming>): string =>
  timings.map(({ name, milliseconds }) => `${name};dur=${Math.round(milliseconds * 10) / 10}`).join(', ')
