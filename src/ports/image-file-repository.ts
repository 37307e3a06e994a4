import type { ImageExportUid, ImageFileUid } from '../domain/media/ids.ts'
import type { ImageExport, ImageExportFile, NewImageExport } from '../domain/media/image-export.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'
import type { IngestedFile, LibraryRepository, NewLibraryFile } from './library-repository.ts'

export type NewImageFile = NewLibraryFile<ImageFileUid> & {
  /** Size in pixels, in upright orientation. */
  readonly width: number
  readonly height: number
}

/** Image files and their exports. */
export type ImageFileRepository = LibraryRepository<
  ImageFileUid,
  NewImageFile,
  IngestedFile<ImageFileUid>,
  ImageExportUid,
  NewImageExport
> & {
  /**
   * Lists all exports of an image file, in any order. The list is empty if the file does not exist or has no
   * exports.
   */
  readonly listExports: (uid: ImageFileUid) => TE.TaskEither<Unavailable, ReadonlyArray<ImageExport>>
  readonly findExport: (uid: ImageExportUid) => TE.TaskEither<Unavailable, O.Option<ImageExportFile>>
}
