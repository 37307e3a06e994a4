import type { ImageExportUid, ImageFileUid } from '../domain/media/ids.ts'
import type { ImageExport, ImageExportFile, NewImageExport } from '../domain/media/image-export.ts'
import type { ReplacedExport } from '../domain/media/replaced-export.ts'
import type { StoredFile } from '../domain/media/stored-file.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'

export type NewImageFile = {
  readonly uid: ImageFileUid
  /** What people call it: the name of the file that was added. */
  readonly name: string
  readonly original: StoredFile
  /** Lower-case hex of the original's bytes; one image file for each. */
  readonly sha512: string
  /** Pixels, upright. */
  readonly width: number
  readonly height: number
}

/** An image in the library, as ingestion needs to know it. */
export type KnownImageFile = {
  readonly uid: ImageFileUid
  readonly original: StoredFile
  /** Of those that are listed. */
  readonly exportCount: number
  /** The oldest that made one of them; `null` when there are none. */
  readonly recipe: number | null
}

/** Images, their exports, and who may see them without a token. */
export type ImageFileRepository = {
  /** All exports of an image file, in no order; empty when there is no such file or it has none. */
  readonly listExports: (uid: ImageFileUid) => TE.TaskEither<Unavailable, ReadonlyArray<ImageExport>>
  readonly findExport: (uid: ImageExportUid) => TE.TaskEither<Unavailable, O.Option<ImageExportFile>>
  /** `false` also when there is no such file. */
  readonly isPublic: (uid: ImageFileUid) => TE.TaskEither<Unavailable, boolean>
  /** Does nothing when there is no such file. */
  readonly setPublic: (uid: ImageFileUid, isPublic: boolean) => TE.TaskEither<Unavailable, void>
  /** The file as ingestion knows it. */
  readonly findKnown: (uid: ImageFileUid) => TE.TaskEither<Unavailable, O.Option<KnownImageFile>>
  readonly findByOriginal: (sha512: string) => TE.TaskEither<Unavailable, O.Option<KnownImageFile>>
  /** Adds a file without exports, not public. `false`, and nothing written, when its original is known already. */
  readonly add: (file: NewImageFile) => TE.TaskEither<Unavailable, boolean>
  /**
   * Adds all exports or none, in one transaction. `false`, and nothing written, when the file has exports
   * already or is gone: somebody else was faster.
   */
  readonly addExports: (
    uid: ImageFileUid,
    exports: ReadonlyArray<NewImageExport>,
  ) => TE.TaskEither<Unavailable, boolean>
  /**
   * Adds these exports in place of those of an older recipe, in one transaction. What they replace is in no list any
   * more, and can still be read by its uid until `removeReplaced`. `false`, and nothing written, when the file has none
   * of an older recipe or is gone.
   */
  readonly replaceExports: (
    uid: ImageFileUid,
    exports: ReadonlyArray<NewImageExport>,
  ) => TE.TaskEither<Unavailable, boolean>
  /** How many files have exports of an older recipe than this. */
  readonly countOutdated: (recipe: number) => TE.TaskEither<Unavailable, number>
  /** These files in the order of their uids, from behind `after` on (`null`: from the first on), a hundred at most. */
  readonly listOutdated: (
    recipe: number,
    after: ImageFileUid | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<KnownImageFile>>
  /** Exports that were replaced more than `forMs` milliseconds ago, in the same way. */
  readonly listReplaced: (
    forMs: number,
    after: ImageExportUid | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<ReplacedExport<ImageExportUid>>>
  /** Takes out an export that was replaced, with the rows of its stored files. `false` when there is none. */
  readonly removeReplaced: (uid: ImageExportUid) => TE.TaskEither<Unavailable, boolean>
  /** Files whose exports were never finished, oldest first. */
  readonly listUnfinished: TE.TaskEither<Unavailable, ReadonlyArray<KnownImageFile>>
  /** Takes out a file that has no exports. `false`, and nothing changed, when it has some or is not there. */
  readonly removeUnfinished: (uid: ImageFileUid) => TE.TaskEither<Unavailable, boolean>
  /** The oldest file, if there is any. */
  readonly first: TE.TaskEither<Unavailable, O.Option<ImageFileUid>>
}
