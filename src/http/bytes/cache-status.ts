/** How a cache tier handled a request (RFC 9211 §2). */
export type TierStatus = {
  readonly tier: 'memory' | 'disk' | 'origin'
  readonly outcome:
    | { readonly _tag: 'Hit' }
    | {
        readonly _tag: 'Forwarded'
        /** `stale`: the entry had expired. */
        readonly because: 'miss' | 'stale' | 'partial' | 'bypass'
        /** The request shared the fill of another request. */
        readonly collapsed?: boolean
        /** The response was cached. */
        readonly stored?: boolean
      }
  /** Remaining freshness (whole seconds); negative if the entry was served stale. */
  readonly ttl?: number
  /** Human-readable, printable ASCII. */
  readonly detail?: string
}

/** Formats Cache-Status (RFC 9211). The input starts at the client's side, the header at the origin's. */
export const formatCacheStatus = (tiers: ReadonlyArray<TierStatus>): string =>
  tiers.toReversed().map(member).join(', ')

const member = ({ tier, outcome, ttl, detail }: TierStatus): string =>
  [
    tier,
    ...(outcome._tag === 'Hit'
      ? ['hit']
      : [
          `fwd=${outcome.because}`,
          ...(outcome.stored === true ? ['stored'] : []),
          ...(outcome.collapsed === true ? ['collapsed'] : []),
        ]),
    ...(ttl === undefined ? [] : [`ttl=${ttl}`]),
    ...(detail === undefined ? [] : [`detail=${quoted(detail)}`]),
  ].join('; ')

/** A phase in the processing of a request. */
export type Timing = {
  /** A token: letters, digits, hyphens. */
  readonly name: string
  readonly milliseconds: number
  readonly description?: string
}

/** Formats Server-Timing (https://www.w3.org/TR/server-timing), rounded to 0.1 ms. */
export const formatServerTiming = (timings: ReadonlyArray<Timing>): string =>
  timings
    .map(({ name, milliseconds, description }) =>
      [
        name,
        `dur=${Math.round(milliseconds * 10) / 10}`,
        ...(description === undefined ? [] : [`desc=${quoted(description)}`]),
      ].join(';'),
    )
    .join(', ')

/** A string of RFC 9651 §3.3.3. Invalid characters, such as line breaks, become question marks. */
const quoted = (text: string): string =>
  `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, (character) => `\\${character}`)}"`
