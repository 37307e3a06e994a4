import type { ByteStream } from '../../../domain/media/bytes.ts'
import { E } from '../../../fp.ts'
import type { BlobOrigin, BlobStream, ReadInto } from '../../../ports/blob-cache.ts'
import type { CacheTierName, TierOutcome } from '../../../ports/tier-outcome.ts'

/** Wraps a stream as a blob stream with tier outcomes. */
export const withTierOutcomes = (
  stream: ByteStream,
  tiers: ReadonlyArray<TierOutcome>,
  readInto: ReadInto | null = null,
): BlobStream => ({
  [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator](),
  tiers,
  buffer: null,
  readInto,
})

/**
 * Wraps bytes in memory as a blob stream. Hot path: the generator is created only when the stream is read.
 */
export const blobStreamFromBuffer = (bytes: Uint8Array, tiers: ReadonlyArray<TierOutcome>): BlobStream => ({
  [Symbol.asyncIterator]: () => once(bytes),
  tiers,
  buffer: bytes,
  readInto: null,
})

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes
}

/**
 * Returns one list of outcomes for each outcome of a tier. The lists are shared, because callers use their
 * identity as a cache key.
 */
export const tierOutcomesOf = (
  tier: CacheTierName,
): Readonly<Record<TierOutcome['outcome'], ReadonlyArray<TierOutcome>>> => ({
  hit: [{ tier, outcome: 'hit' }],
  miss: [{ tier, outcome: 'miss' }],
  collapsed: [{ tier, outcome: 'collapsed' }],
  partial: [{ tier, outcome: 'partial' }],
  bypass: [{ tier, outcome: 'bypass' }],
})

const store: ReadonlyArray<TierOutcome> = [{ tier: 'origin', outcome: 'hit' }]

/**
 * Wraps an origin. `tiers` returns the outcomes of the origin's latest answer; empty before the first answer.
 */
export const recordTierOutcomes = (
  origin: BlobOrigin,
): { readonly origin: BlobOrigin; readonly tiers: () => ReadonlyArray<TierOutcome> } => {
  let tiers: ReadonlyArray<TierOutcome> = []
  return {
    origin: (range) => async () => {
      const opened = await origin(range)()
      if (E.isRight(opened)) tiers = opened.right.tiers ?? store
      return opened
    },
    tiers: () => tiers,
  }
}
