import type { BlobFacts } from '../../../ports/blob-cache.ts'
import type { CacheKey } from '../../../ports/cache.ts'
import type { CacheTierName } from '../../../ports/tier-outcome.ts'
import { disabledTierMeter, type TierMeter } from '../tiers/cache-meter.ts'

export type FillOptions = {
  /** Name of the cache tier that the outcomes of a stream report. */
  readonly tier: CacheTierName
  /**
   * A reader waits for a running fill if the reader's start is at most this many bytes beyond the position of
   * the fill.
   */
  readonly waitWithinBytes: number
  /** The origin counts as failed if it sends no byte for this long (ms). */
  readonly stallMs: number
  /** Is called for each failed write to the storage. */
  readonly onWriteError: (cause: unknown) => void
  /**
   * Is called when the origin sent wrong bytes for a blob. The readers get the error after the returned
   * promise has resolved.
   */
  readonly onWrongBytes: (key: CacheKey<BlobFacts>) => Promise<void>
  readonly meter: TierMeter
}

export const defaultFillOptions: FillOptions = {
  tier: 'disk',
  waitWithinBytes: 4 * 1024 * 1024,
  stallMs: 30_000,
  onWriteError: () => undefined,
  onWrongBytes: async () => undefined,
  meter: disabledTierMeter,
}
