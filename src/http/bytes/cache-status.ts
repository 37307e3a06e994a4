/** What a tier did with a request (RFC 9211 §2). */
export type TierStatus = {
  readonly tier: 'memory' | 'disk' | 'origin'
  readonly outcome:
    | { readonly _tag: 'Hit' }
    | {
        readonly _tag: 'Forwarded'
        /** `stale`: there was an entry, and its time was up. */
        readonly because: 'miss' | 'stale' | 'partial' | 'bypass'
        /** The request waited for another one's answer. */
        readonly collapsed?: boolean
        /** What came back is kept. */
        readonly stored?: boolean
      }
  /** Whole seconds that the entry has left; below 0 when it was served past its time. */
  readonly ttl?: number
  /** For people: printable ASCII. */
  readonly detail?: string
}

/** The value of Cache-Status (RFC 9211). Tiers are given from the client's side on, and printed from the origin's. */
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

/** A phase of the work on a request. */
export type Timing = {
  /** A token: letters, digits, hyphens. */
  readonly name: string
  readonly milliseconds: number
  readonly description?: string
}

/** The value of Server-Timing (https://www.w3.org/TR/server-timing), to a tenth of a millisecond. */
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

/** A string of RFC 9651 §3.3.3. What it cannot hold, and could end a header, becomes a question mark. */
const quoted = (text: string): string =>
  `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, (character) => `\\${character}`)}"`
