import { stat } from 'node:fs/promises'
import type { CacheFolders } from './cache-folders.ts'
import type { DiskBudget } from './disk-budget.ts'
import { removeFile } from './remove-file.ts'
import type { SharedFiles } from './shared-files.ts'
import type { ChunkVerification } from './verified-chunks.ts'

/**
 * Removes deleted or damaged blobs. All removals use this function, so that the record cached in memory is
 * removed as well.
 */
export type BlobRemover = {
  /**
   * Removes a blob. A caller with pending writes of the record passes `removeRecord`, which runs after them.
   */
  readonly remove: (id: string, removeRecord?: () => Promise<void>) => Promise<void>
  /**
   * Removes a damaged blob, unless another file has replaced it. `ino` is the inode of the file that was
   * read; `null`: there was no file. Resolves to whether the blob was removed.
   */
  readonly discard: (id: string, ino: number | null, removeRecord?: () => Promise<void>) => Promise<boolean>
}

type Deps = {
  readonly folders: CacheFolders
  readonly budget: DiskBudget
  readonly trust: ChunkVerification
  readonly files: SharedFiles
  /** The records cached in memory, by id. */
  readonly cachedRecords: { readonly delete: (id: string) => unknown }
}

export const createBlobRemover = ({ folders, budget, trust, files, cachedRecords }: Deps): BlobRemover => {
  const remove: BlobRemover['remove'] = async (id, removeRecord = () => removeFile(folders.value(id))) => {
    const path = folders.blob(id)
    cachedRecords.delete(id)
    files.forget(path)
    trust.forget(path)
    await removeFile(path)
    await removeRecord()
    budget.recordRemoved(id)
  }

  return {
    remove,
    discard: async (id, ino, removeRecord) => {
      const current = await stat(folders.blob(id)).catch(() => null)
      if (current !== null && current.ino !== ino) return false
      await remove(id, removeRecord)
      return true
    },
  }
}
