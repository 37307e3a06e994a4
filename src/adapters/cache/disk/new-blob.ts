import type { BlobFacts } from '../../../ports/blob-cache.ts'
import type { BlobWriter } from '../blobs/blob-shelf.ts'
import type { DiskRecord } from './blob-record.ts'
import { createChunkDigests } from './chunk-digests.ts'
import { type DiskRoom, marginBytes, type Reservation } from './disk-room.ts'

type Options = {
  readonly file: BlobWriter
  readonly facts: BlobFacts
  readonly room: DiskRoom
  readonly reservation: Reservation
  /** Makes the file that has been published one of the cache. */
  readonly keepRecord: (record: DiskRecord) => Promise<void>
  /** Removes the file that has been published. */
  readonly remove: () => Promise<void>
  /** Gives back the lock of this fill. */
  readonly release: () => Promise<void>
}

/**
 * The bytes of a new blob: hashed in chunks as they come, and with a record once they are whole. When the disk is full,
 * older entries make room for them.
 */
export const createNewBlob = (options: Options): BlobWriter => {
  const { file, facts, room, reservation, keepRecord, remove, release } = options
  const digests = createChunkDigests()
  let landed = 0

  const putAway = async (): Promise<void> => {
    await room.retry(marginBytes, file.publish)
    const { size, sha256 } = facts
    const record = { size, sha256, chunks: digests.end().toString('base64') }
    try {
      await room.retry(size, () => keepRecord(record))
    } catch (error) {
      // Without a record it would only take up room.
      await remove().catch(() => undefined)
      throw error
    }
  }

  return {
    read: file.read,
    write: async (chunk) => {
      await room.retry(facts.size - landed, () => file.write(chunk))
      landed += chunk.length
      reservation.spend(chunk.length)
      digests.update(chunk)
    },
    publish: putAway,
    close: async () => {
      reservation.release()
      await release().finally(file.close)
    },
  }
}
