import { join } from 'node:path'
import { type BoundedCache, createBoundedCache } from '../../../bounded-cache.ts'
import { E, O } from '../../../fp.ts'
import type { BlobFacts } from '../../../ports/blob-cache.ts'
import type { CacheKey } from '../../../ports/cache.ts'
import type { ProcessLiveness } from '../../platform/process-liveness.ts'
import type { BlobStorage, WriteLease } from '../blobs/blob-storage.ts'
import { withReadCache } from '../blobs/read-cache.ts'
import { type CacheTier, constantInvalidationVersion } from '../tiers/cache-tier.ts'
import { createAtomicFileWriter } from './atomic-file-writer.ts'
import { createBlobFileWriter } from './blob-file-writer.ts'
import { blobRecordBytes, blobRecordKey, type DiskBlobRecord } from './blob-record.ts'
import type { BlobRemover } from './blob-remover.ts'
import { type CacheFolders, cacheIdOf } from './cache-folders.ts'
import { digestCount } from './chunk-digests.ts'
import type { DiskBudget } from './disk-budget.ts'
import type { DiskReservation, DiskSpace } from './disk-space.ts'
import { acquireFillLock } from './fill-lock.ts'
import { retryAfterCreatingFolder } from './retry-after-creating-folder.ts'
import { createSharedFileReader } from './shared-file-reader.ts'
import type { SharedFiles } from './shared-files.ts'
import type { ChunkVerification } from './verified-chunks.ts'
import { createVerifiedFileReader } from './verified-file.ts'

/** The readers of a fill share at most 768 KiB of memory: a window of 256 KiB, and four pieces of 128 KiB. */
const readCache = { windowBytes: 256 * 1024, pieces: 4 }

/**
 * Maximum memory in bytes of cached records and their names. A cached record may be out of date, so each open
 * also checks the blob's file.
 */
const recordCacheBytes = 8 * 1024 * 1024

type BlobRecordState = Pick<DiskBlobRecord, 'size' | 'sha256'> & { readonly digests: Buffer }

/** The records cached in memory, by id. */
type CachedBlobRecords = BoundedCache<BlobRecordState>

export const createCachedBlobRecords = (): CachedBlobRecords =>
  createBoundedCache<BlobRecordState>({
    maxBytes: recordCacheBytes,
    sizeOf: ({ sha256, digests }) => sha256.length + digests.length,
  })

const bytesOnDisk = ({ size }: Pick<BlobFacts, 'size'>): number => size + blobRecordBytes(size)

export type DiskBlobStorageDeps = {
  readonly folders: CacheFolders
  /** Stores the records of blobs with node-persist, without the scope (`PUBLIC_URL`) that values have. */
  readonly records: CacheTier
  readonly budget: DiskBudget
  readonly room: DiskSpace
  readonly trust: ChunkVerification
  readonly files: SharedFiles
  readonly cachedRecords: CachedBlobRecords
  readonly remover: BlobRemover
  readonly liveness: ProcessLiveness
  /** Is called when a read has found damaged bytes, before the blob is removed. */
  readonly onBadBytes: (key: CacheKey<BlobFacts>, cause: unknown) => void
}

/**
 * Stores blobs as files. Each blob has a record with its size and digests, which is stored like a value. A
 * file without a record, a record without a file, a file with another length, and a file with a damaged chunk
 * are all misses. The last three are removed at once.
 */
export const createDiskBlobStorage = (deps: DiskBlobStorageDeps): BlobStorage => {
  const { folders, records, budget, room, trust, files, cachedRecords, remover, liveness, onBadBytes } = deps
  const lookups = new Map<string, Promise<BlobRecordState | null>>()
  let fillCount = 0

  const cacheRecord = (id: string, { size, sha256, chunks }: DiskBlobRecord): BlobRecordState => {
    const record = { size, sha256, digests: Buffer.from(chunks, 'base64') }
    cachedRecords.set(id, record)
    return record
  }

  const readRecord = async (key: CacheKey<BlobFacts>): Promise<BlobRecordState | null> => {
    const found = await records.find(blobRecordKey(key))()
    return E.isLeft(found) || O.isNone(found.right)
      ? null
      : cacheRecord(cacheIdOf(key.name), found.right.value.value)
  }

  /** Returns the record of a blob. Concurrent requests for the same blob share one read. */
  const recordOf = async (key: CacheKey<BlobFacts>, id: string): Promise<BlobRecordState | null> => {
    const cached = cachedRecords.get(id)
    if (cached !== undefined) return cached
    const lookup = lookups.get(key.name) ?? readRecord(key).finally(() => lookups.delete(key.name))
    lookups.set(key.name, lookup)
    return lookup
  }

  const removeRecordOf = (name: string) => async (): Promise<void> => {
    const removed = await records.remove(name)()
    if (E.isLeft(removed)) throw removed.left.cause
  }

  const remove = (name: string): Promise<void> => remover.remove(cacheIdOf(name), removeRecordOf(name))

  const discard = async (name: string, ino: number): Promise<void> => {
    await remover.discard(cacheIdOf(name), ino, removeRecordOf(name)).catch(() => undefined)
  }

  const storeRecord = async (key: CacheKey<BlobFacts>, record: DiskBlobRecord): Promise<void> => {
    files.forget(folders.blob(cacheIdOf(key.name)))
    const put = await records.set(blobRecordKey(key), {
      value: record,
      expiresAt: null,
      invalidationVersion: constantInvalidationVersion,
    })()
    if (E.isLeft(put)) throw put.left.cause
    cacheRecord(cacheIdOf(key.name), record)
    budget.recordStored(cacheIdOf(key.name), bytesOnDisk(record), 'blob')
  }

  const beginFile = async (
    key: CacheKey<BlobFacts>,
    facts: BlobFacts,
    reservation: DiskReservation,
  ): Promise<WriteLease> => {
    const id = cacheIdOf(key.name)
    const final = folders.blob(id)
    fillCount++
    const lock = await retryAfterCreatingFolder(folders.fills, () =>
      acquireFillLock(folders.fills, id, fillCount, liveness),
    )
    const temporary = join(folders.fills, lock.part)
    if (lock.by === 'another') {
      const isWriterAlive = () => liveness.stateOf(lock.writer) === 'alive'
      const foreign = createSharedFileReader({
        temporary,
        final,
        size: facts.size,
        isWriterAlive,
        isFilling: lock.isHeld,
      })
      return { by: 'another', bytes: foreign }
    }
    try {
      const file = await createAtomicFileWriter(temporary, final)
      const blob = createBlobFileWriter({
        file,
        facts,
        room,
        reservation,
        storeRecord: (record) => storeRecord(key, record),
        remove: () => remove(key.name),
        release: lock.release,
      })
      return { by: 'us', bytes: withReadCache(blob, readCache) }
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  return {
    open: async (key, facts) => {
      const id = cacheIdOf(key.name)
      const record = await recordOf(key, id)
      if (record?.size !== facts.size || record.sha256 !== facts.sha256) {
        cachedRecords.delete(id)
        return null
      }
      const path = folders.blob(id)
      // A removed file uses disk space until its last open handle is closed. So new readers of an evicted
      // entry must not share its old handle.
      if (!budget.recordAccess(id)) files.forget(path)
      const opened = await files.open(path, facts.size)
      if (opened === null) {
        await remove(key.name)
        return null
      }
      return createVerifiedFileReader({
        opened,
        size: facts.size,
        digests: record.digests,
        trusted: trust.of(path, opened.stamp, digestCount(facts.size)),
        onWrongBytes: async (cause) => {
          onBadBytes(key, cause)
          await discard(key.name, opened.ino)
        },
      })
    },
    begin: async (key, facts) => {
      const bytes = bytesOnDisk(facts)
      if (!budget.accepts(bytes)) return null
      const reservation = await room.reserve(bytes)
      if (reservation === null) return null
      try {
        const lease = await room.retry(bytes, () => beginFile(key, facts, reservation))
        if (lease.by === 'another') reservation.release()
        return lease
      } catch (error) {
        reservation.release()
        throw error
      }
    },
    peek: () => null,
    remove,
  }
}
