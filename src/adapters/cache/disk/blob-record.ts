import * as t from 'io-ts'
import type { BlobFacts } from '../../../ports/blob-cache.ts'
import type { CacheKey } from '../../../ports/cache.ts'
import { digestBytes, digestsOf } from './chunk-digests.ts'
import { blockBytes } from './disk-budget.ts'

/** What a blob's bytes must be, and the digest of each of its chunks (base64), made while it was brought in. */
export const DiskRecord = t.strict({ size: t.number, sha256: t.string, chunks: t.string })

export type DiskRecord = t.TypeOf<typeof DiskRecord>

/** Where a blob's record stands among the values: under the blob's own name. */
export const recordKey = ({ name, family }: CacheKey<BlobFacts>): CacheKey<DiskRecord> => ({
  name,
  family,
  codec: DiskRecord,
  ttlSeconds: null,
  isNegative: () => false,
})

/** What node-persist writes around the digests, at most. */
const envelopeBytes = 512

/** What the record of a blob of this size takes up, in whole blocks. */
export const recordBytesFor = (size: number): number => {
  const text = Math.ceil((digestsOf(size) * digestBytes * 4) / 3)
  return Math.ceil((envelopeBytes + text) / blockBytes) * blockBytes
}
