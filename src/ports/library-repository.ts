import type { JobCompletion, NewFileJob, ReplacedScope } from '../domain/jobs/job.ts'
import type { MediaState } from '../domain/jobs/media-state.ts'
import type { UploadUid } from '../domain/media/ids.ts'
import type { ReplacedExport } from '../domain/media/replaced-export.ts'
import type { StoredFile } from '../domain/media/stored-file.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { UploadDetails } from '../domain/upload/upload.ts'
import type { O, TE } from '../fp.ts'

/** A file that is added to the library. */
export type NewLibraryFile<U extends string> = {
  readonly uid: U
  /** Name of the added file, which is displayed to users. */
  readonly name: string
  readonly original: StoredFile
  /**
   * SHA-512 of the original's bytes in lower-case hex. No other file of the same kind has the same SHA-512.
   */
  readonly sha512: string
  /** Whether every client may view the file. */
  readonly isPublic: boolean
  /** What the sender of the file says of it; nothing by default. */
  readonly details?: FileDetails
  /** The upload that becomes this file. */
  readonly upload?: FileUpload
}

export type FileDetails = Pick<UploadDetails, 'title' | 'alt' | 'metadata'>

/**
 * The upload of a file ends in the transaction that adds the file. If it has ended before, nothing is added.
 * `sharesBytes`: whether the file is found by its bytes. One that is not equals no other file.
 */
export type FileUpload = { readonly uid: UploadUid; readonly sharesBytes: boolean }

/** A file of the library, with the fields that ingestion needs. */
export type IngestedFile<U extends string> = {
  readonly uid: U
  readonly original: StoredFile
  /** Number of current exports. Replaced exports do not count. */
  readonly exportCount: number
  /** Oldest recipe version among the current exports; `null` when there are none. */
  readonly recipe: number | null
}

/** Exports that newer exports have replaced. */
export type ReplacedExports<U extends string> = {
  /**
   * Lists exports that were replaced more than `forMs` milliseconds ago. Returns them in pages, as
   * `listOutdated` does.
   */
  readonly listReplaced: (
    forMs: number,
    after: U | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<ReplacedExport<U>>>
  /**
   * Deletes a replaced export, and the rows of its stored files. Returns `false` if there is no such export.
   */
  readonly removeReplaced: (uid: U) => TE.TaskEither<Unavailable, boolean>
}

/**
 * Operations that the repositories of image files and of content files share. To all of them, a file in the trash
 * (ports/trash.ts) does not exist, but its bytes are not added again.
 */
export type LibraryRepository<
  U extends string,
  File extends NewLibraryFile<U>,
  Ingested extends IngestedFile<U>,
  ExportUid extends string,
  NewExport,
> = ReplacedExports<ExportUid> & {
  /** Finds a file with the fields that ingestion needs. */
  readonly findIngested: (uid: U) => TE.TaskEither<Unavailable, O.Option<Ingested>>
  /** Returns whether the file is public; `false` if there is no such file. */
  readonly isPublic: (uid: U) => TE.TaskEither<Unavailable, boolean>
  /** Sets whether the file is public. Does nothing if there is no such file. */
  readonly setPublic: (uid: U, isPublic: boolean) => TE.TaskEither<Unavailable, void>
  readonly findByOriginal: (sha512: string) => TE.TaskEither<Unavailable, O.Option<Ingested>>
  /**
   * Adds a file without exports, and the job that will make them, in one transaction, and ends its upload. Returns
   * `false` and writes nothing if a file with this original exists, or if the upload has ended.
   */
  readonly add: (file: File, job: NewFileJob) => TE.TaskEither<Unavailable, boolean>
  /**
   * Adds all exports or none, and ends the job that made them, in one transaction. Returns `false` and writes
   * nothing if the lease of the job is lost, or if the file already has exports or no longer exists, because
   * another process was faster. `null`: the exports were made by no job, as for a library that is prepared for
   * a test.
   */
  readonly addExports: (
    uid: U,
    exports: ReadonlyArray<NewExport>,
    completion: JobCompletion | null,
  ) => TE.TaskEither<Unavailable, boolean>
  /**
   * Replaces the exports of older recipes, or all, with `exports`, and ends the job that made them, in one transaction.
   * Playlists no longer list the replaced exports, which can still be read by uid until `removeReplaced`
   * deletes them. Returns `false` and writes nothing if the lease of the job is lost, or if the file has no
   * exports to replace, or no longer exists. `null` means the same as for `addExports`.
   */
  readonly replaceExports: (
    uid: U,
    exports: ReadonlyArray<NewExport>,
    completion: JobCompletion | null,
    replaces?: ReplacedScope,
  ) => TE.TaskEither<Unavailable, boolean>
  /** Returns the state of the file for viewers; `none` if there is no such file. */
  readonly findState: (uid: U) => TE.TaskEither<Unavailable, O.Option<MediaState>>
  /** Counts the files that have exports of an older recipe than `recipe`. */
  readonly countOutdated: (recipe: number) => TE.TaskEither<Unavailable, number>
  /**
   * Lists the files that have exports of an older recipe than `recipe`, ordered by uid: at most 100, starting
   * after the uid `after`. If `after` is `null`, starts with the first file.
   */
  readonly listOutdated: (
    recipe: number,
    after: U | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<Ingested>>
  /** Lists the files without exports, oldest first. The ingestion of these files has not finished. */
  readonly listUnfinished: TE.TaskEither<Unavailable, ReadonlyArray<Ingested>>
  /**
   * Deletes a file without exports, and its jobs. Returns `false` and changes nothing when the file has exports
   * or does not exist.
   */
  readonly removeUnfinished: (uid: U) => TE.TaskEither<Unavailable, boolean>
  /** Finds the oldest file of this kind. */
  readonly first: TE.TaskEither<Unavailable, O.Option<U>>
}
