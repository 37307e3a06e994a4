import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { E, O } from '../../fp.ts'
import type { BlobFacts } from '../../ports/blob-cache.ts'
import type { CacheKey } from '../../ports/cache.ts'
import type { BlobBytes, BlobShelf } from '../blob/blob-shelf.ts'
import { withRecentBytes } from '../blob/recent-bytes.ts'
import type { CacheTier } from '../cache-tier/cache-tier.ts'
import { type CacheFolders, idOf } from './cache-folders.ts'
import { readPiece } from './file-bytes.ts'
import { createNewFile } from './new-file.ts'
import { ourMark } from './process-mark.ts'

/** Readers that keep up with a fill share this much of it in memory. */
const windowBytes = 1024 * 1024

/**
 * Blobs as files, each with a record among the values that says what its bytes must be. A file without a record,
 * a record without a file, and a file of another length are all misses; the last is removed on the spot.
 */
export const createDiskBlobShelf = (folders: CacheFolders, records: CacheTier): BlobShelf => {
  let begun = 0

  const recordIsOf = async (key: CacheKey<BlobFacts>, facts: BlobFacts): Promise<boolean> => {
    const found = await records.find(key)()
    if (E.isLeft(found) || O.isNone(found.right)) return false
    const { size, sha256 } = found.right.value.value
    return size === facts.size && sha256 === facts.sha256
  }

  const remove = async (key: CacheKey<BlobFacts>): Promise<void> => {
    await rm(folders.blob(idOf(key.name)), { force: true })
    const removed = await records.delete(key)()
    if (E.isLeft(removed)) throw removed.left.cause
  }

  return {
    open: async (key, facts) => {
      if (!(await recordIsOf(key, facts))) return null
      const bytes = await openFile(folders.blob(idOf(key.name)), facts.size)
      if (bytes === 'other length') await remove(key)
      return typeof bytes === 'string' ? null : bytes
    },
    begin: async (key, facts) => {
      const id = idOf(key.name)
      begun++
      const file = await createNewFile(
        join(folders.fills, `${id}.${ourMark}.${begun}.part`),
        folders.blob(id),
      )
      const publish = async () => {
        await file.publish()
        const kept = await records.keep(key, { value: facts, expiresAt: null })()
        if (E.isLeft(kept)) throw kept.left.cause
      }
      return { by: 'us', bytes: withRecentBytes({ ...file, publish }, windowBytes) }
    },
    remove,
  }
}

const openFile = async (path: string, size: number): Promise<BlobBytes | 'missing' | 'other length'> => {
  const file = await open(path, 'r').catch(() => null)
  if (file === null) return 'missing'
  const stat = await file.stat().catch(() => null)
  if (stat?.size !== size) {
    await file.close()
    return 'other length'
  }
  return { read: (start, end) => readPiece(file, start, end), close: () => file.close() }
}
