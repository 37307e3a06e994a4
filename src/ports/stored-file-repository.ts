import type { Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** Database queries about the object store and its objects. */
export type StoredFileRepository = {
  /** Uid of the library. This uid was created together with the tables of the database, and never changes. */
  readonly libraryUid: TE.TaskEither<Unavailable, string>
  /**
   * Returns those of `keys` to which a row of the database refers, also those that a purge will delete. Every call
   * queries the database, so the result is never out of date.
   */
  readonly filterReferencedKeys: (
    keys: ReadonlyArray<string>,
  ) => TE.TaskEither<Unavailable, ReadonlySet<string>>
}
