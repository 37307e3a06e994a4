import type { ImageExport, ImageExportFile, NewImageExport } from '../domain/playlist/image-export.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { ImageExportUid, ImageFileUid } from '../domain/shared/ids.ts'
import type { StoredFile } from '../domain/shared/stored-file.ts'
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
  readonly exportCount: number
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
  /** Files whose exports were never finished, oldest first. */
  readonly listUnfinished: TE.TaskEither<Unavailable, ReadonlyArray<KnownImageFile>>
  /** Takes out a file that has no exports. `false`, and nothing changed, when it has some or is not there. */
  readonly removeUnfinished: (uid: ImageFileUid) => TE.TaskEither<Unavailable, boolean>
  /** The oldest file, if there is any. */
  readonly first: TE.TaskEither<Unavailable, O.Option<ImageFileUid>>
}
