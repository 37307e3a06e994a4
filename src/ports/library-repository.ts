import type { ReplacedExport } from '../domain/media/replaced-export.ts'
import type { StoredFile } from '../domain/media/stored-file.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'

/** A file that is added to the library. */
export type NewLibraryFile<U extends string> = {
  readonly uid: U
  /** Display name: the name of the added file. */
  readonly name: string
  readonly original: StoredFile
  /** SHA-512 of the original's bytes (lower-case hex). Unique among the files of its kind. */
  readonly sha512: string
}

/** A file of the library, with the fields that ingestion needs. */
export type IngestedFile<U extends string> = {
  readonly uid: U
  readonly original: StoredFile
  /** Number of current exports (not replaced ones). */
  readonly exportCount: number
  /** Oldest recipe version among the current exports; `null` when there are none. */
  readonly recipe: number | null
}

/** Exports that newer exports have replaced. */
export type ReplacedExports<U extends string> = {
  /** Lists exports that were replaced more than `forMs` milliseconds ago, in pages as `listOutdated` does. */
  readonly listReplaced: (
    forMs: number,
    after: U | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<ReplacedExport<U>>>
  /**
   * Deletes a replaced export with the rows of its stored files. Returns `false` when there is no such
   * export.
   */
  readonly removeReplaced: (uid: U) => TE.TaskEither<Unavailable, boolean>
}

/** Operations that the repositories of image files and of content files share. */
export type LibraryRepository<
  U extends string,
  File extends NewLibraryFile<U>,
  Ingested extends IngestedFile<U>,
  ExportUid extends string,
  NewExport,
> = ReplacedExports<ExportUid> & {
  /** Finds a file with the fields that ingestion needs. */
  readonly findIngested: (uid: U) => TE.TaskEither<Unavailable, O.Option<Ingested>>
  readonly findByOriginal: (sha512: string) => TE.TaskEither<Unavailable, O.Option<Ingested>>
  /**
   * Adds a file without exports. Returns `false` and writes nothing when a file with this original exists.
   */
  readonly add: (file: File) => TE.TaskEither<Unavailable, boolean>
  /**
   * Adds all exports or none, in one transaction. Returns `false` and writes nothing when the file already
   * has exports or no longer exists, because another process was faster.
   */
  readonly addExports: (uid: U, exports: ReadonlyArray<NewExport>) => TE.TaskEither<Unavailable, boolean>
  /**
   * Replaces the exports of older recipes with these, in one transaction. Playlists no longer list the
   * replaced exports, which can still be read by uid until `removeReplaced`. Returns `false` and writes
   * nothing when the file has no exports of an older recipe, or no longer exists.
   */
  readonly replaceExports: (uid: U, exports: ReadonlyArray<NewExport>) => TE.TaskEither<Unavailable, boolean>
  /** Counts the files that have exports of an older recipe than `recipe`. */
  readonly countOutdated: (recipe: number) => TE.TaskEither<Unavailable, number>
  /**
   * Lists the files that have exports of an older recipe than `recipe`, ordered by uid: at most 100, starting
   * after the uid `after` (`null`: at the first).
   */
  readonly listOutdated: (
    recipe: number,
    after: U | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<Ingested>>
  /** Lists the files without exports, oldest first. Their ingestion has not finished. */
  readonly listUnfinished: TE.TaskEither<Unavailable, ReadonlyArray<Ingested>>
  /**
   * Deletes a file without exports. Returns `false` and changes nothing when the file has exports or does not
   * exist.
   */
  readonly removeUnfinished: (uid: U) => TE.TaskEither<Unavailable, boolean>
  /** Finds the oldest file. */
  readonly first: TE.TaskEither<Unavailable, O.Option<U>>
}
