import type { BlobFacts } from '../../../ports/blob-cache.ts'
import type { CacheKey } from '../../../ports/cache.ts'
import type { CacheTierName } from '../../../ports/tier-answer.ts'
import { noMeter, type TierMeter } from '../tiers/cache-meter.ts'

export type FillOptions = {
  /** As whom it speaks in the tiers of a stream. */
  readonly tier: CacheTierName
  /** A reader that starts up to this many bytes beyond what has landed waits for the fill. */
  readonly soonBytes: number
  /** An origin that gives no byte for this long has failed. */
  readonly stallMs: number
  /** Told each time that the shelf could not be written to. */
  readonly onUnwritable: (cause: unknown) => void
  /** Told when bytes that were brought in were not those of the blob, before any reader is. */
  readonly onBad: (key: CacheKey<BlobFacts>) => Promise<void>
  readonly meter: TierMeter
}

export const defaultFillOptions: FillOptions = {
  tier: 'disk',
  soonBytes: 4 * 1024 * 1024,
  stallMs: 30_000,
  onUnwritable: () => undefined,
  onBad: async () => undefined,
  meter: noMeter,
}
