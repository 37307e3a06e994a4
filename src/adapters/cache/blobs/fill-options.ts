import type { BlobFacts } from '../../../ports/blob-cache.ts'
import type { CacheKey } from '../../../ports/cache.ts'
import type { CacheTierName } from '../../../ports/tier-outcome.ts'
import { noMeter, type TierMeter } from '../tiers/cache-meter.ts'

export type FillOptions = {
  /** Tier name that the cache reports in the tiers of a stream. */
  readonly tier: CacheTierName
  /** A reader that starts at most this many bytes ahead of the fill waits for it. */
  readonly waitWithinBytes: number
  /** An origin that sends no byte for this long has failed. */
  readonly stallMs: number
  /** Called each time that the storage could not be written to. */
  readonly onWriteError: (cause: unknown) => void
  /** Called when the origin sent wrong bytes for the blob, before any reader gets the error. */
  readonly onWrongBytes: (key: CacheKey<BlobFacts>) => Promise<void>
  readonly meter: TierMeter
}

export const defaultFillOptions: FillOptions = {
  tier: 'disk',
  waitWithinBytes: 4 * 1024 * 1024,
  stallMs: 30_000,
  onWriteError: () => undefined,
  onWrongBytes: async () => undefined,
  meter: noMeter,
}
