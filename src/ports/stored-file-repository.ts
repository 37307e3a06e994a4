import type { Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** Database queries about the object store and its objects. */
export type StoredFileRepository = {
  /** Uid of the library: created together with its tables, and never changed. */
  readonly libraryUid: TE.TaskEither<Unavailable, string>
  /** Returns those of `keys` that a row of the database names. Every call queries the database. */
  readonly filterReferencedKeys: (
    keys: ReadonlyArray<string>,
  ) => TE.TaskEither<Unavailable, ReadonlySet<string>>
}
