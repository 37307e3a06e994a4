import type { ByteStream } from '../../../domain/media/bytes.ts'
import { E } from '../../../fp.ts'
import type { BlobOrigin, BlobStream, ReadInto } from '../../../ports/blob-cache.ts'
import type { CacheTierName, TierOutcome } from '../../../ports/tier-answer.ts'

/** The stream, and what is to be told of it. */
export const withTiers = (
  stream: ByteStream,
  tiers: ReadonlyArray<TierOutcome>,
  into: ReadInto | null = null,
): BlobStream => ({
  [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator](),
  tiers,
  buffer: null,
  readInto: into,
})

/** Bytes that are at hand. Hot path: nothing is made for a stream that nobody will read. */
export const fromBuffer = (resident: Uint8Array, tiers: ReadonlyArray<TierOutcome>): BlobStream => ({
  [Symbol.asyncIterator]: () => once(resident),
  tiers,
  buffer: resident,
  readInto: null,
})

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes
}

/** One list each, so that whoever tells of it need not write it anew for every reader. */
export const tiersOf = (
  tier: CacheTierName,
): Readonly<Record<TierOutcome['outcome'], ReadonlyArray<TierOutcome>>> => ({
  hit: [{ tier, outcome: 'hit' }],
  miss: [{ tier, outcome: 'miss' }],
  collapsed: [{ tier, outcome: 'collapsed' }],
  partial: [{ tier, outcome: 'partial' }],
  bypass: [{ tier, outcome: 'bypass' }],
})

const store: ReadonlyArray<TierOutcome> = [{ tier: 'origin', outcome: 'hit' }]

/** The same origin, and what has been told by it so far: nothing before it is asked. */
export const recordTiers = (
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
