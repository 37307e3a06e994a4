import { TE } from '../../fp.ts'
import type { StoredFileRepository } from '../../ports/stored-file-repository.ts'

/** Implements the port for tests. `isNamed` returns whether a row exists for a key. */
export const createMemoryStoredFileRepository = (
  libraryUid: string,
  isNamed: (key: string) => boolean,
): StoredFileRepository => ({
  libraryUid: TE.right(libraryUid),
  filterReferencedKeys: (keys) => TE.fromIO(() => new Set(keys.filter(isNamed))),
})
