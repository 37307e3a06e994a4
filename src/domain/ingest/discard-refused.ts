import { E, type TE } from '../../fp.ts'
import type { LocalFiles } from '../../ports/local-files.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import type { Unavailable } from '../shared/errors.ts'
import type { LibraryFile } from './media-ingest.ts'

type Deps = { readonly files: Pick<LocalFiles, 'hasBytes'>; readonly store: Pick<ObjectStore, 'delete'> }

/** Deletes the row of a file without exports. Deletes its original only if the row is certainly deleted. */
export const removeUnfinishedFile =
  (
    { store }: Pick<Deps, 'store'>,
    { original, removeUnfinished }: LibraryFile,
  ): TE.TaskEither<Unavailable, void> =>
  async () => {
    const removed = await removeUnfinished()
    if (E.isLeft(removed)) return removed
    if (removed.right) await store.delete(original.key)()
    return E.right(undefined)
  }

/** Removes a refused file if the file at `source` still has its bytes, so that the original is no only copy. */
export const discardRefused =
  (deps: Deps, file: LibraryFile, source: string): TE.TaskEither<Unavailable, void> =>
  async () => {
    const isSame = await deps.files.hasBytes(source, file.original)()
    return E.isRight(isSame) && isSame.right ? removeUnfinishedFile(deps, file)() : E.right(undefined)
  }
