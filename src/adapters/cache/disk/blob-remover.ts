import { stat } from 'node:fs/promises'
import type { CacheFolders } from './cache-folders.ts'
import type { DiskBudget } from './disk-budget.ts'
import { removeFile } from './remove-file.ts'
import type { SharedFiles } from './shared-files.ts'
import type { ChunkTrust } from './trusted-chunks.ts'

/** Removes deleted or damaged blobs. All removals use it, so that the state in memory is cleared as well. */
export type BlobRemover = {
  /** `removeRecord`: given where writes of the record may be pending, to be ordered with them. */
  readonly remove: (id: string, removeRecord?: () => Promise<void>) => Promise<void>
  /**
   * Removes a damaged blob, unless a new file has replaced it. `ino`: inode of the file that was read, `null`
   * when there was none. Resolves to whether it was removed.
   */
  readonly discard: (id: string, ino: number | null, removeRecord?: () => Promise<void>) => Promise<boolean>
}

type Deps = {
  readonly folders: CacheFolders
  readonly budget: DiskBudget
  readonly trust: ChunkTrust
  readonly files: SharedFiles
  /** Cached records, by id. */
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
    budget.removed(id)
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
