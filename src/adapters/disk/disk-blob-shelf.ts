import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { E, O } from '../../fp.ts'
import type { BlobFacts } from '../../ports/blob-cache.ts'
import type { CacheKey } from '../../ports/cache.ts'
import type { BlobBytes, BlobShelf, NewBytes } from '../blob/blob-shelf.ts'
import { withRecentBytes } from '../blob/recent-bytes.ts'
import type { CacheTier } from '../cache-tier/cache-tier.ts'
import { type CacheFolders, idOf } from './cache-folders.ts'
import type { DiskBudget } from './disk-budget.ts'
import { readPiece } from './file-bytes.ts'
import { takeFillLock } from './fill-lock.ts'
import { createForeignFile } from './foreign-file.ts'
import { inFolder } from './in-folder.ts'
import { createNewFile } from './new-file.ts'

/** Readers that keep up with a fill share this much of it in memory. */
const windowBytes = 1024 * 1024

/** A record is a small value: one block. */
const recordBytes = 4096

type Deps = {
  readonly folders: CacheFolders
  /** Where the records of blobs are kept: node-persist, with a scope of their own. */
  readonly records: CacheTier
  readonly budget: DiskBudget
}

/**
 * Blobs as files, each with a record among the values that says what its bytes must be. A file without a record,
 * a record without a file, and a file of another length are all misses; the last two are removed on the spot.
 */
export const createDiskBlobShelf = ({ folders, records, budget }: Deps): BlobShelf => {
  let begun = 0

  const recordIsOf = async (key: CacheKey<BlobFacts>, facts: BlobFacts): Promise<boolean> => {
    const found = await records.find(key)()
    if (E.isLeft(found) || O.isNone(found.right)) return false
    const { size, sha256 } = found.right.value.value
    return size === facts.size && sha256 === facts.sha256
  }

  const remove = async (key: CacheKey<BlobFacts>): Promise<void> => {
    const id = idOf(key.name)
    await rm(folders.blob(id), { force: true })
    const removed = await records.delete(key)()
    if (E.isLeft(removed)) throw removed.left.cause
    await budget.removed(id)
  }

  /** The same bytes, with a record once they are whole, and the lock given back at the end. */
  const withRecord = (
    file: NewBytes,
    key: CacheKey<BlobFacts>,
    facts: BlobFacts,
    release: () => Promise<void>,
  ): NewBytes => ({
    ...file,
    publish: async () => {
      await file.publish()
      const kept = await records.keep(key, { value: facts, expiresAt: null })()
      if (E.isLeft(kept)) throw kept.left.cause
      await budget.kept(idOf(key.name), facts.size + recordBytes, 'blob')
    },
    close: () => release().finally(file.close),
  })

  return {
    open: async (key, facts) => {
      if (!(await recordIsOf(key, facts))) return null
      const id = idOf(key.name)
      const bytes = await openFile(folders.blob(id), facts.size)
      if (bytes === null) await remove(key)
      else budget.touched(id)
      return bytes
    },
    begin: async (key, facts) => {
      if (!budget.admits(facts.size + recordBytes)) return null
      const id = idOf(key.name)
      const final = folders.blob(id)
      begun++
      const lock = await inFolder(folders.fills, () => takeFillLock(folders.fills, id, begun))
      const temporary = join(folders.fills, lock.part)
      if (lock.by === 'another') {
        const { writer } = lock
        return { by: 'another', bytes: createForeignFile({ temporary, final, size: facts.size, writer }) }
      }
      try {
        const file = await createNewFile(temporary, final)
        return { by: 'us', bytes: withRecentBytes(withRecord(file, key, facts, lock.release), windowBytes) }
      } catch (error) {
        await lock.release()
        throw error
      }
    },
    remove,
  }
}

const openFile = async (path: string, size: number): Promise<BlobBytes | null> => {
  const file = await open(path, 'r').catch(() => null)
  if (file === null) return null
  const stat = await file.stat().catch(() => null)
  if (stat?.size !== size) {
    await file.close()
    return null
  }
  return { read: (start, end) => readPiece(file, start, end), close: () => file.close() }
}
