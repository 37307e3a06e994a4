import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createBoundedCache } from '../../bounded-cache.ts'
import { E, O } from '../../fp.ts'
import type { BlobFacts } from '../../ports/blob-cache.ts'
import type { CacheKey } from '../../ports/cache.ts'
import type { BlobShelf, NewBytes } from '../blob/blob-shelf.ts'
import { withRecentBytes } from '../blob/recent-bytes.ts'
import type { CacheTier } from '../cache-tier/cache-tier.ts'
import type { ProcessBeacon } from '../platform/process-beacon.ts'
import { type CacheFolders, idOf } from './cache-folders.ts'
import type { DiskBudget } from './disk-budget.ts'
import { takeFillLock } from './fill-lock.ts'
import { createForeignFile } from './foreign-file.ts'
import { inFolder } from './in-folder.ts'
import { createNewFile } from './new-file.ts'
import { createSharedFiles } from './shared-files.ts'

/** What the readers of a fill share in memory, 768 KiB of it at most. */
const shared = { windowBytes: 256 * 1024, pieces: 4 }

/** A record is a small value: one block. */
const recordBytes = 4096

/** Of records that need not be read again, ten thousand: what lies in the file itself is looked at each time. */
const rememberedBytes = 6 * 1024 * 1024

/** Of facts in memory: a hash in hex, and numbers. */
const factBytes = 160

type Deps = {
  readonly folders: CacheFolders
  /** Where the records of blobs are kept: node-persist, with a scope of their own. */
  readonly records: CacheTier
  readonly budget: DiskBudget
  readonly beacon: ProcessBeacon
}

/**
 * Blobs as files, each with a record among the values that says what its bytes must be. A file without a record,
 * a record without a file, and a file of another length are all misses; the last two are removed on the spot.
 */
export const createDiskBlobShelf = ({ folders, records, budget, beacon }: Deps): BlobShelf => {
  const files = createSharedFiles()
  const read = createBoundedCache<BlobFacts>({ maxBytes: rememberedBytes, sizeOf: () => factBytes })
  const asking = new Map<string, Promise<BlobFacts | null>>()
  let begun = 0

  const readRecord = async (key: CacheKey<BlobFacts>): Promise<BlobFacts | null> => {
    const found = await records.find(key)()
    if (E.isLeft(found) || O.isNone(found.right)) return null
    const record = found.right.value.value
    read.set(key.name, record)
    return record
  }

  /** A crowd that asks for one blob at one time looks for its record once. */
  const recordOf = async (key: CacheKey<BlobFacts>): Promise<BlobFacts | null> => {
    const known = read.get(key.name)
    if (known !== undefined) return known
    const asked = asking.get(key.name) ?? readRecord(key).finally(() => asking.delete(key.name))
    asking.set(key.name, asked)
    return asked
  }

  const remove = async (key: CacheKey<BlobFacts>): Promise<void> => {
    const id = idOf(key.name)
    read.delete(key.name)
    files.forget(folders.blob(id))
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
      files.forget(folders.blob(idOf(key.name)))
      const kept = await records.keep(key, { value: facts, expiresAt: null })()
      if (E.isLeft(kept)) throw kept.left.cause
      read.set(key.name, facts)
      await budget.kept(idOf(key.name), facts.size + recordBytes, 'blob')
    },
    close: () => release().finally(file.close),
  })

  return {
    open: async (key, facts) => {
      const record = await recordOf(key)
      if (record?.size !== facts.size || record.sha256 !== facts.sha256) {
        read.delete(key.name)
        return null
      }
      const id = idOf(key.name)
      const path = folders.blob(id)
      // A file that has had to go lives on while it is open: new readers must not prolong that.
      if (!budget.touched(id)) files.forget(path)
      const bytes = await files.open(path, facts.size)
      if (bytes === null) await remove(key)
      return bytes
    },
    begin: async (key, facts) => {
      if (!budget.admits(facts.size + recordBytes)) return null
      const id = idOf(key.name)
      const final = folders.blob(id)
      begun++
      const lock = await inFolder(folders.fills, () => takeFillLock(folders.fills, id, begun, beacon))
      const temporary = join(folders.fills, lock.part)
      if (lock.by === 'another') {
        const isWriterAlive = () => beacon.stateOf(lock.writer) === 'alive'
        return {
          by: 'another',
          bytes: createForeignFile({ temporary, final, size: facts.size, isWriterAlive }),
        }
      }
      try {
        const file = await createNewFile(temporary, final)
        return { by: 'us', bytes: withRecentBytes(withRecord(file, key, facts, lock.release), shared) }
      } catch (error) {
        await lock.release()
        throw error
      }
    },
    held: () => null,
    remove,
  }
}
