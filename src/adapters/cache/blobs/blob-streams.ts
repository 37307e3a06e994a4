import type { ByteStream } from '../../../domain/media/bytes.ts'
import { E } from '../../../fp.ts'
import type { BlobOrigin, BlobStream, ReadInto } from '../../../ports/blob-cache.ts'
import type { Tier, TierAnswer } from '../../../ports/tier-answer.ts'

/** The stream, and what is to be told of it. */
export const told = (
  stream: ByteStream,
  tiers: ReadonlyArray<TierAnswer>,
  into: ReadInto | null = null,
): BlobStream => ({
  [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator](),
  tiers,
  resident: null,
  into,
})

/** Bytes that are at hand. Hot path: nothing is made for a stream that nobody will read. */
export const atHand = (resident: Uint8Array, tiers: ReadonlyArray<TierAnswer>): BlobStream => ({
  [Symbol.asyncIterator]: () => once(resident),
  tiers,
  resident,
  into: null,
})

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes
}

/** One list each, so that whoever tells of it need not write it anew for every reader. */
export const answersOf = (
  tier: Tier,
): Readonly<Record<TierAnswer['outcome'], ReadonlyArray<TierAnswer>>> => ({
  hit: [{ tier, outcome: 'hit' }],
  miss: [{ tier, outcome: 'miss' }],
  collapsed: [{ tier, outcome: 'collapsed' }],
  partial: [{ tier, outcome: 'partial' }],
  bypass: [{ tier, outcome: 'bypass' }],
})

const store: ReadonlyArray<TierAnswer> = [{ tier: 'origin', outcome: 'hit' }]

/** The same origin, and what has been told by it so far: nothing before it is asked. */
export const overheard = (
  origin: BlobOrigin,
): { readonly origin: BlobOrigin; readonly tiers: () => ReadonlyArray<TierAnswer> } => {
  let tiers: ReadonlyArray<TierAnswer> = []
  return {
    origin: (range) => async () => {
      const opened = await origin(range)()
      if (E.isRight(opened)) tiers = opened.right.tiers ?? store
      return opened
    },
    tiers: () => tiers,
  }
}
