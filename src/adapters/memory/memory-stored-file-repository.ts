import { TE } from '../../fp.ts'
import type { StoredFileRepository } from '../../ports/stored-file-repository.ts'

/** Implements the port for tests. `isNamed` returns whether a stored file with this key exists. */
export const createMemoryStoredFileRepository = (
  libraryUid: string,
  isNamed: (key: string) => boolean,
): StoredFileRepository => ({
  libraryUid: TE.right(libraryUid),
  filterReferencedKeys: (keys) => TE.fromIO(() => new Set(keys.filter(isNamed))),
})
