import { TE } from '../../fp.ts'
import type { StoredFileRepository, StoredFileUse } from '../../ports/stored-file-repository.ts'

/**
 * Implements the port for tests. `isNamed` returns whether a stored file with this key exists; `listUses` returns
 * those that can be listed, ordered by key. A copy of `marks` makes a copy of the database.
 */
export const createMemoryStoredFileRepository = (
  libraryUid: string,
  isNamed: (key: string) => boolean,
  listUses: () => ReadonlyArray<StoredFileUse> = () => [],
  marks: string[] = [],
): StoredFileRepository => ({
  libraryUid: TE.right(libraryUid),
  storeMarks: TE.fromIO(() => [...marks]),
  addStoreMark: (mark) =>
    TE.fromIO(() => {
      marks.push(mark)
      marks.splice(0, marks.length - 8)
    }),
  filterReferencedKeys: (keys) => TE.fromIO(() => new Set(keys.filter(isNamed))),
  listRows: (after, upTo, limit) =>
    TE.fromIO(() =>
      listUses()
        .filter(({ key }) => key > after && key <= upTo)
        .slice(0, limit)
        .map(({ key, size }) => ({ key, size })),
    ),
  findUses: (keys) => TE.fromIO(() => listUses().filter(({ key }) => keys.includes(key))),
})
