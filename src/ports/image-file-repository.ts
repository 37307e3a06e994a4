import type { ImageExportUid, ImageFileUid } from '../domain/media/ids.ts'
import type { ImageExport, ImageExportFile, NewImageExport } from '../domain/media/image-export.ts'
import type { ReplacedExport } from '../domain/media/replaced-export.ts'
import type { StoredFile } from '../domain/media/stored-file.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'

export type NewImageFile = {
  readonly uid: ImageFileUid
  /** Display name: the name of the added file. */
  readonly name: string
  readonly original: StoredFile
  /** Of the original's bytes, in lower-case hex. Unique among image files. */
  readonly sha512: string
  /** Pixels, in upright orientation. */
  readonly width: number
  readonly height: number
}

/** An image file, with the fields that ingestion needs. */
export type IngestedImageFile = {
  readonly uid: ImageFileUid
  readonly original: StoredFile
  /** Number of current exports (not replaced ones). */
  readonly exportCount: number
  /** Oldest recipe version among the current exports; `null` when there are none. */
  readonly recipe: number | null
}

/** Image files, their exports, and whether they are public. */
export type ImageFileRepository = {
  /** Lists all exports of an image file, in no order; empty when there is no such file or it has none. */
  readonly listExports: (uid: ImageFileUid) => TE.TaskEither<Unavailable, ReadonlyArray<ImageExport>>
  readonly findExport: (uid: ImageExportUid) => TE.TaskEither<Unavailable, O.Option<ImageExportFile>>
  /** Whether the image is public; `false` also when there is no such file. */
  readonly isPublic: (uid: ImageFileUid) => TE.TaskEither<Unavailable, boolean>
  /** Does nothing when there is no such file. */
  readonly setPublic: (uid: ImageFileUid, isPublic: boolean) => TE.TaskEither<Unavailable, void>
  /** Finds a file with the fields that ingestion needs. */
  readonly findIngested: (uid: ImageFileUid) => TE.TaskEither<Unavailable, O.Option<IngestedImageFile>>
  readonly findByOriginal: (sha512: string) => TE.TaskEither<Unavailable, O.Option<IngestedImageFile>>
  /** Adds a file without exports, not public. `false`, with nothing written: its original exists already. */
  readonly add: (file: NewImageFile) => TE.TaskEither<Unavailable, boolean>
  /**
   * Adds all exports or none, in one transaction. `false`, with nothing written: the file already has exports
   * or is gone, because another process was faster.
   */
  readonly addExports: (
    uid: ImageFileUid,
    exports: ReadonlyArray<NewImageExport>,
  ) => TE.TaskEither<Unavailable, boolean>
  /**
   * Replaces the exports of older recipes with these, in one transaction. Replaced exports are in no playlist
   * any more, and can still be read by uid until `removeReplaced`. `false`, with nothing written: the file
   * has no exports of an older recipe, or is gone.
   */
  readonly replaceExports: (
    uid: ImageFileUid,
    exports: ReadonlyArray<NewImageExport>,
  ) => TE.TaskEither<Unavailable, boolean>
  /** Counts the files with exports of an older recipe than this. */
  readonly countOutdated: (recipe: number) => TE.TaskEither<Unavailable, number>
  /** Lists these files by uid, at most 100, starting after `after` (`null`: at the first). */
  readonly listOutdated: (
    recipe: number,
    after: ImageFileUid | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<IngestedImageFile>>
  /** Lists exports that were replaced more than `forMs` milliseconds ago, with the same paging. */
  readonly listReplaced: (
    forMs: number,
    after: ImageExportUid | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<ReplacedExport<ImageExportUid>>>
  /** Deletes a replaced export with the rows of its stored files. `false` when there is none. */
  readonly removeReplaced: (uid: ImageExportUid) => TE.TaskEither<Unavailable, boolean>
  /** Lists files without exports, oldest first: their ingestion was never finished. */
  readonly listUnfinished: TE.TaskEither<Unavailable, ReadonlyArray<IngestedImageFile>>
  /** Deletes a file without exports. `false`, with nothing changed: it has exports or does not exist. */
  readonly removeUnfinished: (uid: ImageFileUid) => TE.TaskEither<Unavailable, boolean>
  /** Finds the oldest file. */
  readonly first: TE.TaskEither<Unavailable, O.Option<ImageFileUid>>
}
