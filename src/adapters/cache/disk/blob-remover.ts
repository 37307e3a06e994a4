import { stat } from 'node:fs/promises'
import type { CacheFolders } from './cache-folders.ts'
import type { DiskBudget } from './disk-budget.ts'
import { removeFile } from './remove-file.ts'
import type { SharedFiles } from './shared-files.ts'
import type { ChunkTrust } from './trusted-chunks.ts'

/** The one way in which a blob goes that is deleted or bad: all that know of it in memory are told. */
export type BlobRemover = {
  /** `removeRecord`: where writes of the record may be under way, in turn with them. */
  readonly remove: (id: string, removeRecord?: () => Promise<void>) => Promise<void>
  /**
   * The same for a file that has turned out to be bad, unless another has taken its place. `ino`: of the file that was
   * read, `null` when there was none. Tells whether it was removed.
   */
  readonly discard: (id: string, ino: number | null, removeRecord?: () => Promise<void>) => Promise<boolean>
}

type Deps = {
  readonly folders: CacheFolders
  readonly budget: DiskBudget
  readonly trust: ChunkTrust
  readonly files: SharedFiles
  /** Records that are remembered, by id. */
  readonly remembered: { readonly delete: (id: string) => unknown }
}

export const createBlobRemover = ({ folders, budget, trust, files, remembered }: Deps): BlobRemover => {
  const remove: BlobRemover['remove'] = async (id, removeRecord = () => removeFile(folders.value(id))) => {
    const path = folders.blob(id)
    remembered.delete(id)
    files.forget(path)
    trust.forget(path)
    await removeFile(path)
    await removeRecord()
    budget.removed(id)
  }

  return {
    remove,
    discard: async (id, ino, removeRecord) => {
      const there = await stat(folders.blob(id)).catch(() => null)
      if (there !== null && there.ino !== ino) return false
      await remove(id, removeRecord)
      return true
    },
  }
}
