import * as t from 'io-ts'
import type { BlobFacts } from '../../../ports/blob-cache.ts'
import type { CacheKey } from '../../../ports/cache.ts'
import { digestBytes, digestCount } from './chunk-digests.ts'
import { blockBytes } from './disk-budget.ts'

/** Size and sha256 of a blob, and the digests of its chunks (base64), computed during the fill. */
export const DiskBlobRecord = t.strict({ size: t.number, sha256: t.string, chunks: t.string })

export type DiskBlobRecord = t.TypeOf<typeof DiskBlobRecord>

/** Returns the key of a blob's record. The record is stored like a value, under the same name as the blob. */
export const blobRecordKey = ({ name, family }: CacheKey<BlobFacts>): CacheKey<DiskBlobRecord> => ({
  name,
  family,
  codec: DiskBlobRecord,
  ttlSeconds: null,
  isNegative: () => false,
})

/**
 * Maximum number of bytes of a record's file in addition to the digests: JSON that node-persist writes around
 * them.
 */
const envelopeBytes = 512

/**
 * Returns how many bytes a blob's record occupies on disk at most, rounded up to whole blocks. `size` is the
 * length of the blob in bytes.
 */
export const blobRecordBytes = (size: number): number => {
  const text = Math.ceil((digestCount(size) * digestBytes * 4) / 3)
  return Math.ceil((envelopeBytes + text) / blockBytes) * blockBytes
}
