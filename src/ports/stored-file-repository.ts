import type { Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** What the database says of the object store. */
export type StoredFileRepository = {
  /** Names the library: made together with its tables, and never changed. */
  readonly libraryUid: TE.TaskEither<Unavailable, string>
  /** Which of these keys a row names, asked of the database now. */
  readonly namedAmong: (keys: ReadonlyArray<string>) => TE.TaskEither<Unavailable, ReadonlySet<string>>
}
