import type { ContentFileUid, ImageFileUid } from '../domain/media/ids.ts'
import type { MediaKind } from '../domain/media/media-kind.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** The row of a stored object. `size` is in bytes. */
export type StoredRow = { readonly key: string; readonly size: number }

/** The file of the library that a stored object belongs to, as its original or as a part of an export. */
export type StoredFileUse = StoredRow & {
  readonly kind: MediaKind
  readonly uid: ImageFileUid | ContentFileUid
  readonly isOriginal: boolean
}

/** Database queries about the object store and its objects. */
export type StoredFileRepository = {
  /** Uid of the library. This uid was created together with the tables of the database, and never changes. */
  readonly libraryUid: TE.TaskEither<Unavailable, string>
  /**
   * The marks that this database has given to the store, the newest last: at most 8. A copy of the database has those
   * that were given before it was made.
   */
  readonly storeMarks: TE.TaskEither<Unavailable, ReadonlyArray<string>>
  /** Adds a mark as the newest one. */
  readonly addStoreMark: (mark: string) => TE.TaskEither<Unavailable, void>
  /**
   * Returns those of `keys` to which a row of the database refers, also those that a purge will delete. Every call
   * queries the database, so the result is never out of date.
   */
  readonly filterReferencedKeys: (
    keys: ReadonlyArray<string>,
  ) => TE.TaskEither<Unavailable, ReadonlySet<string>>
  /**
   * Lists the rows whose keys come after `after`, up to and including `upTo`: the first `limit` of them, ordered by
   * the UTF-8 bytes of the keys.
   */
  readonly listRows: (
    after: string,
    upTo: string,
    limit: number,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<StoredRow>>
  /** Returns what these objects belong to, without those of replaced exports: their rows outlive them. */
  readonly findUses: (keys: ReadonlyArray<string>) => TE.TaskEither<Unavailable, ReadonlyArray<StoredFileUse>>
}
