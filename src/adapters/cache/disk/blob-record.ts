import * as t from 'io-ts'
import type { BlobFacts } from '../../../ports/blob-cache.ts'
import type { CacheKey } from '../../../ports/cache.ts'
import { digestBytes, digestsOf } from './chunk-digests.ts'
import { blockBytes } from './disk-budget.ts'

/** Size and sha256 of a blob, and the digests of its chunks (base64), computed during the fill. */
export const DiskRecord = t.strict({ size: t.number, sha256: t.string, chunks: t.string })

export type DiskRecord = t.TypeOf<typeof DiskRecord>

/** Returns the key of a blob's record among the values. It has the same name as the blob's key. */
export const recordKey = ({ name, family }: CacheKey<BlobFacts>): CacheKey<DiskRecord> => ({
  name,
  family,
  codec: DiskRecord,
  ttlSeconds: null,
  isNegative: () => false,
})

/** Upper bound for what node-persist writes around the digests. */
const envelopeBytes = 512

/** Bytes that the record of a blob of this size uses on disk, in whole blocks. */
export const recordBytesFor = (size: number): number => {
  const text = Math.ceil((digestsOf(size) * digestBytes * 4) / 3)
  return Math.ceil((envelopeBytes + text) / blockBytes) * blockBytes
}
