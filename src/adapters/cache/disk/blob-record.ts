import * as t from 'io-ts'
import type { BlobFacts } from '../../../ports/blob-cache.ts'
import type { CacheKey } from '../../../ports/cache.ts'
import { digestBytes, digestCount } from './chunk-digests.ts'
import { blockBytes } from './disk-budget.ts'

/** Size and sha256 of a blob, and the digests of its chunks (base64), computed during the fill. */
export const DiskBlobRecord = t.strict({ size: t.number, sha256: t.string, chunks: t.string })

export type DiskBlobRecord = t.TypeOf<typeof DiskBlobRecord>

/**
 * Returns the key of a blob's record, which is stored like a value. It has the same name as the blob's key.
 */
export const blobRecordKey = ({ name, family }: CacheKey<BlobFacts>): CacheKey<DiskBlobRecord> => ({
  name,
  family,
  codec: DiskBlobRecord,
  ttlSeconds: null,
  isNegative: () => false,
})

/** Maximum number of bytes that node-persist writes in addition to the digests. */
const envelopeBytes = 512

/** Returns the disk space of the record of a blob of `size` bytes: bytes in whole blocks. */
export const blobRecordBytes = (size: number): number => {
  const text = Math.ceil((digestCount(size) * digestBytes * 4) / 3)
  return Math.ceil((envelopeBytes + text) / blockBytes) * blockBytes
}
