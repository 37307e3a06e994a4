import type { BlobFacts } from '../../../ports/blob-cache.ts'
import type { CacheKey } from '../../../ports/cache.ts'
import type { CacheTierName } from '../../../ports/tier-outcome.ts'
import { noMeter, type TierMeter } from '../tiers/cache-meter.ts'

export type FillOptions = {
  /** Tier name in the outcomes of a stream. */
  readonly tier: CacheTierName
  /**
   * Maximum distance in bytes between a reader's start and the fill's position at which the reader waits for
   * the fill.
   */
  readonly waitWithinBytes: number
  /** Time without a byte from the origin after which the origin counts as failed. */
  readonly stallMs: number
  /** Is called for each failed write to the storage. */
  readonly onWriteError: (cause: unknown) => void
  /** Is called when the origin sent wrong bytes for a blob. The readers get the error after it resolves. */
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
