import type { BlobFacts } from '../../../ports/blob-cache.ts'
import type { BlobWriter } from '../blobs/blob-storage.ts'
import type { DiskBlobRecord } from './blob-record.ts'
import { createChunkDigests } from './chunk-digests.ts'
import { type DiskReservation, type DiskSpace, fileOverheadBytes } from './disk-space.ts'

type Options = {
  readonly file: BlobWriter
  readonly facts: BlobFacts
  readonly room: DiskSpace
  readonly reservation: DiskReservation
  /** Stores the record of the published file. The record makes the file a cache entry. */
  readonly storeRecord: (record: DiskBlobRecord) => Promise<void>
  /** Removes the published file. */
  readonly remove: () => Promise<void>
  /** Releases the lock of this fill. */
  readonly release: () => Promise<void>
}

/**
 * Writes a new blob. Hashes its chunks as they arrive, and stores its record when the blob is complete. If
 * the disk is full, older entries are evicted.
 */
export const createBlobFileWriter = (options: Options): BlobWriter => {
  const { file, facts, room, reservation, storeRecord, remove, release } = options
  const digests = createChunkDigests()
  let written = 0

  const publish = async (): Promise<void> => {
    await room.retry(fileOverheadBytes, file.publish)
    const { size, sha256 } = facts
    const record = { size, sha256, chunks: digests.end().toString('base64') }
    try {
      await room.retry(size, () => storeRecord(record))
    } catch (error) {
      // A file without a record would only waste disk space.
      await remove().catch(() => undefined)
      throw error
    }
  }

  return {
    read: file.read,
    write: async (chunk) => {
      await room.retry(facts.size - written, () => file.write(chunk))
      written += chunk.length
      reservation.spend(chunk.length)
      digests.update(chunk)
    },
    publish,
    close: async () => {
      reservation.release()
      await release().finally(file.close)
    },
  }
}
