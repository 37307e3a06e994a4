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
  /** Of the original's bytes, in lower-case hex. Unique among the files of its kind. */
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

/** Exports that others have replaced. */
export type ReplacedExports<U extends string> = {
  /** Lists exports that were replaced more than `forMs` milliseconds ago, paged as in `listOutdated`. */
  readonly listReplaced: (
    forMs: number,
    after: U | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<ReplacedExport<U>>>
  /** Deletes a replaced export with the rows of its stored files. `false` when there is none. */
  readonly removeReplaced: (uid: U) => TE.TaskEither<Unavailable, boolean>
}

/** What the repositories of both kinds of file have in common. */
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
  /** Adds a file without exports. `false`, with nothing written: a file with this original exists. */
  readonly add: (file: File) => TE.TaskEither<Unavailable, boolean>
  /**
   * Adds all exports or none, in one transaction. `false`, with nothing written: the file already has exports
   * or is gone, because another process was faster.
   */
  readonly addExports: (uid: U, exports: ReadonlyArray<NewExport>) => TE.TaskEither<Unavailable, boolean>
  /**
   * Replaces the exports of older recipes with these, in one transaction. Replaced exports are in no playlist
   * any more, and can still be read by uid until `removeReplaced`. `false`, with nothing written: the file
   * has no exports of an older recipe, or is gone.
   */
  readonly replaceExports: (uid: U, exports: ReadonlyArray<NewExport>) => TE.TaskEither<Unavailable, boolean>
  /** Counts the files with exports of an older recipe than this. */
  readonly countOutdated: (recipe: number) => TE.TaskEither<Unavailable, number>
  /** Lists these files by uid, at most 100, starting after `after` (`null`: at the first). */
  readonly listOutdated: (
    recipe: number,
    after: U | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<Ingested>>
  /** Lists files without exports, oldest first: their ingestion was never finished. */
  readonly listUnfinished: TE.TaskEither<Unavailable, ReadonlyArray<Ingested>>
  /** Deletes a file without exports. `false`, with nothing changed: it has exports or does not exist. */
  readonly removeUnfinished: (uid: U) => TE.TaskEither<Unavailable, boolean>
  /** Finds the oldest file. */
  readonly first: TE.TaskEither<Unavailable, O.Option<U>>
}
