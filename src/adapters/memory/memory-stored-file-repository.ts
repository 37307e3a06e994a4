import { TE } from '../../fp.ts'
import type { StoredFileRepository } from '../../ports/stored-file-repository.ts'

/** For tests. `isNamed` says which keys have a row. */
export const createMemoryStoredFileRepository = (
  libraryUid: string,
  isNamed: (key: string) => boolean,
): StoredFileRepository => ({
  libraryUid: TE.right(libraryUid),
  filterReferencedKeys: (keys) => TE.fromIO(() => new Set(keys.filter(isNamed))),
})
