import type { Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** What the database knows about the object store. */
export type StoredFileRepository = {
  /** Uid of the library: created together with its tables, and never changed. */
  readonly libraryUid: TE.TaskEither<Unavailable, string>
  /** Returns those of the keys that a row names, by a new query. */
  readonly filterReferencedKeys: (
    keys: ReadonlyArray<string>,
  ) => TE.TaskEither<Unavailable, ReadonlySet<string>>
}
